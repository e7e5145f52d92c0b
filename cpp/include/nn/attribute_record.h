// What was set on a model, to be set again on the same model made anew.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "nn/contract.h"

namespace nn {

// Control threads, one at a time; `state` alone is also written by whoever runs the model.
class AttributeRecord {
 public:
  struct Entry {
    enum State { waiting, taken, refused };
    std::string attribute;
    Values values;                      // a buffer without channels was cleared
    std::atomic<State> state{waiting};  // what the model did with them
  };

  std::shared_ptr<Entry> add(const std::string& attribute, Values values);
  // The buffer `attribute#element` of what was set last holds this instead. Nothing to do where it
  // was not set.
  void replace_buffer(const std::string& key, const BufferValue& value);
  void clear() { entries_.clear(); }
  // Of each attribute the last values that the model took, and those that it has yet to take, in
  // the order they were set.
  std::vector<std::shared_ptr<Entry>> standing();

 private:
  void forget_overtaken();
  std::vector<std::shared_ptr<Entry>> entries_;
};

}  // namespace nn

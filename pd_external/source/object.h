// What our two classes have in common: a C++ half that may outlive its Pd half by the end of a
// call, text for the console, messages from outlets, and a clock that polls other threads.
//
// All of it belongs to Pd's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "nn/chores.h"
#include "pd.h"

namespace pd {

using Atoms = std::vector<t_atom>;
inline Atoms atoms_from(int count, const t_atom* atoms) { return {atoms, atoms + count}; }

t_atom atom(double number);
t_atom atom(const std::string& symbol);
// A number as short as it can be, or the symbol.
std::string text_of(const t_atom& atom);

class Object : public std::enable_shared_from_this<Object> {
 public:
  Object(t_object* object, const char* name);
  virtual ~Object();

  // Pd deletes the object; whatever still runs on the way back up finds it gone.
  void leave();
  virtual void forget_work() = 0;
  bool gone() const { return object_ == nullptr; }

  void error(const std::string& text) const;
  void notice(const std::string& text) const;
  void send(t_outlet* outlet, const char* selector, const Atoms& atoms) const;

  // Runs `call` with errors told on the console.
  void guarded(const std::function<void()>& call);

 protected:
  virtual void poll() = 0;  // every few milliseconds
  virtual bool busy() const = 0;
  // Runs a job in the background, and waits for it in a rendering, which is to be the same every
  // time.
  void work(nn::Chores& chores, nn::Chores::Job job);
  virtual bool renders() const { return in_batch(); }

  std::function<void(const std::string&)> complaints();
  t_object* object() const { return object_; }
  t_canvas* canvas() const { return canvas_; }
  void start_clock();

 private:
  static void tick(Object* self);

  t_object* object_;
  t_canvas* canvas_;
  const char* name_;
  t_clock* clock_ = nullptr;
};

}  // namespace pd

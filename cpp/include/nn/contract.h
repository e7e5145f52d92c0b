// What a model file offers: methods, attributes, buffers. Plain data, no torch.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace nn {

// Numbers are those of the file format.
enum class Type { boolean = 0, integer = 1, real = 2, string = 3, tensor = 4, buffer = 5 };
const char* name_of(Type type) noexcept;  // bool int float string tensor buffer

struct Method {
  std::string name;
  int in_channels = 0, in_ratio = 1, out_channels = 0, out_ratio = 1;
  std::vector<std::string> input_labels, output_labels;  // one per channel
  int64_t delay = 0;  // samples of the model's own latency, when the file declares it
  bool batch = true;  // false: the file says that it takes one example at a time
};

struct Attribute {
  std::string name;
  std::vector<Type> types;  // one per element
  bool readable = true, writable = true;
};

// What our own exports write beside the model; empty for files of other exporters.
struct Metadata {
  std::string toolkit, torch;
  std::optional<int> block;  // the block size the author suggests
  std::optional<int> sample_rate;
};

struct Contract {
  std::vector<Method> methods;        // in the file's order
  std::vector<Attribute> attributes;  // in the file's order
  std::vector<std::string> buffers;   // keys "attribute#element"
  bool takes_sample_rate = false;
  Metadata metadata;
  std::vector<std::string> remarks;  // what was odd and left out, a sentence each

  const Method* method(const std::string& name) const noexcept;
  const Attribute* attribute(const std::string& name) const noexcept;
  std::vector<int> ratios() const;  // of all methods
  int highest_ratio() const;
};

// A value of one attribute element.
struct TensorValue {
  std::vector<int64_t> shape;
  std::vector<float> data;  // row-major
};
struct BufferValue {  // audio, [channels, frames]
  int channels = 0;
  int64_t frames = 0;
  int sample_rate = -1;     // Hz; −1 unknown
  std::vector<float> data;  // channel after channel
};
using Value = std::variant<bool, int64_t, double, std::string, TensorValue, BufferValue>;
using Values = std::vector<Value>;

// The text hosts print: true/false, integers, floats with 6 decimals, Tensor(dim: 2, 3).
std::string to_text(const Value& value);
// A value given as text or number, as `type`. Understands 0/1/0.0/false/true for bool, whole
// floats for int. Independent of the locale. Throws nn::Error.
Value as_type(const Value& given, Type type, const std::string& attribute);

}  // namespace nn

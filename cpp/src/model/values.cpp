// Values of attributes as text and as other types. No torch here.
#include <cmath>
#include <locale>
#include <optional>
#include <sstream>

#include "nn/contract.h"
#include "nn/error.h"

namespace nn {

const char* name_of(Type type) noexcept {
  constexpr const char* names[] = {"bool", "int", "float", "string", "tensor", "buffer"};
  return names[static_cast<int>(type)];
}

namespace {

std::optional<double> number(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return std::nullopt;
  std::istringstream stream(text.substr(first, text.find_last_not_of(' ') - first + 1));
  stream.imbue(std::locale::classic());
  double value = 0;
  if (!(stream >> std::noskipws >> value) || stream.peek() != std::char_traits<char>::eof())
    return std::nullopt;
  return value;
}

// A value given as number, truth or numeric text; nothing for other things.
std::optional<double> number(const Value& given) {
  if (const auto* b = std::get_if<bool>(&given)) return *b ? 1 : 0;
  if (const auto* i = std::get_if<int64_t>(&given)) return static_cast<double>(*i);
  if (const auto* d = std::get_if<double>(&given)) return *d;
  if (const auto* s = std::get_if<std::string>(&given)) {
    if (*s == "true" || *s == "True") return 1;  // as C++ or Python spell it
    if (*s == "false" || *s == "False") return 0;
    return number(*s);
  }
  return std::nullopt;
}

std::string plain_number(double value) {
  std::string text;
  for (int digits = 6; digits <= 17; ++digits) {  // as few as tell it from its neighbours
    std::ostringstream stream;
    stream.imbue(std::locale::classic());
    stream.precision(digits);
    stream << value;
    text = stream.str();
    if (number(text) == value) break;
  }
  return text;
}

}  // namespace

std::string to_text(const Value& value) {
  struct {
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(int64_t i) const { return std::to_string(i); }
    std::string operator()(double d) const {
      std::ostringstream stream;
      stream.imbue(std::locale::classic());
      stream.precision(6);
      stream << std::fixed << d;
      return stream.str();
    }
    std::string operator()(const std::string& s) const { return s; }
    std::string operator()(const TensorValue& t) const {
      std::string text = "Tensor(dim: ";
      for (size_t i = 0; i < t.shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(t.shape[i]);
      return text + ")";
    }
    std::string operator()(const BufferValue& b) const {
      return "Buffer(" + std::to_string(b.channels) + " channels, " + std::to_string(b.frames) +
             " frames)";
    }
  } text;
  return std::visit(text, value);
}

Value as_type(const Value& given, Type type, const std::string& attribute) {
  const auto refuse = [&](const char* wanted) -> Value {
    throw Error("Attribute '" + attribute + "' takes " + wanted + ", not '" + to_text(given) +
                "'.");
  };
  switch (type) {
    case Type::boolean:
      if (const auto n = number(given)) return *n != 0;
      return refuse("true or false (1 or 0)");
    case Type::integer:
      if (const auto* i = std::get_if<int64_t>(&given)) return *i;
      if (const auto n = number(given); n && std::floor(*n) == *n && std::abs(*n) < 9e15)
        return static_cast<int64_t>(*n);
      return refuse("a whole number");
    case Type::real:
      // torch computes in 32 bits, where more than 3.4e38 is infinite.
      if (const auto n = number(given); n && std::abs(*n) <= 3.4e38) return *n;
      return refuse("a number");
    case Type::string:
      if (const auto* d = std::get_if<double>(&given)) return plain_number(*d);
      if (std::holds_alternative<std::string>(given)) return given;
      if (number(given)) return to_text(given);
      return refuse("a word");
    case Type::tensor:
      if (std::holds_alternative<TensorValue>(given)) return given;
      if (const auto n = number(given)) return TensorValue{{1}, {static_cast<float>(*n)}};
      return refuse("an array of numbers");
    case Type::buffer:
      if (std::holds_alternative<BufferValue>(given)) return given;
      return refuse("an audio buffer");
  }
  return refuse("something else");
}

}  // namespace nn

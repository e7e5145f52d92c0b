#include "sentence.h"

#include <c10/util/Exception.h>

#include <algorithm>

namespace nn {
namespace {

std::string trimmed(std::string text) {
  const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  while (!text.empty() && blank(text.back())) text.pop_back();
  const auto first = std::find_if_not(text.begin(), text.end(), blank);
  text.erase(text.begin(), first);
  return text;
}

}  // namespace

std::string sentence(const std::exception& e) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&e);
  std::string text = torch_error ? torch_error->what_without_backtrace() : e.what();
  // An exception out of the TorchScript interpreter: trace first, "SomeError: reason" last.
  for (const char* mark : {"RuntimeError: ", "ValueError: ", "AssertionError: ", "Exception: "}) {
    const auto at = text.rfind(mark);
    if (at != std::string::npos) text = text.substr(at + std::string(mark).size());
  }
  text = trimmed(text);
  // Keep the first paragraph, on one line.
  text = text.substr(0, text.find("\n\n"));
  const auto trace = text.find("\nException raised from");
  text = text.substr(0, trace);
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 32; }, ' ');
  constexpr size_t most = 400;
  if (text.size() > most) text = text.substr(0, most) + " …";
  return text.empty() ? "an unknown error" : text;
}

}  // namespace nn

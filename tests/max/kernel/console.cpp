// What goes to Max's console, and what the kernel objects to.
#include <cstdio>
#include <utility>

#include "internal.h"

namespace max_kernel {

namespace {

struct Console {
  std::mutex mutex;
  std::vector<Line> lines;
  std::vector<Violation> violations;
};

Console& state() {
  static auto* const c = new Console;
  return *c;
}

}  // namespace

void violate(const std::string& kind, const std::string& text) {
  auto& c = state();
  std::lock_guard lock(c.mutex);
  c.violations.push_back({kind, text});
}

void print(Line::Kind kind, Object* object, const std::string& text) {
  if (this_thread() == Thread::audio) violate("post-on-audio", text);
  auto& c = state();
  std::lock_guard lock(c.mutex);
  c.lines.push_back({kind, text, object, this_thread()});
}

void print(Line::Kind kind, Object* object, const char* format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  const int size = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  std::string text(size < 0 ? 0 : size_t(size), '\0');
  std::vsnprintf(text.data(), text.size() + 1, format, arguments);
  if (object && life(object) == Life::freed) {
    violate("use-after-free", "posting for a freed object: " + text);
    object = nullptr;
  }
  print(kind, object, text);
}

std::vector<Line> console() {
  auto& c = state();
  std::lock_guard lock(c.mutex);
  return c.lines;
}

std::vector<Line> take_console() {
  auto& c = state();
  std::lock_guard lock(c.mutex);
  return std::exchange(c.lines, {});
}

bool console_has(Line::Kind kind, const std::string& part) {
  for (const auto& line : console())
    if (line.kind == kind && line.text.find(part) != std::string::npos) return true;
  return false;
}

std::vector<Violation> violations() {
  auto& c = state();
  std::lock_guard lock(c.mutex);
  return c.violations;
}

std::vector<Violation> take_violations() {
  auto& c = state();
  std::lock_guard lock(c.mutex);
  return std::exchange(c.violations, {});
}

void clear_console() {
  auto& c = state();
  std::lock_guard lock(c.mutex);
  c.lines.clear();
  c.violations.clear();
}

}  // namespace max_kernel

using max_kernel::Line;

#define PRINT(kind, object, format)                         \
  va_list arguments;                                        \
  va_start(arguments, format);                              \
  max_kernel::print(Line::kind, object, format, arguments); \
  va_end(arguments)

extern "C" {

void post(const char* fmt, ...) { PRINT(post, nullptr, fmt); }
void cpost(const char* fmt, ...) { PRINT(post, nullptr, fmt); }
void error(const char* fmt, ...) { PRINT(error, nullptr, fmt); }
void object_post(t_object* x, const char* s, ...) { PRINT(post, x, s); }
void object_warn(t_object* x, const char* s, ...) { PRINT(warning, x, s); }
void object_error(t_object* x, const char* s, ...) { PRINT(error, x, s); }
}

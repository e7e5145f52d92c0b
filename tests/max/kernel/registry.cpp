#include <cstdlib>
#include <cstring>
#include <unordered_map>

#include "internal.h"

namespace max_kernel {

namespace {

struct Entry {
  Kind kind;
  bool live;
  std::shared_ptr<void> owner;
};

struct Registry {
  std::mutex mutex;
  std::unordered_map<const void*, Entry> entries;
};

// Never destroyed: externals may free what they hold when the process ends.
Registry& registry() {
  static auto* const r = new Registry;
  return *r;
}

}  // namespace

const char* name(Kind kind) {
  switch (kind) {
    case Kind::object:
      return "object";
    case Kind::outlet:
      return "outlet";
    case Kind::inlet:
      return "inlet";
    case Kind::proxy:
      return "proxy";
    case Kind::clock:
      return "clock";
    case Kind::qelem:
      return "qelem";
    case Kind::buffer:
      return "buffer~";
    case Kind::buffer_ref:
      return "buffer_ref";
    case Kind::dictionary:
      return "dictionary";
    case Kind::array:
      return "array";
    case Kind::attribute:
      return "attribute";
    default:
      return "dsp";
  }
}

void add_live(const void* p, Kind kind, std::shared_ptr<void> owner) {
  auto& r = registry();
  std::lock_guard lock(r.mutex);
  r.entries[p] = Entry{kind, true, std::move(owner)};
}

bool mark_freed(const void* p, const char* function) {
  auto& r = registry();
  std::string kind;
  {
    std::lock_guard lock(r.mutex);
    const auto found = r.entries.find(p);
    if (found == r.entries.end()) {
      kind = "use-after-free";
    } else if (found->second.live) {
      found->second.live = false;
      return true;
    } else {
      kind = "double-free";
    }
  }
  violate(kind, std::string(function) + ": no live object");
  return false;
}

Life life(const void* p) {
  auto& r = registry();
  std::lock_guard lock(r.mutex);
  const auto found = r.entries.find(p);
  if (found == r.entries.end()) return Life::unknown;
  return found->second.live ? Life::live : Life::freed;
}

std::optional<Kind> kind_of(const void* p) {
  auto& r = registry();
  std::lock_guard lock(r.mutex);
  const auto found = r.entries.find(p);
  if (found == r.entries.end() || !found->second.live) return std::nullopt;
  return found->second.kind;
}

std::shared_ptr<void> owner_of(const void* p, Kind kind, const char* function) {
  if (!p) return nullptr;
  auto& r = registry();
  {
    std::lock_guard lock(r.mutex);
    const auto found = r.entries.find(p);
    if (found != r.entries.end() && found->second.live && found->second.kind == kind)
      return found->second.owner;
  }
  violate("use-after-free", std::string(function) + ": no live " + name(kind));
  return nullptr;
}

std::vector<const void*> all_live(Kind kind) {
  auto& r = registry();
  std::lock_guard lock(r.mutex);
  std::vector<const void*> found;
  for (const auto& [p, entry] : r.entries)
    if (entry.live && entry.kind == kind) found.push_back(p);
  return found;
}

void clear_registry() {
  auto& r = registry();
  std::unordered_map<const void*, Entry> entries;
  {
    std::lock_guard lock(r.mutex);
    entries.swap(r.entries);
    for (const auto& [p, entry] : entries)
      if (entry.kind == Kind::attribute && entry.live) r.entries[p] = entry;
  }
}

}  // namespace max_kernel

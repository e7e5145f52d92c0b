// buffer~ and the references to it.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <limits>

#include "internal.h"

namespace max_kernel {

namespace {

// Whoever locks it sees a copy of its own, which is gone, and full of NaN, once the last has
// unlocked: what reads or writes a buffer without its lock is found out.
struct Buffer : t_object {
  t_symbol* name = nullptr;
  int channels = 1;
  double sample_rate = 48000;
  std::vector<float> samples, window;
  int locks = 0, dirtied = 0;
  bool resizing = false;
  std::mutex mutex;  // of all above
  std::condition_variable unlocked;
};

struct Reference : t_object {
  t_object* owner = nullptr;
  t_symbol* name = nullptr;
  t_object* bound = nullptr;  // as far as its owner has told it
};

struct Buffers {
  std::mutex mutex;
  std::vector<std::shared_ptr<Buffer>> all;
  std::vector<std::shared_ptr<Reference>> references;
};

Buffers& state() {
  static auto* const b = new Buffers;
  return *b;
}

std::shared_ptr<Buffer> find(const t_symbol* name) {
  auto& b = state();
  std::lock_guard lock(b.mutex);
  for (const auto& buffer : b.all)
    if (buffer->name == name) return buffer;
  return nullptr;
}

std::shared_ptr<Buffer> find(const std::string& name) { return find(gensym(name.c_str())); }

std::shared_ptr<Buffer> get(const void* p, const char* function) {
  return std::static_pointer_cast<Buffer>(owner_of(p, Kind::buffer, function));
}

// To the owners of all that refer to the name.
void notify(t_symbol* name, const char* message, Buffer* buffer) {
  auto& b = state();
  std::vector<std::shared_ptr<Reference>> references;
  {
    std::lock_guard lock(b.mutex);
    for (const auto& r : b.references)
      if (r->name == name) references.push_back(r);
  }
  using Notify = t_max_err (*)(void*, t_symbol*, t_symbol*, void*, void*);
  for (const auto& r : references) {
    if (kind_of(r->owner) != Kind::object || kind_of(r.get()) != Kind::buffer_ref) continue;
    if (const auto m = object_getmethod(r->owner, gensym("notify")))
      reinterpret_cast<Notify>(reinterpret_cast<void*>(m))(r->owner, name, gensym(message), buffer,
                                                           nullptr);
  }
}

void poison(std::vector<float>& window) {
  std::fill(window.begin(), window.end(), std::numeric_limits<float>::quiet_NaN());
}

// What was written since the last unlock.
void check(const Buffer& buffer) {
  for (const float sample : buffer.window)
    if (sample == sample) {
      violate("buffer-without-lock", std::string(buffer.name->s_name) + ": written to");
      return;
    }
}

// Runs with the samples, when nobody has locked them.
template <class F>
bool alter(Buffer& buffer, F change) {
  std::unique_lock lock(buffer.mutex);
  buffer.resizing = true;
  const bool free =
      buffer.unlocked.wait_for(lock, std::chrono::seconds(2), [&] { return buffer.locks == 0; });
  buffer.resizing = false;
  if (!free) {
    violate("buffer-locked", std::string(buffer.name->s_name) + ": for two seconds");
    return false;
  }
  change();
  return true;
}

void dirty(std::shared_ptr<Buffer> buffer) {
  {
    std::lock_guard lock(buffer->mutex);
    ++buffer->dirtied;
  }
  auto tell = [buffer] {
    if (kind_of(buffer.get()) == Kind::buffer)
      notify(buffer->name, "buffer_modified", buffer.get());
  };
  if (this_thread() == Thread::main)
    tell();
  else
    on_main(tell);
}

void remove(const std::shared_ptr<Buffer>& buffer) {
  alter(*buffer, [&] { check(*buffer); });
  notify(buffer->name, "globalsymbol_unbinding", buffer.get());
  auto& b = state();
  {
    std::lock_guard lock(b.mutex);
    std::erase(b.all, buffer);
  }
  mark_freed(buffer.get(), "free_buffer");
}

}  // namespace

void create_buffer(const std::string& name, int channels, size_t frames, double sample_rate) {
  auto buffer = std::make_shared<Buffer>();
  buffer->name = gensym(name.c_str());
  buffer->channels = channels;
  buffer->sample_rate = sample_rate;
  buffer->samples.resize(size_t(channels) * frames);
  add_live(buffer.get(), Kind::buffer, buffer);
  auto& b = state();
  {
    std::lock_guard lock(b.mutex);
    b.all.push_back(buffer);
  }
  notify(buffer->name, "globalsymbol_binding", buffer.get());
}

void resize_buffer(const std::string& name, int channels, size_t frames) {
  const auto buffer = find(name);
  if (buffer && alter(*buffer, [&] {
        buffer->channels = channels;
        buffer->samples.assign(size_t(channels) * frames, 0);
      }))
    notify(buffer->name, "buffer_modified", buffer.get());
}

void write_buffer(const std::string& name, const std::vector<float>& samples, size_t offset) {
  const auto buffer = find(name);
  if (buffer && alter(*buffer, [&] {
        const auto room = buffer->samples.size() - std::min(offset, buffer->samples.size());
        std::copy_n(samples.begin(), std::min(samples.size(), room),
                    buffer->samples.end() - ptrdiff_t(room));
      }))
    notify(buffer->name, "buffer_modified", buffer.get());
}

std::vector<float> read_buffer(const std::string& name) {
  const auto buffer = find(name);
  std::vector<float> samples;
  if (buffer) alter(*buffer, [&] { samples = buffer->samples; });
  return samples;
}

void rename_buffer(const std::string& name, const std::string& new_name) {
  const auto buffer = find(name);
  if (!buffer) return;
  notify(buffer->name, "globalsymbol_unbinding", buffer.get());
  {
    std::lock_guard lock(state().mutex);
    buffer->name = gensym(new_name.c_str());
  }
  notify(buffer->name, "globalsymbol_binding", buffer.get());
}

void free_buffer(const std::string& name) {
  if (const auto buffer = find(name)) remove(buffer);
}

bool has_buffer(const std::string& name) { return find(name) != nullptr; }

int buffer_dirtied(const std::string& name) {
  const auto buffer = find(name);
  if (!buffer) return 0;
  std::lock_guard lock(buffer->mutex);
  return buffer->dirtied;
}

void clear_buffers() {
  auto& b = state();
  std::vector<std::shared_ptr<Buffer>> all;
  {
    std::lock_guard lock(b.mutex);
    all = b.all;
  }
  for (const auto& buffer : all) remove(buffer);
  std::lock_guard lock(b.mutex);
  b.references.clear();
}

void* buffer_message(Object* object, t_symbol* selector) {
  const auto buffer = get(object, selector->s_name);
  if (buffer && selector == gensym("dirty")) dirty(buffer);
  return buffer && selector == gensym("getname") ? buffer_getname(object) : nullptr;
}

bool free_buffer_ref(void* p) {
  auto& b = state();
  std::lock_guard lock(b.mutex);
  return std::erase_if(b.references, [&](const auto& r) { return r.get() == p; }) > 0;
}

}  // namespace max_kernel

using namespace max_kernel;

extern "C" {

t_buffer_ref* buffer_ref_new(t_object* self, t_symbol* name) {
  auto r = std::make_shared<Reference>();
  r->owner = self;
  r->name = name;
  r->bound = find(name).get();
  add_live(r.get(), Kind::buffer_ref, r);
  std::lock_guard lock(state().mutex);
  state().references.push_back(r);
  return reinterpret_cast<t_buffer_ref*>(r.get());
}

void buffer_ref_set(t_buffer_ref* x, t_symbol* name) {
  auto* const r = live<Reference>(x, Kind::buffer_ref, "buffer_ref_set");
  if (!r) return;
  const auto buffer = find(name);
  std::lock_guard lock(state().mutex);
  r->name = name;
  r->bound = buffer.get();
}

t_buffer_obj* buffer_ref_getobject(t_buffer_ref* x) {
  auto* const r = live<Reference>(x, Kind::buffer_ref, "buffer_ref_getobject");
  if (!r) return nullptr;
  t_object* bound = nullptr;
  {
    std::lock_guard lock(state().mutex);
    bound = r->bound;
  }
  if (bound && life(bound) != Life::live) {
    violate("use-after-free", "buffer_ref_getobject: its owner did not pass on the notification");
    return nullptr;
  }
  return bound;
}

t_atom_long buffer_ref_exists(t_buffer_ref* x) { return buffer_ref_getobject(x) != nullptr; }

t_max_err buffer_ref_notify(t_buffer_ref* x, t_symbol* s, t_symbol* msg, void* sender, void*) {
  auto* const r = live<Reference>(x, Kind::buffer_ref, "buffer_ref_notify");
  if (!r) return MAX_ERR_INVALID_PTR;
  if (this_thread() != Thread::main) violate("wrong-thread", "buffer_ref_notify");
  std::lock_guard lock(state().mutex);
  if (msg == gensym("globalsymbol_binding") && s == r->name)
    r->bound = static_cast<t_object*>(sender);
  else if (msg == gensym("globalsymbol_unbinding") && sender == r->bound)
    r->bound = nullptr;
  return MAX_ERR_NONE;
}

t_symbol* buffer_getname(t_buffer_obj* buffer) {
  const auto b = get(buffer, "buffer_getname");
  std::lock_guard lock(state().mutex);
  return b ? b->name : gensym("");
}

float* buffer_locksamples(t_buffer_obj* buffer) {
  const auto b = get(buffer, "buffer_locksamples");
  if (!b) return nullptr;
  std::lock_guard lock(b->mutex);
  if (b->resizing || b->samples.empty()) return nullptr;
  if (b->locks++ == 0) {
    check(*b);
    b->window = b->samples;
  }
  return b->window.data();
}

void buffer_unlocksamples(t_buffer_obj* buffer) {
  const auto b = get(buffer, "buffer_unlocksamples");
  if (!b) return;
  std::lock_guard lock(b->mutex);
  if (b->locks == 0) {
    violate("buffer-without-lock", std::string(b->name->s_name) + ": unlocked twice");
    return;
  }
  if (--b->locks > 0) return;
  b->samples = b->window;
  poison(b->window);
  b->unlocked.notify_all();
}

t_atom_long buffer_getchannelcount(t_buffer_obj* buffer) {
  const auto b = get(buffer, "buffer_getchannelcount");
  if (!b) return 0;
  std::lock_guard lock(b->mutex);
  return b->channels;
}

t_atom_long buffer_getframecount(t_buffer_obj* buffer) {
  const auto b = get(buffer, "buffer_getframecount");
  if (!b) return 0;
  std::lock_guard lock(b->mutex);
  return t_atom_long(b->samples.size() / size_t(std::max(1, b->channels)));
}

t_atom_float buffer_getsamplerate(t_buffer_obj* buffer) {
  const auto b = get(buffer, "buffer_getsamplerate");
  return b ? b->sample_rate : 0;
}

t_max_err buffer_setdirty(t_buffer_obj* buffer) {
  const auto b = get(buffer, "buffer_setdirty");
  if (!b) return MAX_ERR_INVALID_PTR;
  dirty(b);
  return MAX_ERR_NONE;
}
}

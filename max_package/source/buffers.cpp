#include "buffers.h"

#include <algorithm>

#include "nn/error.h"

namespace maxmsp {
namespace {

constexpr int64_t kMostNumbers = int64_t{1} << 31;

}  // namespace

nn::BufferValue read_buffer(t_buffer_ref* reference, t_symbol* name) {
  t_buffer_obj* const buffer = reference ? buffer_ref_getobject(reference) : nullptr;
  if (!buffer) throw nn::Error("There is no buffer~ '" + std::string(name->s_name) + "'.");
  const float* const samples = buffer_locksamples(buffer);
  if (!samples)
    throw nn::Error("buffer~ '" + std::string(name->s_name) + "' is empty, or being changed.");
  nn::BufferValue value;
  // As long as it is locked nobody resizes it.
  const auto channels = static_cast<int64_t>(buffer_getchannelcount(buffer));
  const auto frames = static_cast<int64_t>(buffer_getframecount(buffer));
  if (channels > 0 && frames > 0 && frames <= kMostNumbers / channels) {
    value.channels = static_cast<int>(channels);
    value.frames = frames;
    value.sample_rate = static_cast<int>(buffer_getsamplerate(buffer));
    value.data.resize(static_cast<size_t>(channels * frames));
    float* to = value.data.data();
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t f = 0; f < frames; ++f) *to++ = samples[f * channels + c];
  }
  buffer_unlocksamples(buffer);
  if (value.channels == 0)
    throw nn::Error("buffer~ '" + std::string(name->s_name) + "' has no samples.");
  return value;
}

nn::TensorValue read_array(t_symbol* name) {
  using Find = t_atomarray* (*)(t_symbol*);
  using Release = t_max_err (*)(t_atomarray*);
  static const auto find = reinterpret_cast<Find>(look_up("arrayobj_findregistered_retain"));
  static const auto release = reinterpret_cast<Release>(look_up("arrayobj_release"));
  if (!find || !release) throw nn::Error("Arrays need Max 8.6 or later.");
  t_atomarray* const array = find(name);
  if (!array) throw nn::Error("There is no array '" + std::string(name->s_name) + "'.");
  long count = 0;
  t_atom* atoms = nullptr;
  atomarray_getatoms(array, &count, &atoms);
  nn::TensorValue value{{count}, {}};
  bool numbers = true;
  for (long i = 0; i < count; ++i) {
    numbers &= is_number(atoms[i]);
    value.data.push_back(numbers ? static_cast<float>(atom_getfloat(&atoms[i])) : 0.f);
  }
  release(array);
  if (!numbers)
    throw nn::Error("Array '" + std::string(name->s_name) + "' holds more than numbers.");
  return value;
}

nn::BufferValue BufferWatch::bind(const std::string& key, t_symbol* name) {
  auto fresh = std::make_shared<Binding>();
  fresh->key = key;
  fresh->name = name;
  fresh->reference.reset(buffer_ref_new(owner_, name));
  auto value = read_buffer(fresh->reference.get(), name);  // before what was bound is let go of
  Bindings old;
  {
    const std::lock_guard lock(lock_);
    const auto same = std::stable_partition(bindings_.begin(), bindings_.end(),
                                            [&](const auto& b) { return b->key != key; });
    old.assign(same, bindings_.end());
    bindings_.erase(same, bindings_.end());
    bindings_.push_back(std::move(fresh));
  }
  return value;
}

void BufferWatch::clear() {
  Bindings old;  // ends after the lock
  const std::lock_guard lock(lock_);
  old.swap(bindings_);
}

nn::BufferValue BufferWatch::read(const std::string& key) {
  for (const auto& b : bindings_)
    if (b->key == key) return read_buffer(b->reference.get(), b->name);
  throw nn::Error("Nothing is bound to '" + key + "'.");
}

void BufferWatch::notify(t_symbol* sender_name, t_symbol* message, void* sender, void* data) {
  static t_symbol* const modified = gensym("buffer_modified");
  static t_symbol* const bound = gensym("globalsymbol_binding");
  static t_symbol* const unbound = gensym("globalsymbol_unbinding");
  Bindings all;
  {
    const std::lock_guard lock(lock_);
    all = bindings_;
  }
  for (const auto& b : all) {
    const t_buffer_obj* const before = buffer_ref_getobject(b->reference.get());
    buffer_ref_notify(b->reference.get(), sender_name, message, sender, data);
    const t_buffer_obj* const now = buffer_ref_getobject(b->reference.get());
    const bool ours = sender == before || sender == now || sender_name == b->name;
    if (!ours) continue;
    if (message == unbound) b->changed = false, b->gone = true;
    if (message == bound || message == modified) b->gone = false, b->changed = true;
  }
}

std::vector<BufferWatch::Item> BufferWatch::take_news() {
  std::vector<Item> news;
  for (const auto& b : bindings_) {
    if (b->gone.exchange(false)) news.push_back({b->key, b->name, News::gone});
    if (b->changed.exchange(false)) news.push_back({b->key, b->name, News::changed});
  }
  return news;
}

}  // namespace maxmsp

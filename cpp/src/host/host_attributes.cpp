// What a host does with its model's attributes and buffers.
#include <chrono>
#include <utility>

#include "nn/error.h"
#include "nn/host.h"

namespace nn {

template <typename Sample>
void Host<Sample>::set(const std::string& attribute, Values values) {
  const std::lock_guard lock(control_);
  engine().attribute(attribute);  // throws when there is none
  const Attribute& known = *engine().model().contract().attribute(attribute);
  if (!known.writable) throw Error("Attribute '" + attribute + "' cannot be set.");
  if (values.size() != known.types.size())
    throw Error("Attribute '" + attribute + "' takes " + std::to_string(known.types.size()) +
                (known.types.size() == 1 ? " value" : " values") + ", not " +
                std::to_string(values.size()) + ".");
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = as_type(values[i], known.types[i], attribute);
  apply(was_set_.add(attribute, std::move(values)));
}

template <typename Sample>
void Host<Sample>::apply(const std::shared_ptr<AttributeRecord::Entry>& entry) {
  post([engine = &engine(), entry] {
    // Another thread may read the state meanwhile: it must not look refused while it waits.
    try {
      engine->set_attribute(entry->attribute, entry->values);
    } catch (...) {
      entry->state = AttributeRecord::Entry::refused;
      throw;
    }
    entry->state = AttributeRecord::Entry::taken;
  });
}

template <typename Sample>
std::future<Values> Host<Sample>::ask(const std::string& attribute) {
  const std::lock_guard lock(control_);
  engine().attribute(attribute);  // throws when there is none
  if (!engine().model().contract().attribute(attribute)->readable)
    throw Error("Attribute '" + attribute + "' cannot be read.");
  auto answer = std::make_shared<std::promise<Values>>();
  auto future = answer->get_future();
  post([engine = &engine(), attribute, answer] {
    try {
      engine->refresh(attribute);
      answer->set_value(engine->attribute(attribute));
    } catch (...) {
      answer->set_exception(std::current_exception());
    }
  });
  // Nobody else would while no audio runs; while it does, the next block applies it.
  if (!options_.live || !stream_->playing()) stream_->flush();
  return future;
}

template <typename Sample>
Values Host<Sample>::get(const std::string& attribute, bool now) {
  if (now) try {
      auto answer = ask(attribute);
      if (answer.wait_for(std::chrono::seconds(1)) == std::future_status::ready)
        return answer.get();
    } catch (const std::future_error&) {
      // Another model was loaded before the command had its turn.
    }
  const std::lock_guard lock(control_);
  const Values values = engine().attribute(attribute);
  if (!engine().model().contract().attribute(attribute)->readable)
    throw Error("Attribute '" + attribute + "' cannot be read.");
  return values;
}

template <typename Sample>
void Host<Sample>::set_buffer(const std::string& key, BufferValue value) {
  const std::lock_guard lock(control_);
  was_set_.replace_buffer(key, value);
  post([engine = &engine(), key, value = std::move(value)] { engine->set_buffer(key, value); });
}

template <typename Sample>
void Host<Sample>::clear_buffer(const std::string& key) {
  const std::lock_guard lock(control_);
  was_set_.replace_buffer(key, {});
  post([engine = &engine(), key] { engine->clear_buffer(key); });
}

template void Host<float>::set(const std::string&, Values);
template void Host<float>::apply(const std::shared_ptr<AttributeRecord::Entry>&);
template std::future<Values> Host<float>::ask(const std::string&);
template Values Host<float>::get(const std::string&, bool);
template void Host<float>::set_buffer(const std::string&, BufferValue);
template void Host<float>::clear_buffer(const std::string&);

template void Host<double>::set(const std::string&, Values);
template void Host<double>::apply(const std::shared_ptr<AttributeRecord::Entry>&);
template std::future<Values> Host<double>::ask(const std::string&);
template Values Host<double>::get(const std::string&, bool);
template void Host<double>::set_buffer(const std::string&, BufferValue);
template void Host<double>::clear_buffer(const std::string&);

}  // namespace nn

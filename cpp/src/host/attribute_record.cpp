#include "nn/attribute_record.h"

#include <set>
#include <utility>

namespace nn {

std::shared_ptr<AttributeRecord::Entry> AttributeRecord::add(const std::string& attribute,
                                                             Values values) {
  auto entry = std::make_shared<Entry>();
  entry->attribute = attribute;
  entry->values = std::move(values);
  entries_.push_back(entry);
  forget_overtaken();
  return entry;
}

void AttributeRecord::forget_overtaken() {
  std::set<std::string> taken;
  for (size_t i = entries_.size(); i-- > 0;) {
    const Entry& entry = *entries_[i];
    if (taken.contains(entry.attribute) || entry.state == Entry::refused)
      entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
    else if (entry.state == Entry::taken)
      taken.insert(entry.attribute);
  }
}

void AttributeRecord::replace_buffer(const std::string& key, const BufferValue& value) {
  const auto hash = key.rfind('#');
  const std::string attribute = key.substr(0, hash), element = key.substr(hash + 1);
  for (size_t i = entries_.size(); i-- > 0;) {
    const Entry& entry = *entries_[i];
    if (entry.attribute != attribute || entry.state == Entry::refused) continue;
    Values values = entry.values;
    for (size_t e = 0; e < values.size(); ++e)
      if (element == std::to_string(e)) values[e] = value;
    add(attribute, std::move(values))->state = Entry::taken;
    return forget_overtaken();
  }
}

std::vector<std::shared_ptr<AttributeRecord::Entry>> AttributeRecord::standing() {
  forget_overtaken();
  return entries_;
}

}  // namespace nn

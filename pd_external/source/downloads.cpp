#include "downloads.h"

#include <memory>

#include "nn/error.h"

namespace pd {
namespace {

std::string symbol_of(const Atoms& atoms, size_t at, const char* what) {
  if (at >= atoms.size() || atoms[at].a_type != A_SYMBOL)
    throw nn::Error(std::string(what) + " is a word" +
                    (at < atoms.size() ? ", not '" + text_of(atoms[at]) + "'." : "."));
  return text_of(atoms[at]);
}

}  // namespace

void Downloads::list(std::function<void(const std::vector<nn::ModelCard>&)> then) {
  chores_.post([then](const std::atomic<bool>& cancelled) {
    const auto cards = nn::list_models({}, {{}, &cancelled});
    return [then, cards] { then(cards); };
  });
}

void Downloads::download(const Atoms& atoms, const std::filesystem::path& folder,
                         std::function<void(const nn::DownloadResult&)> then) {
  if (atoms.empty() || atoms.size() > 2)
    throw nn::Error("download takes a card `source/type/name` and perhaps a new name.");
  const std::string card = symbol_of(atoms, 0, "A card");
  nn::DownloadOptions options;
  if (atoms.size() == 2) options.new_name = symbol_of(atoms, 1, "A model's new name");
  nn::parse_card(card);
  if (!options.new_name.empty()) nn::model_file_name(options.new_name);

  owner_.notice("downloading " + card + " …");
  chores_.post([=, owner = &owner_](const std::atomic<bool>& cancelled) mutable {
    options.control.cancel = &cancelled;
    const auto result = nn::download_model({}, card, folder, options);
    return [owner, card, result, then] {
      owner->notice(card + (result.already_there ? " is already there: " : " has arrived: ") +
                    result.path.string());
      then(result);
    };
  });
}

std::filesystem::path Downloads::remove(const Atoms& atoms, const std::filesystem::path& folder) {
  if (atoms.size() != 1) throw nn::Error("remove takes the name or card of one model.");
  const auto path = nn::remove_model(folder, symbol_of(atoms, 0, "A model's name"));
  owner_.notice("removed " + path.string());
  return path;
}

}  // namespace pd

#include "downloads.h"

#include "nn/error.h"

namespace maxmsp {
namespace {

std::string word_of(const t_atom& atom, const char* what) {
  if (!is_word(atom))
    throw nn::Error(std::string(what) + " is a word, not '" + text_of(atom) + "'.");
  return text_of(atom);
}

// Beside the binary where the system's own cannot be used.
nn::HubConfig config() {
  nn::HubConfig hub;
  const auto own = package_folder() / "support" / "cacert.pem";
  std::error_code failed;
  if (std::filesystem::exists(own, failed)) hub.ca_file = own;
  return hub;
}

}  // namespace

void Downloads::list(std::function<void(const std::vector<nn::ModelCard>&)> then) {
  chores_.post([then](const std::atomic<bool>& cancelled) {
    const auto cards = nn::list_models(config(), {{}, &cancelled});
    return [then, cards] { then(cards); };
  });
}

void Downloads::download(const Atoms& atoms, std::function<void(const nn::DownloadResult&)> then) {
  const std::string card = word_of(atoms.at(0), "A card");
  nn::DownloadOptions options;
  if (atoms.size() > 1) options.new_name = word_of(atoms[1], "A model's new name");
  nn::parse_card(card);
  if (!options.new_name.empty()) nn::model_file_name(options.new_name);

  owner_.notice("downloading " + card + " …");
  chores_.post([=, owner = &owner_](const std::atomic<bool>& cancelled) mutable {
    options.control.cancel = &cancelled;
    const auto result = nn::download_model(config(), card, models_folder(), options);
    return [owner, card, result, then] {
      owner->notice(card + (result.already_there ? " is already there: " : " has arrived: ") +
                    text_of(result.path));
      then(result);
    };
  });
}

std::filesystem::path Downloads::remove(const Atoms& atoms) {
  const auto path = nn::remove_model(models_folder(), word_of(atoms.at(0), "A model's name"));
  owner_.notice("removed " + text_of(path));
  return path;
}

}  // namespace maxmsp

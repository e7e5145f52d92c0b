#include <optional>
#include <thread>

#include "net/archive_end.h"
#include "net/fetch.h"
#include "net/part_file.h"
#include "net/part_record.h"
#include "net/pulse.h"
#include "net/text.h"
#include "nn/hub.h"

namespace nn {
namespace {

namespace fs = std::filesystem;
using net::Response;

fs::path utf8(const std::string& text) { return fs::path(std::u8string(text.begin(), text.end())); }

// Where everything of one model lies.
struct Places {
  fs::path target, part, record;
  Places(const fs::path& dir, const std::string& file)
      : target(dir / utf8(file)),
        part(dir / utf8("." + file + ".part")),
        record(dir / utf8("." + file + ".part.json")) {}
};

// Size of a file of that name; 0 for none. An Error for a folder or the like.
std::uint64_t existing_size(const fs::path& path) {
  std::error_code ignored;
  const auto kind = fs::status(path, ignored).type();
  if (kind == fs::file_type::not_found || kind == fs::file_type::none) return 0;
  if (kind != fs::file_type::regular) {
    throw Error(net::show(path) + " exists and is not a file, so no model can be put there.");
  }
  const auto size = fs::file_size(path, ignored);
  return ignored ? 0 : size;
}

// Leaves nothing behind when nothing has arrived.
void tidy(net::PartFile& part, const Places& places, bool all) noexcept {
  try {
    if (part.gone() || (!all && part.size() > 0)) return;
  } catch (const Error&) {
    return;
  }
  std::error_code ignored;
  fs::remove(places.record, ignored);
  part.discard();
}

class Download {
 public:
  Download(const HubConfig& config, const ModelCard& card, const Places& places,
           net::PartFile& part, net::Pulse& pulse)
      : config_(config),
        card_(card.str()),
        url_(download_url(config.root, card_)),
        places_(places),
        part_(part),
        pulse_(pulse) {}

  // Brings the part file to the end. Returns the bytes that did not have to be fetched again.
  std::uint64_t run() {
    // A part that the server's answer does not fit is dropped, and then there is nothing to resume.
    if (!attempt(true)) attempt(false);
    pulse_.beat(done_, total_ != 0 ? total_ : done_, true);
    if (total_ != 0 && done_ < total_) {
      throw Error(
          "The connection broke before the whole model had arrived; ask again to go on "
          "from there.");
    }
    if (done_ == 0) throw Error("The model server sent an empty file for " + card_ + ".");
    if ((total_ != 0 && done_ != total_) || !net::is_whole_archive(part_)) {
      tidy(part_, places_, true);
      not_a_model();
    }
    return kept_;
  }

 private:
  // False when the part must be fetched anew from its start.
  bool attempt(bool may_resume) {
    const auto record = net::read_record(places_.record);
    done_ = kept_ = total_ = 0;
    net::Request request{.url = url_, .range = {}, .headers = {}};
    if (may_resume && record && record->url == url_ && !record->validator.empty()) {
      done_ = kept_ = part_.size();
    }
    if (kept_ > 0) {
      total_ = record->total;
      if (kept_ == total_) return true;  // interrupted at the very end
      request.range = std::to_string(kept_) + "-";
      request.headers.push_back("If-Range: " + record->validator);
    }
    const net::Listener listener{
        .on_response =
            [&](const Response& response) {
              if (kept_ == 0) return begin(response);
              if (response.status == 206) return resume(response, *record);
              if (response.status == 416) return false;
              return begin(response);
            },
        .on_body = [&](std::span<const char> bytes) { take(bytes); },
        .on_turn = [&] { pulse_.beat(done_, total_); },
    };
    return net::fetch(config_, request, listener);
  }

  // The server goes on where the part ends, or (false) with something else.
  bool resume(const Response& response, const net::PartRecord& record) {
    const auto range = net::parse_content_range(response.range);
    const auto now = net::record_of(url_, response);
    const bool same = range && range->first == kept_ &&
                      (now.validator.empty() || now.validator == record.validator) &&
                      (record.total == 0 || range->total == 0 || range->total == record.total);
    if (!same) return false;
    if (range->total != 0) total_ = range->total;
    if (total_ > config_.max_bytes) too_large();
    return true;
  }

  // The server sends the whole file.
  bool begin(const Response& response) {
    if (response.status != 200) refuse(response.status);
    if (response.length.value_or(0) > config_.max_bytes) too_large();
    coming_ = net::record_of(url_, response);
    done_ = kept_ = 0;
    total_ = coming_->total;
    return true;
  }

  void take(std::span<const char> bytes) {
    if (bytes.empty()) return;
    if (coming_) {
      // An error page must not cost us what an earlier download left. Its type says little: simple
      // servers call everything text/html.
      if (bytes[0] == '<') {
        throw Error("The model server answered with a web page instead of the model " + card_ +
                    ".");
      }
      if (bytes[0] != 'P') not_a_model();  // a zip archive begins with PK
      part_.clear();  // first, so that a record never stands beside another file's bytes
      net::write_record(places_.record, *coming_);
      coming_.reset();
    }
    if (done_ + bytes.size() > config_.max_bytes) {
      tidy(part_, places_, true);
      too_large();
    }
    part_.append(bytes);
    done_ += bytes.size();
  }

  [[noreturn]] void not_a_model() {
    throw Error("What the model server sent for " + card_ +
                " is not a whole model, so it was thrown away.");
  }

  [[noreturn]] void refuse(long status) {
    if (status == 404) throw Error("The model server has no model " + card_ + ".");
    throw Error("The model server refused the model " + card_ + " (HTTP status " +
                std::to_string(status) + ").");
  }

  [[noreturn]] void too_large() {
    throw Error("The model " + card_ + " is larger than the " + std::to_string(config_.max_bytes) +
                " bytes allowed.");
  }

  const HubConfig& config_;
  const std::string card_;
  const std::string url_;
  const Places& places_;
  net::PartFile& part_;
  net::Pulse& pulse_;
  std::uint64_t done_ = 0, total_ = 0, kept_ = 0;  // bytes: there now, expected, resumed
  std::optional<net::PartRecord> coming_;          // of a whole file of which nothing came yet
};

void make_folder(const fs::path& dir) {
  std::error_code failed;
  fs::create_directories(dir, failed);
  std::error_code ignored;
  if (!fs::is_directory(dir, ignored)) {
    throw Error("The folder " + net::show(dir) + " cannot be made" +
                (failed ? " (" + failed.message() + ")." : std::string(".")));
  }
}

fs::path absolute_folder(const fs::path& dir) {
  std::error_code failed;
  const auto path = fs::absolute(dir, failed);
  if (dir.empty() || failed) throw Error("No folder was given for the model.");
  for (const auto& part : path) {
    if (part == "..") return path;  // behind a link, `..` is not what its text says
  }
  return path.lexically_normal();
}

}  // namespace

DownloadResult download_model(const HubConfig& config, std::string_view card_text,
                              const fs::path& dir, const DownloadOptions& options) {
  const ModelCard card = parse_card(card_text);
  const auto& name = options.new_name.empty() ? card.name : options.new_name;
  download_url(config.root, card_text);  // a bad address must fail before anything touches the disk
  const Places places(absolute_folder(dir), model_file_name(name));
  net::Pulse pulse(options.control, config.total_timeout,
                   "The download of " + card.str() + " was stopped; ask again to resume it.");
  const auto found = [&] { return options.overwrite ? 0 : existing_size(places.target); };
  existing_size(places.target);  // a folder there is refused even when overwriting
  if (const auto size = found()) return {places.target, true, size, 0};
  make_folder(places.target.parent_path());

  auto part = net::PartFile::try_open(places.part);
  while (part == nullptr) {  // another thread or program fetches the same file
    pulse.beat(0, 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    part = net::PartFile::try_open(places.part);
  }
  try {
    if (const auto size = found()) {  // and it has arrived
      tidy(*part, places, false);
      return {places.target, true, size, 0};
    }
    const auto kept = Download(config, card, places, *part, pulse).run();
    const auto size = part->size();
    part->publish(places.target);
    std::error_code ignored;
    fs::remove(places.record, ignored);
    return {places.target, false, size, kept};
  } catch (...) {
    tidy(*part, places, false);
    throw;
  }
}

fs::path remove_model(const fs::path& dir, std::string_view name) {
  const bool is_card = name.find('/') != name.npos;
  const std::string file = model_file_name(is_card ? parse_card(name).name : std::string(name));
  const Places places(absolute_folder(dir), file);
  std::error_code failed;
  const auto kind = fs::symlink_status(places.target, failed).type();
  if (kind != fs::file_type::regular && kind != fs::file_type::not_found) {
    throw Error(net::show(places.target) + " is not a plain file, so it was not deleted.");
  }
  bool deleted = fs::remove(places.target, failed);
  if (failed) {
    throw Error("The model " + net::show(places.target) + " cannot be deleted (" +
                failed.message() + ").");
  }
  // The rest of an interrupted download, unless someone is at work on it.
  if (fs::symlink_status(places.part, failed).type() == fs::file_type::regular) {
    if (auto part = net::PartFile::try_open(places.part)) {
      tidy(*part, places, true);
      deleted = true;
    }
  }
  if (!deleted) throw Error("There is no model " + net::show(places.target) + ".");
  return places.target;
}

}  // namespace nn

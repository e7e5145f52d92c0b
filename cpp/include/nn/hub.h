// The model hub: list, fetch and delete models. No torch here, and no state besides files.
//
// Every call blocks and may be made from any thread, several at once; a frontend calls from a
// thread of its own, never from audio. Every failure is one nn::Error. Text is UTF-8.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nn/error.h"

namespace nn {

// The address in the environment variable NN_HUB_ROOT, or else the public hub of IRCAM's forum.
std::string default_hub_root();

struct HubConfig {
  std::string root = default_hub_root();  // https://…; http:// only for a server of one's own
  double connect_timeout = 15;            // seconds until the server must have answered the call
  double stall_timeout = 30;              // seconds that may pass with (almost) nothing arriving
  double total_timeout = 6 * 3600;  // seconds for the whole request, waiting included; 0: none
  std::uint64_t max_bytes = std::uint64_t{4} << 30;  // a larger model is refused
  // Certificate authorities (PEM). Empty: SSL_CERT_FILE, CURL_CA_BUNDLE, then the system's own.
  std::filesystem::path ca_file;
};

// How the caller follows a request and stops it. `progress` runs on the calling thread about ten
// times a second, also while nothing arrives; total is 0 while unknown; false stops the request.
// `cancel`, set from any thread, stops it too. Either takes effect within about 0.1 s; both make
// the call throw nn::Error. What `progress` itself throws comes out of the call unchanged.
struct HubControl {
  std::function<bool(std::uint64_t done, std::uint64_t total)> progress;
  const std::atomic<bool>* cancel = nullptr;
};

// One model of the hub, written `source/type/name`, e.g. `ircam/rave/isis`.
struct ModelCard {
  std::string source, type, name;
  std::map<std::string, std::string> info;  // whatever the server tells, control characters removed
  std::string str() const { return source + "/" + type + "/" + name; }
};

struct DownloadOptions {
  std::string new_name;    // file name to use instead of the card's last part; `.ts` optional
  bool overwrite = false;  // false: a non-empty file of that name is left as it is
  HubControl control;
};

struct DownloadResult {
  std::filesystem::path path;      // absolute
  bool already_there = false;      // nothing was downloaded
  std::uint64_t bytes = 0;         // size of the file
  std::uint64_t resumed_from = 0;  // bytes kept from an earlier, interrupted download
};

// All models of the hub, sorted by card. Names unfit for a card are left out.
std::vector<ModelCard> list_models(const HubConfig& config = {}, const HubControl& control = {});

// Fetches the model `source/type/name` into `dir` (created if needed) as `<name>.ts`. The file
// appears complete or not at all. What arrived before a failure or a stop waits beside it in
// `.<name>.ts.part` and is resumed by the next call, unless the server's file has changed. While
// another program downloads the same file, this one waits for it.
DownloadResult download_model(const HubConfig& config, std::string_view card,
                              const std::filesystem::path& dir,
                              const DownloadOptions& options = {});

// Deletes `<name>.ts` in `dir`, and what an interrupted download of it left. `name` may be a card.
// Only a plain file goes: never a folder, a link, or anything outside `dir`. Needs no network.
// Returns the path of the model; an Error when there is nothing to delete.
std::filesystem::path remove_model(const std::filesystem::path& dir, std::string_view name);

// The pure parts, public so that frontends can check what they are given before they start a
// thread.

// Splits `source/type/name`; an Error unless it is three names fit for a file.
ModelCard parse_card(std::string_view card);
// `name` → `name.ts` (kept if it ends so already); an Error for separators, `..`, leading dots,
// control or invisible characters, names reserved by Windows, more than 180 bytes, not UTF-8.
std::string model_file_name(std::string_view name);
// Addresses to GET, `root` checked and completed, the card checked and percent-encoded.
std::string models_url(std::string_view root);
std::string download_url(std::string_view root, std::string_view card);
// The server's JSON `{source: {type: {name: {info…}}}}` → cards. An Error for anything else.
std::vector<ModelCard> parse_model_list(std::string_view json);

}  // namespace nn

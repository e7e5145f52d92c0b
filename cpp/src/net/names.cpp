// Names of models and addresses of the hub. A name from the network or from a patch becomes a file
// name, so what passes here must be harmless on every file system a musician copies it to.
#include <cstdlib>
#include <string>

#include "net/text.h"
#include "nn/hub.h"

namespace nn {
namespace {

constexpr std::size_t longest_name = 180;  // 255 bytes less room for `.`, `.ts`, `.part.json`

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

bool ends_in_ts(std::string_view name) {
  return name.size() > 3 && lower(name.substr(name.size() - 3)) == ".ts";
}

// CON, NUL, COM1 and so on open devices on Windows, whatever extension follows.
bool is_windows_device(std::string_view name) {
  std::string stem = lower(name.substr(0, name.find('.')));
  while (!stem.empty() && stem.back() == ' ') stem.pop_back();
  for (const char* device : {"con", "prn", "aux", "nul", "conin$", "conout$"}) {
    if (stem == device) return true;
  }
  if (!stem.starts_with("com") && !stem.starts_with("lpt")) return false;
  const std::string port = stem.substr(3);
  if (port.size() == 1) return port[0] >= '0' && port[0] <= '9';
  return port == "\xC2\xB9" || port == "\xC2\xB2" || port == "\xC2\xB3";  // superscript 1 to 3
}

// Why `name` cannot be a file name; empty when it can.
std::string flaw_of(std::string_view name) {
  if (name.empty()) return "it is empty";
  if (name.size() > longest_name) return "it is too long";
  if (name.front() == '.') return "it begins with a dot";
  if (name.front() == '-') return "it begins with a dash";
  if (name.front() == ' ' || name.back() == ' ') return "it begins or ends with a space";
  if (name.back() == '.') return "it ends with a dot";
  for (std::size_t at = 0; at < name.size();) {
    const long c = net::next_code_point(name, at);
    if (c < 0) return "it is not text in UTF-8";
    if (!net::is_visible(c)) return "it holds an invisible character";
    if (c < 0x80 &&
        std::string_view("/\\:*?\"<>|").find(static_cast<char>(c)) != std::string::npos) {
      return std::string("it holds the character ") + static_cast<char>(c);
    }
  }
  if (is_windows_device(name)) return "Windows reserves it";
  return {};
}

void check_name(std::string_view name, const char* what) {
  const std::string flaw = flaw_of(name);
  if (!flaw.empty()) {
    throw Error("\"" + net::printable(name, 80) + "\" cannot be " + what + ": " + flaw + ".");
  }
}

// The root with a slash at its end, fit to be followed by a path and a query.
std::string checked_root(std::string_view root) {
  const std::string scheme = lower(root.substr(0, root.find("://")));
  const bool known = scheme == "https" || scheme == "http";
  const auto rest = known && root.size() > scheme.size() + 3 ? root.substr(scheme.size() + 3) : "";
  bool fit = !rest.empty() && rest.front() != '/';
  for (const char c : rest) {
    fit = fit && c > 0x20 && c < 0x7F && std::string_view("?#@\\\"<>").find(c) == std::string::npos;
  }
  if (!fit) {
    throw Error("\"" + net::printable(root, 80) +
                "\" cannot be the address of a model server: it must look like "
                "https://server/folder/.");
  }
  std::string out = scheme + "://" + std::string(rest);
  if (out.back() != '/') out += '/';
  return out;
}

// Percent-encoding for a query (RFC 3986 §2.1). The slash is legal there and stays, as hubs expect
// it.
std::string escape_query(std::string_view text) {
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const char l = lower(c);
    if ((l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') ||
        std::string_view("-._~/").find(c) != std::string::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', hex[byte >> 4], hex[byte & 15]};
    }
  }
  return out;
}

}  // namespace

std::string default_hub_root() {
  const char* root = std::getenv("NN_HUB_ROOT");
  return root != nullptr && *root != '\0' ? root : "https://play.forum.ircam.fr/rave-vst-api/";
}

ModelCard parse_card(std::string_view card) {
  const auto first = card.find('/');
  const auto second = first == std::string_view::npos ? first : card.find('/', first + 1);
  if (second == std::string_view::npos || card.find('/', second + 1) != std::string_view::npos) {
    throw Error("\"" + net::printable(card, 80) +
                "\" is not a model of the hub: write source/type/name, for example "
                "ircam/rave/isis.");
  }
  ModelCard out;
  out.source = card.substr(0, first);
  out.type = card.substr(first + 1, second - first - 1);
  out.name = card.substr(second + 1);
  for (const std::string& part : {out.source, out.type, out.name}) {
    check_name(part, "part of a model's card");
  }
  return out;
}

std::string model_file_name(std::string_view name) {
  check_name(name, "the name of a model");
  return ends_in_ts(name) ? std::string(name) : std::string(name) + ".ts";
}

std::string models_url(std::string_view root) { return checked_root(root) + "available_models"; }

std::string download_url(std::string_view root, std::string_view card) {
  return checked_root(root) + "download_model?model=" + escape_query(parse_card(card).str());
}

}  // namespace nn

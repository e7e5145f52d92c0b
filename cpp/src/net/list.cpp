#include "net/fetch.h"
#include "net/pulse.h"
#include "nn/hub.h"

namespace nn {
namespace {
constexpr std::size_t longest_list = 4 << 20;  // bytes; the public hub's has kilobytes
}

std::vector<ModelCard> list_models(const HubConfig& config, const HubControl& control) {
  net::Pulse pulse(control, config.total_timeout, "The list of models was not fetched: stopped.");
  std::string body;
  const net::Listener listener{
      .on_response =
          [](const net::Response& response) {
            if (response.status == 200) return true;
            throw Error("The model server refused its list of models (HTTP status " +
                        std::to_string(response.status) + ").");
          },
      .on_body =
          [&](std::span<const char> bytes) {
            if (body.size() + bytes.size() > longest_list) {
              throw Error("The model server's list of models is too long to be one.");
            }
            body.append(bytes.data(), bytes.size());
          },
      .on_turn = [&] { pulse.beat(body.size(), 0); },
  };
  net::fetch(config, {.url = models_url(config.root), .range = {}, .headers = {}}, listener);
  return parse_model_list(body);
}

}  // namespace nn

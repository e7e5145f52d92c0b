#include "net/fetch.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <exception>

#include "net/certificates.h"
#include "net/pulse.h"
#include "net/signals.h"
#include "net/text.h"

namespace nn::net {
namespace {

// Slower than this over a whole stall_timeout counts as nothing arriving.
constexpr double stalled_bytes_per_second = 64;

// What the C callbacks share. They must not throw: what went wrong is kept and thrown outside.
struct Exchange {
  explicit Exchange(const Listener& to) : listener(to) {}

  const Listener& listener;
  Response response;
  bool answered = false;
  bool wanted = true;
  std::uint64_t received = 0;
  std::exception_ptr failure;

  void answer() {
    if (answered) return;
    answered = true;
    wanted = listener.on_response(response);
  }
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

void read_header(Response& response, std::string_view line) {
  while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ') line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {  // a new answer: after a redirect, or after 100 Continue
    response = {};
    const auto space = line.find(' ');
    if (space != line.npos) {
      std::from_chars(line.data() + space + 1, line.data() + line.size(), response.status);
    }
    return;
  }
  const auto colon = line.find(':');
  if (colon == line.npos) return;
  const std::string name = lower(line.substr(0, colon));
  auto value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  if (name == "content-length") {
    std::uint64_t length = 0;
    const auto end = value.data() + value.size();
    const auto parsed = std::from_chars(value.data(), end, length);
    if (parsed.ec == std::errc{} && parsed.ptr == end) response.length = length;
  } else if (name == "content-type") {
    response.type = lower(value);
  } else if (name == "content-range") {
    response.range = value;
  } else if (name == "etag") {
    response.etag = value;
  } else if (name == "last-modified") {
    response.modified = value;
  }
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  try {
    if (!exchange.answered) read_header(exchange.response, {data, size * count});
    return size * count;
  } catch (...) {
    exchange.failure = std::current_exception();
    return 0;
  }
}

std::size_t on_data(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  try {
    exchange.answer();
    if (!exchange.wanted) return 0;
    exchange.received += size * count;
    exchange.listener.on_body({data, size * count});
    return size * count;
  } catch (...) {
    exchange.failure = std::current_exception();
    return 0;
  }
}

template <class T>
void set(CURL* handle, CURLoption option, T value) {
  if (curl_easy_setopt(handle, option, value) != CURLE_OK) {
    throw Error("This computer's libcurl is too old or lacks https.");
  }
}

void set_protocols(CURL* handle, bool secure) {
#if LIBCURL_VERSION_NUM >= 0x075500
  set(handle, CURLOPT_PROTOCOLS_STR, secure ? "https" : "http,https");
  set(handle, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
#else
  const long allowed = secure ? CURLPROTO_HTTPS : CURLPROTO_HTTP | CURLPROTO_HTTPS;
  set(handle, CURLOPT_PROTOCOLS, allowed);
  set(handle, CURLOPT_REDIR_PROTOCOLS, allowed);
#endif
}

void set_certificates(CURL* handle, const HubConfig& config) {
  set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  const auto file = find_certificates(config);
  if (!file.empty()) {
    const auto text = file.u8string();
    set(handle, CURLOPT_CAINFO, reinterpret_cast<const char*>(text.c_str()));
  }
#if defined(_WIN32) && LIBCURL_VERSION_NUM >= 0x074700
  // OpenSSL builds on Windows find no authorities by themselves.
  if (file.empty()) set(handle, CURLOPT_SSL_OPTIONS, static_cast<long>(CURLSSLOPT_NATIVE_CA));
#endif
}

std::string sentence(CURLcode code, const std::string& host) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "The model server " + host + " cannot be found; is this computer online?";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "The proxy server set on this computer cannot be found.";
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
      return "The model server " + host + " does not answer.";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return "The model server " + host +
             " cannot prove who it is (its certificate is not trusted), so nothing was taken "
             "from it.";
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
      return "The file of certificate authorities cannot be read.";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CERTPROBLEM:
      return "No secure connection to the model server " + host + " could be made.";
    case CURLE_UNSUPPORTED_PROTOCOL:
      return "The model server " + host +
             " pointed to an address without https, so nothing was taken from it.";
    case CURLE_TOO_MANY_REDIRECTS:
      return "The model server " + host + " pointed from one address to another without end.";
    case CURLE_OUT_OF_MEMORY:
      return "There is not enough memory for the download.";
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return "The connection to the model server " + host +
             " broke before everything had arrived; ask again to go on from there.";
    default:
      return "The model server " + host + " could not be read (" +
             printable(curl_easy_strerror(code)) + ").";
  }
}

// Owns the handles of one transfer. A name look-up that hangs is left to end by itself, or it would
// hold a call that was cancelled or timed out for many seconds.
class Transfer {
 public:
  Transfer() : easy_(curl_easy_init()), multi_(curl_multi_init()) {
    if (easy_ == nullptr || multi_ == nullptr) {
      close();
      throw Error("libcurl could not be started.");
    }
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);
#endif
#if LIBCURL_VERSION_NUM >= 0x081400
    curl_multi_setopt(multi_, CURLMOPT_QUICK_EXIT, 1L);
#endif
  }
  ~Transfer() { close(); }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* easy() { return easy_; }
  CURLM* multi() { return multi_; }
  void add_header(const std::string& line) {
    auto* longer = curl_slist_append(headers_, line.c_str());
    if (longer == nullptr) throw Error("There is not enough memory for the download.");
    headers_ = longer;
  }
  curl_slist* headers() { return headers_; }

 private:
  void close() {
    if (multi_ != nullptr && easy_ != nullptr) curl_multi_remove_handle(multi_, easy_);
    if (easy_ != nullptr) curl_easy_cleanup(easy_);
    if (multi_ != nullptr) curl_multi_cleanup(multi_);
    curl_slist_free_all(headers_);
  }

  CURL* easy_;
  CURLM* multi_;
  curl_slist* headers_ = nullptr;
};

void start_libcurl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);  // once, thread-safe
  if (started != CURLE_OK) throw Error("libcurl could not be started.");
}

// Runs the transfer, stepping out every 0.05 s at least. Returns libcurl's verdict.
CURLcode run(Transfer& transfer, Exchange& exchange, const HubConfig& config,
             const std::string& host) {
  const auto enough = static_cast<std::uint64_t>(
      std::clamp(stalled_bytes_per_second * config.stall_timeout, 1.0, 1e12));
  std::uint64_t mark = 0;
  auto marked = Clock::now();
  auto turned = marked;
  for (;;) {
    int running = 0;
    auto state = curl_multi_perform(transfer.multi(), &running);
    if (exchange.failure) std::rethrow_exception(exchange.failure);
    int left = 0;
    while (const auto* message = curl_multi_info_read(transfer.multi(), &left)) {
      if (message->msg == CURLMSG_DONE) return message->data.result;
    }
    exchange.listener.on_turn();
    curl_off_t connected = 0;
    curl_easy_getinfo(transfer.easy(), CURLINFO_PRETRANSFER_TIME_T, &connected);
    const auto now = Clock::now();
    // The connecting has its own limit; a process that was suspended must not count as a stall.
    if (connected == 0 || exchange.received - mark >= enough ||
        now - turned > std::chrono::seconds(1)) {
      mark = exchange.received;
      marked = now;
    }
    turned = now;
    if (now - marked > seconds(config.stall_timeout)) {
      throw Error("The model server " + host + " stopped sending; ask again to go on from there.");
    }
    if (state == CURLM_OK) state = curl_multi_poll(transfer.multi(), nullptr, 0, 50, nullptr);
    if (state != CURLM_OK) throw Error("The download could not be run by libcurl.");
  }
}

}  // namespace

bool fetch(const HubConfig& config, const Request& request, const Listener& listener) {
  if (!(config.connect_timeout > 0) || !(config.stall_timeout > 0) ||
      !(config.total_timeout >= 0)) {
    throw Error("A time limit of the model hub must be a positive number of seconds.");
  }
  start_libcurl();
  const NoBrokenPipe quiet;
  Exchange exchange(listener);
  Transfer transfer;  // after what its callbacks use
  CURL* handle = transfer.easy();
  const std::string host = host_of(request.url);

  set(handle, CURLOPT_URL, request.url.c_str());
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set_protocols(handle, request.url.starts_with("https:"));
  set_certificates(handle, config);
  set(handle, CURLOPT_FOLLOWLOCATION, 1L);
  set(handle, CURLOPT_MAXREDIRS, 5L);
  set(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(handle, CURLOPT_CONNECTTIMEOUT_MS,
      std::max(1L, static_cast<long>(std::min(config.connect_timeout, 1e6) * 1000)));
  set(handle, CURLOPT_USERAGENT, "nn_tilde");
  transfer.add_header("Accept-Encoding: identity");  // byte ranges count bytes of the file itself
  for (const std::string& line : request.headers) transfer.add_header(line);
  set(handle, CURLOPT_HTTPHEADER, transfer.headers());
  if (!request.range.empty()) set(handle, CURLOPT_RANGE, request.range.c_str());
  set(handle, CURLOPT_HEADERFUNCTION, &on_header);
  set(handle, CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
  set(handle, CURLOPT_WRITEFUNCTION, &on_data);
  set(handle, CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
  if (curl_multi_add_handle(transfer.multi(), handle) != CURLM_OK) {
    throw Error("The download could not be run by libcurl.");
  }
  const CURLcode code = run(transfer, exchange, config, host);
  if (!exchange.wanted) return false;
  if (code != CURLE_OK) throw Error(sentence(code, host));
  exchange.answer();
  return exchange.wanted;
}

}  // namespace nn::net

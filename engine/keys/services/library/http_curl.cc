// A request as libcurl makes it.
#include "keys/services/http.h"

#include <signal.h>

#include <algorithm>
#include <cerrno>

#include "keys/services/library/curl_library.h"

namespace coffer::keys {
namespace {

constexpr std::int64_t kConnectMsMax = 5'000;

// The bytes of an answer, up to a bound.
struct Sink {
  SecretBytes bytes;
  std::size_t bytes_max = 0;
  bool overflowed = false;
  bool take(const char* data, std::size_t size) {
    overflowed = size > bytes_max - bytes.size();
    if (!overflowed) bytes.append(std::string_view(data, size));
    return !overflowed;
  }
};

// Answering less than `size * count` ends the transfer.
std::size_t on_bytes(char* data, std::size_t size, std::size_t count, void* sink) {
  return static_cast<Sink*>(sink)->take(data, size * count) ? size * count : 0;
}

// A handle with its header list.
class Transfer {
 public:
  explicit Transfer(const CurlLibrary& curl) : curl_(curl), handle_(curl.easy_init()) {}
  ~Transfer() {
    curl_.slist_free_all(headers_);
    if (handle_ != nullptr) curl_.easy_cleanup(handle_);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  bool ok() const { return ok_ && handle_ != nullptr; }
  template <typename Value>
  void set(CURLoption option, Value value) {
    if (handle_ != nullptr && curl_.easy_setopt(handle_, option, value) != CURLE_OK) ok_ = false;
  }
  void set(CURLoption option, const std::string& text) { set(option, text.c_str()); }
  void add_header(const SecretBytes& line) {
    SecretBytes terminated = line.clone();
    terminated.push_back(0);
    curl_slist* longer =
        curl_.slist_append(headers_, reinterpret_cast<const char*>(terminated.data()));
    if (longer == nullptr) ok_ = false;
    if (longer != nullptr) headers_ = longer;
  }
  void use_headers() { set(CURLOPT_HTTPHEADER, headers_); }
  CURLcode perform() { return curl_.easy_perform(handle_); }
  int status() const {
    long code = 0;
    curl_.easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &code);
    return static_cast<int>(code);
  }

 private:
  const CurlLibrary& curl_;
  CURL* handle_;
  curl_slist* headers_ = nullptr;
  bool ok_ = true;
};

// A broken TLS connection raises SIGPIPE: it is kept from this thread, and taken away where
// it came, so that a program with its own handler never hears of it.
class QuietPipe {
 public:
  QuietPipe() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~QuietPipe() {
    const timespec at_once{};
    if (!was_pending_)
      while (::sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR) continue;
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  QuietPipe(const QuietPipe&) = delete;
  QuietPipe& operator=(const QuietPipe&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_ = false;
};

// libcurl copies these, and with them as strings that end in a zero.
void set_secret(Transfer& transfer, CURLoption option, const SecretBytes& value) {
  SecretBytes terminated = value.clone();
  terminated.push_back(0);
  transfer.set(option, reinterpret_cast<const char*>(terminated.data()));
}

void set_rules(Transfer& transfer, const HttpRequest& request, const Deadline& deadline) {
  const std::int64_t left_ms = deadline.left_ms();
  transfer.set(CURLOPT_TIMEOUT_MS, static_cast<long>(left_ms));
  transfer.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(left_ms, kConnectMsMax)));
  transfer.set(CURLOPT_NOSIGNAL, 1L);
  transfer.set(CURLOPT_QUICK_EXIT, 1L);  // Does not wait for a name server that hangs.
  transfer.set(CURLOPT_FOLLOWLOCATION, 0L);
  transfer.set(CURLOPT_PROTOCOLS_STR, request.url.starts_with("http:") ? "http" : "https");
  transfer.set(CURLOPT_SSL_VERIFYPEER, 1L);
  transfer.set(CURLOPT_SSL_VERIFYHOST, 2L);
  transfer.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!request.ca_file.empty()) transfer.set(CURLOPT_CAINFO, request.ca_file);
  // What is meant for this machine or its link never goes to a proxy that the environment names.
  if (is_near(request.url)) transfer.set(CURLOPT_PROXY, "");
  transfer.set(CURLOPT_FRESH_CONNECT, 1L);
  transfer.set(CURLOPT_FORBID_REUSE, 1L);
  transfer.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  transfer.set(CURLOPT_USERAGENT, "coffer");
}

void set_request(Transfer& transfer, const HttpRequest& request) {
  transfer.set(CURLOPT_URL, request.url);
  if (!request.unix_socket.empty()) transfer.set(CURLOPT_UNIX_SOCKET_PATH, request.unix_socket);
  // Signatures over HTTP/2 came out wrong in some releases, and nothing here needs it but gRPC.
  transfer.set(CURLOPT_HTTP_VERSION,
               static_cast<long>(request.is_grpc ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
                                                 : CURL_HTTP_VERSION_1_1));
  if (request.method != "GET") {
    transfer.set(CURLOPT_POST, 1L);
    if (request.method != "POST") transfer.set(CURLOPT_CUSTOMREQUEST, request.method);
    transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    transfer.set(CURLOPT_POSTFIELDS,
                 request.body.empty() ? "" : reinterpret_cast<const char*>(request.body.data()));
  }
  for (const SecretBytes& line : request.headers) transfer.add_header(line);
  transfer.use_headers();
  if (!request.signature) return;
  // Before the credentials: this option chooses the way to prove who we are.
  transfer.set(CURLOPT_AWS_SIGV4, request.signature->scope);
  set_secret(transfer, CURLOPT_USERNAME, *request.signature->access_key);
  set_secret(transfer, CURLOPT_PASSWORD, *request.signature->secret_key);
}

Error not_reached() {
  return {ErrorCode::key_unavailable, "the key service cannot be reached",
          "see that it runs and that its address is right, or open by another slot"};
}

Error not_in_time() {
  return {ErrorCode::key_unavailable, "the key service did not answer in time",
          "try again, or open by another slot; timeout=30s in its URI waits longer"};
}

Error unreadable() {
  return {ErrorCode::corrupt, "the key service's answer cannot be read",
          "see that the address is that of the key service"};
}

Error error_of(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return not_in_time();
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return {ErrorCode::key_unavailable, "the key service's certificate is not trusted",
              "name its authority's certificates, as the service's own tools do"};
    case CURLE_UNSUPPORTED_PROTOCOL:  // Also: what is no HTTP at all.
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return unreadable();
    default: return not_reached();
  }
}

}  // namespace

const bool kHasNetwork = true;

Result<HttpResponse> send(const HttpRequest& request, const Deadline& deadline) {
  COFFER_TRY(check_base_url(request.url.substr(0, request.url.find('?')), request.reach));
  if (deadline.left_ms() == 0) return not_in_time();
  const CurlLibrary& curl = *COFFER_TRY(curl_library());
  Transfer transfer(curl);
  set_rules(transfer, request, deadline);
  set_request(transfer, request);
  Sink body{{}, kAnswerBytesMax};
  Sink head{{}, kAnswerHeaderBytesMax};
  for (const auto& [function, data, sink] :
       {std::tuple(CURLOPT_WRITEFUNCTION, CURLOPT_WRITEDATA, &body),
        std::tuple(CURLOPT_HEADERFUNCTION, CURLOPT_HEADERDATA, &head)}) {
    transfer.set(function, on_bytes);
    transfer.set(data, static_cast<void*>(sink));
  }
  if (!transfer.ok())
    return Error(ErrorCode::key_unavailable, "libcurl cannot do what a key service needs",
                 "install a newer one");
  CURLcode code = CURLE_OK;
  {
    const QuietPipe quiet;
    code = transfer.perform();
  }
  if (body.overflowed || head.overflowed)
    return Error(ErrorCode::corrupt, "the key service's answer is too large",
                 "see that the address is that of the key service");
  if (code != CURLE_OK) return error_of(code);
  HttpResponse response;
  response.status = transfer.status();
  if (response.status >= 300 && response.status < 400)
    return Error(ErrorCode::key_unavailable,
                 "the key service answers with a redirect, and none is followed",
                 "give the address that it redirects to, if you trust it");
  response.body = std::move(body.bytes);
  response.header_lines = std::move(head.bytes);
  return response;
}

}  // namespace coffer::keys

// One request to a key service, over libcurl, bounded in time and size.
//
// libcurl is loaded at the first request, so that a store opened by a key file never pays for it.
// Every rule that keeps a request safe is enforced here, once for all services: TLS is verified;
// plain http goes only to this machine and, with Reach::metadata, to the link-local addresses of a
// cloud's metadata service; redirects are not followed; a request to this machine uses no proxy; no
// byte of a request or an answer gets into an error.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::keys {

/// The time by which all requests of one operation must have ended.
class Deadline {
 public:
  explicit Deadline(std::int64_t ms)
      : end_(std::chrono::steady_clock::now() + std::chrono::milliseconds(ms)) {}
  /// Milliseconds; 0 if none are left.
  std::int64_t left_ms() const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end_ - std::chrono::steady_clock::now());
    return left.count() > 0 ? left.count() : 0;
  }

 private:
  std::chrono::steady_clock::time_point end_;
};

/// Where a request may go.
enum class Reach : std::uint8_t {
  service,   ///< https anywhere, http to this machine
  metadata,  ///< as service, and http to link-local addresses, which no router passes on
};
/// A base address for requests: scheme, host, port and path, without a slash at its end. Errors:
/// usage (not an address, a user or query in it, http beyond the reach).
Result<std::string> check_base_url(std::string_view url, Reach reach);
/// Whether the address is on this machine or its link, where no proxy may stand between.
bool is_near(std::string_view url);

struct HttpRequest {
  std::string method = "POST";  ///< GET has no body; POST and PUT always have one
  std::string url;              ///< holds nothing secret
  std::vector<SecretBytes> headers;
  SecretBytes body;
  Reach reach = Reach::service;
  std::string ca_file;      ///< empty: the system's authorities
  std::string unix_socket;  ///< not empty: connects there, whatever the url says
  bool is_grpc = false;     ///< HTTP/2 without TLS and without asking first

  /// AWS Signature Version 4, made by libcurl over everything above.
  struct Signature {
    std::string scope;  ///< "aws:amz:REGION:SERVICE"
    const SecretBytes* access_key = nullptr;
    const SecretBytes* secret_key = nullptr;
  };
  std::optional<Signature> signature;

  /// Errors: key_unavailable (the value holds a control character, or is not ASCII).
  Result<void> set_header(std::string_view name, std::string_view value);
};

struct HttpResponse {
  int status = 0;
  SecretBytes body;
  /// The value of a header or trailer, the last if there are several; "" if there is none.
  std::string_view header(std::string_view name) const;
  SecretBytes header_lines;  ///< "Name: value\n"..., trailers too
};

inline constexpr std::size_t kAnswerBytesMax = std::size_t{128} << 10;
inline constexpr std::size_t kAnswerHeaderBytesMax = std::size_t{32} << 10;

/// Whether this build can send requests.
extern const bool kHasNetwork;

/// Any status except a redirect is an answer. Errors: key_unavailable (not reached, not trusted,
/// not in time, a redirect, no libcurl), corrupt (an answer that is too large or no HTTP),
/// usage (check_base_url's).
Result<HttpResponse> send(const HttpRequest& request, const Deadline& deadline);

}  // namespace coffer::keys

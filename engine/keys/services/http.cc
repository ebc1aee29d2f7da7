// What of a request can be judged without libcurl: where it may go, what its headers hold.
#include "keys/services/http.h"

#include <algorithm>
#include <array>

#include "text/ascii.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";

Error bad_url() {
  return {ErrorCode::usage, "this is not an address of a key service",
          "write https://HOST[:PORT][/PATH], without user, query or fragment"};
}

// An IPv4 address in its four decimal parts, the only spelling accepted for a number.
std::optional<std::array<int, 4>> parse_ipv4(std::string_view host) {
  std::array<int, 4> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string_view part = host.substr(0, host.find('.'));
    const auto number = ascii::parse_number<std::uint8_t>(part);
    if (!number || (part.size() > 1 && part[0] == '0')) return std::nullopt;
    parts[i] = *number;
    host.remove_prefix(part.size());
    if (host.empty() != (i == 3)) return std::nullopt;
    if (!host.empty()) host.remove_prefix(1);
  }
  return parts;
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  const auto parts = parse_ipv4(host);
  return parts && (*parts)[0] == 127;
}

bool is_link_local(std::string_view host) {
  // The metadata services of EC2 over IPv6, which stand in a range of their own.
  if (host == "[fd00:ec2::254]" || host == "[fd00:ec2::23]") return true;
  const auto parts = parse_ipv4(host);
  return parts && (*parts)[0] == 169 && (*parts)[1] == 254;
}

struct Authority {
  std::string_view host;
  bool ok = false;
};

Authority split_authority(std::string_view text) {
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || !ascii::holds_only(text.substr(1, close - 1), ":."))
      return {};
    host = text.substr(0, close + 1);
    port = text.substr(close + 1);
  } else {
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos) {
      host = text.substr(0, colon);
      port = text.substr(colon);
    }
    if (host.empty() || host.size() > 253 || !ascii::holds_only(host, ".-")) return {};
  }
  if (port.empty()) return {host, true};
  const auto number = ascii::parse_number<std::uint16_t>(port.substr(1));
  return {host, port[0] == ':' && number && *number > 0};
}

}  // namespace

Result<std::string> check_base_url(std::string_view url, Reach reach) {
  const bool is_https = url.starts_with(kHttps);
  if (!is_https && !url.starts_with(kHttp)) return bad_url();
  std::string_view rest = url.substr(is_https ? kHttps.size() : kHttp.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const Authority authority = split_authority(rest.substr(0, slash));
  if (!authority.ok || !ascii::holds_only(rest.substr(slash), "/._~-%:+=,")) return bad_url();
  if (!is_https && !is_loopback(authority.host) &&
      !(reach == Reach::metadata && is_link_local(authority.host)))
    return Error(ErrorCode::usage, "plain http is allowed only to this machine",
                 "write https://, or an address such as http://127.0.0.1:PORT");
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string(url);
}

bool is_near(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view rest = url.substr(scheme + 3);
  const Authority authority = split_authority(rest.substr(0, rest.find_first_of("/?")));
  return authority.ok && (is_loopback(authority.host) || is_link_local(authority.host));
}

Result<void> HttpRequest::set_header(std::string_view name, std::string_view value) {
  if (!std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; }))
    return Error(ErrorCode::key_unavailable,
                 "the credentials hold a character that no header may hold",
                 "they are printable ASCII on one line");
  SecretBytes line = SecretBytes::copy_of(name);
  line.append(": ");
  line.append(value);
  headers.push_back(std::move(line));
  return {};
}

std::string_view HttpResponse::header(std::string_view name) const {
  std::string_view found;
  std::string_view rest = header_lines.text();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !ascii::equal_without_case(line.substr(0, colon), name))
      continue;
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    const std::size_t last = line.find_last_not_of(" \t\r");
    found = begin == std::string_view::npos || begin > last ? std::string_view()
                                                            : line.substr(begin, last + 1 - begin);
  }
  return found;
}

}  // namespace coffer::keys

#include "keys/services/service.h"

#include <fcntl.h>

#include <cerrno>
#include <vector>

#include "base/files.h"
#include "crypto/hash.h"
#include "keys/file_io.h"
#include "text/ascii.h"

namespace coffer::keys {
namespace {

constexpr std::size_t kCredentialFileBytesMax = std::size_t{256} << 10;

}  // namespace

Result<ServiceUri> parse_service_uri(std::string_view uri, std::string_view prefix,
                                     std::string_view more,
                                     std::span<const std::string_view> known) {
  COFFER_TRY(uri.starts_with(prefix) ? Result<void>()
                                     : Error(ErrorCode::usage, "this is another kind of key URI"));
  uri.remove_prefix(prefix.size());
  const std::string_view target = uri.substr(0, uri.find('?'));
  // A target that is none may be a secret in the wrong place: it is not repeated.
  if (target.empty() || !ascii::holds_only(target, more))
    return Error(ErrorCode::usage, "the key's URI does not name a key of this kind",
                 Advice::see_key_forms);
  std::vector<std::string_view> names(known.begin(), known.end());
  names.emplace_back("timeout");
  const bool has_query = target.size() < uri.size();
  if (has_query && uri.size() == target.size() + 1)
    return Error(ErrorCode::usage, "the key's URI ends in a question mark", "leave it out");
  ServiceUri parsed;
  parsed.target = target;
  parsed.parameters = COFFER_TRY(UriParameters::parse(
      has_query ? uri.substr(target.size() + 1) : std::string_view(), '&', names));
  parsed.patience_ms = COFFER_TRY(parsed.parameters.patience_ms());
  return parsed;
}

Result<std::string> endpoint_of(const ServiceUri& uri, std::string otherwise) {
  const std::string_view named = uri.parameters.get("endpoint");
  return check_base_url(named.empty() ? otherwise : named, Reach::service);
}

bool names_no_endpoint(const KeySource& source) {
  return source.uri().find("endpoint=") == std::string::npos;
}

std::string Surroundings::in_home(std::string_view path) const {
  const std::string_view home = get("HOME");
  return home.starts_with('/') ? std::string(home) + "/" + std::string(path) : std::string();
}

Result<SecretBytes> read_credential_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file.ok())
    return Error(ErrorCode::key_unavailable, "a file of credentials cannot be read",
                 "see that it is there and that this user may read it")
        .with_errno(errno)
        .about(Subject::Kind::file, path);
  auto content = read_secret(file.get(), kCredentialFileBytesMax, kPatienceMs);
  if (!content) return std::move(content).error().about(Subject::Kind::file, path);
  const std::size_t last = content->text().find_last_not_of(" \t\r\n");
  if (last == std::string_view::npos)
    return Error(ErrorCode::key_unavailable, "a file of credentials is empty")
        .about(Subject::Kind::file, path);
  content->resize(last + 1);
  return content;
}

Bytes bound_context(ByteView context) {
  const crypto::Hash hash = crypto::hash({}, context);
  return {hash.begin(), hash.end()};
}

}  // namespace coffer::keys

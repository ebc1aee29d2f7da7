#include "keys/secret_source.h"

#include <algorithm>

#include "keys/uri_parameters.h"
#include "text/percent.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kCredential = "credential:";
constexpr std::string_view kFile = "file:";

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return !ascii::is_control(c) && c != '?' && c != '#'; });
}

}  // namespace

bool is_credential(std::string_view text) {
  if (!text.starts_with(kCredential)) return false;
  const std::string_view name = text.substr(kCredential.size());
  return !name.empty() && name.size() <= 255 && name != "." && name != ".." &&
         name.find('/') == std::string_view::npos && is_uri_text(name) && is_plain(name);
}

std::optional<std::string> path_in_file_uri(std::string_view uri) {
  if (!uri.starts_with(kFile) || !is_plain(uri)) return std::nullopt;
  uri.remove_prefix(kFile.size());
  if (uri.starts_with("//")) {
    uri.remove_prefix(2);
    constexpr std::string_view kHere = "localhost";
    if (uri.starts_with(kHere)) uri.remove_prefix(kHere.size());
  }
  if (!uri.starts_with('/')) return std::nullopt;
  auto path = percent::decoded(uri);
  if (path && path->find('\0') != std::string::npos) return std::nullopt;
  return path;
}

// The service manager gives each service a directory of its own. If it grants access by an access
// list, the file's mode shows the list as a right of the group.
Result<SecretFile> locate_secret(std::string_view where, const EnvironmentLookup& environment) {
  if (!where.starts_with(kCredential)) return SecretFile{std::string(where), OpenTo::owner};
  std::string_view directory;
  if (environment) directory = environment("CREDENTIALS_DIRECTORY");
  if (!directory.starts_with('/'))
    return Error(ErrorCode::key_unavailable, "there is no directory of credentials",
                 "run it as a service with LoadCredential=, which sets CREDENTIALS_DIRECTORY")
        .about(Subject::Kind::name, where);
  return SecretFile{std::string(directory) + "/" + std::string(where.substr(kCredential.size())),
                    OpenTo::service};
}

Result<SecretBytes> read_secret_at(std::string_view where, const EnvironmentLookup& environment,
                                   std::size_t bytes_max, NamedBy named_by) {
  const SecretFile file = COFFER_TRY(locate_secret(where, environment));
  return read_secret_file(file.path, bytes_max, kPatienceMs, file.open_to, named_by);
}

}  // namespace coffer::keys

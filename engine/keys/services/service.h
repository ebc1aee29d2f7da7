// What all key services in the network share: the target and parameters of their URIs, their
// surroundings (environment, files of credentials), their bounds in time.
#pragma once

#include <coffer/key_source.h>
#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "keys/services/http.h"
#include "keys/uri_parameters.h"

namespace coffer::keys {

/// `PREFIX TARGET ?parameters`. `timeout` is known to every service.
struct ServiceUri {
  std::string target;
  UriParameters parameters;
  int patience_ms = kProviderPatienceMs;
};
/// `more` are the characters that a target may hold besides letters and digits.
/// Errors: usage.
Result<ServiceUri> parse_service_uri(std::string_view uri, std::string_view prefix,
                                     std::string_view more,
                                     std::span<const std::string_view> known);
/// The address that the parameter `endpoint` names, else `otherwise`. Errors: usage.
Result<std::string> endpoint_of(const ServiceUri& uri, std::string otherwise);
/// Whether the credentials can go to no address but the service's own.
bool names_no_endpoint(const KeySource& source);

/// The variables and the home directory of the caller who gave the key's URI.
class Surroundings {
 public:
  explicit Surroundings(EnvironmentLookup lookup) : lookup_(std::move(lookup)) {}
  /// Empty if it is not set.
  std::string_view get(const char* name) const {
    return lookup_ ? lookup_(name) : std::string_view();
  }
  std::string text(const char* name) const { return std::string(get(name)); }
  bool has(const char* name) const { return !get(name).empty(); }
  /// A path below HOME; empty if HOME is not an absolute path.
  std::string in_home(std::string_view path) const;

 private:
  EnvironmentLookup lookup_;
};

/// A file that a service's own tools made (a token, credentials). Its mode is not checked, as those
/// tools do not check it. White space at its end is dropped.
/// Errors: key_unavailable (unreadable, empty), limit; each about the path.
Result<SecretBytes> read_credential_file(const std::string& path);

/// A hash of the slot's context, sent to services that bind associated data: the same for the same
/// store, slot and scheme; reveals nothing about them.
Bytes bound_context(ByteView context);

}  // namespace coffer::keys

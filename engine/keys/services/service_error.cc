#include "keys/services/service_error.h"

#include "keys/provider_failure.h"

namespace coffer::keys {
namespace {

Error with_status(Error error, int status) {
  return status > 0 ? std::move(error).with_number(static_cast<std::uint64_t>(status))
                    : std::move(error);
}

}  // namespace

Error unreadable_answer() {
  return provider_failure(ProviderFailure::in_doubt, "the key service's answer cannot be read");
}

Error service_down(int status) {
  return with_status(
      provider_failure(ProviderFailure::unavailable, "the key service is not available now"),
      status);
}

Error access_denied(int status) {
  return with_status(
      provider_failure(ProviderFailure::denied, "the key service denies access to the key"),
      status);
}

Error key_disabled() {
  return provider_failure(ProviderFailure::disabled, "the key is disabled in the key service");
}

Error no_such_key() {
  return provider_failure(ProviderFailure::not_found, "the key service has no such key");
}

Error refused_request(int status) {
  return with_status(
      provider_failure(ProviderFailure::denied, "the key service refuses the request"), status);
}

Error blob_refused() {
  return provider_failure(ProviderFailure::authentication_failed,
                          "the key service does not open this key slot");
}

Error another_key() {
  return provider_failure(
      ProviderFailure::authentication_failed,
      "this key slot was wrapped by another key of the service than the one named");
}

}  // namespace coffer::keys

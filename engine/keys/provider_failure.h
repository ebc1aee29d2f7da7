// The six classes of failure of a provider; each provider maps its own codes to them.
#pragma once

#include <coffer/error.h>

namespace coffer::keys {

enum class ProviderFailure : std::uint8_t {
  unavailable,            ///< down, not reachable, silent for too long: worth another try
  denied,                 ///< the provider refuses this caller
  disabled,               ///< the key is there, switched off or about to be deleted
  not_found,              ///< no such key, token or server object
  authentication_failed,  ///< a wrong PIN, policy or key; a blob that was altered or moved
  in_doubt,               ///< an answer that makes no sense
};

/// unavailable, denied, disabled, not_found: key_unavailable. authentication_failed: wrong_key.
/// in_doubt: corrupt. The hint says what to do about the class; a provider's own number goes
/// into the error by with_number().
Error provider_failure(ProviderFailure failure, Literal text);
ErrorCode code_of(ProviderFailure failure);

}  // namespace coffer::keys

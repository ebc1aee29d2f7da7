#include "keys/provider_failure.h"

namespace coffer::keys {

ErrorCode code_of(ProviderFailure failure) {
  switch (failure) {
    case ProviderFailure::unavailable:
    case ProviderFailure::denied:
    case ProviderFailure::disabled:
    case ProviderFailure::not_found: return ErrorCode::key_unavailable;
    case ProviderFailure::authentication_failed: return ErrorCode::wrong_key;
    case ProviderFailure::in_doubt: return ErrorCode::corrupt;
  }
  return ErrorCode::failed;
}

Error provider_failure(ProviderFailure failure, Literal text) {
  const ErrorCode code = code_of(failure);
  switch (failure) {
    case ProviderFailure::unavailable:
      return {code, text, "see that it runs and can be reached, or open by another slot"};
    case ProviderFailure::denied:
      return {code, text, "let this user use the key, or open by another slot"};
    case ProviderFailure::disabled:
      return {code, text, "enable the key again, or open by another slot"};
    case ProviderFailure::not_found:
      return {code, text, "see what the key's URI names, or open by another slot"};
    case ProviderFailure::authentication_failed:
      return {code, text, "see that it is this store's key, or open by another slot"};
    case ProviderFailure::in_doubt: return {code, text, "open by another slot"};
  }
  return {code, text};
}

}  // namespace coffer::keys

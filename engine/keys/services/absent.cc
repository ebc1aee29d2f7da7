// Stands for library/ in a build without libcurl: the URIs of key services are read, and no
// service is reached.
#include "keys/provider_failure.h"
#include "keys/services/google/rs256.h"
#include "keys/services/http.h"

namespace coffer::keys {

const bool kHasNetwork = false;

Result<HttpResponse> send(const HttpRequest&, const Deadline&) {
  return Error(ErrorCode::key_unavailable, "this coffer was built without key services",
               "build it with COFFER_CURL=ON");
}

Result<Bytes> sign_rs256(const SecretBytes&, std::string_view) {
  return provider_failure(ProviderFailure::unavailable,
                          "this coffer was built without key services");
}

}  // namespace coffer::keys

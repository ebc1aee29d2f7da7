// Who we are to Google, found where its own tools look, in their order: the file that
// GOOGLE_APPLICATION_CREDENTIALS names, gcloud's own, the metadata server. Files of service
// accounts and users are understood; federation from other clouds (external_account) is not.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include "keys/services/service.h"

namespace coffer::keys {

/// A bearer token for Cloud KMS, fetched again each time, though it lasts an hour.
/// Errors: key_unavailable, corrupt (an answer that cannot be read), usage (a bad address).
Result<SecretBytes> google_token(const Surroundings& around, const Deadline& deadline);

}  // namespace coffer::keys

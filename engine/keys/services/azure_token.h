// Who we are to Azure, found where its own tools look, in their order: a client secret, a
// workload identity's token file, the managed identity of the machine.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>

#include "keys/services/service.h"

namespace coffer::keys {

/// A bearer token for `resource` ("https://vault.azure.net"), fetched again each time.
/// `tenant` is what the service itself named, for where AZURE_TENANT_ID does not.
/// Errors: key_unavailable, corrupt (an answer that cannot be read), usage (a bad address).
Result<SecretBytes> azure_token(const Surroundings& around, const std::string& resource,
                                const std::string& tenant, const Deadline& deadline);

}  // namespace coffer::keys

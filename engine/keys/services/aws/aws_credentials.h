// Who we are to AWS, found where its own tools look, in their order: the environment, a web
// identity (EKS, GitHub), the profile of ~/.aws/config and ~/.aws/credentials (keys, a role of
// another profile or of the environment, a program), a container's address, the instance.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>

#include "keys/services/http.h"
#include "keys/services/service.h"

namespace coffer::keys {

struct AwsCredentials {
  SecretBytes access_key;
  SecretBytes secret_key;
  SecretBytes session_token;  ///< empty if the keys do not expire
};

/// The first place that has credentials decides: if it fails, its error is the answer. Credentials
/// are looked for again each time, because those of containers and instances last only for hours.
/// Errors: key_unavailable, corrupt (an answer that cannot be read), usage (a bad address).
Result<AwsCredentials> find_aws_credentials(const Surroundings& surroundings,
                                            const std::string& region, const Deadline& deadline);

/// The host of a service in a region: "kms.eu-west-1.amazonaws.com".
std::string aws_host(std::string_view service, std::string_view region);

}  // namespace coffer::keys

// Google's tokens that are made out of other tokens: by exchange, for a service account that one
// may act for, for an identity of another provider.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string_view>

#include "keys/services/http.h"
#include "keys/services/service_body.h"

namespace coffer::keys {

/// What is needed to ask for a token of another account.
inline constexpr std::string_view kGooglePlatformScope =
    "https://www.googleapis.com/auth/cloud-platform";

/// The access token in an answer of OAuth. Errors: key_unavailable, corrupt.
Result<SecretBytes> google_token_in(HttpResponse response);
/// Asks the address with a form for one. Errors: as google_token_in(), usage (no such address).
Result<SecretBytes> exchange_google_token(std::string_view address, SecretBytes form,
                                          const Deadline& deadline);

/// A token of the service account that `url` is the address of, for who has `token` and may act
/// for it. `delegates` is a JSON array; empty: none stand between. Errors: as above.
Result<SecretBytes> impersonate_google_account(std::string_view url, std::string_view delegates,
                                               const SecretBytes& token, std::string_view scope,
                                               const Deadline& deadline);

/// By a file of type `external_account`, whose own token comes from a file or an address.
/// Errors: as above; key_unavailable (another source: AWS, a program).
Result<SecretBytes> federated_google_token(const JsonAnswer& file, std::string_view scope,
                                           const Deadline& deadline);

}  // namespace coffer::keys

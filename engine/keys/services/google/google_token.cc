#include "keys/services/google/google_token.h"

#include <algorithm>
#include <chrono>

#include "keys/services/google/google_federation.h"
#include "keys/services/google/rs256.h"
#include "keys/services/patient_send.h"
#include "keys/services/service_body.h"
#include "keys/services/service_error.h"
#include "text/json_writer.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kScope = "https://www.googleapis.com/auth/cloudkms";
constexpr std::string_view kTokenAddress = "https://oauth2.googleapis.com/token";
constexpr std::int64_t kAssertionSeconds = 600;
// Outside Google's machines nothing answers at this address: waiting the whole time is pointless.
constexpr std::int64_t kMetadataMsMax = 2'000;

Error no_credentials() {
  return {ErrorCode::key_unavailable, "there are no credentials for Google",
          "set GOOGLE_APPLICATION_CREDENTIALS, or: gcloud auth application-default login"};
}

Error unknown_file() {
  return {ErrorCode::key_unavailable, "the credentials for Google are of an unknown kind",
          "use a file of a service account's key, of a user or of impersonation from gcloud, or of "
          "a federation by file or url"};
}

// A JSON Web Token (RFC 7523) by which the account speaks for itself.
Result<SecretBytes> assertion(const JsonAnswer& file, std::string_view address,
                              std::string_view scope) {
  const auto email = file.text({"client_email"});
  const auto key = file.text({"private_key"});
  if (!email || !key) return unknown_file();
  const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
  const SecretBytes header = json::Writer()
                                 .open('{')
                                 .key("alg")
                                 .string("RS256")
                                 .key("typ")
                                 .string("JWT")
                                 .key("kid")
                                 .string(file.text({"private_key_id"}).value_or(""))
                                 .close('}')
                                 .take();
  const SecretBytes claims = json::Writer()
                                 .open('{')
                                 .key("iss")
                                 .string(*email)
                                 .key("scope")
                                 .string(scope)
                                 .key("aud")
                                 .string(address)
                                 .key("iat")
                                 .number(now)
                                 .key("exp")
                                 .number(now + kAssertionSeconds)
                                 .close('}')
                                 .take();
  SecretBytes token = encode_base64(Base64::url, header.bytes());
  token.append(".");
  token.append(encode_base64(Base64::url, claims.bytes()).text());
  const Bytes signature = COFFER_TRY(sign_rs256(SecretBytes::copy_of(*key), token.text()));
  token.append(".");
  token.append(encode_base64(Base64::url, signature).text());
  return token;
}

// A token for `scope`, by what the file is of. No file is its own source: the depth is one.
Result<SecretBytes> token_of(const JsonAnswer& file, std::string_view scope, bool is_source,
                             const Deadline& deadline) {
  const std::string_view type = file.text({"type"}).value_or("");
  const std::string_view address = file.text({"token_uri"}).value_or(kTokenAddress);
  if (type == "service_account") {
    const SecretBytes token = COFFER_TRY(assertion(file, address, scope));
    return exchange_google_token(
        address,
        FormBody()
            .field("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
            .field("assertion", token.text())
            .finish(),
        deadline);
  }
  if (type == "authorized_user")
    return exchange_google_token(
        address,
        FormBody()
            .field("grant_type", "refresh_token")
            .field("client_id", file.text({"client_id"}).value_or(""))
            .field("client_secret", file.text({"client_secret"}).value_or(""))
            .field("refresh_token", file.text({"refresh_token"}).value_or(""))
            .finish(),
        deadline);
  if (type == "external_account") return federated_google_token(file, scope, deadline);
  const auto account = file.text({"service_account_impersonation_url"});
  if (type != "impersonated_service_account" || !account || is_source) return unknown_file();
  const JsonAnswer source =
      COFFER_TRY(JsonAnswer::read(SecretBytes::copy_of(file.raw({"source_credentials"}))));
  const SecretBytes token = COFFER_TRY(token_of(source, kGooglePlatformScope, true, deadline));
  return impersonate_google_account(*account, file.raw({"delegates"}), token, scope, deadline);
}

Result<SecretBytes> from_file(const std::string& path, const Deadline& deadline) {
  auto text = COFFER_TRY(read_credential_file(path));
  const auto file = JsonAnswer::read(std::move(text));
  if (!file) return unknown_file().about(Subject::Kind::file, path);
  auto token = token_of(*file, kScope, false, deadline);
  if (!token && token.error().subject() == nullptr && token.error().text() == unknown_file().text())
    return std::move(token).error().about(Subject::Kind::file, path);
  return token;
}

Result<SecretBytes> from_metadata(const Surroundings& around, const Deadline& deadline) {
  const std::string host = around.has("GCE_METADATA_HOST") ? around.text("GCE_METADATA_HOST")
                                                           : std::string("169.254.169.254");
  HttpRequest request;
  request.method = "GET";
  request.reach = Reach::metadata;
  request.url = COFFER_TRY(check_base_url("http://" + host, Reach::metadata)) +
                "/computeMetadata/v1/instance/service-accounts/default/token";
  COFFER_TRY(request.set_header("Metadata-Flavor", "Google"));
  auto response = send_patiently(request, Deadline(std::min(deadline.left_ms(), kMetadataMsMax)));
  // Any other server at this address does not send this header.
  if (!response || response->header("Metadata-Flavor") != "Google") return no_credentials();
  return google_token_in(std::move(*response));
}

}  // namespace

Result<SecretBytes> google_token(const Surroundings& around, const Deadline& deadline) {
  if (around.has("GOOGLE_APPLICATION_CREDENTIALS"))
    return from_file(around.text("GOOGLE_APPLICATION_CREDENTIALS"), deadline);
  const std::string own = around.in_home(".config/gcloud/application_default_credentials.json");
  if (read_credential_file(own)) return from_file(own, deadline);
  return from_metadata(around, deadline);
}

}  // namespace coffer::keys

#include "keys/services/azure_token.h"

#include <algorithm>

#include "keys/services/patient_send.h"
#include "keys/services/service_body.h"
#include "keys/services/service_error.h"
#include "text/ascii.h"
#include "text/percent.h"

namespace coffer::keys {
namespace {

// Outside Azure nothing answers at this address: waiting the whole time for it is pointless.
constexpr std::int64_t kMetadataMsMax = 2'000;
constexpr std::string_view kAssertionType =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

Error no_credentials() {
  return {ErrorCode::key_unavailable, "there are no credentials for Azure",
          "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or run with an identity"};
}

Result<SecretBytes> token_in(HttpResponse response) {
  if (response.status >= 500 || response.status == 429) return service_down(response.status);
  if (response.status != 200) return access_denied(response.status);
  const JsonAnswer answer = COFFER_TRY(JsonAnswer::read(std::move(response.body)));
  const std::string_view token = answer.text({"access_token"}).value_or("");
  if (token.empty() || answer.text({"token_type"}) != "Bearer") return unreadable_answer();
  return SecretBytes::copy_of(token);
}

// The authority's address comes from the environment alone: a vault that is none could
// otherwise have the client's secret sent to a host of its own.
Result<SecretBytes> from_authority(const Surroundings& around, const std::string& resource,
                                   const std::string& tenant_of_service, const Deadline& deadline) {
  const std::string_view host = around.get("AZURE_AUTHORITY_HOST");
  const std::string tenant =
      around.has("AZURE_TENANT_ID") ? around.text("AZURE_TENANT_ID") : tenant_of_service;
  if (tenant.empty() || !ascii::holds_only(tenant, ".-")) return no_credentials();
  FormBody form;
  form.field("grant_type", "client_credentials")
      .field("client_id", around.get("AZURE_CLIENT_ID"))
      .field("scope", resource + "/.default");
  if (around.has("AZURE_CLIENT_SECRET")) {
    form.field("client_secret", around.get("AZURE_CLIENT_SECRET"));
  } else {
    const SecretBytes token =
        COFFER_TRY(read_credential_file(around.text("AZURE_FEDERATED_TOKEN_FILE")));
    form.field("client_assertion_type", kAssertionType).field("client_assertion", token.text());
  }
  HttpRequest request;
  request.url = COFFER_TRY(check_base_url(host.empty() ? "https://login.microsoftonline.com" : host,
                                          Reach::service)) +
                "/" + tenant + "/oauth2/v2.0/token";
  COFFER_TRY(request.set_header("Content-Type", "application/x-www-form-urlencoded"));
  request.body = form.finish();
  return token_in(COFFER_TRY(send_patiently(request, deadline)));
}

Result<SecretBytes> from_managed_identity(const Surroundings& around, const std::string& resource,
                                          const Deadline& deadline) {
  const bool is_app = around.has("IDENTITY_ENDPOINT") && around.has("IDENTITY_HEADER");
  const std::string_view host = around.get("AZURE_POD_IDENTITY_AUTHORITY_HOST");
  HttpRequest request;
  request.method = "GET";
  request.reach = Reach::metadata;
  if (is_app) {
    request.url = COFFER_TRY(check_base_url(around.get("IDENTITY_ENDPOINT"), Reach::metadata)) +
                  "?api-version=2019-08-01";
    COFFER_TRY(request.set_header("X-IDENTITY-HEADER", around.get("IDENTITY_HEADER")));
  } else {
    request.url = COFFER_TRY(check_base_url(host.empty() ? "http://169.254.169.254" : host,
                                            Reach::metadata)) +
                  "/metadata/identity/oauth2/token?api-version=2018-02-01";
    COFFER_TRY(request.set_header("Metadata", "true"));
  }
  request.url += "&resource=" + percent::encoded(resource);
  if (around.has("AZURE_CLIENT_ID"))
    request.url += "&client_id=" + percent::encoded(around.get("AZURE_CLIENT_ID"));
  auto response = send_patiently(request, Deadline(std::min(deadline.left_ms(), kMetadataMsMax)));
  if (!response) return no_credentials();
  return token_in(std::move(*response));
}

}  // namespace

Result<SecretBytes> azure_token(const Surroundings& around, const std::string& resource,
                                const std::string& tenant, const Deadline& deadline) {
  const bool has_client = around.has("AZURE_CLIENT_ID");
  if (has_client && (around.has("AZURE_CLIENT_SECRET") || around.has("AZURE_FEDERATED_TOKEN_FILE")))
    return from_authority(around, resource, tenant, deadline);
  return from_managed_identity(around, resource, deadline);
}

}  // namespace coffer::keys

#include "keys/services/google/google_federation.h"

#include <string>

#include "keys/services/patient_send.h"
#include "keys/services/service.h"
#include "keys/services/service_error.h"
#include "text/ascii.h"
#include "text/json_writer.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kTokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
constexpr std::string_view kAccessToken = "urn:ietf:params:oauth:token-type:access_token";

Error unknown_source() {
  return {ErrorCode::key_unavailable,
          "the federated credentials for Google come from an unknown source",
          "use credential_source with file or url"};
}

// The account's name is a part of the path; its @ must not be in a base address.
std::string without_at(std::string_view url) {
  std::string out;
  for (const char c : url) {
    if (c == '@') {
      out += "%40";
    } else {
      out += c;
    }
  }
  return out;
}

// Out of a text, or the member of a JSON object that the file names.
Result<SecretBytes> subject_token_in(const JsonAnswer& file, SecretBytes content) {
  const std::string_view format =
      file.text({"credential_source", "format", "type"}).value_or("text");
  if (format == "text") return content;
  const auto name = file.text({"credential_source", "format", "subject_token_field_name"});
  if (format != "json" || !name) return unknown_source();
  const JsonAnswer answer = COFFER_TRY(JsonAnswer::read(std::move(content)));
  const std::string_view token = answer.text({*name}).value_or("");
  if (token.empty()) return unreadable_answer();
  return SecretBytes::copy_of(token);
}

Result<SecretBytes> subject_token(const JsonAnswer& file, const Deadline& deadline) {
  if (const auto path = file.text({"credential_source", "file"}))
    return subject_token_in(file, COFFER_TRY(read_credential_file(std::string(*path))));
  const auto url = file.text({"credential_source", "url"});
  if (!url || file.text({"credential_source", "environment_id"})) return unknown_source();
  HttpRequest request;
  request.method = "GET";
  request.reach = Reach::metadata;
  // A machine's own service takes a query as well: only what stands before it is an address.
  const std::string_view base = url->substr(0, url->find('?'));
  request.url =
      COFFER_TRY(check_base_url(base, Reach::metadata)) + std::string(url->substr(base.size()));
  for (const auto& [name, value] : file.texts({"credential_source", "headers"})) {
    if (!ascii::holds_only(name, "-_")) return unknown_source();
    COFFER_TRY(request.set_header(name, value));
  }
  HttpResponse response = COFFER_TRY(send_patiently(request, deadline));
  if (response.status >= 500 || response.status == 429) return service_down(response.status);
  if (response.status != 200) return access_denied(response.status);
  return subject_token_in(file, std::move(response.body));
}

}  // namespace

Result<SecretBytes> google_token_in(HttpResponse response) {
  if (response.status >= 500 || response.status == 429) return service_down(response.status);
  if (response.status != 200) return access_denied(response.status);
  const JsonAnswer answer = COFFER_TRY(JsonAnswer::read(std::move(response.body)));
  const std::string_view token = answer.text({"access_token"}).value_or("");
  const std::string_view type = answer.text({"token_type"}).value_or("");
  if (token.empty() || type != "Bearer") return unreadable_answer();
  return SecretBytes::copy_of(token);
}

Result<SecretBytes> exchange_google_token(std::string_view address, SecretBytes form,
                                          const Deadline& deadline) {
  HttpRequest request;
  request.url = COFFER_TRY(check_base_url(address, Reach::service));
  COFFER_TRY(request.set_header("Content-Type", "application/x-www-form-urlencoded"));
  request.body = std::move(form);
  return google_token_in(COFFER_TRY(send_patiently(request, deadline)));
}

Result<SecretBytes> impersonate_google_account(std::string_view url, std::string_view delegates,
                                               const SecretBytes& token, std::string_view scope,
                                               const Deadline& deadline) {
  HttpRequest request;
  request.url = COFFER_TRY(check_base_url(without_at(url), Reach::service));
  SecretBytes bearer = SecretBytes::copy_of("Bearer ");
  bearer.append(token.text());
  COFFER_TRY(request.set_header("Authorization", bearer.text()));
  COFFER_TRY(request.set_header("Content-Type", "application/json"));
  json::Writer body;
  body.open('{');
  if (!delegates.empty()) body.key("delegates").raw(delegates);
  body.key("scope").open('[').string(scope).close(']');
  request.body = body.key("lifetime").string("600s").close('}').take();
  HttpResponse response = COFFER_TRY(send_patiently(request, deadline));
  if (response.status >= 500 || response.status == 429) return service_down(response.status);
  if (response.status != 200) return access_denied(response.status);
  const JsonAnswer answer = COFFER_TRY(JsonAnswer::read(std::move(response.body)));
  const std::string_view granted = answer.text({"accessToken"}).value_or("");
  if (granted.empty()) return unreadable_answer();
  return SecretBytes::copy_of(granted);
}

Result<SecretBytes> federated_google_token(const JsonAnswer& file, std::string_view scope,
                                           const Deadline& deadline) {
  const auto account = file.text({"service_account_impersonation_url"});
  const SecretBytes subject = COFFER_TRY(subject_token(file, deadline));
  const SecretBytes token = COFFER_TRY(exchange_google_token(
      file.text({"token_url"}).value_or("https://sts.googleapis.com/v1/token"),
      FormBody()
          .field("grant_type", kTokenExchange)
          .field("audience", file.text({"audience"}).value_or(""))
          .field("scope", account ? kGooglePlatformScope : scope)
          .field("requested_token_type", kAccessToken)
          .field("subject_token_type", file.text({"subject_token_type"}).value_or(""))
          .field("subject_token", subject.text())
          .finish(),
      deadline));
  if (!account) return token.clone();
  return impersonate_google_account(*account, "", token, scope, deadline);
}

}  // namespace coffer::keys

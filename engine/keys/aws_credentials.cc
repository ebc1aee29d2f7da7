#include "keys/aws_credentials.h"

#include <algorithm>

#include "keys/service_body.h"
#include "keys/service_error.h"

namespace coffer::keys {
namespace {

// Off a cloud nobody answers there: no reason to wait the whole time for it.
constexpr std::int64_t kInstanceMsMax = 2'000;

Error no_credentials() {
  return {ErrorCode::key_unavailable, "there are no credentials for AWS",
          "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or keep them in ~/.aws/credentials"};
}

// As an access key, a secret key and a token are: nothing that could end a header or a scope.
bool is_credential(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

Result<AwsCredentials> checked(AwsCredentials credentials) {
  if (!is_credential(credentials.access_key.text()) ||
      !is_credential(credentials.secret_key.text()) ||
      (!credentials.session_token.empty() && !is_credential(credentials.session_token.text())))
    return Error{ErrorCode::key_unavailable, "the credentials for AWS are not whole",
                 "an access key and a secret key belong together"};
  return credentials;
}

Result<AwsCredentials> from_environment(const Surroundings& around) {
  AwsCredentials found;
  found.access_key = SecretBytes::copy_of(around.get("AWS_ACCESS_KEY_ID"));
  found.secret_key = SecretBytes::copy_of(around.get("AWS_SECRET_ACCESS_KEY"));
  found.session_token = SecretBytes::copy_of(around.get("AWS_SESSION_TOKEN"));
  return checked(std::move(found));
}

/// JSON as containers and instances give it.
Result<AwsCredentials> from_answer(HttpResponse response) {
  if (response.status != 200) return access_denied(response.status);
  const JsonAnswer answer = COFFER_TRY(JsonAnswer::read(std::move(response.body)));
  AwsCredentials found;
  found.access_key = SecretBytes::copy_of(answer.text({"AccessKeyId"}).value_or(""));
  found.secret_key = SecretBytes::copy_of(answer.text({"SecretAccessKey"}).value_or(""));
  found.session_token = SecretBytes::copy_of(answer.text({"Token"}).value_or(""));
  return checked(std::move(found));
}

/// What stands between <name> and </name>. STS answers in XML, and of that only the plain text
/// of three elements is wanted, which never holds a character that XML would escape.
std::string_view element(std::string_view xml, const std::string& name) {
  const std::string open = "<" + name + ">";
  const std::size_t begin = xml.find(open);
  if (begin == std::string_view::npos) return {};
  xml.remove_prefix(begin + open.size());
  const std::size_t end = xml.find("</" + name + ">");
  return end == std::string_view::npos ? std::string_view() : xml.substr(0, end);
}

Result<AwsCredentials> from_web_identity(const Surroundings& around, const std::string& region,
                                         const Deadline& deadline) {
  const SecretBytes token =
      COFFER_TRY(read_credential_file(around.text("AWS_WEB_IDENTITY_TOKEN_FILE")));
  const std::string_view override = around.get("AWS_ENDPOINT_URL_STS");
  const std::string_view session = around.get("AWS_ROLE_SESSION_NAME");
  HttpRequest request;
  request.url = COFFER_TRY(check_base_url(
      override.empty() ? "https://" + aws_host("sts", region) : std::string(override),
      Reach::service));
  request.url += "/";
  request.ca_file = around.get("AWS_CA_BUNDLE");
  COFFER_TRY(request.set_header("Content-Type", "application/x-www-form-urlencoded"));
  request.body = FormBody()
                     .field("Action", "AssumeRoleWithWebIdentity")
                     .field("Version", "2011-06-15")
                     .field("RoleArn", around.get("AWS_ROLE_ARN"))
                     .field("RoleSessionName", session.empty() ? "coffer" : session)
                     .field("WebIdentityToken", token.text())
                     .finish();
  const HttpResponse response = COFFER_TRY(send(request, deadline));
  if (response.status >= 500) return service_down(response.status);
  if (response.status != 200) return access_denied(response.status);
  const std::string_view xml = element(response.body.text(), "Credentials");
  if (xml.empty()) return unreadable_answer();
  AwsCredentials found;
  found.access_key = SecretBytes::copy_of(element(xml, "AccessKeyId"));
  found.secret_key = SecretBytes::copy_of(element(xml, "SecretAccessKey"));
  found.session_token = SecretBytes::copy_of(element(xml, "SessionToken"));
  return checked(std::move(found));
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

std::string shared_file(const Surroundings& around) {
  const std::string_view named = around.get("AWS_SHARED_CREDENTIALS_FILE");
  return named.empty() ? around.in_home(".aws/credentials") : std::string(named);
}

std::string_view profile_name(const Surroundings& around) {
  const std::string_view named = around.get("AWS_PROFILE");
  return named.empty() ? "default" : named;
}

/// A file of [profile] parts with `name = value` lines. nullopt: it has no keys for this profile.
std::optional<AwsCredentials> read_profile(std::string_view text, std::string_view profile) {
  AwsCredentials found;
  bool is_ours = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with('[') && line.ends_with(']'))
      is_ours = trimmed(line.substr(1, line.size() - 2)) == profile;
    const std::size_t equals = line.find('=');
    if (!is_ours || equals == std::string_view::npos || line.starts_with('#')) continue;
    const std::string_view name = trimmed(line.substr(0, equals));
    const std::string_view value = trimmed(line.substr(equals + 1));
    if (name == "aws_access_key_id") found.access_key = SecretBytes::copy_of(value);
    if (name == "aws_secret_access_key") found.secret_key = SecretBytes::copy_of(value);
    if (name == "aws_session_token") found.session_token = SecretBytes::copy_of(value);
  }
  if (found.access_key.empty() && found.secret_key.empty()) return std::nullopt;
  return found;
}

Result<AwsCredentials> from_container(const Surroundings& around, const Deadline& deadline) {
  const std::string_view relative = around.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  HttpRequest request;
  request.method = "GET";
  request.reach = Reach::metadata;
  request.url = relative.empty() ? around.text("AWS_CONTAINER_CREDENTIALS_FULL_URI")
                                 : "http://169.254.170.2" + std::string(relative);
  SecretBytes token = SecretBytes::copy_of(around.get("AWS_CONTAINER_AUTHORIZATION_TOKEN"));
  const std::string file = around.text("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (!file.empty()) token = COFFER_TRY(read_credential_file(file));
  if (!token.empty()) COFFER_TRY(request.set_header("Authorization", token.text()));
  return from_answer(COFFER_TRY(send(request, deadline)));
}

/// IMDSv2: a token first, which keeps a tricked proxy from asking in our place.
Result<AwsCredentials> from_instance(const Surroundings& around, const Deadline& deadline) {
  const Deadline soon(std::min(deadline.left_ms(), kInstanceMsMax));
  const std::string_view override = around.get("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  const std::string base = COFFER_TRY(
      check_base_url(override.empty() ? "http://169.254.169.254" : override, Reach::metadata));
  HttpRequest ask;
  ask.method = "PUT";
  ask.reach = Reach::metadata;
  ask.url = base + "/latest/api/token";
  COFFER_TRY(ask.set_header("X-aws-ec2-metadata-token-ttl-seconds", "60"));
  const auto token = send(ask, soon);
  if (!token || token->status != 200) return no_credentials();
  HttpRequest get;
  get.method = "GET";
  get.reach = Reach::metadata;
  COFFER_TRY(get.set_header("X-aws-ec2-metadata-token", token->body.text()));
  get.url = base + "/latest/meta-data/iam/security-credentials/";
  const HttpResponse role = COFFER_TRY(send(get, soon));
  if (role.status != 200) return no_credentials();
  const std::string_view name = role.body.text().substr(0, role.body.text().find('\n'));
  get.url += percent_encoded(trimmed(name));
  return from_answer(COFFER_TRY(send(get, soon)));
}

}  // namespace

std::string aws_host(std::string_view service, std::string_view region) {
  return std::string(service) + "." + std::string(region) +
         (region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com");
}

Result<AwsCredentials> find_aws_credentials(const Surroundings& around, const std::string& region,
                                            const Deadline& deadline) {
  // A profile asked for by name is meant, whatever else the environment holds.
  const bool named_profile = around.has("AWS_PROFILE");
  if (!named_profile && around.has("AWS_ACCESS_KEY_ID")) return from_environment(around);
  if (!named_profile && around.has("AWS_WEB_IDENTITY_TOKEN_FILE"))
    return from_web_identity(around, region, deadline);
  const std::string file = shared_file(around);
  const auto text = read_credential_file(file);
  if (text) {
    auto found = read_profile(text->text(), profile_name(around));
    if (found) return checked(std::move(*found));
  }
  if (named_profile)
    return Error{ErrorCode::key_unavailable, "the shared credentials file has no such profile",
                 "see AWS_PROFILE and AWS_SHARED_CREDENTIALS_FILE"}
        .about(Subject::Kind::file, file);
  if (around.has("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") ||
      around.has("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
    return from_container(around, deadline);
  if (around.get("AWS_EC2_METADATA_DISABLED") == "true") return no_credentials();
  return from_instance(around, deadline);
}

}  // namespace coffer::keys

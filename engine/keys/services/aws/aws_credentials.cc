#include "keys/services/aws/aws_credentials.h"

#include <algorithm>

#include "keys/services/aws/aws_profile.h"
#include "keys/services/aws/credential_process.h"
#include "keys/services/patient_send.h"
#include "keys/services/service_body.h"
#include "keys/services/service_error.h"
#include "text/percent.h"

namespace coffer::keys {
namespace {

// Outside a cloud nothing answers at this address: waiting the whole time for it is pointless.
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
    return Error(ErrorCode::key_unavailable, "the credentials for AWS are incomplete",
                 "an access key and a secret key belong together");
  return credentials;
}

Result<AwsCredentials> from_environment(const Surroundings& around) {
  AwsCredentials found;
  found.access_key = SecretBytes::copy_of(around.get("AWS_ACCESS_KEY_ID"));
  found.secret_key = SecretBytes::copy_of(around.get("AWS_SECRET_ACCESS_KEY"));
  found.session_token = SecretBytes::copy_of(around.get("AWS_SESSION_TOKEN"));
  return checked(std::move(found));
}

// JSON as containers and instances give it.
Result<AwsCredentials> from_answer(HttpResponse response) {
  if (response.status != 200) return access_denied(response.status);
  const JsonAnswer answer = COFFER_TRY(JsonAnswer::read(std::move(response.body)));
  AwsCredentials found;
  found.access_key = SecretBytes::copy_of(answer.text({"AccessKeyId"}).value_or(""));
  found.secret_key = SecretBytes::copy_of(answer.text({"SecretAccessKey"}).value_or(""));
  found.session_token = SecretBytes::copy_of(answer.text({"Token"}).value_or(""));
  return checked(std::move(found));
}

// The text between <name> and </name>. STS answers in XML, from which only the plain text of three
// elements is needed; these never contain a character that XML would escape.
std::string_view element(std::string_view xml, const std::string& name) {
  const std::string open = "<" + name + ">";
  const std::size_t begin = xml.find(open);
  if (begin == std::string_view::npos) return {};
  xml.remove_prefix(begin + open.size());
  const std::size_t end = xml.find("</" + name + ">");
  return end == std::string_view::npos ? std::string_view() : xml.substr(0, end);
}

Result<AwsCredentials> from_sts(HttpRequest request, const Surroundings& around,
                                const std::string& region, const Deadline& deadline) {
  const std::string_view override = around.get("AWS_ENDPOINT_URL_STS");
  request.url = COFFER_TRY(check_base_url(
      override.empty() ? "https://" + aws_host("sts", region) : std::string(override),
      Reach::service));
  request.url += "/";
  request.ca_file = around.get("AWS_CA_BUNDLE");
  COFFER_TRY(request.set_header("Content-Type", "application/x-www-form-urlencoded"));
  const HttpResponse response = COFFER_TRY(send_patiently(request, deadline));
  if (response.status >= 500 || response.status == 429) return service_down(response.status);
  if (response.status != 200) return access_denied(response.status);
  const std::string_view xml = element(response.body.text(), "Credentials");
  if (xml.empty()) return unreadable_answer();
  AwsCredentials found;
  found.access_key = SecretBytes::copy_of(element(xml, "AccessKeyId"));
  found.secret_key = SecretBytes::copy_of(element(xml, "SecretAccessKey"));
  found.session_token = SecretBytes::copy_of(element(xml, "SessionToken"));
  return checked(std::move(found));
}

std::string_view session_or_ours(std::string_view named) {
  return named.empty() ? std::string_view("coffer") : named;
}

struct WebIdentity {
  std::string token_file;
  std::string_view role;
  std::string_view session;
};

Result<AwsCredentials> from_web_identity(const WebIdentity& identity, const Surroundings& around,
                                         const std::string& region, const Deadline& deadline) {
  const SecretBytes token = COFFER_TRY(read_credential_file(identity.token_file));
  HttpRequest request;
  request.body = FormBody()
                     .field("Action", "AssumeRoleWithWebIdentity")
                     .field("Version", "2011-06-15")
                     .field("RoleArn", identity.role)
                     .field("RoleSessionName", session_or_ours(identity.session))
                     .field("WebIdentityToken", token.text())
                     .finish();
  return from_sts(std::move(request), around, region, deadline);
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
  return from_answer(COFFER_TRY(send_patiently(request, deadline)));
}

// IMDSv2: a token first, which keeps a tricked proxy from asking in our place.
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
  std::string_view name = role.body.text().substr(0, role.body.text().find('\n'));
  while (name.ends_with('\r') || name.ends_with(' ')) name.remove_suffix(1);
  get.url += percent::encoded(name);
  return from_answer(COFFER_TRY(send_patiently(get, soon)));
}

// --- profiles -----------------------------------------------------------------------------------

// Where a search for credentials goes on: everything that each step of it needs.
struct Search {
  const Surroundings& around;
  const std::string& region;
  const Deadline& deadline;
  const AwsFiles& files;
};
// A chain of roles that is longer goes round in a circle.
constexpr int kRolesMax = 8;

Error bad_profile(Literal text, Literal hint, std::string_view name) {
  return Error(ErrorCode::key_unavailable, text, hint).about(Subject::Kind::name, name);
}

Result<AwsCredentials> from_profile(const Search& search, std::string_view name, int roles);

// The identity that asks for the role.
Result<AwsCredentials> source_of_role(const Search& search, const AwsProfile& profile,
                                      std::string_view name, int roles) {
  const std::string_view source = profile.get("credential_source");
  if (profile.has("source_profile"))
    return from_profile(search, profile.get("source_profile"), roles + 1);
  if (source == "Environment") return from_environment(search.around);
  if (source == "Ec2InstanceMetadata") return from_instance(search.around, search.deadline);
  if (source == "EcsContainer") return from_container(search.around, search.deadline);
  return bad_profile("the AWS profile has a role_arn, and does not say who asks for the role",
                     "add source_profile, or credential_source = Environment, "
                     "Ec2InstanceMetadata or EcsContainer",
                     name);
}

Result<AwsCredentials> from_role(const Search& search, const AwsProfile& profile,
                                 std::string_view name, int roles) {
  if (profile.has("web_identity_token_file"))
    return from_web_identity({std::string(profile.get("web_identity_token_file")),
                              profile.get("role_arn"), profile.get("role_session_name")},
                             search.around, search.region, search.deadline);
  if (profile.has("mfa_serial"))
    return bad_profile("the AWS profile's role asks for a code of a person (mfa_serial)",
                       "take a session by AWS's own tools, and give its keys in AWS_* variables",
                       name);
  if (roles >= kRolesMax)
    return bad_profile("the AWS profile's roles lead round in a circle", "see source_profile",
                       name);
  const AwsCredentials asker = COFFER_TRY(source_of_role(search, profile, name, roles));
  FormBody form;
  form.field("Action", "AssumeRole")
      .field("Version", "2011-06-15")
      .field("RoleArn", profile.get("role_arn"))
      .field("RoleSessionName", session_or_ours(profile.get("role_session_name")));
  if (profile.has("external_id")) form.field("ExternalId", profile.get("external_id"));
  HttpRequest request;
  request.body = form.finish();
  request.signature = {"aws:amz:" + search.region + ":sts", &asker.access_key, &asker.secret_key};
  if (!asker.session_token.empty())
    COFFER_TRY(request.set_header("X-Amz-Security-Token", asker.session_token.text()));
  return from_sts(std::move(request), search.around, search.region, search.deadline);
}

Result<AwsCredentials> from_process(const Search& search, const AwsProfile& profile) {
  const JsonAnswer answer = COFFER_TRY(JsonAnswer::read(COFFER_TRY(run_credential_process(
      profile.get("credential_process"), profile.file_of("credential_process"), search.around,
      search.deadline))));
  if (answer.raw({"Version"}) != "1") return unreadable_answer();
  AwsCredentials found;
  found.access_key = SecretBytes::copy_of(answer.text({"AccessKeyId"}).value_or(""));
  found.secret_key = SecretBytes::copy_of(answer.text({"SecretAccessKey"}).value_or(""));
  found.session_token = SecretBytes::copy_of(answer.text({"SessionToken"}).value_or(""));
  return checked(std::move(found));
}

bool has_credentials(const AwsProfile& profile) {
  for (const char* name : {"role_arn", "aws_access_key_id", "aws_secret_access_key",
                           "credential_process", "sso_session", "sso_start_url"})
    if (profile.has(name)) return true;
  return false;
}

Result<AwsCredentials> from_profile(const Search& search, std::string_view name, int roles) {
  const auto profile = search.files.profile(name);
  if (!profile)
    return bad_profile("the files of AWS have no such profile",
                       "see AWS_PROFILE, ~/.aws/config and ~/.aws/credentials", name);
  // A role's own profile may hold the keys that ask for it.
  const bool asks_itself = roles > 0 && profile->get("source_profile") == name;
  if (profile->has("role_arn") && !asks_itself) return from_role(search, *profile, name, roles);
  if (profile->has("aws_access_key_id") || profile->has("aws_secret_access_key"))
    return checked({SecretBytes::copy_of(profile->get("aws_access_key_id")),
                    SecretBytes::copy_of(profile->get("aws_secret_access_key")),
                    SecretBytes::copy_of(profile->get("aws_session_token"))});
  if (profile->has("credential_process")) return from_process(search, *profile);
  if (profile->has("sso_session") || profile->has("sso_start_url"))
    return bad_profile("the AWS profile signs in by SSO, which coffer does not",
                       "eval \"$(aws configure export-credentials --format env)\" gives its keys",
                       name);
  return bad_profile("the AWS profile has no credentials",
                     "add role_arn, credential_process or keys to it", name);
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
    return from_web_identity({around.text("AWS_WEB_IDENTITY_TOKEN_FILE"),
                              around.get("AWS_ROLE_ARN"), around.get("AWS_ROLE_SESSION_NAME")},
                             around, region, deadline);
  const AwsFiles files = AwsFiles::read(around);
  const std::string name = aws_profile_name(around);
  const auto profile = files.profile(name);
  if (named_profile || (profile && has_credentials(*profile)))
    return from_profile({around, region, deadline, files}, name, 0);
  if (around.has("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") ||
      around.has("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
    return from_container(around, deadline);
  if (around.get("AWS_EC2_METADATA_DISABLED") == "true") return no_credentials();
  return from_instance(around, deadline);
}

}  // namespace coffer::keys

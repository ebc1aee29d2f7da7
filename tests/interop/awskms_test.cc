// AWS KMS against a fake that computes every signature anew.
#include "tests/interop/fakes/aws_kms.h"

#include "tests/interop/provider_trials.h"

namespace coffer::test {
namespace {

constexpr const char* kAccessKey = "AKIAFAKEFAKEFAKEFAKE";
constexpr const char* kSecretKey = "fakeSecretKey/0123456789+abcdefghijklmno";
constexpr const char* kToken = "fake//session+token==0123456789";

struct Aws {
  Aws() {
    key_arn = kms.add_key("1234abcd-12ab-34cd-56ef-1234567890ab");
    kms.allow(kAccessKey, kSecretKey, "");
    service.uri = "awskms:///" + key_arn + "?region=" + fakes::AwsKms::kRegion +
                  "&endpoint=" + kms.server().url();
    service.variables = {{"AWS_ACCESS_KEY_ID", kAccessKey}, {"AWS_SECRET_ACCESS_KEY", kSecretKey}};
    service.secrets = {kSecretKey, kToken};
  }
  const std::string key = "1234abcd-12ab-34cd-56ef-1234567890ab";
  std::string key_arn;
  fakes::AwsKms kms;
  Service service;
};

/// Where containers, instances and STS hand out credentials, each to who asks as it must.
fakes::Reply hand_out(const fakes::Request& request) {
  const std::string credentials = std::string(R"({"Code":"Success","AccessKeyId":")") + kAccessKey +
                                  R"(","SecretAccessKey":")" + kSecretKey + R"(","Token":")" +
                                  kToken + R"(","Expiration":"2030-01-01T00:00:00Z"})";
  const std::string path = request.method + " " + request.path;
  if (path == "GET /container" && request.header("authorization") == "container-token")
    return {200, credentials, {}};
  if (path == "PUT /latest/api/token" && request.body.empty() &&
      request.header("x-aws-ec2-metadata-token-ttl-seconds") == "60")
    return {200, "imds-token", {}};
  const std::string roles = "GET /latest/meta-data/iam/security-credentials/";
  if (request.header("x-aws-ec2-metadata-token") == "imds-token") {
    if (path == roles) return {200, "the-role\n", {}};
    if (path == roles + "the-role") return {200, credentials, {}};
  }
  const std::string form =
      "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2F"
      "r&RoleSessionName=coffer&WebIdentityToken=web.identity.token";
  if (path == "POST /" && request.body == form &&
      request.header("content-type") == "application/x-www-form-urlencoded")
    return {200,
            std::string("<AssumeRoleWithWebIdentityResponse><Credentials><SessionToken>") + kToken +
                "</SessionToken><SecretAccessKey>" + kSecretKey +
                "</SecretAccessKey><AccessKeyId>" + kAccessKey +
                "</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResponse>",
            {}};
  return {403, "no", {}};
}

void check_opens(Aws& aws, const Variables& variables) {
  Service service = aws.service;
  service.variables = variables;
  service.secrets.insert(service.secrets.end(), {"container-token", "imds-token", "web.identity"});
  try_round_trip(service);
  CHECK(aws.kms.complaint().empty());
}

}  // namespace

TEST_CASE("AWS KMS wraps, unwraps and says which key it was [F-135]") {
  Aws aws;
  CHECK(try_round_trip(aws.service).key_id == aws.key_arn);
  CHECK(aws.kms.complaint().empty());
  try_moved(aws.service);
  try_tampering(aws.service);
  try_other_context(aws.service);
}

TEST_CASE("AWS KMS in trouble") {
  Aws aws;
  try_trouble(aws.service, aws.kms.server());
}

TEST_CASE("AWS KMS through the command") {
  Aws aws;
  try_command(aws.service, aws.kms.server(), "awskms", aws.key_arn);
  CHECK(aws.kms.complaint().empty());
}

TEST_CASE("AWS KMS: a key that is disabled, about to go, or gone") {
  Aws aws;
  const auto provider = connect(aws.service);
  const auto wrapped = provider->wrap(new_payload(), kContext);
  REQUIRE(wrapped.ok());
  for (const char* state : {"Disabled", "PendingDeletion"}) {
    aws.kms.set_state(aws.key, state);
    const auto refused = provider->unwrap(*wrapped, kContext);
    check_refused(aws.service, refused, ErrorCode::key_unavailable);
    CHECK(refused.error().text() == "the key is disabled in the key service");
    check_refused(aws.service, provider->status(), ErrorCode::key_unavailable);
  }
  aws.kms.delete_key(aws.key);
  const auto gone = provider->unwrap(*wrapped, kContext);
  check_refused(aws.service, gone, ErrorCode::key_unavailable);
  CHECK(gone.error().text() == "the key service has no such key");
}

TEST_CASE("AWS KMS: an alias may move on, and what was wrapped still opens [F-136]") {
  Aws aws;
  aws.kms.set_alias("alias/app", aws.key);
  Service service = aws.service;
  service.uri = "awskms:///alias/app?region=eu-test-1&endpoint=" + aws.kms.server().url();
  const auto provider = connect(service);
  const auto wrapped = provider->wrap(new_payload(), kContext);
  REQUIRE(wrapped.ok());
  const std::string newer = aws.kms.add_key("00000000-0000-0000-0000-000000000002");
  aws.kms.set_alias("alias/app", "00000000-0000-0000-0000-000000000002");
  CHECK(provider->unwrap(*wrapped, kContext).ok());
  CHECK(provider->status().value() == newer);  // The signal to wrap anew.
  // A blob that claims to be of the other key is not opened by either.
  keys::WrappedByProvider moved = *wrapped;
  moved.key_id = newer;
  check_refused(service, provider->unwrap(moved, kContext), ErrorCode::wrong_key);
}

TEST_CASE("AWS KMS: who signs with another key, or without its token, is denied") {
  Aws aws;
  Service service = aws.service;
  service.variables["AWS_SECRET_ACCESS_KEY"] = "another";
  check_refused(service, connect(service)->wrap(new_payload(), kContext),
                ErrorCode::key_unavailable);
  service.variables["AWS_ACCESS_KEY_ID"] = "AKIANOBODY";
  check_refused(service, connect(service)->status(), ErrorCode::key_unavailable);
  aws.kms.allow(kAccessKey, kSecretKey, kToken);
  check_refused(aws.service, connect(aws.service)->status(), ErrorCode::key_unavailable);
}

TEST_CASE("AWS credentials come from the environment, with a session token too") {
  Aws aws;
  aws.kms.allow(kAccessKey, kSecretKey, kToken);
  check_opens(aws, {{"AWS_ACCESS_KEY_ID", kAccessKey},
                    {"AWS_SECRET_ACCESS_KEY", kSecretKey},
                    {"AWS_SESSION_TOKEN", kToken}});
}

TEST_CASE("AWS credentials come from the profile that is asked for") {
  Aws aws;
  const ScratchDirectory directory;
  const std::string file = directory.in("credentials");
  const std::string text =
      std::string("# mine\n[default]\naws_access_key_id=NO\n") +
      "aws_secret_access_key=NO\n[ work ]\r\naws_access_key_id = " + kAccessKey +
      "\r\naws_secret_access_key = " + kSecretKey + "\n[later]\naws_access_key_id=NO\n";
  write_whole_file(file, as_bytes(text));
  check_opens(aws, {{"AWS_SHARED_CREDENTIALS_FILE", file}, {"AWS_PROFILE", "work"}});
  Service service = aws.service;
  service.variables = {{"AWS_SHARED_CREDENTIALS_FILE", file}, {"AWS_PROFILE", "absent"}};
  check_refused(service, connect(service)->status(), ErrorCode::key_unavailable);
}

TEST_CASE("AWS credentials come from a container, an instance, a web identity") {
  Aws aws;
  aws.kms.allow(kAccessKey, kSecretKey, kToken);
  fakes::LoopbackServer giver(hand_out);
  const ScratchDirectory directory;
  check_opens(aws, {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", giver.url() + "/container"},
                    {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "container-token"}});
  const std::string token_file = directory.in("token");
  write_whole_file(token_file, as_bytes("container-token\n"));
  check_opens(aws, {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", giver.url() + "/container"},
                    {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token_file}});
  check_opens(aws, {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", giver.url()}});
  write_whole_file(token_file, as_bytes("web.identity.token\n"));
  check_opens(aws, {{"AWS_WEB_IDENTITY_TOKEN_FILE", token_file},
                    {"AWS_ROLE_ARN", "arn:aws:iam::1:role/r"},
                    {"AWS_ENDPOINT_URL_STS", giver.url()}});
}

TEST_CASE("AWS without credentials, or with half of them, says so and asks nobody") {
  Aws aws;
  for (const Variables& variables :
       {Variables{{"AWS_EC2_METADATA_DISABLED", "true"}},
        Variables{{"AWS_ACCESS_KEY_ID", kAccessKey}},
        Variables{{"AWS_ACCESS_KEY_ID", "A\nB"}, {"AWS_SECRET_ACCESS_KEY", kSecretKey}},
        Variables{{"AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere"}},
        Variables{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/container"}}}) {
    const auto refused = connect(aws.service.uri, variables).value()->status();
    REQUIRE_FALSE(refused.ok());
    CHECK((refused.error().code() == ErrorCode::key_unavailable ||
           refused.error().code() == ErrorCode::usage));
    check_silent(aws.service, describe(refused.error()));
  }
  CHECK(aws.kms.server().request_count() == 0);
}

TEST_CASE("AWS URIs: the region is known, the endpoint allowed, nothing else is taken") {
  for (const char* uri :
       {"awskms:///alias/app?region=eu-west-1", "awskms:///1234abcd?region=eu-west-1&timeout=5",
        "awskms:///arn:aws:kms:eu-west-1:1:key/2",
        "awskms:///arn:aws:kms:eu-west-1:1:key/2?endpoint=https://kms.example"}) {
    INFO(uri);
    CHECK(KeySource::parse(uri).ok());
  }
  for (const char* uri :
       {"awskms:///", "awskms:///alias/app", "awskms://alias/app?region=eu-west-1",
        "awskms:///alias/app?region=", "awskms:///alias/app?region=a/b",
        "awskms:///alias/app?region=eu-west-1&secret=x", "awskms:///a?region=eu-west-1&region=b",
        "awskms:///a?region=eu-west-1&endpoint=http://kms.example",
        "awskms:///a?region=eu-west-1&endpoint=https://u:p@kms.example",
        "awskms:///arn:aws:kms:eu-west-1:1:key/2?region=us-east-1", "awskms:///a b?region=r",
        "awskms:///alias/app?region=eu-west-1&timeout=0", "awskms:///AKIA:SECRET@alias?region=r"}) {
    INFO(uri);
    const auto refused = KeySource::parse(uri);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code() == ErrorCode::usage);
  }
}

}  // namespace coffer::test

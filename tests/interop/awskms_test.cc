// AWS KMS against a fake that verifies every signature.
#include "tests/interop/fakes/aws_kms.h"

#include "tests/interop/provider_trials.h"

namespace coffer::test::awskms_test {
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

// Plays the services from which containers, instances and STS callers get credentials; each
// answers only a correct request.
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
  const std::string role =
      "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&"
      "RoleSessionName=coffer&ExternalId=x1";
  const std::string signature = request.header("authorization");
  if (path == "POST /" && request.body == role &&
      signature.find("Credential=AKIASOURCE/") != std::string::npos &&
      signature.find("/sts/aws4_request") != std::string::npos)
    return {200,
            std::string("<AssumeRoleResponse><Credentials><AccessKeyId>") + kAccessKey +
                "</AccessKeyId><SecretAccessKey>" + kSecretKey +
                "</SecretAccessKey><SessionToken>" + kToken +
                "</SessionToken></Credentials></AssumeRoleResponse>",
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
  CHECK(provider->status().value() == newer);  // The signal to wrap again.
  // A blob that claims to be of the other key is not opened either.
  keys::WrappedByProvider moved = *wrapped;
  moved.key_id = newer;
  check_refused(service, provider->unwrap(moved, kContext), ErrorCode::wrong_key);
}

TEST_CASE("AWS KMS: a slot of another key than the one named is not asked about [F-136]") {
  Aws aws;
  const std::string evil = "arn:aws:kms:eu-test-1:666666666666:key/evil";
  aws.kms.add_foreign_key(evil);
  aws.kms.set_alias("alias/app", aws.key);
  const std::string endpoint = "?endpoint=" + aws.kms.server().url();
  const auto provider_of = [&](const std::string& name) {
    Service service = aws.service;
    service.uri = "awskms:///" + name + endpoint + "&region=eu-test-1";
    return connect(service);
  };
  const auto forged = provider_of(evil)->wrap(new_payload(), kContext);
  REQUIRE(forged.ok());
  REQUIRE(provider_of(evil)->unwrap(*forged, kContext).ok());  // KMS itself accepts it.
  const std::size_t said = aws.kms.server().everything_said().size();
  const std::string account = aws.key_arn.substr(0, aws.key_arn.rfind(':'));
  for (const std::string& name :
       {aws.key_arn, aws.key, std::string("alias/app"), account + ":alias/app"}) {
    INFO(name);
    check_refused(aws.service, provider_of(name)->unwrap(*forged, kContext), ErrorCode::wrong_key);
  }
  CHECK(aws.kms.server().everything_said().find(evil, said) == std::string::npos);
  // The provider can tell an ARN and an id apart without a request.
  const int asked = aws.kms.server().request_count();
  check_refused(aws.service, provider_of(aws.key_arn)->unwrap(*forged, kContext),
                ErrorCode::wrong_key);
  CHECK(aws.kms.server().request_count() == asked);
}

TEST_CASE("AWS KMS: files put in a store's place do not open by the key of their owner [F-136]") {
  Aws aws;
  const std::string evil = "arn:aws:kms:eu-test-1:666666666666:key/evil";
  aws.kms.add_foreign_key(evil);
  cli::Sandbox box;
  take_key(box, "awskms:///" + evil + "?endpoint=" + aws.kms.server().url(), aws.service.variables);
  box.expect(0, {"init"});
  box.expect(0, {"put", "a", "b=forged"});
  take_key(box, aws.service.uri, aws.service.variables);
  const cli::Outcome refused = expect_silent(box, aws.service, 11, {"get", "a", "--field", "b"});
  CHECK(refused.out.empty());
  CHECK(refused.says("another key"));
}

TEST_CASE("AWS KMS: a replica opens what another region's key of the same set wrapped [F-230]") {
  Aws aws;
  const std::string replica = aws.kms.add_key("mrk-1234");
  const std::string endpoint = "?endpoint=" + aws.kms.server().url();
  Service service = aws.service;
  service.uri = "awskms:///" + replica + endpoint;
  const auto provider = connect(service);
  auto wrapped = provider->wrap(new_payload(), kContext);
  REQUIRE(wrapped.ok());
  const auto elsewhere = [](std::string arn) {
    return arn.replace(arn.find("eu-test-1"), 9, "us-test-2");
  };
  wrapped->key_id = elsewhere(replica);
  CHECK(provider->unwrap(*wrapped, kContext).ok());
  CHECK(aws.kms.server().everything_said().find("us-test-2") == std::string::npos);
  // With another account, or as a single-Region key, it is another key.
  wrapped->key_id = "arn:aws:kms:us-test-2:666666666666:key/mrk-1234";
  check_refused(service, provider->unwrap(*wrapped, kContext), ErrorCode::wrong_key);
  auto of_one_region = connect(aws.service)->wrap(new_payload(), kContext);
  REQUIRE(of_one_region.ok());
  of_one_region->key_id = elsewhere(of_one_region->key_id);
  check_refused(service, connect(aws.service)->unwrap(*of_one_region, kContext),
                ErrorCode::wrong_key);
}

TEST_CASE("AWS KMS: passing trouble is tried again, a refusal is not") {
  Aws aws;
  const auto provider = connect(aws.service);
  const auto wrapped = provider->wrap(new_payload(), kContext);
  REQUIRE(wrapped.ok());
  fakes::LoopbackServer& server = aws.kms.server();
  for (const fakes::Reply& trouble :
       {fakes::Reply{429, "", {{"Retry-After", "1"}}}, fakes::Reply{503, "", {}},
        fakes::Reply{500, "", {}},
        fakes::Reply{400, R"({"__type":"x#ThrottlingException"})", {}}}) {
    INFO(trouble.status);
    server.refusal = trouble;
    server.refusals = 2;
    CHECK(provider->unwrap(*wrapped, kContext).ok());
  }
  for (const fakes::Reply& refusal :
       {fakes::Reply{400, R"({"__type":"AccessDeniedException"})", {}}, fakes::Reply{403, "", {}},
        fakes::Reply{501, "", {}}}) {
    INFO(refusal.status);
    server.refusal = refusal;
    server.refusals = 9;
    const int asked = server.request_count();
    CHECK_FALSE(provider->unwrap(*wrapped, kContext).ok());
    CHECK(server.request_count() == asked + 1);
    server.refusals = 0;
  }
  // The provider does not wait beyond its deadline.
  server.refusal = {429, "", {{"Retry-After", "3000"}}};
  server.refusals = 9;
  const int asked = server.request_count();
  check_refused(aws.service, provider->unwrap(*wrapped, kContext), ErrorCode::key_unavailable);
  CHECK(server.request_count() == asked + 1);
}

TEST_CASE("AWS KMS: the region may come from the environment or the profile") {
  Aws aws;
  const ScratchDirectory directory;
  aws.kms.set_alias("alias/app", aws.key);
  Service service = aws.service;
  service.uri = "awskms:///alias/app?endpoint=" + aws.kms.server().url();
  CHECK(connect(service.uri, service.variables).error().code() == ErrorCode::usage);
  for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    service.variables = aws.service.variables;
    service.variables[variable] = "eu-test-1";
    try_round_trip(service);
  }
  write_whole_file(directory.in("config"), as_bytes("[default]\nRegion = eu-test-1\n"));
  service.variables = aws.service.variables;
  service.variables["AWS_CONFIG_FILE"] = directory.in("config");
  try_round_trip(service);
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

TEST_CASE("AWS credentials come from ~/.aws/config: keys, a role, a program") {
  Aws aws;
  aws.kms.allow(kAccessKey, kSecretKey, kToken);
  fakes::LoopbackServer giver(hand_out);
  const ScratchDirectory home;
  std::filesystem::create_directories(home.in(".aws"));
  const std::string program = home.in("give credentials");
  write_whole_file(program,
                   as_bytes(std::string("#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\"") +
                            kAccessKey + "\",\"SecretAccessKey\":\"" + kSecretKey +
                            "\",\"SessionToken\":\"" + kToken + "\"}'\n"));
  must(::chmod(program.c_str(), 0700) == 0, "chmod");
  const std::string keys = std::string("AWS_ACCESS_KEY_ID = ") + kAccessKey +
                           "\naws_secret_access_key = " + kSecretKey +
                           "\naws_session_token = " + kToken + "\n";
  const std::string config = home.in(".aws/config");
  write_whole_file(
      config,
      as_bytes("[default]\nregion = nowhere\ns3 =\n  aws_access_key_id = NO\n[profile cfg]\n" +
               keys +
               "[profile role]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = source\n"
               "external_id = x1\n[profile out]\nrole_arn = arn:aws:iam::1:role/r\n"
               "credential_source = Environment\nexternal_id = x1\n"
               "[profile program]\ncredential_process = \"" +
               program +
               "\" now\n"
               "[profile round]\nrole_arn = r\nsource_profile = round2\n[profile round2]\n"
               "role_arn = r\nsource_profile = round\n[profile sso]\nsso_session = s\n"
               "[profile failing]\ncredential_process = /bin/false\n"));
  write_whole_file(
      home.in(".aws/credentials"),
      as_bytes("[source]\naws_access_key_id = AKIASOURCE\naws_secret_access_key = s\n"));
  const auto by = [&](const std::string& profile) {
    return Variables{
        {"HOME", home.path()}, {"AWS_PROFILE", profile}, {"AWS_ENDPOINT_URL_STS", giver.url()}};
  };
  check_opens(aws, by("cfg"));
  check_opens(aws, by("role"));
  Variables out = by("out");
  out["AWS_ACCESS_KEY_ID"] = "AKIASOURCE";
  out["AWS_SECRET_ACCESS_KEY"] = "s";
  check_opens(aws, out);
  check_opens(aws, by("program"));
  for (const char* profile : {"round", "sso", "failing", "absent"}) {
    INFO(profile);
    const auto refused = connect(aws.service.uri, by(profile)).value()->status();
    check_refused(aws.service, refused, ErrorCode::key_unavailable);
  }
  // A program that others could have written is not run.
  must(::chmod(config.c_str(), 0666) == 0, "chmod");
  const auto refused = connect(aws.service.uri, by("program")).value()->status();
  check_refused(aws.service, refused, ErrorCode::key_unavailable);
  CHECK(describe(refused.error()).find(config) != std::string::npos);
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
       {"awskms:///alias/app", "awskms:///alias/app?region=eu-west-1",
        "awskms:///1234abcd?region=eu-west-1&timeout=5", "awskms:///arn:aws:kms:eu-west-1:1:key/2",
        "awskms:///arn:aws:kms:eu-west-1:1:key/2?endpoint=https://kms.example"}) {
    INFO(uri);
    CHECK(KeySource::parse(uri).ok());
  }
  for (const char* uri :
       {"awskms:///", "awskms://alias/app?region=eu-west-1",
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

}  // namespace coffer::test::awskms_test

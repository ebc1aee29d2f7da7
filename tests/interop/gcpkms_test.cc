// Google Cloud KMS against a fake that checks every checksum and verifies every assertion.
#include "keys/services/google/crc32c.h"
#include "tests/interop/fakes/google_kms.h"
#include "tests/interop/provider_trials.h"

namespace coffer::test::gcpkms_test {
namespace {

const std::string kName = "projects/p-1/locations/global/keyRings/ring/cryptoKeys/store";

struct Google {
  Google() {
    kms.add_key(kName);
    write_whole_file(file, as_bytes(kms.service_account_file()));
    service.uri = "gcpkms://" + kName + "?endpoint=" + kms.server().url();
    service.variables = {{"GOOGLE_APPLICATION_CREDENTIALS", file}};
    service.secrets = {kms.token, kms.refresh_token, kms.client_secret, "PRIVATE KEY"};
  }
  std::string version(int number) const {
    return kName + "/cryptoKeyVersions/" + std::to_string(number);
  }
  ScratchDirectory directory;
  std::string file = directory.in("credentials.json");
  fakes::GoogleKms kms;
  Service service;
};

}  // namespace

TEST_CASE("CRC-32C is what RFC 3720 says") {
  CHECK(keys::crc32c(as_bytes("123456789")) == 0xE3069283);
  CHECK(keys::crc32c(Bytes(32, 0)) == 0x8A9136AA);
  CHECK(keys::crc32c(Bytes(32, 0xFF)) == 0x62A8AB43);
  CHECK(keys::crc32c({}) == 0);
}

TEST_CASE("Cloud KMS wraps, unwraps and says which version it was") {
  Google google;
  CHECK(try_round_trip(google.service).key_id == google.version(1));
  CHECK(google.kms.complaint().empty());
  try_moved(google.service);
  try_other_context(google.service);
}

TEST_CASE("Cloud KMS opens nothing that was altered") {
  Google google;
  // Uses the metadata server, so that the attempts need no RSA signatures.
  google.service.variables = {{"GCE_METADATA_HOST", google.kms.server().url().substr(7)}};
  try_tampering(google.service);
}

TEST_CASE("Cloud KMS in trouble") {
  Google google;
  try_trouble(google.service, google.kms.server());
}

TEST_CASE("Cloud KMS through the command") {
  Google google;
  try_command(google.service, google.kms.server(), "gcpkms", google.version(1));
}

TEST_CASE("Cloud KMS: a key that is disabled, rotated, deleted") {
  Google google;
  const auto provider = connect(google.service);
  const auto wrapped = provider->wrap(new_payload(), kContext);
  REQUIRE(wrapped.ok());
  google.kms.set_enabled(kName, false);
  const auto disabled = provider->unwrap(*wrapped, kContext);
  check_refused(google.service, disabled, ErrorCode::key_unavailable);
  CHECK(disabled.error().text() == "the key is disabled in the key service");
  check_refused(google.service, provider->status(), ErrorCode::key_unavailable);
  google.kms.set_enabled(kName, true);
  google.kms.rotate(kName);
  CHECK(provider->unwrap(*wrapped, kContext).ok());
  CHECK(provider->status().value() == google.version(2));
  google.kms.delete_key(kName);
  const auto gone = provider->unwrap(*wrapped, kContext);
  check_refused(google.service, gone, ErrorCode::key_unavailable);
  CHECK(gone.error().text() == "the key service has no such key");
}

TEST_CASE("Cloud KMS: what was garbled on the way is not believed") {
  Google google;
  const auto provider = connect(google.service);
  const auto wrapped = provider->wrap(new_payload(), kContext);
  REQUIRE(wrapped.ok());
  google.kms.garbles_checksums = true;
  check_refused(google.service, provider->wrap(new_payload(), kContext), ErrorCode::corrupt);
  check_refused(google.service, provider->unwrap(*wrapped, kContext), ErrorCode::corrupt);
  google.kms.garbles_checksums = false;
  google.kms.forgets_to_verify = true;
  check_refused(google.service, provider->wrap(new_payload(), kContext), ErrorCode::corrupt);
}

TEST_CASE("Google credentials come from a service account, a user, gcloud, the metadata server") {
  Google google;
  Service service = google.service;
  write_whole_file(google.file, as_bytes(google.kms.user_file()));
  try_round_trip(service);
  std::filesystem::create_directories(google.directory.in(".config/gcloud"));
  write_whole_file(google.directory.in(".config/gcloud/application_default_credentials.json"),
                   as_bytes(google.kms.user_file()));
  service.variables = {{"HOME", google.directory.path()}};
  try_round_trip(service);
  service.variables = {{"GCE_METADATA_HOST", google.kms.server().url().substr(7)}};
  try_round_trip(service);
  // Another server at the metadata server's address is not trusted.
  google.kms.has_flavor = false;
  check_refused(service, connect(service)->status(), ErrorCode::key_unavailable);
}

TEST_CASE("Google credentials come by impersonation, and from a federation by file or by URL") {
  Google google;
  Service service = google.service;
  service.secrets.push_back(google.kms.subject_token);
  const std::string server = google.kms.server().url();
  const std::string account = "\"service_account_impersonation_url\":\"" + server +
                              "/v1/accounts/a@b:generateAccessToken\"";
  const std::string federation =
      "{\"type\":\"external_account\",\"audience\":\"//iam/pool\",\"token_url\":\"" + server +
      "/token\",\"subject_token_type\":\"urn:ietf:params:oauth:token-type:jwt\",";
  const std::string subject = google.directory.in("subject");
  write_whole_file(subject, as_bytes(google.kms.subject_token + "\n"));
  const std::string by_file = "\"credential_source\":{\"file\":\"" + subject + "\"}}";
  const std::string by_url = "\"credential_source\":{\"url\":\"" + server +
                             "/subject\",\"headers\":{\"X-Who\":\"me\"},\"format\":{\"type\":"
                             "\"json\",\"subject_token_field_name\":\"id_token\"}}}";
  for (const std::string& content :
       {"{\"type\":\"impersonated_service_account\"," + account +
            ",\"source_credentials\":" + google.kms.user_file() + "}",
        federation + by_file, federation + account + "," + by_file, federation + by_url}) {
    INFO(content);
    write_whole_file(google.file, as_bytes(content));
    try_round_trip(service);
  }
  for (const std::string& content :
       {federation + "\"credential_source\":{\"executable\":{\"command\":\"/bin/true\"}}}",
        federation + "\"credential_source\":{\"environment_id\":\"aws1\",\"url\":\"" + server +
            "/subject\"}}"}) {
    INFO(content);
    write_whole_file(google.file, as_bytes(content));
    check_refused(service, connect(service)->status(), ErrorCode::key_unavailable);
  }
}

TEST_CASE("Google credentials that are wrong, of another kind, or none") {
  Google google;
  const fakes::GoogleKms other;
  Service service = google.service;
  std::string text = google.kms.user_file();
  const std::size_t at = text.find(google.kms.refresh_token);
  for (const std::string& content :
       {text.replace(at, 4, "2//f"), std::string("{}"), std::string("no JSON"), std::string(" \n"),
        std::string(R"({"type":"external_account","audience":"a"})"),
        std::string(R"({"type":"service_account","client_email":"a","private_key":"no key",)") +
            R"("token_uri":")" + google.kms.server().url() + R"(/token"})"}) {
    INFO(content);
    write_whole_file(google.file, as_bytes(content));
    check_refused(service, connect(service)->status(), ErrorCode::key_unavailable);
  }
  // A key of another account signs, but the server does not accept it.
  write_whole_file(google.file, as_bytes(google.kms.service_account_file()));
  fakes::GoogleKms stranger;
  std::string forged = stranger.service_account_file();
  const std::string address = stranger.server().url();
  forged.replace(forged.find(address), address.size(), google.kms.server().url());
  write_whole_file(google.file, as_bytes(forged));
  check_refused(service, connect(service)->status(), ErrorCode::key_unavailable);
  service.variables = {{"GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/at/all"}};
  check_refused(service, connect(service)->status(), ErrorCode::key_unavailable);
}

TEST_CASE("Cloud KMS URIs: a key by its whole name, nothing else") {
  CHECK(KeySource::parse("gcpkms://" + kName).ok());
  CHECK(KeySource::parse("gcpkms://" + kName + "?timeout=3s").ok());
  for (const std::string& uri :
       {std::string("gcpkms://"), "gcpkms://" + kName + "/", "gcpkms://" + kName + "/x",
        "gcpkms:///" + kName, "gcpkms://" + kName + "?key=AIza",
        std::string("gcpkms://projects/p/locations/l/keyRings/r"),
        std::string("gcpkms://projects/../locations/l/keyRings/r/cryptoKeys/k"),
        std::string("gcpkms://projects//locations/l/keyRings/r/cryptoKeys/k"),
        "gcpkms://" + kName + "?endpoint=http://kms.example", "gcpkms://" + kName + "#a"}) {
    INFO(uri);
    const auto refused = KeySource::parse(uri);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code() == ErrorCode::usage);
  }
}

}  // namespace coffer::test::gcpkms_test

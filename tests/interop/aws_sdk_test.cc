// Checks our fake of AWS KMS by AWS's own client from npm: the client must accept the fake and open
// what our provider wrapped, and the reverse. Needs the network once, to install the client.
#include <filesystem>

#include "base/digits.h"
#include "crypto/hash.h"
#include "tests/interop/fakes/aws_kms.h"
#include "tests/interop/npm.h"
#include "tests/interop/provider_trials.h"

namespace coffer::test::aws_sdk_test {
namespace {

constexpr const char* kClient = "@aws-sdk/client-kms@3.758.0";
constexpr const char* kSecretKey = "fakeSecretKey/0123456789+abcdefghijklmno";

}  // namespace

TEST_CASE("AWS's own client accepts the fake, and both clients open what the other wrapped") {
  const std::string key = "1234abcd-12ab-34cd-56ef-1234567890ab";
  fakes::AwsKms kms;
  const std::string arn = kms.add_key(key);
  kms.allow("AKIAFAKE", kSecretKey, "fake-session-token");
  Service service;
  service.uri = "awskms:///" + arn + "?endpoint=" + kms.server().url();
  service.variables = {{"AWS_ACCESS_KEY_ID", "AKIAFAKE"},
                       {"AWS_SECRET_ACCESS_KEY", kSecretKey},
                       {"AWS_SESSION_TOKEN", "fake-session-token"}};
  const auto provider = connect(service);
  const SecretBytes payload = new_payload();
  const auto wrapped = provider->wrap(payload, kContext);
  REQUIRE(wrapped.ok());

  cli::Sandbox box;
  npm::install(box, kClient);
  const crypto::Hash context = crypto::hash({}, kContext);
  Variables variables = service.variables;
  variables["ENDPOINT"] = kms.server().url();
  variables["REGION"] = fakes::AwsKms::kRegion;
  variables["KEY_ID"] = arn;
  variables["CONTEXT"] = R"({"coffer":")" + hex(context) + "\"}";
  variables["BLOB"] = fakes::to_base64(as_text(wrapped->blob));
  take_key(box, service.uri, variables);
  std::filesystem::copy_file(COFFER_SOURCE_DIR "/tests/interop/aws_sdk/client.mjs",
                             box.path("client/client.mjs"));
  const cli::Outcome outcome =
      box.run_program({"/usr/bin/env", "node", box.path("client/client.mjs")});
  INFO(outcome.out << outcome.err << kms.complaint());
  REQUIRE(outcome.exit_code == 0);

  const cli::Json said = outcome.json();
  CHECK(said["plaintext"] == fakes::to_base64(payload.text()));
  CHECK(said["key_id"] == arn);
  CHECK(said["state"] == "Enabled");
  CHECK(said["moved"] == "InvalidCiphertextException");
  CHECK(said["absent"] == "NotFoundException");
  CHECK(said["denied"] == "InvalidSignatureException");
  keys::WrappedByProvider theirs = *wrapped;
  const std::string blob = fakes::from_base64(said["blob"].get<std::string>()).value();
  theirs.blob.assign(blob.begin(), blob.end());
  const auto opened = provider->unwrap(theirs, kContext);
  REQUIRE(opened.ok());
  CHECK(equal_in_constant_time(opened->bytes(), payload.bytes()));
}

}  // namespace coffer::test::aws_sdk_test

// The command with keys in a token and in a TPM, as scripts use it.
#include "tests/cli/command.h"
#include "tests/interop/software_token.h"
#include "tests/interop/software_tpm.h"
#include "tests/unit/keys/keyring_file.h"

namespace coffer::test::hardware_command_test {
namespace {

// A sandbox that names no key: each test names one, or the store does.
struct Bare : cli::Sandbox {
  Bare() { environment.pop_back(); }
  void put_and_get(const std::string& uri) {
    expect(0, {"init", "--key", uri});
    expect(0, {"put", "team/db", "--value", "-", "--key", uri}, "s3cret");
    CHECK(expect(0, {"get", "team/db", "--key", uri}).out == "s3cret");
  }
};

cli::Json slots_of(const cli::Sandbox& box) {
  return box.expect(0, {"key", "list", "--format", "json"}).json()["slots"];
}

}  // namespace

TEST_CASE("a store by a token's key: init, use, list, test, a wrong PIN, a second way in") {
  SoftwareTokens tokens;
  tokens.add_token("sealer");
  tokens.add_key("sealer", "kek", "01");
  const std::string uri = tokens.uri("token=sealer;object=kek");
  Bare box;
  box.environment.push_back("SOFTHSM2_CONF=" + tokens.directory().in("softhsm2.conf"));
  box.put_and_get(uri);
  // A PIN is used only if the caller names the key, never if only the store does.
  const cli::Outcome unnamed = box.expect(12, {"get", "team/db"});
  CHECK((unnamed.out.empty() && unnamed.says("--key") && unnamed.says(uri)));
  box.environment.push_back("COFFER_KEY=" + uri);
  const cli::Json slot = slots_of(box)[0];
  CHECK((slot["slot"] == 1 && slot["provider"] == "pkcs11" && slot["uri"] == uri));
  CHECK((slot["key_id"].get<std::string>().ends_with("/01") && slot["last_used_time"] == ""));
  box.expect(0, {"key", "test", "1"});

  const std::string wrong = box.write("pin", "00000000");
  chmod(wrong.c_str(), 0600);
  const std::string by_wrong_pin =
      uri.substr(0, uri.find("&pin-source")) + "&pin-source=file:" + wrong;
  const cli::Outcome refused = box.expect(11, {"get", "team/db", "--key", by_wrong_pin});
  CHECK((refused.out.empty() && refused.says("PIN") && !refused.says("00000000")));
  box.expect(0, {"key", "add", "file://" + box.path("spare.key")});
  const cli::Outcome second = box.expect(
      0, {"get", "team/db", "--key", by_wrong_pin, "--key", "file://" + box.path("spare.key")});
  CHECK((second.out == "s3cret" && second.says("PIN")));
  tokens.delete_key("sealer", "kek");
  box.expect(12, {"get", "team/db"});
  box.environment.pop_back();
  CHECK(box.expect(0, {"get", "team/db"}).out == "s3cret");
  box.expect(12, {"key", "test", "1"});
}

TEST_CASE("a URI that was altered in the store's files gives no file's content to the token") {
  SoftwareTokens tokens;
  tokens.add_token("sealer");
  tokens.add_key("sealer", "kek", "01");
  const std::string uri = tokens.uri("token=sealer;object=kek");
  Bare box;
  box.environment.push_back("SOFTHSM2_CONF=" + tokens.directory().in("softhsm2.conf"));
  box.put_and_get(uri);
  const std::string other = box.write("other-secret", "00000000");
  chmod(other.c_str(), 0600);
  const std::string altered = uri.substr(0, uri.find("&pin-source")) + "&pin-source=file:" + other;
  const std::string keyring = box.store() + "/keyring";
  write_whole_file(keyring, KeyringFile::with_master_of(read_whole_file(keyring),
                                                        [&](format::KeyringMaster& table) {
                                                          table.slots[0].uri = altered;
                                                        }));
  for (int i = 0; i < 3; ++i) CHECK_FALSE(box.expect(12, {"get", "team/db"}).says("PIN is wrong"));
  // The token would count wrong PINs, and the tenth one locks it.
  CHECK(box.expect(13, {"get", "team/db", "--key", uri}).says("altered"));
}

TEST_CASE("a token that hides its keys from who gives no PIN says so; a PIN may be a credential") {
  SoftwareTokens tokens;
  tokens.add_token("sealer");
  tokens.add_key("sealer", "kek", "01");
  const std::string uri = tokens.uri("token=sealer;object=kek");
  Bare box;
  box.environment.push_back("SOFTHSM2_CONF=" + tokens.directory().in("softhsm2.conf"));
  const std::string without = uri.substr(0, uri.find("&pin-source"));
  const cli::Outcome refused = box.expect(12, {"init", "--key", without});
  CHECK((refused.says("without a PIN") && refused.says("pin-source")));
  const std::string pin = uri.substr(uri.find("pin-source=file:") + sizeof "pin-source=file:" - 1);
  std::filesystem::create_directory(box.path("credentials"));
  std::filesystem::copy_file(pin, box.path("credentials/pin"));
  chmod(box.path("credentials/pin").c_str(), 0440);
  box.environment.push_back("CREDENTIALS_DIRECTORY=" + box.path("credentials"));
  box.put_and_get(without + "&pin-source=credential:pin");
}

TEST_CASE("a store by a TPM: init, use, registers that changed, a TPM that is down") {
  SoftwareTpm tpm;
  Bare box;
  const std::string uri = tpm.uri("?pcrs=sha256:7");
  box.put_and_get(uri);
  CHECK(box.expect(0, {"get", "team/db"}).out == "s3cret");
  CHECK(slots_of(box)[0]["provider"] == "tpm2");
  box.expect(0, {"key", "add", "file://" + box.path("spare.key")});
  box.expect(0, {"key", "add", tpm.uri()});
  CHECK(slots_of(box)[2]["slot"] == 3);
  tpm.extend(7);
  const cli::Outcome refused = box.expect(11, {"key", "test", "1", "--key", tpm.uri()});
  CHECK(refused.says("registers"));
  // tpm2-tss logs nothing, and child programs do not inherit the variable that silences it.
  CHECK((!refused.says("WARNING") && !refused.says("ERROR:")));
  CHECK(box.expect(0, {"run", "--key", tpm.uri(), "--map", "X=team/db", "--", "env"})
            .out.find("TSS2_LOG") == std::string::npos);
  tpm.stop();
  box.expect(12, {"get", "team/db", "--key", tpm.uri()});
  const cli::Outcome skipped = box.expect(0, {"get", "team/db"});
  CHECK((skipped.out == "s3cret" && skipped.says(tpm.uri()) && !skipped.says("WARNING")));
}

TEST_CASE("a secret in a key's URI is refused, not repeated, and nothing is made") {
  Bare box;
  for (const char* uri : {"pkcs11:token=T;object=O?module-path=/m.so&pin-value=hunter2",
                          "tpm2:device=/dev/tpmrm0?auth-source=hunter2", "tpm2:tcti=cmd:hunter2"}) {
    const cli::Outcome refused = box.expect(2, {"init", "--key", uri});
    CHECK_FALSE(refused.says("hunter2"));
    CHECK_FALSE(std::filesystem::exists(box.store()));
  }
}

TEST_CASE("the help of key add shows every kind of key") {
  const Bare box;
  const cli::Outcome help = box.expect(0, {"key", "add", "--help"});
  for (const char* form :
       {"file:///PATH", "file:?credential=", "passphrase:", "pkcs11:token=", "tpm2:device="}) {
    INFO(form);
    CHECK(help.out.find(form) != std::string::npos);
  }
}

}  // namespace coffer::test::hardware_command_test

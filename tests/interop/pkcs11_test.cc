// Keys in a PKCS#11 token, against SoftHSM: what it opens, and above all what it does not open.
#include <dlfcn.h>

#include "keys/keyring/keyring.h"
#include "keys/pkcs11/library/pkcs11_module.h"
#include "tests/interop/provider_ring.h"
#include "tests/interop/software_token.h"

#include <atomic>
#include <thread>

namespace coffer::test::pkcs11_test {
namespace {

constexpr const char* kAes = "token=sealer;object=master-kek;type=secret-key";
constexpr const char* kPair = "token=sealer;object=pair;type=private";

struct Sealer : SoftwareTokens {
  Sealer() {
    add_token("sealer");
    add_key("sealer", "master-kek", "01");
  }
};

// Removes a key's right to decrypt, as its administrator can.
void forbid_decrypting(const std::string& label) {
  const auto use = keys::Pkcs11Module::Use::begin(keys::Pkcs11Module::at(SoftwareTokens::kModule));
  REQUIRE(use.ok());
  CK_FUNCTION_LIST& functions = (*use)->functions();
  CK_SLOT_ID slots[8];
  CK_ULONG count = 8;
  REQUIRE(functions.C_GetSlotList(CK_TRUE, slots, &count) == CKR_OK);
  CK_SESSION_HANDLE session = 0;
  REQUIRE(functions.C_OpenSession(slots[0], CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr,
                                  &session) == CKR_OK);
  Bytes pin(as_bytes(SoftwareTokens::kPin).begin(), as_bytes(SoftwareTokens::kPin).end());
  REQUIRE(functions.C_Login(session, CKU_USER, pin.data(), pin.size()) == CKR_OK);
  std::string name = label;
  CK_ATTRIBUTE wanted = {CKA_LABEL, name.data(), name.size()};
  REQUIRE(functions.C_FindObjectsInit(session, &wanted, 1) == CKR_OK);
  CK_OBJECT_HANDLE key = 0;
  REQUIRE(functions.C_FindObjects(session, &key, 1, &count) == CKR_OK);
  REQUIRE((functions.C_FindObjectsFinal(session) == CKR_OK && count == 1));
  CK_BBOOL no = 0;
  CK_ATTRIBUTE right = {CKA_DECRYPT, &no, sizeof no};
  REQUIRE(functions.C_SetAttributeValue(session, key, &right, 1) == CKR_OK);
  REQUIRE(functions.C_CloseSession(session) == CKR_OK);
}

}  // namespace

TEST_CASE("a key that never leaves its token opens the store") {
  const Sealer tokens;
  const std::string uri = tokens.uri(kAes);
  const ProviderRing ring(uri);
  const auto keyring = ring.open(uri);
  REQUIRE(keyring.ok());
  const KeySlotInfo slot = (*keyring)->slots().value().front();
  CHECK((slot.provider == "pkcs11" && slot.uri == uri));
  CHECK((slot.key_id.size() == 19 && slot.key_id.ends_with("/01")));
  CHECK((*keyring)->test_slot(1, source_of(uri)).ok());
  CHECK(ring.outcome(tokens.uri("token=sealer;id=%01")) == kOpens);
  CHECK(ring.outcome(tokens.uri("serial=" + slot.key_id.substr(0, 16) + ";object=master-kek")) ==
        kOpens);
  // The token reports the required attributes of the key.
  const std::string shown = tokens.tool("sealer", {"--list-objects", "--type", "secrkey"});
  CHECK(shown.find("never extractable") != std::string::npos);
}

TEST_CASE("a wrong PIN, and none, are refused") {
  const Sealer tokens;
  const std::string uri = tokens.uri(kAes);
  const ProviderRing ring(uri);
  const std::string bare = uri.substr(0, uri.find("&pin-source"));
  CHECK(ring.outcome(bare) == kUnavailable);
  write_whole_file(tokens.directory().in("wrong"), as_bytes("12345679"));
  CHECK(ring.outcome(bare + "&pin-source=file:" + tokens.directory().in("wrong")) == kWrongKey);
  CHECK(ring.outcome(bare + "&pin-source=file:" + tokens.directory().in("none")) == kUnavailable);
  CHECK(ring.outcome(uri) == kOpens);
  REQUIRE(::chmod(tokens.pin_file().c_str(), 0644) == 0);
  CHECK(ring.outcome(uri) == kUnavailable);
}

TEST_CASE("an altered, cut or moved blob is refused by AES-GCM") {
  const Sealer tokens;
  const std::string uri = tokens.uri(kAes);
  const ProviderRing ring(uri);
  const Bytes good = ring.blob();
  CHECK(good.size() == 1 + 12 + 64 + 16);
  for (std::size_t i = 0; i < good.size(); i += 3) {
    INFO("byte " << i);
    Bytes altered = good;
    altered[i] ^= 0x80;
    ring.put_blob(altered);
    CHECK(ring.outcome(uri) == kWrongKey);
  }
  for (const std::size_t size : {std::size_t{1}, std::size_t{29}, std::size_t{92}}) {
    ring.put_blob(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
    CHECK(ring.outcome(uri) == kWrongKey);
  }
  ring.put_blob(good);
  CHECK(ring.outcome(uri) == kOpens);
  const ProviderRing other(uri);
  other.put_blob(good);
  CHECK(other.outcome(uri) == kWrongKey);
  ring.change([](format::KeyringMaster& master) {
    master.slots[0].number = 2;
    master.next_slot = 3;
  });
  CHECK(ring.outcome(uri) == kWrongKey);
}

TEST_CASE("an RSA pair opens the store by OAEP, and a moved blob is refused all the same") {
  const Sealer tokens;
  tokens.add_key("sealer", "pair", "02", "rsa:2048");
  const std::string uri = tokens.uri(kPair);
  const ProviderRing ring(uri);
  CHECK(ring.outcome(uri) == kOpens);
  CHECK(ring.outcome(tokens.uri("token=sealer;object=pair")) == kOpens);
  const Bytes good = ring.blob();
  CHECK(good.size() == 1 + 256);
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{100}, std::size_t{256}}) {
    Bytes altered = good;
    altered[i] ^= 1;
    ring.put_blob(altered);
    INFO("byte " << i);
    CHECK(ring.outcome(uri) != kOpens);
  }
  const ProviderRing other(uri);
  other.put_blob(good);
  CHECK(other.outcome(uri) == kCorrupt);
  // A slot of another kind, and another slot of the same store.
  ring.put_blob(good);
  ring.change([](format::KeyringMaster& master) {
    master.slots[0].number = 2;
    master.next_slot = 3;
  });
  CHECK(ring.outcome(uri) == kCorrupt);
}

TEST_CASE("a key that was deleted, replaced, doubled or forbidden does not open") {
  const Sealer tokens;
  const std::string uri = tokens.uri(kAes);
  const ProviderRing ring(uri);
  CHECK(ring.outcome(tokens.uri("token=sealer;object=other")) == kUnavailable);
  CHECK(ring.outcome(tokens.uri("token=other;object=master-kek")) == kUnavailable);
  tokens.add_key("sealer", "master-kek", "03");
  CHECK(ring.outcome(uri) == kUsage);
  CHECK(ring.outcome(tokens.uri("token=sealer;object=master-kek;id=%01")) == kOpens);
  CHECK(ring.outcome(tokens.uri("token=sealer;object=master-kek;id=%03")) == kWrongKey);
  tokens.tool("sealer", {"--delete-object", "--type", "secrkey", "--id", "01"});
  CHECK(ring.outcome(uri) == kWrongKey);
  tokens.tool("sealer", {"--delete-object", "--type", "secrkey", "--id", "03"});
  CHECK(ring.outcome(uri) == kUnavailable);

  tokens.add_key("sealer", "switched-off", "04");
  const std::string off = tokens.uri("token=sealer;object=switched-off");
  const ProviderRing other(off);
  forbid_decrypting("switched-off");
  const auto refused = other.open(off);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code() == ErrorCode::key_unavailable);
  CHECK(refused.error().number() == CKR_KEY_FUNCTION_NOT_PERMITTED);
  // The key could not open it again, so no slot is made.
  CHECK_FALSE(Keyring::create(ring.directory.in("new"), std::vector{source_of(off)}, kNow).ok());
}

TEST_CASE("of two tokens of one name the serial number tells which") {
  const Sealer tokens;
  const std::string uri = tokens.uri(kAes);
  const ProviderRing ring(uri);
  const std::string id = (*ring.open(uri))->slots().value().front().key_id;
  tokens.add_token("sealer");
  CHECK(ring.outcome(uri) == kUsage);
  CHECK(ring.outcome(tokens.uri("serial=" + id.substr(0, 16) + ";object=master-kek")) == kOpens);
}

TEST_CASE("four threads open by one token at once, and a child after fork too") {
  const Sealer tokens;
  const std::string uri = tokens.uri(kAes);
  const ProviderRing ring(uri);
  const std::vector<KeySource> sources = {source_of(uri)};
  std::atomic<int> opened = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round)
        if (Keyring::open(ring.path(), sources, {}).ok()) ++opened;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(opened == 200);
  // Plays a program that used the module when it forked.
  const auto use = keys::Pkcs11Module::Use::begin(keys::Pkcs11Module::at(SoftwareTokens::kModule));
  REQUIRE(use.ok());
  const pid_t child = ::fork();
  if (child == 0) ::_exit(Keyring::open(ring.path(), sources, {}).ok() ? 7 : 1);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 7));
  CHECK(ring.outcome(uri) == kOpens);
}

TEST_CASE("a module that is missing, none, or never answers is unavailable") {
  const Sealer tokens;
  const std::string uri = tokens.uri(kAes);
  const ProviderRing ring(uri);
  const auto by_module = [&](const std::string& module) {
    return "pkcs11:" + std::string(kAes) + "?timeout=300ms&module-path=" + module;
  };
  CHECK(ring.outcome(by_module("/usr/lib/softhsm/none.so")) == kUnavailable);
  CHECK(ring.outcome(by_module(tokens.pin_file())) == kUnavailable);
  Dl_info other_library{};
  REQUIRE(::dladdr(reinterpret_cast<void*>(&::getpid), &other_library) != 0);
  CHECK(ring.outcome(by_module(std::filesystem::canonical(other_library.dli_fname))) ==
        kUnavailable);
  CHECK(ring.outcome(by_module(COFFER_HANGING_MODULE)) == kUnavailable);
  CHECK(ring.outcome(by_module(COFFER_HANGING_MODULE)) == kUnavailable);
  CHECK(ring.outcome(uri) == kOpens);
}

TEST_CASE("a module that answers nonsense is not believed") {
  const Sealer tokens;
  const ProviderRing ring(tokens.uri(kAes));
  const auto foul = [](const std::string& key) {
    return "pkcs11:token=foul;object=" + key + "?module-path=" + COFFER_FOUL_MODULE;
  };
  for (const char* key : {"huge", "short", "zeros"}) {
    INFO(key);
    CHECK(ring.outcome(foul(key)) == kCorrupt);
    const auto made =
        Keyring::create(ring.directory.in(key), std::vector{source_of(foul(key))}, kNow);
    CHECK((code_of(made) == ErrorCode::corrupt || code_of(made) == ErrorCode::wrong_key));
  }
  CHECK(ring.outcome(foul("many")) == kUsage);
}

TEST_CASE("a module that only the slot names is loaded from the system's folders alone") {
  const Sealer tokens;
  const std::string uri = tokens.uri(kAes);
  const ProviderRing ring(uri);
  keys::Opening opening;
  opening.try_stored = true;
  // A PIN's file is not read if only the store names it, whatever the module.
  CHECK(code_of(Keyring::open(ring.path(), opening)) == ErrorCode::key_unavailable);
  REQUIRE(::symlink(SoftwareTokens::kModule, tokens.directory().in("m.so").c_str()) == 0);
  for (const std::string& module :
       {tokens.directory().in("m.so"), "/usr/.." + tokens.directory().in("m.so")}) {
    std::string elsewhere = uri;
    elsewhere.replace(elsewhere.find(SoftwareTokens::kModule),
                      std::string_view(SoftwareTokens::kModule).size(), module);
    ring.change([&](format::KeyringMaster& master) { master.slots[0].uri = uri; });
    CHECK(ring.outcome(elsewhere) == kOpens);
    // Without a PIN the module would be loaded.
    const std::size_t pin = elsewhere.find("pin-source=");
    REQUIRE(pin != std::string::npos);
    elsewhere.erase(pin - 1, elsewhere.find('&', pin) - (pin - 1));
    if (elsewhere.find('?') == std::string::npos) elsewhere.replace(elsewhere.find('&'), 1, "?");
    ring.change([&](format::KeyringMaster& master) { master.slots[0].uri = elsewhere; });
    const auto opened = Keyring::open(ring.path(), opening);
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().code() == ErrorCode::key_unavailable);
    CHECK(describe(opened.error()).find("only if the caller names it") != std::string::npos);
  }
}

}  // namespace coffer::test::pkcs11_test

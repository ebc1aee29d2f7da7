// Keys sealed by a TPM, against swtpm: what it opens, and above all what it does not open.
#include <catch2/catch.hpp>

#include "keys/keyring/keyring.h"
#include "keys/tpm2/tpm_nv.h"
#include "tests/interop/provider_ring.h"
#include "tests/interop/software_tpm.h"
#include "tests/interop/stranger.h"

namespace coffer::test::tpm2_test {
namespace {

using keys::TpmNvIndex;

std::string write_secret(const ScratchDirectory& directory, const std::string& name,
                         std::string_view text) {
  write_whole_file(directory.in(name), as_bytes(text));
  return directory.in(name);
}

}  // namespace

TEST_CASE("what a TPM sealed it opens, over restarts, and another TPM does not") {
  SoftwareTpm tpm;
  const ProviderRing ring(tpm.uri());
  CHECK(ring.outcome(tpm.uri()) == 0);
  tpm.restart();
  CHECK(ring.outcome(tpm.uri()) == 0);
  const auto keyring = Keyring::open(ring.path(), std::vector{source_of(tpm.uri())}, {});
  const KeySlotInfo slot = (*keyring)->slots().value().front();
  CHECK((slot.provider == "tpm2" && slot.key_id.size() == 16));
  CHECK((*keyring)->test_slot(1, source_of(tpm.uri())).ok());
  SoftwareTpm other;
  CHECK(ring.outcome(other.uri()) == kWrongKey);
}

TEST_CASE("a key sealed to registers opens while they are what they were") {
  SoftwareTpm tpm;
  const std::string uri = tpm.uri("?pcrs=sha256:7");
  const ProviderRing ring(uri);
  CHECK(ring.outcome(uri) == 0);
  tpm.extend(8);
  CHECK(ring.outcome(uri) == 0);
  CHECK(ring.outcome(tpm.uri("?pcrs=sha256:8")) == kWrongKey);
  CHECK(ring.outcome(tpm.uri()) == kWrongKey);
  tpm.extend(7);
  CHECK(ring.outcome(uri) == kWrongKey);
  tpm.restart();  // Boots the same software.
  CHECK(ring.outcome(tpm.uri("?pcrs=sha256:7")) == 0);
}

TEST_CASE("a wrong auth value is refused as often as it is tried, and locks nobody out") {
  SoftwareTpm tpm;
  const ScratchDirectory secrets;
  const std::string right = "auth-source=file:" + write_secret(secrets, "right", "hunter2\n");
  const std::string wrong = "auth-source=file:" + write_secret(secrets, "wrong", "hunter3\n");
  for (const std::string policy : {"?", "?pcrs=sha256:0,7&"}) {
    const ProviderRing ring(tpm.uri(policy + right));
    for (int attempt = 0; attempt < 6; ++attempt)
      CHECK(ring.outcome(tpm.uri(policy + wrong)) == kWrongKey);
    CHECK(ring.outcome(tpm.uri(policy == "?" ? "" : "?pcrs=sha256:0,7")) == kWrongKey);
    CHECK(ring.outcome(tpm.uri(policy + right)) == 0);
  }
  const ProviderRing both(tpm.uri("?pcrs=sha256:7&" + right));
  tpm.extend(7);
  CHECK(both.outcome(tpm.uri("?pcrs=sha256:7&" + right)) == kWrongKey);
  REQUIRE(::unlink(secrets.in("right").c_str()) == 0);
  CHECK(both.outcome(tpm.uri("?pcrs=sha256:7&" + right)) == kUnavailable);
}

TEST_CASE("an altered, cut or moved blob is refused") {
  SoftwareTpm tpm;
  const ProviderRing ring(tpm.uri());
  const Bytes good = ring.blob();
  CHECK(good.size() < 300);
  for (std::size_t i = 0; i < good.size(); i += 7) {
    INFO("byte " << i);
    ring.change([&](format::KeyringMaster& master) {
      master.slots[0].blob = good;
      master.slots[0].blob[i] ^= 0x40;
    });
    CHECK(ring.outcome(tpm.uri()) == kWrongKey);
  }
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{2}, good.size() / 2, good.size() - 1}) {
    ring.change([&](format::KeyringMaster& master) {
      master.slots[0].blob.assign(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    });
    CHECK(ring.outcome(tpm.uri()) == kWrongKey);
  }
  ring.change([&](format::KeyringMaster& master) { master.slots[0].blob.assign(2048, 0xFF); });
  CHECK(ring.outcome(tpm.uri()) == kWrongKey);
  // The TPM has no associated data, so its answer is checked and refused here.
  const ProviderRing other(tpm.uri());
  other.change([&](format::KeyringMaster& master) { master.slots[0].blob = good; });
  CHECK(other.outcome(tpm.uri()) == kCorrupt);
  ring.change([&](format::KeyringMaster& master) {
    master.slots[0].blob = good;
    master.slots[0].number = 2;
    master.next_slot = 3;
  });
  CHECK(ring.outcome(tpm.uri()) == kCorrupt);
}

TEST_CASE("a TPM that is down or silent is unavailable, and the next key is tried") {
  SoftwareTpm tpm;
  const ProviderRing ring(tpm.uri());
  const auto keyring = Keyring::open(ring.path(), std::vector{source_of(tpm.uri())}, {});
  REQUIRE(keyring.ok());
  REQUIRE(create_key_file(ring.directory.in("spare")).ok());
  const KeySource spare = KeySource::file(ring.directory.in("spare"));
  REQUIRE((*keyring)->add_slot(spare, kNow).ok());
  tpm.stop();
  CHECK(ring.outcome(tpm.uri()) == kUnavailable);
  std::vector<std::string> told;
  keys::Opening opening;
  opening.try_stored = true;
  opening.log = [&](std::string_view level, std::string_view, std::string_view subject) {
    if (level == "warn") told.emplace_back(subject);
  };
  CHECK(Keyring::open(ring.path(), opening).ok());
  CHECK(told == std::vector<std::string>{tpm.uri()});
  CHECK_FALSE(
      Keyring::create(ring.directory.in("new"), std::vector{source_of(tpm.uri())}, kNow).ok());

  const SilentPort first;
  const SilentPort second(first.port() + 1);
  if (!second.is_bound()) return;  // Another program has the port.
  const std::string silent =
      "tpm2:tcti=swtpm:host=127.0.0.1,port=" + std::to_string(first.port()) + "?timeout=300ms";
  CHECK(ring.outcome(silent) == kUnavailable);
}

TEST_CASE("who answers nonsense in a TPM's place is not believed") {
  SoftwareTpm tpm;
  const ProviderRing ring(tpm.uri());
  const std::string header("\x80\x01", 2);
  for (const std::string& said :
       {std::string("HTTP/1.1 400 Bad Request\r\n\r\n"),
        header + std::string("\x7F\xFF\xFF\xFF\0\0\0\0", 8) + std::string(100'000, 'x'),
        header + std::string("\0\0\0\x0A\0\0\0\0", 8), std::string(10, '\0')}) {
    const Stranger stranger(said);
    const int port = std::stoi(stranger.url().substr(stranger.url().rfind(':') + 1));
    const SilentPort control(port + 1);
    if (!control.is_bound()) continue;  // Another program has it.
    const int outcome =
        ring.outcome("tpm2:tcti=swtpm:host=127.0.0.1,port=" + std::to_string(port) + "?timeout=2");
    CHECK((outcome == kUnavailable || outcome == kCorrupt));
  }
}

TEST_CASE("four threads open by one TPM at once") {
  SoftwareTpm tpm;
  const ProviderRing ring(tpm.uri("?pcrs=sha256:7"));
  std::atomic<int> opened = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const std::vector<KeySource> sources = {
          KeySource::parse(tpm.uri("?pcrs=sha256:7&timeout=60")).value()};
      for (int round = 0; round < 3; ++round)
        if (Keyring::open(ring.path(), sources, {}).ok()) ++opened;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(opened == 12);
}

TEST_CASE("a TPM's counter only rises") {
  SoftwareTpm tpm;
  const auto counter = [&] { return TpmNvIndex::parse(tpm.uri("?nv=0x01500020")).value(); };
  CHECK(code_of(counter().read_counter()) == ErrorCode::not_found);
  CHECK(code_of(counter().increment()) == ErrorCode::not_found);
  const std::uint64_t first = counter().create_counter().value();
  CHECK(code_of(counter().create_counter()) == ErrorCode::conflict);
  CHECK(counter().read_counter().value() == first);
  CHECK(counter().increment().value() == first + 1);
  tpm.restart();
  CHECK(counter().read_counter().value() == first + 1);
  CHECK(code_of(counter().read_blob()) == ErrorCode::conflict);
  CHECK(code_of(counter().write_blob(Bytes(8))) == ErrorCode::conflict);
  // Removing and creating the counter again does not bring an earlier value back.
  REQUIRE(counter().remove().ok());
  CHECK(code_of(counter().read_counter()) == ErrorCode::not_found);
  CHECK(counter().create_counter().value() > first + 1);
  // Other programs see the same number.
  const std::string shown = tpm.tool({"tpm2_nvread", "--output=/dev/stdout", "0x1500020"});
  REQUIRE(shown.size() == 8);
  CHECK(static_cast<unsigned char>(shown[7]) == (counter().read_counter().value() & 0xFF));
  tpm.stop();
  CHECK(code_of(counter().read_counter()) == ErrorCode::key_unavailable);
  CHECK(code_of(counter().increment()) == ErrorCode::key_unavailable);
}

TEST_CASE("a TPM keeps a blob, overwrites it, and asks for its auth value") {
  SoftwareTpm tpm;
  const ScratchDirectory secrets;
  const std::string right = "&auth-source=file:" + write_secret(secrets, "right", "open");
  const std::string wrong = "&auth-source=file:" + write_secret(secrets, "wrong", "shut");
  const auto blob = [&](const std::string& auth) {
    return TpmNvIndex::parse(tpm.uri("?nv=0x01500021" + auth)).value();
  };
  CHECK(code_of(blob(right).create_blob(0)) == ErrorCode::limit);
  CHECK(code_of(blob(right).create_blob(513)) == ErrorCode::limit);
  REQUIRE(blob(right).create_blob(512).ok());
  CHECK(blob(right).read_blob().value() == Bytes(512));
  for (const std::uint8_t byte : {std::uint8_t{7}, std::uint8_t{9}}) {
    REQUIRE(blob(right).write_blob(Bytes(512, byte)).ok());
    tpm.restart();
    CHECK(blob(right).read_blob().value() == Bytes(512, byte));
  }
  CHECK(code_of(blob(right).write_blob(Bytes(511))) == ErrorCode::limit);
  CHECK(code_of(blob(right).increment()) == ErrorCode::conflict);
  for (int attempt = 0; attempt < 6; ++attempt) {
    CHECK(code_of(blob(wrong).read_blob()) == ErrorCode::wrong_key);
    CHECK(code_of(blob(wrong).write_blob(Bytes(512))) == ErrorCode::wrong_key);
    CHECK(code_of(blob("").read_blob()) == ErrorCode::wrong_key);
  }
  CHECK(blob(right).read_blob().value() == Bytes(512, 9));
}

}  // namespace coffer::test::tpm2_test

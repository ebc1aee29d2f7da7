// A store with a TPM: its counter is the anchor, its indices hold the epoch keys; both under kills
// at random instants.

#include <catch2/catch.hpp>
#include <cstdio>
#include <functional>
#include <random>

#include "keys/tpm2/tpm_nv.h"
#include "tests/crash/adversary.h"
#include "tests/interop/software_tpm.h"
#include "tests/killed_child.h"

namespace coffer::test::tpm2_store_test {
namespace {

namespace fs = std::filesystem;

std::string counter_of(const SoftwareTpm& tpm) { return tpm.uri("?nv=0x01500021"); }
std::string home_of(const SoftwareTpm& tpm) { return tpm.uri("?nv=0x01500030"); }

// The files of a store, to be restored later.
struct Copy {
  const ScratchStore& scratch;
  Bytes keyring, data;
  explicit Copy(const ScratchStore& store)
      : scratch(store),
        keyring(read_whole_file(store.file("keyring"))),
        data(read_whole_file(store.file("data.mdb"))) {}
  void put_back() const {
    write_whole_file(scratch.file("keyring"), keyring);
    write_whole_file(scratch.file("data.mdb"), data);
  }
};

ErrorCode refusal(const ScratchStore& scratch) {
  const auto store = scratch.try_open();
  REQUIRE_FALSE(store.ok());
  return store.error().code();
}

// Flushes the sessions of a process that is gone. The kernel's resource manager would do it, but
// this TPM has none.
void forget_conversations(const SoftwareTpm& tpm) {
  for (const char* kind : {"-t", "-l", "-s"}) tpm.tool({"tpm2_flushcontext", kind});
}

void kill_while(const SoftwareTpm& tpm, const std::function<void()>& work, long wait_us) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    work();
    ::_exit(1);
  }
  kill_after(child, wait_us);
  forget_conversations(tpm);
}

// Puts and destroys until it is killed. An error ends it, which the parent notices.
void work_on(const ScratchStore& scratch, int round) {
  auto store = scratch.try_open();
  if (!store.ok()) return;
  const std::string path = "s/" + std::to_string(round);
  for (;;) {
    if (!store->put(path, Value::opaque("v")).ok() || !store->destroy_all(path).ok()) return;
  }
}

}  // namespace

TEST_CASE("a TPM's counter refuses a store from before the last shredding, over restarts") {
  SoftwareTpm tpm;
  const ScratchStore scratch;
  {
    Store store = scratch.open();
    REQUIRE(store.anchor().set(counter_of(tpm)).ok());
    CHECK(store.anchor().get()->value().cadence == AnchorCadence::shred);
    REQUIRE(store.put("a", Value::opaque("v")).ok());
  }
  const Copy before(scratch);
  {
    Store store = scratch.open();
    const std::uint64_t counter = store.anchor().get()->value().anchored_counter;
    REQUIRE(store.put("b", Value::opaque("v")).ok());
    CHECK(store.anchor().get()->value().anchored_counter == counter);
    REQUIRE(store.destroy_all("a").ok());
    CHECK(store.anchor().get()->value().anchored_counter == counter + 1);
    REQUIRE(store.anchor().update().ok());
    CHECK(store.anchor().get()->value().anchored_counter == counter + 2);
    CHECK(store.anchor().get()->value().counter == counter + 2);
  }
  const Copy newer(scratch);
  before.put_back();
  CHECK(refusal(scratch) == ErrorCode::rolled_back);
  OpenOptions options;
  options.clock = &scratch.clock;
  options.anchor_doubt = AnchorDoubt::accept;
  REQUIRE(Store::open(scratch.path(), scratch.key(), options).ok());
  CHECK(scratch.open().get("a").ok());
  newer.put_back();
  CHECK(refusal(scratch) == ErrorCode::rolled_back);
  options.anchor_doubt = AnchorDoubt::give_up;
  REQUIRE(Store::open(scratch.path(), scratch.key(), options).ok());
  CHECK(scratch.open().status()->anchor.empty());
}

TEST_CASE("a kill while the counter is raised shuts nobody out") {
  const SoftwareTpm tpm;
  const ScratchStore scratch;
  REQUIRE(scratch.open().anchor().set(counter_of(tpm)).ok());
  std::mt19937_64 random(20261125);
  int cut_short = 0;
  for (int round = 0; round < 15; ++round) {
    INFO("round " << round);
    const Copy before(scratch);
    const std::uint64_t counter = scratch.open().anchor().get()->value().anchored_counter;
    kill_while(
        tpm, [&] { work_on(scratch, round); }, 5'000 + static_cast<long>(random() % 120'000));
    AnchorInfo info;
    {
      Store store = scratch.open();
      info = store.anchor().get()->value();
      REQUIRE(info.counter == info.anchored_counter);
      REQUIRE(store.verify()->problems == std::vector<std::string>{});
    }
    if (info.counter == counter) continue;
    ++cut_short;
    const Copy after(scratch);
    before.put_back();
    REQUIRE(refusal(scratch) == ErrorCode::rolled_back);
    after.put_back();
  }
  std::printf("the counter was raised in %d of 15 rounds\n", cut_short);
  CHECK(cut_short > 0);
}

TEST_CASE("F-158: with its epoch keys in a TPM, no copy of the files opens what is destroyed") {
  SoftwareTpm tpm;
  const ScratchStore scratch({.epoch_home = home_of(tpm)});
  Store store = scratch.open();
  CHECK(store.status()->erase == "tpm-nv");
  for (int i = 0; i < 10; ++i)
    REQUIRE(store.put("others/" + std::to_string(i), Value::opaque("o")).ok());
  REQUIRE(store.put("victim", Value::opaque("v")).ok());
  const Victim victim = look_at(scratch, format::Kind::secret, "victim", 1);
  // Neither epoch slot of the file was ever written.
  const Bytes keyring = read_whole_file(scratch.file("keyring"));
  CHECK(std::all_of(keyring.begin() + 8192, keyring.begin() + 24576,
                    [](std::uint8_t byte) { return byte == 0; }));
  const std::string old_keyring = scratch.directory.in("old-keyring");
  write_whole_file(old_keyring, keyring);
  const Bytes old_data = read_whole_file(scratch.file("data.mdb"));
  // With the blobs from the TPM the thief finds the value, because the wraps are there.
  const Bytes even = keys::TpmNvIndex::parse(home_of(tpm))->read_blob().value();
  const Bytes odd = keys::TpmNvIndex::parse(home_of(tpm))->next()->read_blob().value();
  Bytes with_tpm = old_data;
  with_tpm.insert(with_tpm.end(), even.begin(), even.end());
  with_tpm.insert(with_tpm.end(), odd.begin(), odd.end());
  CHECK(Adversary(scratch.key(), old_keyring, with_tpm).finds(victim));

  const auto receipt = store.destroy_all("victim");
  REQUIRE(receipt.ok());
  CHECK(receipt->erase == "tpm-nv");
  CHECK(store.audit().verify_receipt(receipt->text).ok());
  // The whole old files, and what the TPM holds by now.
  with_tpm = old_data;
  for (const Bytes& blob : {keys::TpmNvIndex::parse(home_of(tpm))->read_blob().value(),
                            keys::TpmNvIndex::parse(home_of(tpm))->next()->read_blob().value()})
    with_tpm.insert(with_tpm.end(), blob.begin(), blob.end());
  Adversary late(scratch.key(), old_keyring, with_tpm);
  CHECK(late.epoch_key_count() == 1);
  CHECK_FALSE(late.finds(victim));
}

TEST_CASE(
    "F-159: a store by a TPM's epoch keys: restarts, a TPM that is down or another, indices "
    "taken") {
  SoftwareTpm tpm;
  const ScratchStore scratch({.epoch_home = home_of(tpm)});
  REQUIRE(scratch.open().put("a", Value::opaque("v")).ok());
  CHECK(scratch.open().get("a")->value.text() == "v");
  const Copy before(scratch);
  REQUIRE(scratch.open().put("b", Value::opaque("v")).ok());
  REQUIRE(scratch.open().destroy_all("b").ok());
  before.put_back();
  CHECK(refusal(scratch) == ErrorCode::rolled_back);
  // A second store does not overwrite the first one's keys.
  CreateOptions options;
  options.epoch_home = home_of(tpm);
  const std::string other = scratch.directory.in("other");
  CHECK(Store::create(other, {scratch.key()}, options).error().code() == ErrorCode::conflict);
  options.epoch_home = tpm.uri("?nv=0x0150002f");  // The next index is taken.
  CHECK(Store::create(other, {scratch.key()}, options).error().code() == ErrorCode::conflict);
  options.epoch_home = tpm.uri("?nv=0x0150002e");  // Both indices are free again.
  CHECK(Store::create(other, {scratch.key()}, options).ok());
  options.epoch_home = "file:///nowhere";
  CHECK(Store::create(scratch.directory.in("third"), {scratch.key()}, options).error().code() ==
        ErrorCode::usage);
  tpm.stop();
  CHECK(refusal(scratch) == ErrorCode::key_unavailable);
}

TEST_CASE("a power cut after any step of a shredding whose keys are in a TPM is before or after") {
  const SoftwareTpm tpm;
  const ScratchStore scratch({.epoch_home = home_of(tpm)});
  const auto slot_of = [&](std::uint64_t epoch) {
    const auto even = keys::TpmNvIndex::parse(home_of(tpm));
    return epoch % 2 == 0 ? *even : even->next().value();
  };
  const auto stored = [&] {
    return open_keyring(scratch.file("keyring"), scratch.key())->stored_epochs().value();
  };
  const auto opens_with_one_epoch = [&](std::uint64_t epoch) {
    Store store = scratch.open();
    CHECK(store.status()->epoch == epoch);
    CHECK(store.get("stays")->value.text() == "v");
    CHECK(store.verify()->problems.empty());
    CHECK(stored() == std::vector<std::uint64_t>{epoch});
  };
  for (const char* path : {"stays", "a", "b"})
    REQUIRE(scratch.open().put(path, Value::opaque("v")).ok());
  SECTION("after the next epoch's key was written: nothing was destroyed") {
    REQUIRE(open_keyring(scratch.file("keyring"), scratch.key())->add_epoch(2).ok());
    REQUIRE(stored().size() == 2);
    opens_with_one_epoch(1);
  }
  SECTION("in the midst of writing it") {
    REQUIRE(open_keyring(scratch.file("keyring"), scratch.key())->add_epoch(2).ok());
    Bytes torn = slot_of(2).read_blob().value();
    std::fill(torn.begin() + 60, torn.end(), std::uint8_t{0});
    REQUIRE(slot_of(2).write_blob(torn).ok());
    opens_with_one_epoch(1);
  }
  const Bytes old_key = slot_of(1).read_blob().value();
  REQUIRE(scratch.open().destroy_all("a").ok());
  SECTION("after the commits: the old key is erased") {
    REQUIRE(slot_of(1).write_blob(old_key).ok());
    REQUIRE(stored().size() == 2);
    opens_with_one_epoch(2);
    CHECK(slot_of(1).read_blob().value() != old_key);
  }
  SECTION("in the midst of erasing") {
    Bytes torn = slot_of(1).read_blob().value();
    std::copy(old_key.begin(), old_key.begin() + 100, torn.begin());
    REQUIRE(slot_of(1).write_blob(torn).ok());
    opens_with_one_epoch(2);
  }
  CHECK(scratch.open().get("a").error().code() == ErrorCode::destroyed);
  REQUIRE(scratch.open().destroy_all("b").ok());
  opens_with_one_epoch(3);
}

TEST_CASE("a kill in any step of a shredding whose keys are in a TPM leaves before or after") {
  const SoftwareTpm tpm;
  const ScratchStore scratch({.epoch_home = home_of(tpm)});
  REQUIRE(scratch.open().put("stays", Value::opaque("v")).ok());
  std::mt19937_64 random(20261126);
  int cut_short = 0;
  for (int round = 0; round < 15; ++round) {
    INFO("round " << round);
    kill_while(
        tpm, [&] { work_on(scratch, round); }, 5'000 + static_cast<long>(random() % 120'000));
    if (open_keyring(scratch.file("keyring"), scratch.key())->stored_epochs().value().size() != 1)
      ++cut_short;
    Store store = scratch.open();
    REQUIRE(store.get("stays")->value.text() == "v");
    REQUIRE(store.verify()->problems == std::vector<std::string>{});
    REQUIRE(open_keyring(scratch.file("keyring"), scratch.key())->stored_epochs().value() ==
            std::vector<std::uint64_t>{store.status()->epoch});
  }
  std::printf("%d of 12 kills left a shredding unfinished\n", cut_short);
}

}  // namespace coffer::test::tpm2_store_test

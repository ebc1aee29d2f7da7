// Destroyed means gone, also in a store whose buckets are split: today's keys reach neither a
// leaf's old key nor the bucket's key under which everything was wrapped before the split.
#include <catch2/catch.hpp>
#include <functional>

#include "tests/crash/adversary.h"
#include "tests/split_at.h"

namespace coffer::test::shred_leaf_test {
namespace {

constexpr std::uint64_t kSplitAt = 12;

void fill(Store& store, int from, int to) {
  for (int i = from; i < to; ++i)
    REQUIRE(store.put("others/" + std::to_string(i), Value::opaque(std::string(200, 'o'))).ok());
}

// A thief finds everything before; afterwards he finds no victim, but every bystander.
void check_shredding(ScratchStore& scratch, const std::vector<Victim>& victims,
                     const std::vector<Victim>& bystanders, const std::function<void()>& destroy) {
  const std::string before = scratch.directory.in("keyring-before");
  std::filesystem::copy_file(scratch.file("keyring"), before);
  {
    Adversary early(scratch, scratch.file("keyring"));
    for (const Victim& victim : victims) {
      CHECK(early.finds(victim));
      CHECK(early.leaves_found(victim.hash[0]) >= 1);
    }
  }
  destroy();
  Adversary late(scratch, scratch.file("keyring"));
  CHECK(late.epoch_key_count() == 1);
  for (const Victim& victim : victims) {
    CHECK_FALSE(late.finds(victim));
    CHECK(late.leaves_found(victim.hash[0]) == 1);
  }
  for (const Victim& bystander : bystanders) CHECK(late.finds(bystander));
  Adversary with_old_keys(scratch, before);
  for (const Victim& victim : victims) CHECK(with_old_keys.finds(victim));
}

// A name in the same bucket as `of`, and in its leaf or in another one.
std::string neighbour(const ScratchStore& scratch, const Victim& of, bool in_leaf) {
  const auto keyring = open_keyring(scratch.file("keyring"), scratch.key());
  const records::Cipher cipher(*keyring);
  for (int i = 0;; ++i) {
    const std::string name = "near/" + std::to_string(i);
    const format::PathHash hash = cipher.hash(format::Kind::secret, name);
    if (hash[0] == of.hash[0] && (hash[1] == of.hash[1]) == in_leaf) return name;
  }
}

}  // namespace

TEST_CASE("what lived through a split and was destroyed after it opens under no key of then") {
  ScratchStore scratch;
  const SplitAt split(kSplitAt);
  Store store = scratch.open();
  REQUIRE(store.put("victim", Value::opaque("first")).ok());
  REQUIRE(store.put("victim", Value::opaque("second")).ok());
  const Victim gone = look_at(scratch, format::Kind::secret, "victim", 1);
  const Victim stays = look_at(scratch, format::Kind::secret, "victim", 2);
  const std::string near = neighbour(scratch, gone, false);
  const std::string beside = neighbour(scratch, gone, true);
  fill(store, 0, 16);
  for (const std::string& name : {near, beside})  // The first of them splits the bucket.
    REQUIRE(store.put(name, Value::opaque("n")).ok());
  check_shredding(scratch, {gone},
                  {stays, look_at(scratch, format::Kind::secret, near, 1),
                   look_at(scratch, format::Kind::secret, beside, 1),
                   look_at(scratch, format::Kind::secret, "others/7", 1)},
                  [&] { REQUIRE(store.destroy("victim", {1}).ok()); });
  CHECK(store.get("victim")->value.text() == "second");
  CHECK(store.get(near)->value.text() == "n");
  CHECK(store.get(beside)->value.text() == "n");
  CHECK(store.verify()->problems == std::vector<std::string>{});
}

TEST_CASE("a shredding that splits what it touches leaves nothing behind either") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("victim", Value::opaque("v")).ok());
  const Victim gone = look_at(scratch, format::Kind::secret, "victim", 1);
  const std::string beside = neighbour(scratch, gone, true);
  REQUIRE(store.put(beside, Value::opaque("n")).ok());
  fill(store, 0, 16);
  const SplitAt split(kSplitAt);
  const std::string before = scratch.directory.in("keyring-before");
  std::filesystem::copy_file(scratch.file("keyring"), before);
  REQUIRE(store.destroy("victim", {1}).ok());
  Adversary late(scratch, scratch.file("keyring"));
  CHECK_FALSE(late.finds(gone));
  CHECK(late.finds(look_at(scratch, format::Kind::secret, beside, 1)));
  CHECK(late.leaves_found(gone.hash[0]) == 1);
  CHECK(Adversary(scratch, before).finds(gone));
  CHECK(store.get(beside)->value.text() == "n");
}

TEST_CASE("a sweep of a split store leaves nothing of what it reclaimed") {
  ScratchStore scratch;
  const SplitAt split(kSplitAt);
  Store store = scratch.open();
  fill(store, 0, 16);
  PutOptions brief;
  brief.ttl_ms = 100;
  std::vector<Victim> victims;
  for (const char* name : {"brief/1", "brief/2", "brief/3"}) {
    REQUIRE(store.put(name, Value::opaque("v"), brief).ok());
    victims.push_back(look_at(scratch, format::Kind::secret, name, 1));
  }
  check_shredding(scratch, victims, {look_at(scratch, format::Kind::secret, "others/1", 1)}, [&] {
    scratch.clock.turn(100);
    REQUIRE(store.sweep()->swept.size() == 3);
  });
}

TEST_CASE("what was trimmed in a split store is pending by its leaf, then gone") {
  ScratchStore scratch({.max_versions = 2});
  const SplitAt split(kSplitAt);
  Store store = scratch.open();
  fill(store, 0, 16);
  for (const char* value : {"1", "2"}) REQUIRE(store.put("t", Value::opaque(value)).ok());
  const Victim trimmed = look_at(scratch, format::Kind::secret, "t", 1);
  REQUIRE(store.put("t", Value::opaque("3")).ok());
  CHECK(store.status()->pending_shred_buckets == 1);
  check_shredding(scratch, {trimmed}, {look_at(scratch, format::Kind::secret, "t", 2)},
                  [&] { REQUIRE(store.destroy_all("others/0").ok()); });
  CHECK(store.status()->pending_shred_buckets == 0);
}

TEST_CASE("what was trimmed while its bucket was whole is gone though the bucket was split since") {
  ScratchStore scratch({.max_versions = 2});
  Store store = scratch.open();
  fill(store, 0, 16);
  for (const char* value : {"1", "2"}) REQUIRE(store.put("t", Value::opaque(value)).ok());
  const Victim trimmed = look_at(scratch, format::Kind::secret, "t", 1);
  const auto keeps_every_page = store.snapshot();
  REQUIRE(store.put("t", Value::opaque("3")).ok());
  const std::string near = neighbour(scratch, trimmed, false);
  const SplitAt split(kSplitAt);
  REQUIRE(store.put(near, Value::opaque("n")).ok());
  CHECK(store.status()->pending_shred_buckets == 1);
  check_shredding(scratch, {trimmed},
                  {look_at(scratch, format::Kind::secret, "t", 3),
                   look_at(scratch, format::Kind::secret, near, 1)},
                  [&] { REQUIRE(store.destroy_all("others/0").ok()); });
  CHECK(store.status()->pending_shred_buckets == 0);
  CHECK(store.get("t")->value.text() == "3");
}

}  // namespace coffer::test::shred_leaf_test

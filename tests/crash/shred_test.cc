// Destroyed means gone: with the master key and every byte of the files, free pages included,
// nothing opens the destroyed versions. With an earlier copy of the keyring the search succeeds, so
// it finds what there is to find.
#include <catch2/catch.hpp>
#include <functional>

#include "tests/crash/adversary.h"

namespace coffer::test::shred_test {
namespace {

constexpr std::string_view kSpec =
    R"({"type":"object","properties":{"password":{"type":"string","airbyte_secret":true}}})";

// A thief opens the victims before `destroy`, not after it, and again with the old keyring; he
// opens the bystanders throughout.
void check_shredding(ScratchStore& scratch, const std::vector<Victim>& victims,
                     const std::vector<Victim>& bystanders, const std::function<void()>& destroy) {
  const std::string before = scratch.directory.in("keyring-before");
  std::filesystem::copy_file(scratch.file("keyring"), before);
  {
    Adversary early(scratch, scratch.file("keyring"));
    for (const Victim& victim : victims) CHECK(early.finds(victim));
  }
  destroy();
  Adversary late(scratch, scratch.file("keyring"));
  CHECK(late.epoch_key_count() == 1);
  for (const Victim& victim : victims) CHECK_FALSE(late.finds(victim));
  for (const Victim& bystander : bystanders) CHECK(late.finds(bystander));
  Adversary with_old_keys(scratch, before);
  bool found_one = false;
  for (const Victim& victim : victims) found_one = found_one || with_old_keys.finds(victim);
  CHECK(found_one);
}

void fill(Store& store) {
  for (int i = 0; i < 40; ++i)
    REQUIRE(store.put("others/" + std::to_string(i), Value::opaque(std::string(200, 'o'))).ok());
}

}  // namespace

TEST_CASE("nothing in the files opens a destroyed version") {
  ScratchStore scratch;
  Store store = scratch.open();
  fill(store);
  REQUIRE(store.put("victim", Value::opaque("first")).ok());
  REQUIRE(store.put("victim", Value::opaque("second")).ok());
  const Victim gone = look_at(scratch, format::Kind::secret, "victim", 1);
  const Victim stays = look_at(scratch, format::Kind::secret, "victim", 2);
  check_shredding(scratch, {gone}, {stays, look_at(scratch, format::Kind::secret, "others/7", 1)},
                  [&] { REQUIRE(store.destroy("victim", {1}).ok()); });
}

TEST_CASE("nothing in the files opens what a sweep reclaimed") {
  ScratchStore scratch;
  Store store = scratch.open();
  fill(store);
  PutOptions brief;
  brief.ttl_ms = 100;
  REQUIRE(store.put("brief", Value::opaque("v"), brief).ok());
  const Victim gone = look_at(scratch, format::Kind::secret, "brief", 1);
  check_shredding(scratch, {gone}, {look_at(scratch, format::Kind::secret, "others/1", 1)}, [&] {
    scratch.clock.turn(100);
    REQUIRE(store.sweep()->swept.size() == 1);
  });
}

TEST_CASE("nothing in the files opens a removed config's document or its secret") {
  ScratchStore scratch;
  Store store = scratch.open();
  fill(store);
  const auto report = store.configs().put("c", kSpec, R"({"password":"hunter2"})");
  REQUIRE(report.ok());
  REQUIRE(report->outcomes.size() == 1);
  const std::string& coordinate = report->outcomes.front().coordinate;
  const std::string base = coordinate.substr(0, coordinate.rfind("_v"));
  const std::vector<Victim> victims = {look_at(scratch, format::Kind::secret, base, 1),
                                       look_at(scratch, format::Kind::config, "c", 1)};
  check_shredding(scratch, victims, {look_at(scratch, format::Kind::secret, "others/3", 1)},
                  [&] { REQUIRE(store.configs().remove("c").ok()); });
}

TEST_CASE("what a put trimmed is open until the next shredding, which status counts, then gone") {
  ScratchStore scratch({.max_versions = 2});
  Store store = scratch.open();
  fill(store);
  for (const char* value : {"1", "2"}) REQUIRE(store.put("t", Value::opaque(value)).ok());
  const Victim trimmed = look_at(scratch, format::Kind::secret, "t", 1);
  REQUIRE(store.put("t", Value::opaque("3")).ok());
  CHECK(store.status()->pending_shred_buckets == 1);
  check_shredding(scratch, {trimmed}, {look_at(scratch, format::Kind::secret, "t", 2)},
                  [&] { REQUIRE(store.destroy_all("others/0").ok()); });
  CHECK(store.status()->pending_shred_buckets == 0);
}

TEST_CASE("nothing in the files opens an erased secret's versions, nor a transaction's destroyed") {
  ScratchStore scratch;
  Store store = scratch.open();
  fill(store);
  for (const char* value : {"1", "2"}) REQUIRE(store.put("a", Value::opaque(value)).ok());
  REQUIRE(store.put("b", Value::opaque("3")).ok());
  const std::vector<Victim> victims = {look_at(scratch, format::Kind::secret, "a", 1),
                                       look_at(scratch, format::Kind::secret, "a", 2),
                                       look_at(scratch, format::Kind::secret, "b", 1)};
  check_shredding(scratch, victims, {look_at(scratch, format::Kind::secret, "others/3", 1)}, [&] {
    REQUIRE(store
                .transaction([](Transaction& txn) -> Result<void> {
                  COFFER_TRY(txn.erase("a"));
                  COFFER_TRY(txn.put("a", Value::opaque("new")));
                  return txn.destroy("b", {1});
                })
                .ok());
  });
}

TEST_CASE("destroyed where it was moved to, a version opens at no place that it ever had") {
  ScratchStore scratch;
  Store store = scratch.open();
  fill(store);
  REQUIRE(store.put("first", Value::opaque("v")).ok());
  std::vector<Victim> victims = {look_at(scratch, format::Kind::secret, "first", 1)};
  REQUIRE(store.move("first", "second").ok());
  victims.push_back(look_at(scratch, format::Kind::secret, "second", 1));
  REQUIRE(store.move("second", "third").ok());
  victims.push_back(look_at(scratch, format::Kind::secret, "third", 1));
  CHECK(store.status()->pending_shred_buckets >= 1);
  check_shredding(scratch, victims, {look_at(scratch, format::Kind::secret, "others/3", 1)},
                  [&] { REQUIRE(store.destroy("third", {1}).ok()); });
}

}  // namespace coffer::test::shred_test

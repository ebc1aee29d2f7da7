// However a version is lost, with the master key and every byte of the files, free pages included,
// nothing opens it. Each way has its own proof that the search works: it succeeds before, and also
// after with the erased epoch keys.
#include <catch2/catch.hpp>
#include <functional>

#include "tests/crash/adversary.h"

namespace coffer::test::shred_ways_test {
namespace {

constexpr std::string_view kSpec =
    R"({"type":"object","properties":{"password":{"type":"string","airbyte_secret":true},
        "token":{"type":"string","airbyte_secret":true}}})";
constexpr std::string_view kBoth = R"({"password":"hunter2","token":"t0k3n"})";

// A store and one way of losing versions: the test makes the victims, then lose() removes them.
struct Way {
  ScratchStore scratch;
  Store store;
  std::vector<Victim> victims;
  bool keeps_pages_at_once = true;
  std::optional<Snapshot> reader;

  explicit Way(CreateOptions options = {}) : scratch(options), store(open(scratch)) {
    for (int i = 0; i < 20; ++i)
      REQUIRE(store.put("others/" + std::to_string(i), Value::opaque("o")).ok());
  }
  static Store open(const ScratchStore& scratch) {
    OpenOptions options;
    options.clock = &scratch.clock;
    options.snapshot_commits_max = 1 << 20;
    auto store = Store::open(scratch.path(), scratch.key(), options);
    REQUIRE(store.ok());
    return std::move(*store);
  }
  void expect_victim(std::string_view name, std::uint64_t version = 1,
                     format::Kind kind = format::Kind::secret) {
    victims.push_back(look_at(scratch, kind, name, version));
  }
  void expect_victim_at(const std::string& coordinate) {
    const std::size_t mark = coordinate.rfind("_v");
    expect_victim(coordinate.substr(0, mark), std::stoull(coordinate.substr(mark + 2)));
  }
  // A reader keeps freed pages from being overwritten, so the search sees everything that was
  // there.
  void keep_pages() {
    auto snapshot = store.snapshot();
    REQUIRE(snapshot.ok());
    reader.emplace(std::move(*snapshot));
  }
  // If not shredded at once, the loss leaves the erasing to the next shredding.
  void lose(const std::function<void()>& lose_them, bool is_shredded_at_once = true) {
    REQUIRE_FALSE(victims.empty());
    const std::string before = scratch.directory.in("keyring-before");
    std::filesystem::copy_file(scratch.file("keyring"), before);
    const Victim stays = look_at(scratch, format::Kind::secret, "others/7", 1);
    {
      Adversary early(scratch, scratch.file("keyring"));
      for (const Victim& victim : victims) CHECK(early.finds(victim));
    }
    if (keeps_pages_at_once) keep_pages();
    lose_them();
    CHECK((store.status()->pending_shred_buckets == 0) == is_shredded_at_once);
    if (!is_shredded_at_once) REQUIRE(store.destroy_all("others/0").ok());
    CHECK(store.status()->pending_shred_buckets == 0);
    Adversary late(scratch, scratch.file("keyring"));
    CHECK(late.epoch_key_count() == 1);
    for (const Victim& victim : victims) CHECK_FALSE(late.finds(victim));
    CHECK(late.finds(stays));
    // The old keyring still opens a victim: without the erasing the search would succeed.
    Adversary unerased(scratch, before);
    bool found_one = false;
    for (const Victim& victim : victims) found_one = found_one || unerased.finds(victim);
    CHECK(found_one);
  }
};

std::string coordinate_of(const ConfigPutReport& report, std::string_view pointer) {
  for (const ConfigOutcome& outcome : report.outcomes)
    if (outcome.pointer == pointer) return outcome.coordinate;
  FAIL("no such place");
  return {};
}

}  // namespace

TEST_CASE("destroy --all, and a destroyed version's other wraps") {
  Way way;
  for (const char* value : {"1", "2"}) REQUIRE(way.store.put("a", Value::opaque(value)).ok());
  way.expect_victim("a", 1);
  // Soft deletion wraps the data key again; the older wrap stays in a free page.
  REQUIRE(way.store.soft_delete("a", {2}).ok());
  way.expect_victim("a", 2);
  REQUIRE(way.store.undelete("a", {2}).ok());
  way.expect_victim("a", 2);
  way.lose([&] { REQUIRE(way.store.destroy_all("a").ok()); });
}

TEST_CASE("a rollback and a patch trim as a put does") {
  Way way({.max_versions = 2});
  for (const char* value : {R"({"k":"1"})", R"({"k":"2"})"})
    REQUIRE(way.store.put("t", Value::json(value).value()).ok());
  way.expect_victim("t", 1);
  way.expect_victim("t", 2);
  way.lose(
      [&] {
        REQUIRE(way.store.patch("t", R"({"k":"3"})").ok());
        REQUIRE(way.store.rollback("t", 3).ok());
        CHECK(way.store.history("t")->oldest_version == 3);
      },
      false);
}

TEST_CASE("what was trimmed is erased by the first commit after a thousand others") {
  Way way({.max_versions = 1});
  // After a thousand commits the pages of "early" may be gone; those of "late" are all there.
  for (const char* name : {"early", "late"}) {
    REQUIRE(way.store.put(name, Value::opaque("1")).ok());
    way.expect_victim(name, 1);
  }
  const std::uint64_t epoch = way.store.status()->epoch;
  way.keeps_pages_at_once = false;
  way.lose([&] {
    REQUIRE(way.store.put("early", Value::opaque("2")).ok());
    for (int i = 0; i < 999; ++i)
      REQUIRE(way.store.add_reference("others/1", 1, "u" + std::to_string(i)).ok());
    way.keep_pages();
    REQUIRE(way.store.put("late", Value::opaque("2")).ok());
    CHECK(way.store.status()->epoch == epoch);
    REQUIRE(way.store.put("others/2", Value::opaque("2")).ok());
    CHECK(way.store.status()->epoch == epoch + 1);
  });
}

TEST_CASE("a config's put takes with it what its document no longer holds") {
  Way way;
  Configs configs = way.store.configs();
  const auto first = configs.put("c", kSpec, kBoth);
  REQUIRE(first.ok());
  way.expect_victim_at(coordinate_of(*first, "/password"));
  way.expect_victim_at(coordinate_of(*first, "/token"));
  way.expect_victim("c", 1, format::Kind::config);
  way.lose([&] { REQUIRE(configs.put("c", kSpec, R"({"password":"changed"})").ok()); });
}

TEST_CASE("a config's patch takes with it what it replaced") {
  Way way;
  Configs configs = way.store.configs();
  const auto first = configs.put("c", kSpec, kBoth);
  REQUIRE(first.ok());
  way.expect_victim_at(coordinate_of(*first, "/token"));
  way.lose([&] { REQUIRE(configs.patch("c", R"({"token":null})").ok()); });
}

TEST_CASE("what a replaced version was kept for ends by the sweep") {
  Way way;
  Configs configs = way.store.configs();
  const auto first = configs.put("c", kSpec, kBoth);
  REQUIRE(first.ok());
  const ConfigPutOptions keep{.keep_old_ms = 1000};
  REQUIRE(configs.put("c", kSpec, R"({"password":"changed","token":"t0k3n"})", keep).ok());
  way.expect_victim_at(coordinate_of(*first, "/password"));
  way.lose([&] {
    way.scratch.clock.turn(1000);
    REQUIRE(way.store.sweep()->swept.size() == 1);
  });
}

TEST_CASE("a sweep of what nobody uses any more") {
  Way way;
  Configs configs = way.store.configs();
  const auto staged = configs.stage("c", kSpec, R"({"password":"hunter2"})");
  REQUIRE(staged.ok());
  const std::string coordinate = coordinate_of(*staged, "/password");
  REQUIRE(configs.commit("c", staged->stage, {.outside = true}).ok());
  const std::size_t mark = coordinate.rfind("_v");
  const std::string path = coordinate.substr(0, mark);
  REQUIRE(way.store.add_reference(path, 1, "somebody").ok());
  REQUIRE(configs.remove("c").ok());
  way.expect_victim(path, 1);
  REQUIRE(way.store.remove_reference(path, 1, "somebody").ok());
  way.expect_victim(path, 1);
  way.lose([&] {
    const auto swept = way.store.sweep();
    REQUIRE(swept->swept.size() == 1);
    CHECK(swept->swept.front().why == "unreachable");
  });
}

TEST_CASE("a check that ends, an abandoned stage, and both when their time is over") {
  Way way;
  Configs configs = way.store.configs();
  const bool in_time = GENERATE(true, false);
  const auto check = configs.check(kSpec, R"({"password":"hunter2"})");
  const auto stage = configs.stage("c", kSpec, R"({"token":"t0k3n"})");
  REQUIRE((check.ok() && stage.ok()));
  way.expect_victim_at(coordinate_of(*check, "/password"));
  way.expect_victim_at(coordinate_of(*stage, "/token"));
  way.lose([&] {
    if (in_time) {
      REQUIRE(configs.end_check(check->partial.text()).ok());
      REQUIRE(configs.abandon("c", stage->stage).ok());
    } else {
      way.scratch.clock.turn(std::int64_t{3} * 60 * 60 * 1000);
      REQUIRE(way.store.sweep()->swept.size() == 2);
    }
  });
}

TEST_CASE("a secret that is restored over is gone as it was") {
  Way way;
  REQUIRE(way.store.put("a", Value::opaque("old")).ok());
  way.expect_victim("a", 1);
  way.lose([&] {
    REQUIRE(way.store
                .transaction([](Transaction& txn) -> Result<void> {
                  COFFER_TRY(txn.erase("a"));
                  RestoredVersion version;
                  version.info.version = 1;
                  version.value = Value::opaque("new");
                  std::vector<RestoredVersion> versions;
                  versions.push_back(std::move(version));
                  return txn.restore("a", std::move(versions), 0, {});
                })
                .ok());
  });
  CHECK(way.store.get("a")->value.text() == "new");
}

TEST_CASE("what a move left behind is erased by the next shredding") {
  Way way;
  REQUIRE(way.store.put("from", Value::opaque("v")).ok());
  way.expect_victim("from", 1);
  way.lose([&] { REQUIRE(way.store.move("from", "to").ok()); }, false);
  CHECK(way.store.get("to")->value.text() == "v");
}

TEST_CASE("[F-220] a sweep erases what max_versions trimmed and what a move left") {
  Way way;
  const bool full = GENERATE(false, true);
  REQUIRE(way.store.put_metadata("t", {.max_versions = 1}).ok());
  REQUIRE(way.store.put("t", Value::opaque("old")).ok());
  REQUIRE(way.store.put("from", Value::opaque("v")).ok());
  way.expect_victim("t", 1);
  way.expect_victim("from", 1);
  way.lose([&] {
    REQUIRE(way.store.put("t", Value::opaque("new")).ok());
    REQUIRE(way.store.move("from", "to").ok());
    CHECK(way.store.status()->pending_shred_buckets > 0);
    std::uint64_t erased = 0;
    way.store.audit().on_receipt(
        [&](const ShredReceipt& receipt) { erased = receipt.pending_erased; });
    const auto swept = way.store.sweep({.full = full});
    REQUIRE(swept.ok());
    CHECK(swept->swept.empty());
    CHECK(erased > 0);
    way.store.audit().on_receipt({});
  });
  CHECK(way.store.get("t")->value.text() == "new");
  CHECK(way.store.get("to")->value.text() == "v");
  // Nothing is left to erase: another sweep rotates no key.
  const std::uint64_t epoch = way.store.status()->epoch;
  REQUIRE(way.store.sweep().ok());
  CHECK(way.store.status()->epoch == epoch);
}

TEST_CASE("no key but its bucket's wraps a data key, and after destroying none at all") {
  Way way;
  REQUIRE(way.store.put("a", Value::opaque("v")).ok());
  const Victim victim = look_at(way.scratch, format::Kind::secret, "a", 1);
  {
    Adversary early(way.scratch, way.scratch.file("keyring"));
    CHECK_FALSE(early.finds_astray(victim));
    CHECK(early.finds(victim));
    CHECK(early.finds_astray(victim));  // finds() has added the bucket's key.
  }
  REQUIRE(way.store.destroy_all("a").ok());
  Adversary late(way.scratch, way.scratch.file("keyring"));
  CHECK_FALSE(late.finds(victim));
  CHECK_FALSE(late.finds_astray(victim));
}

}  // namespace coffer::test::shred_ways_test

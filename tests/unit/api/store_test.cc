// coffer::Store, case by case: what each call answers in each state.
#include <coffer/store.h>

#include <catch2/catch.hpp>
#include <limits>
#include <utility>

#include "secrets/engine.h"
#include "tests/scratch.h"

namespace coffer::test {
namespace {

Value text(std::string_view bytes) { return Value::opaque(bytes); }

PutOptions ttl(std::int64_t ttl_ms) {
  PutOptions options;
  options.ttl_ms = ttl_ms;
  return options;
}

PutOptions cas(std::uint64_t version) {
  PutOptions options;
  options.cas = version;
  return options;
}

PutOptions custom(std::map<std::string, std::string> entries) {
  PutOptions options;
  options.custom = std::move(entries);
  return options;
}

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE_FALSE(result.ok());
  return result.error().code();
}

std::uint64_t sequence_of(Store& store) { return store.status().value().sequence; }
/// Commits that changed something: a refusal's record is not one.
std::size_t changes_of(Store& store) {
  return store.audit_list({.outcome = AuditFilter::Outcome::allowed}).value().size();
}

void put_times(Store& store, const std::string& path, int times) {
  for (int i = 1; i <= times; ++i) REQUIRE(store.put(path, text(std::to_string(i))).ok());
}

std::vector<std::uint64_t> numbers_of(const History& history) {
  std::vector<std::uint64_t> numbers;
  for (const VersionInfo& info : history.versions) numbers.push_back(info.version);
  return numbers;
}

void require_sound(Store& store) {
  const auto report = store.verify();
  REQUIRE(report.ok());
  REQUIRE(report->problems == std::vector<std::string>{});
}

}  // namespace

// --- making and opening ---

TEST_CASE("a store is not made over anything, and what is no store does not open") {
  ScratchStore scratch;
  CHECK(code_of(Store::create(scratch.path(), {scratch.key()})) == ErrorCode::no_store);
  CHECK(code_of(Store::create(scratch.directory.in("other"), {})) == ErrorCode::usage);
  CHECK_FALSE(std::filesystem::exists(scratch.directory.in("other")));
  std::filesystem::create_directory(scratch.directory.in("full"));
  write_whole_file(scratch.directory.in("full/file"), as_bytes("x"));
  CHECK(code_of(Store::create(scratch.directory.in("full"), {scratch.key()})) ==
        ErrorCode::no_store);
  std::filesystem::create_directory(scratch.directory.in("empty"));
  std::filesystem::permissions(scratch.directory.in("empty"), std::filesystem::perms::owner_all);
  CHECK(code_of(Store::open(scratch.directory.in("empty"), scratch.key())) == ErrorCode::no_store);
  CHECK(code_of(Store::open(scratch.directory.in("none"), scratch.key())) == ErrorCode::no_store);
  CHECK(Store::create(scratch.directory.in("empty"), {scratch.key()}).ok());
  CHECK(Store::open(scratch.directory.in("empty"), scratch.key()).ok());
  for (const auto& entry : std::filesystem::directory_iterator(scratch.directory.path()))
    CHECK_FALSE(entry.path().filename().string().starts_with(".coffer-new-"));
}

TEST_CASE("settings outside the format's limits make no store") {
  ScratchDirectory directory;
  REQUIRE(create_key_file(directory.in("key")).ok());
  const KeySource key = KeySource::file(directory.in("key"));
  for (const std::uint64_t bytes : {std::uint64_t{0}, (std::uint64_t{16} << 20) + 1}) {
    CHECK(code_of(Store::create(directory.in("store"), {key}, {.value_bytes_max = bytes})) ==
          ErrorCode::limit);
    CHECK_FALSE(std::filesystem::exists(directory.in("store")));
  }
}

TEST_CASE("another key does not open a store") {
  ScratchStore scratch;
  REQUIRE(create_key_file(scratch.directory.in("other.key")).ok());
  CHECK(code_of(Store::open(scratch.path(), KeySource::file(scratch.directory.in("other.key")))) ==
        ErrorCode::wrong_key);
  CHECK(code_of(Store::open(scratch.path(), KeySource::file(scratch.directory.in("none.key")))) ==
        ErrorCode::key_unavailable);
  // With none given, those that the slots name are tried.
  CHECK(Store::open(scratch.path(), std::vector<KeySource>{}).ok());
}

// --- names ---

TEST_CASE("a name that is none is refused by every call and changes nothing") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::string before = state_of(store);
  for (const std::string& path :
       {std::string(""), std::string("/a"), std::string("a/"), std::string("a//b"),
        std::string("a/../b"), std::string("."), std::string("a\nb"), std::string("a\0b", 3),
        std::string("\xFF"), std::string("\xC2\x85")}) {
    INFO(path);
    CHECK(code_of(store.put(path, text("v"))) == ErrorCode::usage);
    CHECK(code_of(store.get(path)) == ErrorCode::usage);
    CHECK(code_of(store.history(path)) == ErrorCode::usage);
    CHECK(code_of(store.metadata(path)) == ErrorCode::usage);
    CHECK(code_of(store.soft_delete(path)) == ErrorCode::usage);
    CHECK(code_of(store.undelete(path, {1})) == ErrorCode::usage);
    CHECK(code_of(store.destroy(path, {1})) == ErrorCode::usage);
    CHECK(code_of(store.destroy_all(path)) == ErrorCode::usage);
    CHECK(code_of(store.references_to(path)) == ErrorCode::usage);
  }
  CHECK(state_of(store) == before);
}

TEST_CASE("a path of 1,024 bytes is a name, one of 1,025 is not") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::string longest(1024, 'p');
  std::string deepest = "d";
  while (deepest.size() < 1023) deepest += "/d";
  for (const std::string& path : {longest, deepest}) {
    REQUIRE(store.put(path, text("v")).ok());
    CHECK(store.get(path)->value.text() == "v");
    CHECK(code_of(store.put(path + "pp", text("v"))) == ErrorCode::limit);
    CHECK(code_of(store.get(path + "pp")) == ErrorCode::limit);
  }
  CHECK(store.list("", {.recursive = true}).value() == std::vector<std::string>{deepest, longest});
  require_sound(store);
}

// --- values ---

TEST_CASE("a value of exactly the limit is kept, one byte more changes nothing") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::size_t limit = std::size_t{1} << 20;
  std::string largest(limit, '\0');
  for (std::size_t i = 0; i < limit; ++i) largest[i] = static_cast<char>(i * 31 % 251);
  REQUIRE(store.put("large", text(largest)).ok());
  CHECK(store.get("large")->value.text() == largest);
  const std::size_t before = changes_of(store);
  const auto refused = store.put("large", text(largest + "x"));
  CHECK(code_of(refused) == ErrorCode::limit);
  CHECK(refused.error().number() == limit);
  CHECK(code_of(store.put("new", text(largest + "x"))) == ErrorCode::limit);
  CHECK(changes_of(store) == before);
  CHECK(store.history("large")->current_version == 1);
  CHECK(code_of(store.get("new")) == ErrorCode::not_found);
}

TEST_CASE("a store's own value limit holds, up to the format's ceiling") {
  ScratchStore scratch({.value_bytes_max = 100});
  Store store = scratch.open();
  CHECK(store.put("a", text(std::string(100, 'x'))).ok());
  CHECK(code_of(store.put("a", text(std::string(101, 'x')))) == ErrorCode::limit);

  ScratchStore large({.value_bytes_max = std::uint64_t{16} << 20});
  Store large_store = large.open();
  const std::string most(std::size_t{16} << 20, 'm');
  REQUIRE(large_store.put("a", text(most)).ok());
  CHECK(large_store.get("a")->value.text() == most);
}

TEST_CASE("an empty value and JSON come back to the byte, with their form") {
  for (const ValueCipher cipher : {ValueCipher::chacha20_poly1305, ValueCipher::aes_256_gcm}) {
    ScratchStore scratch({.cipher = cipher});
    Store store = scratch.open();
    const std::string json = "{ \"z\":1.50 ,\n\"a\": [9007199254740993, null]}";
    REQUIRE(store.put("empty", text("")).ok());
    REQUIRE(store.put("json", Value::json(json).value()).ok());
    CHECK(store.get("empty")->value.text().empty());
    CHECK_FALSE(store.get("empty")->value.is_json());
    CHECK(store.get("json")->value.text() == json);
    CHECK(store.get("json")->value.is_json());
    CHECK(store.get("json")->value.field("z")->text() == "1.50");
  }
}

TEST_CASE("custom metadata keeps to its limits, and one entry too many changes nothing") {
  ScratchStore scratch;
  Store store = scratch.open();
  std::map<std::string, std::string> most;
  for (int i = 0; i < 64; ++i)
    most[std::string(126, 'k') + std::to_string(10 + i)] = std::string(512, 'v');
  REQUIRE(store.put("a", text("v"), custom(most)).ok());
  CHECK(store.metadata("a")->custom == most);
  auto more = most;
  more["one"] = "more";
  using Custom = std::map<std::string, std::string>;
  for (const Custom& entries :
       {more, Custom{{"", "v"}}, Custom{{"k", ""}}, Custom{{std::string(129, 'k'), "v"}},
        Custom{{"k", std::string(513, 'v')}}}) {
    CHECK(code_of(store.put("a", text("w"), custom(entries))) == ErrorCode::limit);
    CHECK(code_of(store.put("b", text("w"), custom(entries))) == ErrorCode::limit);
  }
  CHECK(store.history("a")->current_version == 1);
  CHECK(store.metadata("a")->custom == most);
  CHECK(code_of(store.metadata("b")) == ErrorCode::not_found);
  // Replaced as a whole; left as it is where none is given.
  REQUIRE(store.put("a", text("w")).ok());
  CHECK(store.metadata("a")->custom == most);
  REQUIRE(store.put("a", text("w"), custom(Custom{{"x", "y"}})).ok());
  CHECK(store.metadata("a")->custom == Custom{{"x", "y"}});
  REQUIRE(store.put("a", text("w"), custom(Custom{})).ok());
  CHECK(store.metadata("a")->custom.empty());
  require_sound(store);
}

// --- check and set ---

TEST_CASE("check-and-set goes by the current version, whatever its state") {
  ScratchStore scratch;
  Store store = scratch.open();
  CHECK(code_of(store.put("a", text("v"), cas(1))) == ErrorCode::conflict);
  CHECK(code_of(store.get("a")) == ErrorCode::not_found);
  REQUIRE(store.put("a", text("1"), cas(0))->version == 1);
  const auto again = store.put("a", text("2"), cas(0));
  CHECK(code_of(again) == ErrorCode::conflict);
  CHECK(again.error().number() == std::uint64_t{1});
  REQUIRE(store.put("a", text("2"), cas(1))->version == 2);
  CHECK(code_of(store.put("a", text("x"), cas(1))) == ErrorCode::conflict);
  CHECK(code_of(store.put("a", text("x"), cas(3))) == ErrorCode::conflict);
  // Soft-deleted or destroyed, it has been there: 0 does not match.
  REQUIRE(store.soft_delete("a").ok());
  CHECK(code_of(store.put("a", text("x"), cas(0))) == ErrorCode::conflict);
  REQUIRE(store.put("a", text("3"), cas(2))->version == 3);
  REQUIRE(store.destroy_all("a").ok());
  CHECK(code_of(store.put("a", text("x"), cas(0))) == ErrorCode::conflict);
  CHECK(store.put("a", text("4"), cas(3))->version == 4);
}

// --- versions ---

TEST_CASE("version numbers go on after everything was destroyed") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a", 3);
  REQUIRE(store.destroy_all("a").ok());
  CHECK(store.put("a", text("new"))->version == 4);
  CHECK(code_of(store.get("a", 3)) == ErrorCode::destroyed);
  CHECK(store.get("a")->value.text() == "new");
}

TEST_CASE("a put beyond max_versions drops the oldest") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a", 10);
  CHECK(store.history("a")->oldest_version == 1);
  CHECK(store.status()->pending_shred_buckets == 0);
  put_times(store, "a", 2);
  const History history = store.history("a").value();
  CHECK(history.current_version == 12);
  CHECK(history.oldest_version == 3);
  CHECK(numbers_of(history) == std::vector<std::uint64_t>{12, 11, 10, 9, 8, 7, 6, 5, 4, 3});
  CHECK(code_of(store.get("a", 2)) == ErrorCode::not_found);
  CHECK(code_of(store.destroy("a", {2})) == ErrorCode::not_found);
  CHECK(store.status()->pending_shred_buckets == 1);
  REQUIRE(store.destroy("a", {3}).ok());
  CHECK(store.status()->pending_shred_buckets == 0);
  require_sound(store);
}

TEST_CASE("what a version's state forbids is an error of its own") {
  ScratchStore scratch;
  Store store = scratch.open();
  CHECK(code_of(store.get("a")) == ErrorCode::not_found);
  CHECK(code_of(store.history("a")) == ErrorCode::not_found);
  CHECK(code_of(store.metadata("a")) == ErrorCode::not_found);
  CHECK(code_of(store.references_to("a")) == ErrorCode::not_found);
  CHECK(code_of(store.soft_delete("a")) == ErrorCode::not_found);
  CHECK(code_of(store.undelete("a", {1})) == ErrorCode::not_found);
  CHECK(code_of(store.destroy("a", {1})) == ErrorCode::not_found);
  CHECK(code_of(store.destroy_all("a")) == ErrorCode::not_found);
  put_times(store, "a", 3);
  CHECK(code_of(store.get("a", 4)) == ErrorCode::not_found);
  CHECK(store.get("a", 4).error().number() == std::uint64_t{4});
  // A deleted newest uncovers no older one.
  REQUIRE(store.soft_delete("a").ok());
  CHECK(code_of(store.get("a")) == ErrorCode::deleted);
  CHECK(store.get("a", 2)->value.text() == "2");
  REQUIRE(store.undelete("a", {3}).ok());
  CHECK(store.get("a")->value.text() == "3");
  REQUIRE(store.destroy("a", {}).ok());
  CHECK(code_of(store.get("a")) == ErrorCode::destroyed);
  CHECK(code_of(store.soft_delete("a")) == ErrorCode::not_found);
  CHECK(code_of(store.undelete("a", {3})) == ErrorCode::not_found);
  CHECK(code_of(store.destroy("a", {3})) == ErrorCode::not_found);
  CHECK(store.get("a", 2)->value.text() == "2");
  require_sound(store);
}

TEST_CASE("of several versions all are changed or none") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a", 4);
  REQUIRE(store.destroy("a", {2}).ok());
  const std::size_t before = changes_of(store);
  CHECK(code_of(store.soft_delete("a", {1, 2})) == ErrorCode::not_found);
  CHECK(code_of(store.soft_delete("a", {1, 9})) == ErrorCode::not_found);
  CHECK(code_of(store.destroy("a", {4, 3, 2})) == ErrorCode::not_found);
  CHECK(changes_of(store) == before);
  CHECK(store.get("a", 1).ok());
  CHECK(store.get("a", 3).ok());
  REQUIRE(store.destroy("a", {4, 1, 4})->destroyed.size() == 2);
  CHECK(code_of(store.get("a", 1)) == ErrorCode::destroyed);
  CHECK(code_of(store.get("a", 4)) == ErrorCode::destroyed);
}

TEST_CASE("a second soft delete keeps the time of the first") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a", 1);
  REQUIRE(store.soft_delete("a").ok());
  const std::int64_t at = store.history("a")->versions.front().deletion_at_ms;
  CHECK(at == scratch.clock.now_ms());
  scratch.clock.turn(5000);
  const std::uint64_t before = sequence_of(store);
  REQUIRE(store.soft_delete("a").ok());
  CHECK(store.history("a")->versions.front().deletion_at_ms == at);
  CHECK(sequence_of(store) == before);
}

TEST_CASE("a receipt tells what was destroyed, when, and by which epochs") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a/b", 3);
  const std::uint64_t epoch = store.status()->epoch;
  const ShredReceipt receipt = store.destroy("a/b", {1, 3}).value();
  CHECK(receipt.epoch_before == epoch);
  CHECK(receipt.epoch_after == epoch + 1);
  CHECK(store.status()->epoch == epoch + 1);
  CHECK(receipt.at_ms == scratch.clock.now_ms());
  CHECK((receipt.erase == "verified-in-place" || receipt.erase == "best-effort"));
  CHECK(receipt.erase == store.status()->erase);
  REQUIRE(receipt.destroyed.size() == 2);
  for (const SweptVersion& each : receipt.destroyed) {
    CHECK(each.path == "a/b");
    CHECK((each.version == 1 || each.version == 3));
    CHECK(each.why == "destroyed");
  }
  // All is gone already: nothing is done, and no epoch is used up.
  REQUIRE(store.destroy_all("a/b")->destroyed.size() == 1);
  const ShredReceipt nothing = store.destroy_all("a/b").value();
  CHECK(nothing.destroyed.empty());
  CHECK(nothing.epoch_before == nothing.epoch_after);
  CHECK(nothing.epoch_after == store.status()->epoch);
}

// --- names below a folder ---

TEST_CASE("names are listed in byte order, folders end in a slash, states are told apart") {
  ScratchStore scratch;
  Store store = scratch.open();
  for (const char* path : {"b", "a", "a/b", "a/b/c", "a!", "A", "é", "a b", "z/deleted", "y/old"})
    put_times(store, path, 1);
  REQUIRE(store.put("x/gone", text("v"), ttl(10)).ok());
  REQUIRE(store.soft_delete("z/deleted").ok());
  REQUIRE(store.destroy_all("y/old").ok());
  scratch.clock.turn(10);
  using Names = std::vector<std::string>;
  CHECK(store.list("").value() == Names{"A", "a", "a b", "a!", "a/", "b", "y/", "z/", "é"});
  CHECK(store.list("a").value() == Names{"b", "b/"});
  CHECK(store.list("a/").value() == Names{"b", "b/"});
  CHECK(store.list("a", {.recursive = true}).value() == Names{"a/b", "a/b/c"});
  CHECK(store.list("b").value().empty());
  CHECK(store.list("none").value().empty());
  CHECK(store.list("", {.recursive = true, .state = ListState::expired}).value() ==
        Names{"x/gone"});
  CHECK(store.list("", {.state = ListState::expired}).value() == Names{"x/"});
  CHECK(store.list("", {.recursive = true, .state = ListState::deleted}).value() ==
        Names{"z/deleted"});
  CHECK(store.list("y", {.state = ListState::live}).value().empty());
  CHECK(store.list("y").value() == Names{"old"});
  CHECK(store.list("", {.recursive = true, .state = ListState::all}).value().size() == 11);
  CHECK(code_of(store.list("a//b")) == ErrorCode::usage);
}

// --- time ---

TEST_CASE("a version expires on the millisecond") {
  ScratchStore scratch;
  Store store = scratch.open();
  const VersionInfo info = store.put("a", text("v"), ttl(1000)).value();
  CHECK(info.expires_at_ms == info.created_at_ms + 1000);
  scratch.clock.turn(999);
  CHECK(store.get("a").ok());
  CHECK(store.sweep()->swept.empty());
  scratch.clock.turn(1);
  CHECK(code_of(store.get("a")) == ErrorCode::expired);
  CHECK(code_of(store.get("a", 1)) == ErrorCode::expired);
}

TEST_CASE("a clock set back revives nothing that was told to be expired, over a reopen too") {
  ScratchStore scratch;
  {
    Store store = scratch.open();
    REQUIRE(store.put("a", text("v"), ttl(1000)).ok());
    scratch.clock.turn(1000);
    CHECK(code_of(store.get("a")) == ErrorCode::expired);
    scratch.clock.turn(-900'000);
    CHECK(code_of(store.get("a")) == ErrorCode::expired);
  }
  Store store = scratch.open();
  CHECK(code_of(store.get("a")) == ErrorCode::expired);
  CHECK(store.list("").value().empty());
}

TEST_CASE("what a listing or a dry run called expired stays so over a reopen") {
  const bool by_sweep = GENERATE(false, true);
  ScratchStore scratch;
  {
    Store store = scratch.open();
    REQUIRE(store.put("a", text("v"), ttl(1000)).ok());
    scratch.clock.turn(1000);
    if (by_sweep) REQUIRE(store.sweep({.dry_run = true})->swept.size() == 1);
    if (!by_sweep) REQUIRE(store.list("").value().empty());
  }
  scratch.clock.turn(-5000);
  Store store = scratch.open();
  CHECK(code_of(store.get("a")) == ErrorCode::expired);
}

TEST_CASE("times never go back: not of what is put, not of what is deleted") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::int64_t first = store.put("a", text("1"))->created_at_ms;
  scratch.clock.turn(-300'000);
  const VersionInfo second = store.put("a", text("2"), ttl(500)).value();
  CHECK(second.created_at_ms == first);
  CHECK(second.expires_at_ms == first + 500);
  REQUIRE(store.soft_delete("a", {1}).ok());
  CHECK(store.history("a")->versions.back().deletion_at_ms == first);
  CHECK(code_of(store.get("a", 1)) == ErrorCode::deleted);
}

TEST_CASE("a sweep reclaims what expired, tells it once, and `expired` stays the answer") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "keep", 2);
  REQUIRE(store.put("a", text("1"), ttl(10)).ok());
  REQUIRE(store.put("a", text("2")).ok());
  REQUIRE(store.put("b", text("1"), ttl(20)).ok());
  REQUIRE(store.soft_delete("b").ok());
  scratch.clock.turn(20);
  const std::uint64_t epoch = store.status()->epoch;
  const SweepReport dry = store.sweep({.dry_run = true}).value();
  CHECK(dry.dry_run);
  CHECK(dry.swept.size() == 2);
  CHECK_FALSE(store.history("a")->versions.back().destroyed);
  const SweepReport swept = store.sweep().value();
  CHECK(swept.swept.size() == 2);
  for (const SweptVersion& each : swept.swept) CHECK(each.why == "expired");
  CHECK(store.status()->epoch == epoch + 1);
  CHECK(store.sweep()->swept.empty());
  CHECK(store.status()->epoch == epoch + 1);
  CHECK(store.history("a")->versions.back().destroyed);
  CHECK(code_of(store.get("a", 1)) == ErrorCode::expired);
  CHECK(code_of(store.get("b")) == ErrorCode::expired);
  CHECK(store.get("a")->value.text() == "2");
  CHECK(store.get("keep", 1)->value.text() == "1");
  CHECK(code_of(store.destroy("b", {1})) == ErrorCode::not_found);
  require_sound(store);
}

TEST_CASE("a sweep of more than one batch takes everything") {
  ScratchStore scratch;
  Store store = scratch.open();
  for (int i = 0; i < 600; ++i)
    REQUIRE(store.put("s/" + std::to_string(i), text("v"), ttl(1)).ok());
  scratch.clock.turn(1);
  CHECK(store.sweep()->swept.size() == 600);
  CHECK(store.list("", {.recursive = true}).value().empty());
  require_sound(store);
}

TEST_CASE("an absurd time to live or grace is an error, not an overflow") {
  ScratchStore scratch;
  Store store = scratch.open();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  CHECK(code_of(store.put("a", text("v"), ttl(-1))) == ErrorCode::limit);
  CHECK(code_of(store.put("a", text("v"), ttl(kMost))) == ErrorCode::limit);
  CHECK(code_of(store.sweep({.grace_ms = -1})) == ErrorCode::limit);
  CHECK(code_of(store.sweep({.grace_ms = std::numeric_limits<std::int64_t>::min()})) ==
        ErrorCode::limit);
  CHECK(code_of(store.sweep({.grace_ms = kMost})) == ErrorCode::limit);
  CHECK(store.put("a", text("v"), ttl(kTtlMaxMs)).ok());
  CHECK(store.sweep({.grace_ms = kTtlMaxMs}).ok());
}

// --- references ---

TEST_CASE("what something refers to is not destroyed, however its version is given") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a", 3);
  OpenOptions options;
  options.clock = &scratch.clock;
  auto engine = secrets::Engine::open(scratch.path(), {scratch.key()}, options);
  REQUIRE(engine.ok());
  const secrets::Reference reference = {"a", 3, "config", "c"};
  REQUIRE((*engine)
              ->write([&](secrets::Transaction& txn) { return txn.add_reference(reference); })
              .ok());
  REQUIRE(store.references_to("a")->size() == 1);
  using Versions = std::vector<std::uint64_t>;
  for (const Versions& versions : {Versions{}, Versions{0}, Versions{3}, Versions{1, 3}})
    CHECK(code_of(store.destroy("a", versions)) == ErrorCode::in_use);
  CHECK(code_of(store.destroy_all("a")) == ErrorCode::in_use);
  CHECK(store.get("a", 1).ok());
  CHECK(store.get("a").ok());
  CHECK(store.destroy("a", {1}).ok());
  REQUIRE((*engine)
              ->write([&](secrets::Transaction& txn) { return txn.remove_reference(reference); })
              .ok());
  CHECK(store.destroy("a", {0})->destroyed.front().version == 3);
}

TEST_CASE("a minted version that is both expired and unreachable is swept once") {
  ScratchStore scratch;
  Store store = scratch.open();
  OpenOptions options;
  options.clock = &scratch.clock;
  auto engine = secrets::Engine::open(scratch.path(), {scratch.key()}, options);
  REQUIRE(engine.ok());
  REQUIRE((*engine)
              ->write([&](secrets::Transaction& txn) -> Result<void> {
                secrets::PutRequest request;
                request.managed = true;
                request.expires_at_ms = txn.now_ms() + 10;
                COFFER_TRY(txn.put("m", text("v"), request));
                request.expires_at_ms = 0;
                COFFER_TRY(txn.put("m", text("w"), request));
                COFFER_TRY(txn.mark_unreachable("m", 1));
                return txn.mark_unreachable("m", 2);
              })
              .ok());
  CHECK(store.sweep({.grace_ms = 10})->swept.empty());
  scratch.clock.turn(10);
  CHECK(store.sweep({.dry_run = true})->swept.size() == 2);
  const auto report = store.sweep();
  REQUIRE(report.ok());
  REQUIRE(report->swept.size() == 2);
  CHECK(report->swept.front().why == "expired");
  CHECK(report->swept.back().why == "unreachable");
  CHECK(code_of(store.get("m", 1)) == ErrorCode::expired);
  CHECK(code_of(store.get("m", 2)) == ErrorCode::destroyed);
  require_sound(store);
}

// --- several handles ---

TEST_CASE("two handles of one store see each other's writes and shreddings") {
  ScratchStore scratch;
  Store one = scratch.open();
  Store two = scratch.open();
  put_times(one, "a", 2);
  CHECK(two.get("a")->value.text() == "2");
  REQUIRE(two.destroy("a", {1}).ok());
  CHECK(code_of(one.get("a", 1)) == ErrorCode::destroyed);
  REQUIRE(one.destroy("a", {2}).ok());
  CHECK(code_of(two.get("a")) == ErrorCode::destroyed);
  put_times(two, "a", 1);
  CHECK(one.get("a")->info.version == 3);
  Store moved = std::move(two);
  CHECK(moved.get("a")->info.version == 3);
  require_sound(one);
}

TEST_CASE("keys are added, told, tried and removed, but for the last") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(create_key_file(scratch.directory.in("two.key")).ok());
  const KeySource second = KeySource::file(scratch.directory.in("two.key"));
  CHECK(code_of(store.remove_key(1)) == ErrorCode::in_use);
  CHECK(store.add_key(second).value() == 2);
  CHECK(store.status()->slot_count == 2);
  CHECK(store.test_key(2, second).ok());
  CHECK(code_of(store.test_key(1, second)) == ErrorCode::wrong_key);
  CHECK(code_of(store.test_key(3, second)) == ErrorCode::not_found);
  CHECK(code_of(store.remove_key(3)) == ErrorCode::not_found);
  REQUIRE(store.put("a", text("v")).ok());
  CHECK(Store::open(scratch.path(), second)->get("a").ok());
  REQUIRE(store.remove_key(1).ok());
  CHECK(code_of(scratch.try_open()) == ErrorCode::wrong_key);
  const auto slots = store.key_slots().value();
  REQUIRE(slots.size() == 1);
  CHECK(slots.front().slot == 2);
  CHECK(slots.front().provider == "file");
  CHECK(slots.front().uri == second.uri());
  CHECK(store.add_key(scratch.key()).value() == 3);  // A number is never given out twice.
}

TEST_CASE("a data file from before the last destroy is refused, and so is an older keyring") {
  ScratchStore scratch;
  {
    Store store = scratch.open();
    put_times(store, "a", 2);
  }
  const Bytes old_data = read_whole_file(scratch.file("data.mdb"));
  const Bytes old_keyring = read_whole_file(scratch.file("keyring"));
  { REQUIRE(scratch.open().destroy("a", {1}).ok()); }
  const Bytes new_data = read_whole_file(scratch.file("data.mdb"));
  write_whole_file(scratch.file("data.mdb"), old_data);
  CHECK(code_of(scratch.try_open()) == ErrorCode::rolled_back);
  write_whole_file(scratch.file("data.mdb"), new_data);
  CHECK(scratch.open().get("a")->value.text() == "2");
  write_whole_file(scratch.file("keyring"), old_keyring);
  CHECK(code_of(scratch.try_open()) == ErrorCode::rolled_back);
}

}  // namespace coffer::test

// The rules of format/SPEC.md for the files and tables of a store, each tested on a copy of the
// golden store. Tampering goes past the engine, through storage/ alone.
#include <coffer/configs.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <set>

#include "tests/vectors/by_the_words.h"
#include "tests/vectors/golden_copy.h"
#include "tests/vectors/open_tables.h"

namespace spec_store_test {

namespace {

using namespace coffer;
using namespace coffer::words;
using storage::Table;
namespace fs = std::filesystem;

std::string outcome_of_open(const golden::Copy& copy) { return outcome_of(copy.try_open()); }

struct Keys : OpenKeyring {
  explicit Keys(const golden::Copy& copy) : OpenKeyring(copy.keyring(), copy.key_file()) {}
  Bytes history_key(std::string_view path, std::uint64_t version) const {
    return hash_of(path_key, 1, path) + be(~version, 8);
  }
  format::Root root(const Tables& tables) const {
    const auto plain = unwrap(root_key, context(7, store_id, {}),
                              tables.get(Table::main, as_bytes("root")).value());
    return format::decode_root(plain.value()).value();
  }
};

format::Root root_of(const golden::Copy& copy) { return Keys(copy).root(Tables(copy.directory())); }

std::size_t whole_epochs(const golden::Copy& copy) {
  const Bytes file = read_file(copy.keyring());
  std::size_t whole = 0;
  for (const auto& slot : Places::kEpoch)
    for (const std::size_t offset : slot) whole += frame_at(file, offset, 4096).has_value();
  return whole;
}

}  // namespace

TEST_CASE("F-11: no nonce comes twice") {
  const golden::Copy copy;
  const Tables tables(copy.directory());
  std::set<Bytes> nonces;
  std::size_t wraps = 0;
  const auto add = [&](ByteView wrapped) {
    nonces.insert(Bytes(wrapped.begin(), wrapped.begin() + 24));
    ++wraps;
  };
  for (const Table table : {Table::names, Table::references, Table::due})
    for (const auto& [key, row] : tables.rows(table)) add(row);
  for (const auto& [key, row] : tables.rows(Table::buckets))
    add(format::decode_bucket(row).value().wrapped);
  for (const auto& [key, row] : tables.rows(Table::history)) {
    const auto record = format::decode_version(row);
    if (record) add(record->wrapped_dek);
  }
  CHECK(wraps > 280);
  CHECK(nonces.size() == wraps);
}

TEST_CASE("F-12: one value put twice is sealed under two keys") {
  const golden::Copy copy;
  Store store = copy.open();
  const Bytes value(64, 7);
  REQUIRE(store.put("twice", Value::opaque(value)).ok());
  REQUIRE(store.put("twice", Value::opaque(value)).ok());
  const Keys keys(copy);
  const Tables tables(copy.directory());
  const Bytes first = tables.get(Table::history, keys.history_key("twice", 1)).value();
  const Bytes second = tables.get(Table::history, keys.history_key("twice", 2)).value();
  const auto a = format::decode_version(first).value().ciphertext;
  const auto b = format::decode_version(second).value().ciphertext;
  // With one key and nonce, a stream cipher would give equal bytes at equal places.
  std::size_t equal = 0;
  for (std::size_t i = 0; i < value.size(); ++i) equal += a[i] == b[i];
  CHECK(equal < 16);
}

TEST_CASE("F-14: a data file that others may touch, or a link to one, is refused") {
  for (const fs::perms extra : {fs::perms::group_read, fs::perms::others_write}) {
    const golden::Copy copy;
    fs::permissions(copy.data(), extra, fs::perm_options::add);
    CHECK(outcome_of_open(copy) == "io");
  }
  const golden::Copy linked;
  fs::create_hard_link(linked.data(), linked.data() + ".other");
  CHECK(outcome_of_open(linked) == "io");
  const golden::Copy symbolic;
  fs::rename(symbolic.data(), symbolic.data() + ".other");
  fs::create_symlink(symbolic.data() + ".other", symbolic.data());
  CHECK(outcome_of_open(symbolic) == "io");
}

TEST_CASE("F-15: a directory into which others may write is refused") {
  for (const fs::perms extra : {fs::perms::group_write, fs::perms::others_write}) {
    const golden::Copy copy;
    fs::permissions(copy.directory(), extra, fs::perm_options::add);
    CHECK(outcome_of_open(copy) == "io");
  }
}

TEST_CASE("F-16: a new store comes whole, and only into an empty place") {
  const golden::Copy copy;
  const fs::path root = fs::path(copy.directory()).parent_path();
  const auto create = [&](const char* name) {
    return outcome_of(Store::create((root / name).string(), {copy.key()}));
  };
  CHECK(create("store") == "no_store");
  CHECK(outcome_of_open(copy) == "ok");
  fs::create_directory(root / "other");
  write_file((root / "other" / "file").string(), Bytes{1});
  CHECK(create("other") == "no_store");
  fs::create_directory(root / "empty");
  CHECK(create("empty") == "ok");
  CHECK(create("new") == "ok");
  // A failed creation leaves no directory behind, under any name.
  CHECK(outcome_of(Store::create((root / "failed").string(), {KeySource::file("/nowhere/key")})) !=
        "ok");
  for (const auto& entry : fs::directory_iterator(root)) {
    const std::string name = entry.path().filename();
    CHECK(
        (name == "store" || name == "other" || name == "empty" || name == "new" || name == "key"));
  }
}

TEST_CASE("F-17: a page number that leads out of the data file is found before it is followed") {
  const golden::Copy copy;
  Bytes file = read_file(copy.data());
  // The main table's root in both meta pages, after page head, meta head and free table.
  for (const std::size_t page : {0, 4096})
    for (std::size_t i = 0; i < 8; ++i) file[page + 16 + 24 + 48 + 40 + i] = 0x7f;
  write_file(copy.data(), file);
  CHECK(outcome_of_open(copy) == "corrupt");
  const golden::Copy cut;
  Bytes half = read_file(cut.data());
  half.resize(half.size() / 2);
  write_file(cut.data(), half);
  CHECK(outcome_of_open(cut) == "corrupt");
}

TEST_CASE("F-42: a value under another path's hash is refused, whatever the hash says") {
  const golden::Copy copy;
  {
    const Keys keys(copy);
    const Tables tables(copy.directory());
    const auto row = tables.get(Table::history, keys.history_key("app/binary", 1));
    tables.put(Table::history, keys.history_key("app/empty", 1), row.value());
  }
  CHECK(outcome_of(copy.open().get("app/empty")) == "corrupt");
  // If hashes are equal, only the value's own context distinguishes two paths.
  const Bytes store_id(16);
  CHECK(value_context(store_id, 1, 1, 1, "a") != value_context(store_id, 1, 1, 1, "b"));
}

TEST_CASE("F-49: a value of an unknown form is refused") {
  const golden::Copy copy;
  {
    const Keys keys(copy);
    const Tables tables(copy.directory());
    const Bytes key = keys.history_key("app/empty", 1);
    const Bytes hash = hash_of(keys.path_key, 1, "app/empty");
    const auto bucket = tables.get(Table::buckets, ByteView(hash).first(1)).value();
    const auto record = format::decode_bucket(bucket).value();
    const Bytes bucket_key =
        unwrap(keys.epoch_key(2).value(),
               context(9, keys.store_id, Bytes{hash[0]} + be(record.made_in_epoch, 8) + be(2, 8)),
               record.wrapped)
            .value();
    const crypto::Key dek = crypto::Key::random();
    const Bytes plain = {2};
    Bytes ciphertext(1);
    format::VersionHeader header;
    header.created_at_ms = golden::kMadeAtMs;
    crypto::seal(crypto::SealAlgorithm::chacha20_poly1305, dek.view(),
                 value_context(keys.store_id, 1, 1, 1, "app/empty"), plain, ciphertext,
                 header.value_tag);
    Bytes sealed;
    const Bytes wrapped = wrap(
        bucket_key, dek_context(keys.store_id, hash, 1, record.made_in_epoch, header), dek.view());
    format::encode_version({header, wrapped, ciphertext}, sealed);
    tables.put(Table::history, key, sealed);
  }
  CHECK(outcome_of(copy.open().get("app/empty")) == "too_new");
}

TEST_CASE("F-50: a name that was moved to another key is refused") {
  const golden::Copy copy;
  {
    const Tables tables(copy.directory());
    const auto rows = tables.rows(Table::names);
    tables.put(Table::names, rows.begin()->first, std::next(rows.begin())->second);
  }
  ListOptions recursive;
  recursive.recursive = true;
  CHECK(outcome_of(copy.open().list("", recursive)) == "corrupt");
  CHECK_FALSE(problems_of(copy).empty());
}

TEST_CASE("F-51: a bucket key under another number is refused") {
  const golden::Copy copy;
  {
    const Keys keys(copy);
    const Tables tables(copy.directory());
    const std::uint8_t number = hash_of(keys.path_key, 1, "app/db")[0];
    const Bytes other = {static_cast<std::uint8_t>(number + 1)};
    tables.put(Table::buckets, Bytes{number}, tables.get(Table::buckets, other).value());
  }
  CHECK(outcome_of(copy.open().get("app/db")) == "corrupt");
  CHECK_FALSE(problems_of(copy).empty());
}

TEST_CASE("F-57: versions count up, and a number is not given out twice") {
  const golden::Copy copy;
  Store store = copy.open();
  REQUIRE(store.destroy("app/db", {2}).ok());
  CHECK(store.put("app/db", Value::opaque("x")).value().version == 3);
  REQUIRE(store.destroy_all("app/db").ok());
  CHECK(store.put("app/db", Value::opaque("x")).value().version == 4);
  const Keys keys(copy);
  const auto rows = Tables(copy.directory()).rows(Table::history);
  const Bytes hash = hash_of(keys.path_key, 1, "app/db");
  CHECK(rows.lower_bound(hash)->first == keys.history_key("app/db", 4));
}

TEST_CASE("F-58: every commit writes the next sequence") {
  const golden::Copy copy;
  const std::uint64_t before = root_of(copy).sequence;
  Store store = copy.open();
  REQUIRE(store.put("a", Value::opaque("x")).ok());
  CHECK(root_of(copy).sequence == before + 1);
  REQUIRE(store.put("a", Value::opaque("x")).ok());
  CHECK(root_of(copy).sequence == before + 2);
  REQUIRE(store.destroy("a", {1}).ok());  // A destroy makes two commits.
  CHECK(root_of(copy).sequence == before + 4);
}

TEST_CASE("F-59: a record dropped, or put back as it was, is found by verify") {
  const golden::Copy dropped;
  {
    const Tables tables(dropped.directory());
    tables.remove(Table::history, Keys(dropped).history_key("app/db", 1));
  }
  CHECK_FALSE(problems_of(dropped).empty());
  const golden::Copy replayed;
  {
    const Tables tables(replayed.directory());
    const Bytes key = Keys(replayed).history_key("app/db", 2);
    const Bytes before = tables.get(Table::history, key).value();
    REQUIRE(replayed.open().soft_delete("app/db").ok());
    tables.put(Table::history, key, before);
  }
  CHECK_FALSE(problems_of(replayed).empty());
  // Only verify finds it, as section 10 and the README say.
  CHECK(outcome_of(replayed.open().get("app/db")) == "ok");
  CHECK(problems_of(golden::Copy()).empty());
}

TEST_CASE("F-59: verify names what the audit log tells of otherwise") {
  const golden::Copy copy;
  {
    Store store = copy.open();
    for (const char* path : {"t/dropped", "t/deleted", "t/undeleted", "t/trimmed", "t/sound"}) {
      REQUIRE(store.put(path, Value::opaque("1")).ok());
      REQUIRE(store.put(path, Value::opaque("2")).ok());
    }
    REQUIRE(store.soft_delete("t/undeleted").ok());
    REQUIRE(store.soft_delete("t/sound").ok());
    REQUIRE(store.undelete("t/sound", {2}).ok());
    REQUIRE(store.destroy("t/sound", {1}).ok());
    REQUIRE(store.put("t/moved", Value::opaque("1")).ok());
    REQUIRE(store.move("t/moved", "t/there").ok());
  }
  CHECK(problems_of(copy).empty());
  const auto key = [&](const char* path, std::uint64_t version) {
    return Keys(copy).history_key(path, version);
  };
  const Bytes deleted = Tables(copy.directory()).get(Table::history, key("t/deleted", 2)).value();
  const Bytes undeleted =
      Tables(copy.directory()).get(Table::history, key("t/undeleted", 2)).value();
  const Bytes trimmed = Tables(copy.directory()).get(Table::history, key("t/trimmed", 1)).value();
  {
    Store store = copy.open();
    REQUIRE(store.soft_delete("t/deleted").ok());
    REQUIRE(store.undelete("t/undeleted", {2}).ok());
    const std::uint32_t kept = store.settings()->max_versions;
    for (std::uint32_t i = 2; i <= kept; ++i)
      REQUIRE(store.put("t/trimmed", Value::opaque("more")).ok());
  }
  CHECK(problems_of(copy).empty());
  {
    const Tables tables(copy.directory());
    tables.remove(Table::history, key("t/dropped", 1));
    tables.put(Table::history, key("t/deleted", 2), deleted);
    tables.put(Table::history, key("t/undeleted", 2), undeleted);
    tables.put(Table::history, key("t/trimmed", 1), trimmed);
  }
  std::vector<std::string> named;
  for (const std::string& each : problems_of(copy))
    if (each.ends_with(", according to the audit log")) named.push_back(each);
  CHECK(named ==
        std::vector<std::string>{
            "t/deleted: version 2 is as it was before it was deleted, according to the audit log",
            "t/dropped: version 1 is missing, according to the audit log",
            "t/trimmed: version 1 is back although it was trimmed, according to the audit log",
            "t/undeleted: version 2 is as it was before it was undeleted, according to the audit "
            "log"});
}

TEST_CASE("F-60, F-71: time does not fall, and what has expired stays so") {
  const golden::Copy copy(golden::kMadeAtMs + 1000);
  CHECK(outcome_of(copy.open().get("app/expired")) == "expired");
  CHECK(outcome_of(golden::Copy(golden::kMadeAtMs + 999).open().get("app/expired")) == "ok");
  CHECK(root_of(copy).time_high_ms == golden::kMadeAtMs + 1000);
  const golden::FixedClock early(golden::kMadeAtMs);
  OpenOptions options;
  options.clock = &early;
  auto store = Store::open(copy.directory(), copy.key(), options);
  REQUIRE(store.ok());
  CHECK(outcome_of(store->get("app/expired")) == "expired");
  REQUIRE(store->put("a", Value::opaque("x")).ok());
  CHECK(root_of(copy).time_high_ms == golden::kMadeAtMs + 1000);
}

TEST_CASE("F-96: time falls where the clock is accepted, and takes every record along") {
  const golden::Copy copy(golden::kMadeAtMs + 100);
  const golden::FixedClock ahead(golden::kMadeAtMs + 5000);
  OpenOptions options;
  options.clock = &ahead;
  PutOptions brief;
  brief.ttl_ms = 700;
  {
    auto store = Store::open(copy.directory(), copy.key(), options);
    REQUIRE(store.ok());
    REQUIRE(store->put("new", Value::opaque("x"), brief).ok());
  }
  Store store = copy.open();
  REQUIRE(store.accept_clock().ok());
  const format::Root root = root_of(copy);
  CHECK((root.time_high_ms == golden::kMadeAtMs + 100 && root.clock_acceptances == 1));
  const Keys keys(copy);
  const Tables tables(copy.directory());
  const Bytes row = tables.get(Table::history, keys.history_key("new", 1)).value();
  const format::VersionHeader header = format::decode_version(row).value().header;
  CHECK(header.created_at_ms == golden::kMadeAtMs + 100);
  CHECK(header.expires_at_ms == golden::kMadeAtMs + 100 + 700);
  const Bytes over = tables.get(Table::history, keys.history_key("app/expired", 1)).value();
  CHECK(format::decode_version(over).value().header.is_destroyed());
  CHECK(outcome_of(store.get("app/expired")) == "expired");
  CHECK(problems_of(copy).empty());
}

TEST_CASE("F-100: a clock far behind reads nothing that has an end, and notes nothing") {
  const golden::Copy copy(golden::kMadeAtMs - 300'001);
  Store store = copy.open();
  CHECK(outcome_of(store.get("app/expired")) == "expired");
  CHECK(outcome_of(store.get("app/db")) == "ok");
  CHECK(root_of(copy).time_high_ms == golden::kMadeAtMs);
  PutOptions brief;
  brief.ttl_ms = 1000;
  CHECK(outcome_of(store.put("a", Value::opaque("x"), brief)) == "failed");
  CHECK(outcome_of(golden::Copy(golden::kMadeAtMs - 300'000).open().get("app/expired")) == "ok");
}

TEST_CASE("F-61: a data file from before the last destroy is refused, and so is such a keyring") {
  const golden::Copy data;
  const Bytes old_data = read_file(data.data());
  REQUIRE(data.open().destroy("app/db", {1}).ok());
  write_file(data.data(), old_data);
  CHECK(outcome_of_open(data) == "rolled_back");
  const golden::Copy keyring;
  const Bytes old_keyring = read_file(keyring.keyring());
  REQUIRE(keyring.open().destroy("app/db", {1}).ok());
  write_file(keyring.keyring(), old_keyring);
  CHECK(outcome_of_open(keyring) == "rolled_back");
}

TEST_CASE("F-62, F-63: a destroy leaves one epoch key, and its bucket a new one") {
  const golden::Copy copy;
  const Keys before(copy);
  const Bytes bucket = {hash_of(before.path_key, 1, "app/db")[0]};
  REQUIRE(copy.open().destroy("app/db", {1}).ok());
  const Keys after(copy);
  CHECK(whole_epochs(copy) == 2);
  CHECK_FALSE(after.epoch_key(2).has_value());
  CHECK(after.epoch_key(3).has_value());
  const Tables tables(copy.directory());
  CHECK(after.root(tables).epoch == 3);
  const Bytes row = tables.get(Table::buckets, bucket).value();
  CHECK(format::decode_bucket(row).value().made_in_epoch == 3);
}

TEST_CASE("F-64: what a power cut left of a shredding is finished or undone at open") {
  // A cut after step 1: epoch 3 is there but the root names 2, so 3 is erased.
  const golden::Copy undone;
  const Bytes old_data = read_file(undone.data());
  const Bytes old_keyring = read_file(undone.keyring());
  REQUIRE(undone.open().destroy("app/db", {1}).ok());
  Bytes both = read_file(undone.keyring());
  for (const std::size_t offset : Places::kEpoch[0])
    std::copy_n(old_keyring.begin() + static_cast<std::ptrdiff_t>(offset), 4096,
                both.begin() + static_cast<std::ptrdiff_t>(offset));
  const Bytes new_data = read_file(undone.data());
  write_file(undone.keyring(), both);
  write_file(undone.data(), old_data);
  REQUIRE(whole_epochs(undone) == 4);
  CHECK(outcome_of(undone.open().get("app/db", 1)) == "ok");
  CHECK(Keys(undone).epoch_key(2).has_value());
  CHECK_FALSE(Keys(undone).epoch_key(3).has_value());
  // A cut after step 2 or 3: epoch 2 is still there but the root names 3, so 2 is erased.
  write_file(undone.keyring(), both);
  write_file(undone.data(), new_data);
  CHECK(outcome_of(undone.open().get("app/db", 1)) == "destroyed");
  CHECK_FALSE(Keys(undone).epoch_key(2).has_value());
  CHECK(Keys(undone).epoch_key(3).has_value());
}

TEST_CASE("F-64: where the root names a third epoch nothing is erased") {
  const golden::Copy copy;
  const Bytes old_data = read_file(copy.data());
  REQUIRE(copy.open().destroy("app/db", {1}).ok());
  const Bytes third = read_file(copy.keyring());
  REQUIRE(copy.open().destroy("app/db", {2}).ok());
  Bytes both = read_file(copy.keyring());
  for (const std::size_t offset : Places::kEpoch[1])
    std::copy_n(third.begin() + static_cast<std::ptrdiff_t>(offset), 4096,
                both.begin() + static_cast<std::ptrdiff_t>(offset));
  write_file(copy.keyring(), both);
  write_file(copy.data(), old_data);
  REQUIRE(whole_epochs(copy) == 4);
  CHECK(outcome_of_open(copy) == "rolled_back");
  CHECK(whole_epochs(copy) == 4);
}

TEST_CASE("F-65: what was trimmed is erased by the next shredding, or by the commit after 1,000") {
  const golden::Copy copy;
  CHECK(root_of(copy).pending_since != 0);
  REQUIRE(copy.open().destroy("app/db", {1}).ok());
  CHECK(root_of(copy).pending_since == 0);
  const golden::Copy waiting;
  {
    const Keys keys(waiting);
    const Tables tables(waiting.directory());
    format::Root root = keys.root(tables);
    root.sequence = root.pending_since + 999;
    tables.put(
        Table::main, as_bytes("root"),
        wrap(keys.root_key, context(7, keys.store_id, {}), format::encode_root(root).bytes()));
  }
  Store store = waiting.open();
  REQUIRE(store.put("the 1000th", Value::opaque("x")).ok());
  CHECK(root_of(waiting).epoch == 2);
  REQUIRE(store.put("one more", Value::opaque("x")).ok());
  CHECK(root_of(waiting).epoch == 3);
  CHECK(root_of(waiting).pending_since == 0);
}

TEST_CASE("F-66, F-67: values and paths beyond their limit are refused, and nothing changes") {
  const golden::Copy copy;
  Store store = copy.open();
  const auto before = root_of(copy).digest;
  const Bytes large(std::size_t{1} << 20);
  Bytes larger = large;
  larger.push_back(0);
  CHECK(outcome_of(store.put("a", Value::opaque(larger))) == "limit");
  CHECK(outcome_of(store.put(std::string(1025, 'a'), Value::opaque("x"))) == "limit");
  CHECK(root_of(copy).digest == before);
  CHECK(outcome_of(store.put("a", Value::opaque(large))) == "ok");
  CHECK(outcome_of(store.put(std::string(1024, 'a'), Value::opaque("x"))) == "ok");
}

constexpr char kOneSecret[] = R"({"properties":{"a":{"airbyte_secret":true}}})";

TEST_CASE("F-107: a version that was put for a config says so itself, and no other does") {
  const golden::Copy copy;
  const auto report = copy.open().configs().put("new", kOneSecret, R"({"a":"x"})");
  REQUIRE(report.ok());
  REQUIRE(copy.open().put("airbyte_by_hand", Value::opaque("x")).ok());
  const std::string& coordinate = report->outcomes[0].coordinate;
  const Keys keys(copy);
  const auto flags = [&](const std::string& path) {
    const auto bytes = Tables(copy.directory()).get(Table::history, keys.history_key(path, 1));
    return format::decode_version(bytes.value()).value().header.flags;
  };
  CHECK(flags(coordinate.substr(0, coordinate.size() - 3)) == 4);
  CHECK(flags("airbyte_by_hand") == 0);
  const auto by_hand = copy.open().configs().hydrate(R"({"a":{"_secret":"airbyte_by_hand_v1"}})");
  CHECK(outcome_of(by_hand) == "usage");
}

TEST_CASE("F-107: a version of an earlier writer is known by its head") {
  const golden::Copy copy;
  Store store = copy.open();
  const auto partial = store.configs().get("golden-config", ConfigForm::partial);
  const auto revealed = store.configs().get("golden-config", ConfigForm::revealed);
  const auto full = store.configs().hydrate(partial->document.text());
  REQUIRE(full.ok());
  CHECK(full->text() == revealed->document.text());
  CHECK(full->text() != partial->document.text());
}

TEST_CASE("F-108: the notes of checks stand in the time index until they are gone") {
  const golden::Copy copy;
  const auto report = copy.open().configs().check(kOneSecret, R"({"a":"x"})", {.id = "c"});
  REQUIRE(report.ok());
  const Keys keys(copy);
  const Bytes key = be(static_cast<std::uint64_t>(report->expires_at_ms), 8) + Bytes{4} +
                    hash_of(keys.path_key, 2,
                            "\x01"
                            "check/c") +
                    be(1, 8);
  const auto due = [&] { return Tables(copy.directory()).rows(Table::due); };
  CHECK(due().contains(key));
  REQUIRE(copy.open().configs().end_check_of("c").ok());
  CHECK_FALSE(due().contains(key));
}

TEST_CASE("F-68: what expires stands in the time index until it is gone") {
  const golden::Copy copy;
  const Keys keys(copy);
  const auto due = [&] { return Tables(copy.directory()).rows(Table::due); };
  const Bytes key = be(static_cast<std::uint64_t>(golden::kMadeAtMs + 1000), 8) + Bytes{1} +
                    hash_of(keys.path_key, 1, "app/expired") + be(1, 8);
  CHECK(due().contains(key));
  REQUIRE(copy.open().destroy("app/expired", {1}).ok());
  CHECK(due().empty());
}

}  // namespace spec_store_test

// An attacker who can write the files but holds no key tries to change the audit log. Each attempt
// is found, with the number of the first wrong record.
#include <catch2/catch.hpp>
#include <filesystem>

#include "format/audit_record.h"
#include "tests/scratch.h"
#include "tests/vectors/open_tables.h"

namespace audit_tamper_test {

namespace {

using namespace coffer;
using namespace coffer::words;
using storage::Table;
using test::ScratchStore;

Bytes key_of(std::uint64_t number) {
  const format::AuditKey key = format::audit_key(number);
  return {key.begin(), key.end()};
}

// A store with a chain of ten records, and its rows before any change.
struct Chained {
  static constexpr std::uint64_t kRecords = 10;
  ScratchStore scratch;
  Store store = scratch.open();
  Tables tables{scratch.path()};
  Rows rows;

  Chained() {
    const Store named = store.as({.actor = "alice", .reason = "a reason"}).value();
    Store writer = named.as({.actor = "alice"}).value();
    for (std::uint64_t i = 0; i < kRecords; ++i)
      must(writer.put("team/" + std::to_string(i), Value::opaque("v")).ok());
    rows = tables.rows(Table::audit);
    must(rows.size() == kRecords);
  }
  static void must(bool holds) { test::must(holds, "a chain to tamper with"); }

  // The number of the first broken record; 0 if the chain is whole.
  std::uint64_t broken() {
    const auto report = store.audit().verify();
    REQUIRE(report.ok());
    CHECK(report->problem.empty() == (report->broken == 0));
    return report->broken;
  }
  void put(std::uint64_t number, const Bytes& row) const {
    tables.put(Table::audit, key_of(number), row);
  }
  void drop(std::uint64_t number) const { tables.remove(Table::audit, key_of(number)); }
  const Bytes& row(std::uint64_t number) const { return rows.at(key_of(number)); }
};

}  // namespace

TEST_CASE("a flipped byte of any record is named") {
  Chained chained;
  REQUIRE(chained.broken() == 0);
  for (std::uint64_t number = 1; number <= Chained::kRecords; ++number) {
    for (std::size_t at = 0; at < chained.row(number).size(); ++at) {
      Bytes row = chained.row(number);
      row[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
      chained.put(number, row);
      if (chained.broken() != number) FAIL_CHECK("byte " << at << " of record " << number);
    }
    chained.put(number, chained.row(number));
  }
  CHECK(chained.broken() == 0);
}

TEST_CASE("a record cut short, emptied or made longer is named") {
  Chained chained;
  for (std::uint64_t number = 1; number <= Chained::kRecords; ++number) {
    INFO(number);
    for (const std::size_t size :
         {std::size_t{1}, std::size_t{39}, std::size_t{40}, chained.row(number).size() - 1,
          chained.row(number).size() + 1}) {
      Bytes row = chained.row(number);
      row.resize(size);
      chained.put(number, row);
      CHECK(chained.broken() == number);
    }
    chained.put(number, chained.row(number));
  }
}

TEST_CASE("a dropped record is named, the last one and all of them too") {
  Chained chained;
  for (std::uint64_t number = 1; number <= Chained::kRecords; ++number) {
    chained.drop(number);
    CHECK(chained.broken() == number);
    chained.put(number, chained.row(number));
  }
  CHECK(chained.broken() == 0);
  for (std::uint64_t number = Chained::kRecords; number >= 1; --number) {
    chained.drop(number);
    CHECK(chained.broken() == number);  // The tail is cut off, one record more each time.
  }
}

TEST_CASE("records that changed places, and copies in another's place, are named") {
  Chained chained;
  for (std::uint64_t a = 1; a <= Chained::kRecords; ++a) {
    for (std::uint64_t b = a + 1; b <= Chained::kRecords; ++b) {
      INFO(a << " and " << b);
      chained.put(a, chained.row(b));
      CHECK(chained.broken() == a);
      chained.put(b, chained.row(a));
      CHECK(chained.broken() == a);
      chained.put(a, chained.row(a));
      CHECK(chained.broken() == b);
      chained.put(b, chained.row(b));
    }
  }
  for (std::uint64_t number = 1; number <= Chained::kRecords; ++number) {
    chained.put(Chained::kRecords + 1, chained.row(number));
    CHECK(chained.broken() == Chained::kRecords + 1);
    chained.drop(Chained::kRecords + 1);
    chained.put(0, chained.row(number));
    CHECK_FALSE(chained.store.audit().verify()->problem.empty());
    chained.drop(0);
  }
  chained.tables.put(Table::audit, Bytes{1, 2, 3}, chained.row(1));
  CHECK_FALSE(chained.store.audit().verify()->problem.empty());
}

TEST_CASE("a genuine record of another course of events is named") {
  // Two stores with a common past: a copy was restored and went on, with the same keys.
  Chained one;
  ScratchStore& first = one.scratch;
  const std::string copy = first.directory.in("copy");
  {
    std::filesystem::copy(first.path(), copy, std::filesystem::copy_options::recursive);
    std::filesystem::permissions(copy, std::filesystem::perms::owner_all);
  }
  OpenOptions options;
  options.clock = &first.clock;
  auto other = Store::open(copy, first.key(), options);
  REQUIRE(other.ok());
  for (int i = 0; i < 4; ++i) {
    REQUIRE(one.store.put("one", Value::opaque("v")).ok());
    REQUIRE(other->put("two", Value::opaque("v")).ok());
  }
  const Rows ours = one.tables.rows(Table::audit);
  const Rows theirs = Tables(copy).rows(Table::audit);
  REQUIRE((ours.size() == 14 && theirs.size() == 14));
  CHECK(theirs.at(key_of(10)) == ours.at(key_of(10)));
  for (std::uint64_t number = 11; number <= 14; ++number) {
    INFO(number);
    REQUIRE(theirs.at(key_of(number)) != ours.at(key_of(number)));
    one.put(number, theirs.at(key_of(number)));
    // If both have the same records before it, the next record is the first broken one.
    const std::uint64_t broken = one.broken();
    CHECK((broken == number || (number == 11 && broken == 12)));
    one.put(number, ours.at(key_of(number)));
  }
  for (std::uint64_t number = 11; number <= 14; ++number)
    one.put(number, theirs.at(key_of(number)));
  CHECK(one.broken() == 14);  // A whole tail, but the root does not name its last record.
}

TEST_CASE("an older root brought back alone does not hide what came after it") {
  Chained chained;
  const Bytes root = chained.tables.get(Table::main, as_bytes("root")).value();
  REQUIRE(chained.store.put("later", Value::opaque("v")).ok());
  REQUIRE(chained.broken() == 0);
  chained.tables.put(Table::main, as_bytes("root"), root);
  CHECK(chained.broken() == Chained::kRecords + 1);
}

TEST_CASE("what retention left is as provable as before") {
  Chained chained;
  REQUIRE(chained.store.audit().prune({.keep_records = 6}).ok());
  REQUIRE(chained.broken() == 0);
  const Rows rows = chained.tables.rows(Table::audit);
  REQUIRE(rows.begin()->first == key_of(5));
  chained.drop(5);
  CHECK(chained.broken() == 5);
  chained.put(5, rows.at(key_of(5)));
  chained.put(4, chained.row(4));  // Brings back a removed record.
  CHECK(chained.broken() == 4);
  chained.drop(4);
  CHECK(chained.broken() == 0);
}

TEST_CASE("a broken chain is not pruned over, and stops no one from writing") {
  Chained chained;
  chained.drop(3);
  const auto pruned = chained.store.audit().prune({.keep_records = 2});
  REQUIRE_FALSE(pruned.ok());
  CHECK(pruned.error().code() == ErrorCode::corrupt);
  CHECK(pruned.error().number() == 3);
  CHECK(chained.tables.rows(Table::audit).size() == Chained::kRecords - 1);
  CHECK(chained.store.put("still", Value::opaque("v")).ok());
  chained.put(12, chained.row(1));  // Blocks the place of the next record.
  CHECK(chained.store.put("still", Value::opaque("v")).ok());
  CHECK(chained.broken() == 3);
  const auto verified = chained.store.verify();
  REQUIRE(verified.ok());
  REQUIRE(verified->problems.size() == 1);
  CHECK(verified->problems.front() == "audit log: record 3 is missing");
  const auto listed = chained.store.audit().list();
  REQUIRE_FALSE(listed.ok());
  CHECK(listed.error().code() == ErrorCode::corrupt);
  CHECK(listed.error().number() == 3);
  CHECK(chained.store.audit().list({.after_number = 3}).ok());
}

}  // namespace audit_tamper_test

// Section 6.9 of format/SPEC.md as a program: opens and links a store's audit chain by the words of
// the text alone.
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <set>

#include "tests/scratch.h"
#include "tests/vectors/by_the_words.h"
#include "tests/vectors/open_tables.h"

namespace spec_audit_test {

namespace {

using namespace coffer;
using namespace coffer::words;
using storage::Table;
using test::ScratchStore;

struct Keys : OpenKeyring {
  Bytes audit_key, link_key;
  Keys(const std::string& keyring, const std::string& key_file) : OpenKeyring(keyring, key_file) {
    audit_key = kdf(root_secret, 5, "cofaudit");
    link_key = kdf(audit_key, 1, "coflinks");
  }
  explicit Keys(const ScratchStore& scratch) : Keys(scratch.file("keyring"), scratch.key_file()) {}
  format::Root root(const Tables& tables) const {
    const auto plain = unwrap(root_key, context(7, store_id, {}),
                              tables.get(Table::main, as_bytes("root")).value());
    return format::decode_root(plain.value()).value();
  }
  Bytes link(ByteView before, std::uint64_t number, ByteView plain) const {
    return blake2b(link_key, Bytes(before.begin(), before.end()) + be(number, 8) + plain);
  }
  Bytes open(std::uint64_t number, ByteView row) const {
    const auto plain = unwrap(audit_key, context(14, store_id, be(number, 8)), row);
    REQUIRE(plain.has_value());
    return *plain;
  }
};

Value text(std::string_view value) { return Value::opaque(value); }

void put_some(Store& store, int count) {
  for (int i = 0; i < count; ++i)
    REQUIRE(store.put("team/" + std::to_string(i % 7), text("v")).ok());
}

// A document with `count` secrets, and its spec.
std::pair<std::string, std::string> config_of(int count) {
  std::string spec = R"({"properties":{)";
  std::string document = "{";
  for (int i = 0; i < count; ++i) {
    const std::string name = "\"k" + std::to_string(i) + "\":";
    spec += (i == 0 ? "" : ",") + name + R"({"type":"string","airbyte_secret":true})";
    document += (i == 0 ? "" : ",") + name + "\"s" + std::to_string(i) + "\"";
  }
  return {spec + "}}", document + "}"};
}

bool holds(const Bytes& file, std::string_view needle) {
  return std::search(file.begin(), file.end(), needle.begin(), needle.end()) != file.end();
}

}  // namespace

TEST_CASE("F-91: every link follows from the one before, and the root names the last") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_some(store, 30);
  const Tables tables(scratch.path());
  const Keys keys(scratch);
  Bytes link(32, 0);
  std::uint64_t number = 0;
  for (const auto& [key, row] : tables.rows(Table::audit)) {
    CHECK(key == be(++number, 8));
    const Bytes plain = keys.open(number, row);
    link = keys.link(link, number, plain);
    CHECK(std::equal(row.begin(), row.begin() + 24, link.begin()));
    const auto record = format::decode_audit_record(plain);
    REQUIRE(record.ok());
    CHECK(record->sequence == number + 1);  // The store was made by the first commit.
  }
  const format::Root root = keys.root(tables);
  CHECK(number == 30);
  CHECK(root.audit_last == number);
  CHECK(link == Bytes(root.audit_head.begin(), root.audit_head.end()));
}

TEST_CASE("F-92: what was removed is stood for by its last record's link") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_some(store, 12);
  const Tables tables(scratch.path());
  const Keys keys(scratch);
  const auto before = tables.rows(Table::audit);
  REQUIRE(store.audit().prune({.keep_records = 5}).ok());
  Bytes link(32, 0);
  for (std::uint64_t number = 1; number <= 7; ++number)
    link = keys.link(link, number, keys.open(number, before.at(be(number, 8))));
  const format::Root root = keys.root(tables);
  CHECK(root.audit_base.number == 7);
  CHECK(link == Bytes(root.audit_base.link.begin(), root.audit_base.link.end()));
  CHECK(root.audit_base.sequence == 8);
  const auto after = tables.rows(Table::audit);
  CHECK(after.begin()->first == be(8, 8));
  CHECK(after.size() == 6);  // Five earlier records, and that of the removal.
  for (std::uint64_t number = 8; number <= 12; ++number)
    CHECK(after.at(be(number, 8)) == before.at(be(number, 8)));
}

TEST_CASE("F-89: a commit's records are its own, and as many as its items need") {
  ScratchStore scratch;
  Store store = scratch.open();
  const auto [spec, document] = config_of(300);
  REQUIRE(store.configs().put("large", spec, document).ok());
  const auto records = store.audit().list();
  REQUIRE(records.ok());
  REQUIRE(records->size() == 2);
  CHECK(records->at(0).items.size() == 256);
  CHECK(records->at(1).items.size() == 45);  // 300 secrets and the config.
  CHECK(records->at(1).items.back().action == "config.put");
  // Both records belong to the same commit.
  CHECK(records->at(0).sequence == records->at(1).sequence);
  std::set<std::string> names;
  for (const AuditRecord& record : *records)
    for (const AuditItem& item : record.items) names.insert(item.path);
  CHECK(names.size() == 301);
  CHECK(store.audit().verify()->problem.empty());
}

TEST_CASE("F-90: a refusal stands where its record cannot be written") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", text("v")).ok());
  const auto before = store.audit().list().value().size();
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const rlimit small{4096, limit.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto refused = store.put("a", text("w"), {.cas = 9});
  const auto failed = store.put("a", text("w"));
  REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  CHECK(refused.error().code() == ErrorCode::conflict);
  CHECK(failed.error().code() == ErrorCode::io);
  CHECK(store.audit().list().value().size() == before);
  CHECK(store.history("a")->current_version == 1);
  // With room again, the refusal is recorded.
  CHECK(store.put("a", text("w"), {.cas = 9}).error().code() == ErrorCode::conflict);
  CHECK(store.audit().list().value().size() == before + 1);
  CHECK(store.audit().verify()->problem.empty());
}

TEST_CASE("F-95: a refusal that a transaction went on without is in its commit, its name bounded") {
  ScratchStore scratch;
  {
    Store store = scratch.open();
    const auto done = store.transaction([](Transaction& txn) -> Result<void> {
      COFFER_TRY(txn.put("a", text("v")));
      CHECK_FALSE(txn.put(std::string(100'000, 'n'), text("v")).ok());
      CHECK_FALSE(txn.put("a\nb", text("v")).ok());
      return {};
    });
    REQUIRE(done.ok());
  }
  const Keys keys(scratch);
  const Tables tables(scratch.path());
  const format::Root root = keys.root(tables);
  REQUIRE(root.audit_last == 3);  // The put, and one record for each code of refusal.
  for (const std::uint64_t number : {2, 3}) {
    const Bytes plain = keys.open(number, tables.get(Table::audit, be(number, 8)).value());
    const auto record = format::decode_audit_record(plain).value();
    CHECK(record.sequence == root.sequence);
    CHECK(record.refused_with != 0);
    REQUIRE(record.items.size() == 1);
    CHECK(record.items[0].name.empty());
    CHECK(plain.size() < 200);
  }
}

TEST_CASE("F-93: names, actors and reasons are nowhere in the clear, values not at all") {
  ScratchStore scratch;
  Store store = scratch.open();
  const Tables tables(scratch.path());
  const Keys keys(scratch);
  Store named =
      store.as({"actor-in-the-clear", "reason-in-the-clear", "correlation-in-the-clear"}).value();
  REQUIRE(named.put("path-in-the-clear", text("value-in-the-clear")).ok());
  REQUIRE_FALSE(named.put("path-in-the-clear", text("value-in-the-clear"), {.cas = 0}).ok());
  REQUIRE(named.destroy("path-in-the-clear", {1}).ok());
  for (const char* name : {"data.mdb", "keyring"}) {
    const Bytes file = read_file(scratch.file(name));
    CHECK_FALSE(holds(file, "in-the-clear"));
    CHECK_FALSE(holds(file, "spec_audit"));
  }
  std::size_t named_records = 0;
  for (const auto& [key, row] : tables.rows(Table::audit)) {
    const Bytes plain = keys.open(format::number_of_audit_key(key), row);
    named_records += holds(plain, "actor-in-the-clear") && holds(plain, "path-in-the-clear") &&
                     holds(plain, "reason-in-the-clear");
    CHECK_FALSE(holds(plain, "value-in-the-clear"));
  }
  CHECK(named_records == 3);
}

TEST_CASE("a store without any audit record opens, and begins its chain with the first write") {
  const ScratchStore scratch;
  Store store = scratch.open();
  CHECK(store.audit().list().value().empty());
  CHECK(store.verify().value().problems.empty());
  Store other = scratch.open();
  REQUIRE(store.put("new", text("v")).ok());
  CHECK(other.audit().list().value().size() == 1);
  CHECK(store.verify().value().problems.empty());
}

}  // namespace spec_audit_test

// Refusals neither push out of the audit log what others did, nor cost a durable commit each.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/unit/api/policy_bench.h"

namespace refusals_test {

namespace {

using namespace coffer;
using test::allow;
using test::code_of;
using test::kDenied;
using test::PolicyBench;
using test::text;

std::uint64_t told_of(const std::vector<AuditRecord>& records, const std::string& path) {
  std::uint64_t count = 0;
  for (const AuditRecord& record : records)
    for (const AuditItem& item : record.items)
      if (item.path == path) count += item.count;
  return count;
}

}  // namespace

TEST_CASE("F-213: retention by count keeps what was tried, however much is refused after it") {
  PolicyBench bench;
  StoreSettings settings = bench.opened.settings().value();
  settings.audit_keep_records = 5;
  REQUIRE(bench.opened.put_settings(settings).ok());
  bench.set({});
  Store mallory = bench.who("mallory");
  CHECK(code_of(mallory.get("crown-jewels")) == kDenied);
  for (int i = 0; i < 80; ++i) CHECK(code_of(mallory.get("noise")) == kDenied);
  REQUIRE(bench.chief.sweep().ok());
  CHECK(told_of(bench.chief.audit().list().value(), "crown-jewels") == 1);
  CHECK(bench.chief.audit().prune({.keep_records = 2}).ok());
  CHECK(told_of(bench.chief.audit().list().value(), "crown-jewels") == 1);
  // So many of what was done push it out, as they would without the noise.
  for (int i = 0; i < 5; ++i) REQUIRE(bench.chief.put("a", text("v")).ok());
  REQUIRE(bench.chief.sweep().ok());
  const auto left = bench.chief.audit().list().value();
  CHECK(told_of(left, "crown-jewels") == 0);
  std::size_t done = 0;
  for (const AuditRecord& record : left) done += record.allowed ? 1 : 0;
  CHECK(done == 5);
  test::require_sound(bench.chief);
}

TEST_CASE("F-212: of many refusals of one caller the first are written at once, all are counted") {
  PolicyBench bench;
  bench.set({allow("user:ann", {UseCase::write}, "**")});
  const std::uint64_t before = test::sequence_of(bench.opened);
  Store mallory = bench.who("mallory");
  for (int i = 0; i < 300; ++i) CHECK(code_of(mallory.get("a")) == kDenied);
  for (int i = 0; i < 40; ++i) CHECK(code_of(mallory.put("b", text("v"))) == kDenied);
  CHECK(test::sequence_of(bench.opened) <= before + 32);
  // Another caller's are not kept waiting by his.
  const std::uint64_t then = test::sequence_of(bench.opened);
  CHECK(code_of(bench.who("eve").get("a")) == kDenied);
  CHECK(test::sequence_of(bench.opened) == then + 1);
  const auto records = bench.chief.audit().list().value();
  CHECK(told_of(records, "a") == 301);
  CHECK(told_of(records, "b") == 40);
  for (const AuditRecord& record : records)
    if (!record.allowed) CHECK((record.user == "mallory" || record.user == "eve"));
  CHECK(bench.chief.audit().verify()->problem.empty());
}

TEST_CASE(
    "F-212: what was gathered is written with the next commit, when it is much, and at closing") {
  PolicyBench bench;
  bench.set({allow("user:ann", {UseCase::write}, "**")});
  Store other = bench.scratch.open().as({.user = "chief"}).value();
  Store mallory = bench.who("mallory");
  for (int i = 0; i < 50; ++i) CHECK(code_of(mallory.get("a")) == kDenied);
  CHECK(told_of(other.audit().list().value(), "a") == 32);
  REQUIRE(bench.who("ann").put("mine", text("v")).ok());
  CHECK(told_of(other.audit().list().value(), "a") == 50);
  const std::uint64_t before = test::sequence_of(other);
  for (int i = 0; i < 256; ++i) CHECK(code_of(mallory.get("path/" + std::to_string(i))) == kDenied);
  CHECK(test::sequence_of(other) == before + 1);
  {
    Store passing = bench.scratch.open();
    Store eve = passing.as({.user = "eve"}).value();
    for (int i = 0; i < 40; ++i) CHECK(code_of(eve.get("eves")) == kDenied);
  }
  CHECK(told_of(other.audit().list().value(), "eves") == 40);
}

TEST_CASE("F-212: who asks for ever new names does not fill the log with them") {
  PolicyBench bench;
  bench.set({});
  for (int i = 0; i < 2000; ++i) {
    Store mallory =
        bench.opened.as({.actor = "label " + std::to_string(i), .user = "mallory"}).value();
    CHECK(code_of(mallory.get("path/" + std::to_string(i))) == kDenied);
  }
  std::size_t items = 0;
  std::uint64_t count = 0;
  for (const AuditRecord& record : bench.chief.audit().list().value()) {
    if (record.user != "mallory") continue;
    items += record.items.size();
    for (const AuditItem& item : record.items) count += item.count;
  }
  CHECK(count == 2000);
  CHECK(items < 32 + 256 + 16);
  CHECK(bench.chief.audit().verify()->problem.empty());
  // Another is told apart from him as ever.
  CHECK(code_of(bench.who("eve").get("eves")) == kDenied);
  CHECK(told_of(bench.chief.audit().list().value(), "eves") == 1);
}

TEST_CASE("without a policy each refusal is on record at once") {
  PolicyBench bench;
  const std::uint64_t before = test::sequence_of(bench.opened);
  for (int i = 0; i < 40; ++i)
    CHECK(code_of(bench.opened.put("a", text("v"), {.cas = 7})) == ErrorCode::conflict);
  CHECK(test::sequence_of(bench.opened) == before + 40);
}

}  // namespace refusals_test

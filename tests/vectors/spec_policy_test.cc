// The rules of format/SPEC.md for the policy, each tested on a copy of the golden store.
#include <catch2/catch.hpp>

#include "format/policy_record.h"
#include "tests/vectors/by_the_words.h"
#include "tests/vectors/golden_copy.h"
#include "tests/vectors/open_tables.h"

namespace spec_policy_test {

namespace {

using namespace coffer;
using namespace coffer::words;
using storage::Table;

const std::vector<UseCase> kAll = {UseCase::list,  UseCase::use,    UseCase::reveal,
                                   UseCase::write, UseCase::remove, UseCase::force,
                                   UseCase::admin, UseCase::audit};

Policy policy_of(std::vector<PolicyRule> rules) {
  rules.insert(rules.begin(), {true, {"user:chief"}, kAll, {"**"}});
  return {0, std::move(rules)};
}

Store chief_of(const golden::Copy& copy) { return copy.open().as({.user = "chief"}).value(); }

Bytes record_of(const golden::Copy& copy) {
  return Tables(copy.directory()).get(Table::main, as_bytes("policy")).value();
}

Policy stored_in(const golden::Copy& copy) {
  const OpenKeyring keys(copy.keyring(), copy.key_file());
  const auto plain = unwrap(keys.root_key, context(20, keys.store_id, {}), record_of(copy));
  return format::decode_policy(plain.value()).value();
}

std::vector<std::string> problems_in(const golden::Copy& copy) {
  return chief_of(copy).verify()->problems;
}

std::uint64_t revision_in_root(const golden::Copy& copy) {
  const OpenKeyring keys(copy.keyring(), copy.key_file());
  const auto plain = unwrap(keys.root_key, context(7, keys.store_id, {}),
                            Tables(copy.directory()).get(Table::main, as_bytes("root")).value());
  return format::decode_root(plain.value())->policy_revision;
}

}  // namespace

TEST_CASE("F-160: a policy that is gone, or an earlier one in its place, is no way in") {
  const golden::Copy copy;
  CHECK(revision_in_root(copy) == 0);
  REQUIRE(copy.open().policies().put(policy_of({{true, {"*"}, kAll, {"**"}}})).ok());
  CHECK(revision_in_root(copy) == 1);
  const Bytes generous = record_of(copy);
  REQUIRE(chief_of(copy).policies().put(policy_of({})).ok());
  CHECK(revision_in_root(copy) == 2);
  CHECK(stored_in(copy).revision == 2);
  const Bytes good = record_of(copy);
  Bytes torn = good;
  torn[torn.size() / 2] ^= 1;
  for (const Bytes& other : {generous, torn}) {
    Tables(copy.directory()).put(Table::main, as_bytes("policy"), other);
    const auto opened = copy.try_open();
    CHECK(outcome_of(opened) == "corrupt");
  }
  Tables(copy.directory()).put(Table::main, as_bytes("policy"), good);
  CHECK(chief_of(copy).list("").ok());
}

TEST_CASE("F-162: the policy is in the digest") {
  const golden::Copy copy;
  REQUIRE(copy.open().policies().put(policy_of({})).ok());
  CHECK(problems_in(copy).empty());
  // The same policy sealed again is a different record.
  const OpenKeyring keys(copy.keyring(), copy.key_file());
  Bytes plain;
  const SecretBytes encoded = format::encode_policy(stored_in(copy));
  plain.assign(encoded.bytes().begin(), encoded.bytes().end());
  Tables(copy.directory())
      .put(Table::main, as_bytes("policy"),
           wrap(keys.root_key, context(20, keys.store_id, {}), plain));
  CHECK_FALSE(problems_in(copy).empty());
}

TEST_CASE("F-163: a change raises the revision, is told, and leaves somebody to change it") {
  const golden::Copy copy;
  Store store = copy.open();
  REQUIRE(store.policies().put(policy_of({})).ok());
  Store chief = chief_of(copy);
  CHECK_FALSE(chief.policies().put({0, {{true, {"*"}, {UseCase::list}, {"**"}}}}).ok());
  CHECK(stored_in(copy).revision == 1);
  REQUIRE(chief.policies().put({}).ok());
  CHECK((stored_in(copy).revision == 2 && stored_in(copy).rules.empty()));
  const auto told = chief.audit().list({.action = "policy.put"});
  REQUIRE(told->size() == 3);
  CHECK(told->at(0).items[0].version == 1);
  CHECK_FALSE(told->at(1).allowed);
  CHECK(told->at(2).items[0].version == 2);
}

TEST_CASE("F-164, F-165: what no rule allows is denied, and told of its user") {
  const golden::Copy copy;
  Store before = copy.open();
  REQUIRE(
      before.policies().put(policy_of({{true, {"user:ann"}, {UseCase::list}, {"app/**"}}})).ok());
  Store ann = before.as({.actor = "label", .user = "ann"}).value();
  CHECK(ann.metadata("app/db").ok());
  CHECK(ann.get("app/db").error().code() == ErrorCode::denied);
  const auto paths = ann.list("", {.recursive = true}).value();
  CHECK_FALSE(paths.empty());
  for (const std::string& path : paths) CHECK(path.starts_with("app/"));
  const auto told = chief_of(copy).audit().list({.outcome = AuditFilter::Outcome::refused});
  REQUIRE_FALSE(told->empty());
  CHECK((told->back().user == "ann" && told->back().code == ErrorCode::denied));
  CHECK((told->back().items[0].action == "read" && told->back().items[0].path == "app/db"));
}

}  // namespace spec_policy_test

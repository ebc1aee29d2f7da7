// What is in use is neither deleted nor destroyed, and who is in the way is told to who may know.
#include <catch2/catch.hpp>

#include "tests/c_store.h"
#include "tests/unit/api/policy_bench.h"

namespace coffer {
namespace {

using test::allow;
using test::code_of;
using test::CStore;
using test::PolicyBench;
using test::text;

constexpr std::string_view kSpec =
    R"({"type":"object","properties":{"p":{"type":"string","airbyte_secret":true}}})";

// The path of the secret that a new config has.
std::string put_config(Store& store, std::string_view id) {
  const auto put = store.configs().put(id, kSpec, R"({"p":"Zwetschge"})").value();
  const std::string coordinate = put.outcomes.at(0).coordinate;
  return coordinate.substr(0, coordinate.rfind("_v"));
}

template <typename T>
std::string users_of(const Result<T>& result) {
  REQUIRE(code_of(result) == ErrorCode::in_use);
  return std::string(result.error().users());
}

TEST_CASE("what is in use is not deleted, until the use ends") {
  test::ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", text("one")).ok());
  REQUIRE(store.put("a", text("two")).ok());
  REQUIRE(store.add_reference("a", 1, "nightly").ok());
  CHECK(users_of(store.soft_delete("a", {1})) == "nightly");
  CHECK(users_of(store.soft_delete("a", {1, 2})) == "nightly");
  CHECK(store.get("a", 1).ok());
  CHECK(store.get("a", 2).ok());
  CHECK(store.soft_delete("a").ok());  // The newest, which nobody uses.
  REQUIRE(store.undelete("a", {2}).ok());
  REQUIRE(store.remove_reference("a", 1, "nightly").ok());
  REQUIRE(store.add_reference("a", 0, "always the newest").ok());
  CHECK(users_of(store.soft_delete("a")) == "always the newest");
  CHECK(users_of(store.soft_delete("a", {0})) == "always the newest");
  CHECK(users_of(store.soft_delete("a", {2})) == "always the newest");
  CHECK(store.soft_delete("a", {1}).ok());
  REQUIRE(store.remove_reference("a", 0, "always the newest").ok());
  CHECK(store.soft_delete("a").ok());
  CHECK(code_of(store.soft_delete("none")) == ErrorCode::not_found);
}

TEST_CASE("a refusal names up to three of those who are in the way") {
  test::ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", text("one")).ok());
  REQUIRE(store.put("a", text("two")).ok());
  for (const char* user : {"d", "b", "a"}) REQUIRE(store.add_reference("a", 2, user).ok());
  REQUIRE(store.add_reference("a", 1, "of the first").ok());
  CHECK(users_of(store.destroy("a", {2})) == "a, b, d");
  CHECK(users_of(store.destroy("a", {1})) == "of the first");
  for (const auto& refused : {store.destroy_all("a"), store.erase("a")})
    CHECK(users_of(refused) == "a, b, d and 1 more");
  CHECK(users_of(store.move("a", "b")) == "a, b, d and 1 more");
  const std::string told = describe(store.destroy("a", {1}).error());
  CHECK(told == "a: something refers to this secret; nothing was changed: of the first");
}

TEST_CASE("a config that a secret belongs to is named by whatever call it refuses") {
  test::ScratchStore scratch;
  Store store = scratch.open();
  const std::string path = put_config(store, "orders");
  const std::string named = "config orders";
  CHECK(users_of(store.soft_delete(path)) == named);
  CHECK(users_of(store.destroy(path, {1})) == named);
  CHECK(users_of(store.erase(path)) == named);
  CHECK(users_of(store.put(path, text("mine"))) == named);
  CHECK(users_of(store.rollback(path, 1)) == named);
  CHECK(users_of(store.put_metadata(path, {.owner = "me"})) == named);
  CHECK(users_of(store.move(path, "b")) == named);
  CHECK(users_of(store.copy(path, "b")) == named);
}

TEST_CASE("who may not look is told nobody's name") {
  PolicyBench bench;
  REQUIRE(bench.opened.put("t/a", text("v")).ok());
  REQUIRE(bench.opened.add_reference("t/a", 0, "nightly").ok());
  const std::string path = put_config(bench.opened, "orders");
  REQUIRE(bench.opened.add_reference(path, 1, "nightly").ok());
  bench.set({allow("user:blind", {UseCase::remove}, "**"),
             allow("user:looks", {UseCase::remove, UseCase::list}, "t/**"),
             allow("user:looks", {UseCase::remove, UseCase::list}, path)});
  Store blind = bench.who("blind");
  CHECK(users_of(blind.soft_delete("t/a")).empty());
  CHECK(users_of(blind.destroy_all("t/a")).empty());
  CHECK(users_of(blind.destroy_all(path)).empty());
  Store looks = bench.who("looks");
  CHECK(users_of(looks.soft_delete("t/a")) == "nightly");
  CHECK(users_of(looks.destroy_all(path)) == "a config that you may not list, nightly");
}

TEST_CASE("C tells who is in the way, in the message") {
  const CStore store;
  store.put("a", "Zwetschge");
  REQUIRE(coffer_reference_add(store.get(), "a", 0, "nightly", nullptr) == COFFER_OK);
  coffer_error error{};
  CHECK(coffer_delete(store.get(), "a", nullptr, 0, &error) == COFFER_IN_USE);
  CHECK(std::string(error.message).ends_with("nothing was changed: nightly"));
  CHECK(error.advice == static_cast<int>(Advice::end_use));
  CHECK(coffer_destroy_all(store.get(), "a", &error) == COFFER_IN_USE);
  CHECK(std::string(error.message).ends_with(": nightly"));
}

}  // namespace
}  // namespace coffer

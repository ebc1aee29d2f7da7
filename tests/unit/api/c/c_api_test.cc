// The C interface: the same ground as the C++ one, by handles and codes.
#include <coffer/coffer.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "tests/c_store.h"

namespace coffer::test::c_api_test {
TEST_CASE("C: patch, rollback, history, move, copy and erase") {
  const CStore c;
  coffer_version version;
  coffer_error error;
  c.put("a", R"({"k":1.0,"n":2})", true);
  REQUIRE(coffer_patch(c.get(), "a", R"({"n":null})", COFFER_ANY_VERSION, 0, &version, &error) ==
          COFFER_OK);
  CHECK(version.version == 2);
  CHECK(c.value_of("a") == R"({"k":1.0})");
  CHECK(coffer_patch(c.get(), "a", "{}", 1, 0, &version, &error) == COFFER_CONFLICT);
  CHECK(error.code == COFFER_CONFLICT);
  CHECK(std::strlen(error.hint) > 0);
  REQUIRE(coffer_rollback(c.get(), "a", 1, &version, &error) == COFFER_OK);
  CHECK(version.version == 3);
  CHECK(c.value_of("a") == R"({"k":1.0,"n":2})");
  coffer_version versions[2];
  std::size_t count = 0;
  REQUIRE(coffer_history(c.get(), "a", versions, 2, &count, &error) == COFFER_OK);
  CHECK(count == 3);
  CHECK((versions[0].version == 3 && versions[1].version == 2));
  CHECK(coffer_history(c.get(), "none", nullptr, 0, &count, &error) == COFFER_NOT_FOUND);
  CHECK(coffer_history(c.get(), "a", nullptr, 2, &count, &error) == COFFER_USAGE);
  REQUIRE(coffer_move(c.get(), "a", "b", &error) == COFFER_OK);
  REQUIRE(coffer_copy(c.get(), "b", "c", &error) == COFFER_OK);
  CHECK(coffer_move(c.get(), "b", "c", &error) == COFFER_CONFLICT);
  CHECK(c.value_of("c") == c.value_of("b"));
  REQUIRE(coffer_erase(c.get(), "c", &error) == COFFER_OK);
  CHECK(coffer_erase(c.get(), "c", &error) == COFFER_NOT_FOUND);
  CHECK(coffer_move(c.get(), nullptr, "c", &error) == COFFER_USAGE);
}

TEST_CASE("C: metadata and settings go in and come out as JSON") {
  const CStore c;
  coffer_error error;
  const char* change = R"({"kind":"password","tags":["a","b"],"custom":{"k":"v"},"owner":"m\"e"})";
  CHECK(coffer_metadata_put(c.get(), "a", change, 1, &error) == COFFER_NOT_FOUND);
  REQUIRE(coffer_metadata_put(c.get(), "a", change, 0, &error) == COFFER_OK);
  coffer_bytes* json = nullptr;
  REQUIRE(coffer_metadata_get(c.get(), "a", &json, &error) == COFFER_OK);
  const std::string told = CStore::text_of(json);
  CHECK(told.starts_with(
      R"({"max_versions":0,"cas_required":false,"delete_version_after_ms":0,"kind":"password",)"
      R"("description":"","owner":"m\"e","tags":["a","b"],"custom_metadata":{"k":"v"},"created_at_ms":)"));
  CHECK(told.ends_with(R"("revision":1})"));
  for (const char* wrong :
       {"[]", "{", R"({"none":1})", R"({"max_versions":-1})", R"({"max_versions":4294967296})",
        R"({"max_versions":1.5})", R"({"cas_required":1})", R"({"tags":["a",1]})",
        R"({"custom":[]})", R"({"custom":{"k":1}})", R"({"kind":"none"})"}) {
    INFO(wrong);
    CHECK(coffer_metadata_put(c.get(), "a", wrong, 0, &error) == COFFER_USAGE);
  }
  const char* settings =
      R"({"max_versions":2,"names":{"fields":{"white_space":"forbidden"}},)"
      R"("scopes":[{"prefix":"t","value_bytes_max":4},{"prefix":"u","names":null},)"
      R"({"prefix":"v","names":{"components":{"characters":"a-z0-9-","ends":"a-z",)"
      R"("bytes_min":2,"bytes_max":48}}}]})";
  REQUIRE(coffer_settings_put(c.get(), settings, &error) == COFFER_OK);
  REQUIRE(coffer_settings_put(c.get(), R"({"cas_required":true})", &error) == COFFER_OK);
  REQUIRE(coffer_settings_get(c.get(), &json, &error) == COFFER_OK);
  CHECK(
      CStore::text_of(json) ==
      R"({"max_versions":2,"cas_required":true,"delete_version_after_ms":0,)"
      R"("value_bytes_max":1048576,"names":{"components":{"characters":"","ends":"",)"
      R"("bytes_min":0,"bytes_max":0,"white_space":"allowed"},"fields":{"characters":"",)"
      R"("ends":"","bytes_min":0,"bytes_max":0,"white_space":"forbidden"}},)"
      R"("scopes":[{"prefix":"t","value_bytes_max":4},{"prefix":"u","names":null},)"
      R"({"prefix":"v","names":{"components":{"characters":"a-z0-9-","ends":"a-z",)"
      R"("bytes_min":2,"bytes_max":48,"white_space":"allowed"},"fields":{"characters":"",)"
      R"("ends":"","bytes_min":0,"bytes_max":0,"white_space":"allowed"}}}],"audit_reads":false,"audit_keep_ms":0,)"
      R"("audit_keep_records":0})");
  for (const char* wrong :
       {R"({"names":"none"})", R"({"names":{"a":{}}})", R"({"names":{"fields":{"bytes_min":-1}}})",
        R"({"names":{"fields":{"white_space":"none"}}})",
        R"({"names":{"fields":{"characters":"z-a"}}})", R"({"scopes":{}})", R"({"scopes":[1]})",
        R"({"scopes":[{"prefix":"a"}]})", R"({"x":1})"}) {
    INFO(wrong);
    CHECK(coffer_settings_put(c.get(), wrong, &error) == COFFER_USAGE);
  }
  CHECK(coffer_settings_put(c.get(), R"({"value_bytes_max":0})", &error) == COFFER_LIMIT);
}

namespace {

struct Plan {
  bool gives_up = false;
};

coffer_code body(coffer_transaction* txn, void* context) {
  const Plan& plan = *static_cast<const Plan*>(context);
  coffer_version written;
  const std::uint64_t first[] = {1};
  if (coffer_transaction_put(txn, "a", bytes_of("{\"k\":1}"), 7, 1, 0, 0, &written, nullptr) !=
      COFFER_OK)
    return COFFER_FAILED;
  // One that fails changes nothing, and the body goes on.
  if (coffer_transaction_put(txn, "a", bytes_of("x"), 1, 0, 0, 0, &written, nullptr) !=
      COFFER_CONFLICT)
    return COFFER_FAILED;
  if (coffer_transaction_patch(txn, "a", "{\"k\":2}", COFFER_ANY_VERSION, 0, &written, nullptr) !=
      COFFER_OK)
    return COFFER_FAILED;
  if (coffer_transaction_metadata_put(txn, "a", "{\"owner\":\"me\"}", 1, nullptr) != COFFER_OK ||
      coffer_transaction_copy(txn, "a", "b", nullptr) != COFFER_OK ||
      coffer_transaction_move(txn, "b", "c", nullptr) != COFFER_OK ||
      coffer_transaction_destroy(txn, "c", first, 1, nullptr) != COFFER_OK ||
      coffer_transaction_delete(txn, "a", first, 1, nullptr) != COFFER_OK ||
      coffer_transaction_erase(txn, "old", nullptr) != COFFER_OK)
    return COFFER_FAILED;
  coffer_bytes* value = nullptr;
  if (coffer_transaction_get(txn, "c", 0, &value, &written, nullptr) != COFFER_OK)
    return COFFER_FAILED;
  const bool is_right = CStore::text_of(value) == "{\"k\":2}" && written.version == 2;
  if (!is_right) return COFFER_FAILED;
  return plan.gives_up ? COFFER_DENIED : COFFER_OK;
}

}  // namespace

TEST_CASE("C: a transaction is all or nothing") {
  const CStore c;
  coffer_error error;
  c.put("old", "v");
  Plan plan{true};
  CHECK(coffer_transact(c.get(), body, &plan, &error) == COFFER_DENIED);
  CHECK(error.code == COFFER_DENIED);
  CHECK(c.value_of("old") == "v");
  coffer_bytes* value = nullptr;
  CHECK(coffer_get(c.get(), "a", 0, &value, nullptr, &error) == COFFER_NOT_FOUND);
  plan.gives_up = false;
  REQUIRE(coffer_transact(c.get(), body, &plan, &error) == COFFER_OK);
  CHECK(c.value_of("c") == "{\"k\":2}");
  CHECK(coffer_get(c.get(), "c", 1, &value, nullptr, &error) == COFFER_DESTROYED);
  CHECK(coffer_get(c.get(), "a", 1, &value, nullptr, &error) == COFFER_DELETED);
  CHECK(coffer_get(c.get(), "old", 0, &value, nullptr, &error) == COFFER_NOT_FOUND);
  CHECK(coffer_transact(c.get(), nullptr, nullptr, &error) == COFFER_USAGE);
}

}  // namespace coffer::test::c_api_test

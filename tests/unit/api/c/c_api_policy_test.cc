// The policy, and for whom a store is opened, through C alone.
#include "tests/c_store.h"

namespace coffer::test::c_api_policy_test {
namespace {

constexpr char kPolicy[] =
    R"({"rules":[{"effect":"allow","subjects":["user:chief"],"use_cases":["admin","write"],)"
    R"("objects":["**"]},{"effect":"allow","subjects":["group:etl"],"use_cases":["use"],)"
    R"("objects":["team/**"]}]})";

coffer_store* as(coffer_store* store, const char* user, const char* group, int for_use) {
  const char* groups[] = {group};
  coffer_identity identity = COFFER_IDENTITY_INIT;
  identity.actor = "a label";
  identity.user = user;
  identity.groups = groups;
  identity.group_count = group == nullptr ? 0 : 1;
  identity.for_use = for_use;
  coffer_store* other = nullptr;
  REQUIRE(coffer_as(store, &identity, &other, nullptr) == COFFER_OK);
  return other;
}

coffer_code get(coffer_store* store, const char* path) {
  coffer_bytes* value = nullptr;
  const coffer_code code = coffer_get(store, path, 0, &value, nullptr, nullptr);
  if (code == COFFER_OK) coffer_bytes_free(value);
  return code;
}

coffer_code require_force(coffer_store* inside, void*) {
  return coffer_require(inside, "force", "team/a", nullptr);
}

}  // namespace

TEST_CASE("a policy is put, told, tested and obeyed through C") {
  const CStore opened;
  coffer_store* store = opened.get();
  REQUIRE(c_put(store, "team/a", "v") == COFFER_OK);
  std::uint64_t revision = 0;
  CHECK(coffer_policy_put(store, kPolicy, 3, &revision, nullptr) == COFFER_CONFLICT);
  CHECK(coffer_policy_put(store, "{}", 0, &revision, nullptr) == COFFER_USAGE);
  REQUIRE(coffer_policy_put(store, kPolicy, COFFER_IF_ABSENT, &revision, nullptr) == COFFER_OK);
  CHECK(revision == 1);
  coffer_store* chief = as(store, "chief", nullptr, 0);
  coffer_store* using_it = as(store, "ann", "etl", 1);
  coffer_store* seeing = as(store, "ann", "etl", 0);
  CHECK(get(store, "team/a") == COFFER_DENIED);
  CHECK(get(using_it, "team/a") == COFFER_OK);
  CHECK(get(seeing, "team/a") == COFFER_DENIED);
  CHECK(c_put(using_it, "team/a", "v") == COFFER_DENIED);
  CHECK(c_put(chief, "team/a", "v") == COFFER_OK);
  CHECK(coffer_transact(using_it, require_force, nullptr, nullptr) == COFFER_DENIED);
  coffer_bytes* json = nullptr;
  CHECK(coffer_policy_get(seeing, &json, nullptr) == COFFER_DENIED);
  REQUIRE(coffer_policy_get(chief, &json, nullptr) == COFFER_OK);
  CHECK(text_of(json).starts_with(R"({"revision":1,"rules":[{"effect":"allow")"));
  int allowed = 0;
  std::size_t rule = 0;
  const char* groups[] = {"etl"};
  coffer_identity bob = COFFER_IDENTITY_INIT;
  bob.user = "bob";
  bob.groups = groups;
  bob.group_count = 1;
  REQUIRE(coffer_policy_test(chief, &bob, "use", "team/a", &allowed, &rule, nullptr) == COFFER_OK);
  CHECK((allowed == 1 && rule == 2));
  const coffer_identity nobody = COFFER_IDENTITY_INIT;
  REQUIRE(coffer_policy_test(chief, &nobody, "use", "team/a", &allowed, nullptr, nullptr) ==
          COFFER_OK);
  CHECK(allowed == 0);
  coffer_identity no_groups = bob;
  no_groups.groups = nullptr;
  for (const coffer_code code :
       {coffer_policy_test(chief, &bob, "see", "a", &allowed, &rule, nullptr),
        coffer_policy_test(chief, &no_groups, "use", "a", &allowed, &rule, nullptr),
        coffer_policy_test(chief, nullptr, "use", "a", &allowed, &rule, nullptr),
        coffer_policy_put(chief, nullptr, 0, nullptr, nullptr),
        coffer_policy_get(chief, nullptr, nullptr), coffer_as(chief, nullptr, nullptr, nullptr)})
    CHECK(code == COFFER_USAGE);
  // Another label is no other right, and a user that is not named stays.
  coffer_identity label = COFFER_IDENTITY_INIT;
  label.actor = "another label";
  coffer_store* labelled = nullptr;
  REQUIRE(coffer_as(using_it, &label, &labelled, nullptr) == COFFER_OK);
  CHECK(get(labelled, "team/a") == COFFER_OK);
  label.for_use = 1;
  coffer_store* nobodys = nullptr;
  CHECK(coffer_as(using_it, &label, &nobodys, nullptr) == COFFER_USAGE);
  label.user = "";
  REQUIRE(coffer_as(using_it, &label, &nobodys, nullptr) == COFFER_OK);
  CHECK(get(nobodys, "team/a") == COFFER_DENIED);
  CHECK(coffer_require(using_it, "use", "team/a", nullptr) == COFFER_OK);
  CHECK(coffer_require(using_it, "admin", "**", nullptr) == COFFER_DENIED);
  for (coffer_store* each : {chief, using_it, seeing, labelled, nobodys}) coffer_close(each);
}

}  // namespace coffer::test::c_api_policy_test

// The C interface's audit log, change feed, filtered listing and clock.
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/c_store.h"

namespace coffer::test::c_api_audit_test {
namespace {

using Json = nlohmann::json;

Json json_of(coffer_bytes* bytes) { return Json::parse(text_of(bytes)); }

Json audit_of(coffer_store* store, const coffer_audit_filter* filter = nullptr) {
  coffer_bytes* json = nullptr;
  REQUIRE(coffer_audit_list(store, filter, &json, nullptr) == COFFER_OK);
  return json_of(json);
}

Json find_in(coffer_store* store, const char* folder, const coffer_list_options* options) {
  coffer_bytes* json = nullptr;
  REQUIRE(coffer_find(store, folder, options, &json, nullptr) == COFFER_OK);
  return json_of(json);
}

Json paths_of(const Json& listed) {
  Json paths = Json::array();
  for (const Json& each : listed) paths.push_back(each["path"]);
  return paths;
}

}  // namespace

TEST_CASE("C: who did what, or was refused it, is listed by filters") {
  const CStore c;
  coffer_error error;
  c.put("a/b", "v");
  coffer_store* alice = nullptr;
  coffer_identity identity = COFFER_IDENTITY_INIT;
  identity.actor = "alice";
  identity.reason = "ticket 7";
  REQUIRE(coffer_as(c.get(), &identity, &alice, &error) == COFFER_OK);
  REQUIRE(c_put(alice, "c", "v") == COFFER_OK);
  CHECK(c_put(alice, "c", "v", 9) == COFFER_CONFLICT);
  coffer_close(alice);
  const Json all = audit_of(c.get());
  REQUIRE(all.size() == 3);
  CHECK((all[0]["number"] == 1 && all[0]["outcome"] == "allowed" && all[0]["actor"] == ""));
  CHECK(all[0]["items"] == Json{{{"action", "put"}, {"path", "a/b"}, {"version", 1}}});
  CHECK((all[1]["actor"] == "alice" && all[1]["reason"] == "ticket 7"));
  CHECK((all[2]["outcome"] == "conflict" && all[2]["items"][0]["path"] == "c"));
  coffer_audit_filter filter = COFFER_AUDIT_FILTER_INIT;
  filter.actor = "alice";
  filter.outcome = COFFER_AUDIT_ALLOWED;
  CHECK(audit_of(c.get(), &filter).size() == 1);
  filter = COFFER_AUDIT_FILTER_INIT;
  filter.prefix = "a";
  CHECK(audit_of(c.get(), &filter).size() == 1);
  filter = COFFER_AUDIT_FILTER_INIT;
  filter.limit = 2;
  filter.newest = 1;
  CHECK(audit_of(c.get(), &filter)[0]["number"] == 2);
  filter.action = "no such";
  coffer_bytes* json = nullptr;
  CHECK(coffer_audit_list(c.get(), &filter, &json, &error) == COFFER_USAGE);
  CHECK(coffer_audit_list(nullptr, nullptr, &json, &error) == COFFER_USAGE);
  identity.actor = "two\nlines";
  CHECK(coffer_as(c.get(), &identity, &alice, &error) == COFFER_USAGE);
}

TEST_CASE("C: the chain is verified, and shortened by number or time") {
  const CStore c;
  coffer_error error;
  for (int i = 0; i < 10; ++i) c.put("a", "v");
  coffer_audit_report report = COFFER_AUDIT_REPORT_INIT;
  REQUIRE(coffer_audit_verify(c.get(), &report, &error) == COFFER_OK);
  CHECK((report.first == 1 && report.last == 10 && report.broken == 0));
  CHECK(std::string(report.problem).empty());
  std::uint64_t removed = 0;
  coffer_prune_options prune = COFFER_PRUNE_OPTIONS_INIT;
  CHECK(coffer_audit_prune(c.get(), &prune, &removed, &error) == COFFER_USAGE);
  prune.keep_records = 4;
  REQUIRE(coffer_audit_prune(c.get(), &prune, &removed, &error) == COFFER_OK);
  CHECK(removed == 6);
  prune = COFFER_PRUNE_OPTIONS_INIT;
  prune.before_ms = 1;
  REQUIRE(coffer_audit_prune(c.get(), &prune, &removed, &error) == COFFER_OK);
  CHECK(removed == 0);
  prune.before_ms = INT64_MAX;
  REQUIRE(coffer_audit_prune(c.get(), &prune, nullptr, &error) == COFFER_OK);
  REQUIRE(coffer_audit_verify(c.get(), &report, nullptr) == COFFER_OK);
  CHECK(report.records == 1);
}

TEST_CASE("C: the feed tells what happened, and wakes who waits") {
  const CStore c;
  coffer_error error;
  c.put("a/b", "v");
  c.put("c", "v");
  coffer_bytes* json = nullptr;
  std::uint64_t revision = 0;
  int more = 0;
  REQUIRE(coffer_changes(c.get(), 0, nullptr, &json, &revision, &more, &error) == COFFER_OK);
  const Json changes = json_of(json);
  REQUIRE(changes.size() == 2);
  CHECK((changes[0]["path"] == "a/b" && changes[0]["what"] == "put" && changes[0]["index"] == 0));
  CHECK(more == 0);
  coffer_changes_options options = COFFER_CHANGES_OPTIONS_INIT;
  options.prefix = "a";
  REQUIRE(coffer_changes(c.get(), 0, &options, &json, nullptr, nullptr, &error) == COFFER_OK);
  CHECK(json_of(json).size() == 1);
  options = COFFER_CHANGES_OPTIONS_INIT;
  options.limit = 1;
  REQUIRE(coffer_changes(c.get(), 0, &options, &json, &revision, &more, &error) == COFFER_OK);
  CHECK(json_of(json).size() == 1);
  CHECK(more == 1);
  const std::uint64_t first = changes[0]["revision"];
  options = COFFER_CHANGES_OPTIONS_INIT;
  REQUIRE(coffer_changes(c.get(), first, &options, &json, nullptr, nullptr, &error) == COFFER_OK);
  CHECK(json_of(json).size() == 1);
  options.from_index = 1;  // The first revision has a change of index 0 alone.
  REQUIRE(coffer_changes(c.get(), first, &options, &json, nullptr, nullptr, &error) == COFFER_OK);
  CHECK(json_of(json).size() == 1);
  CHECK(coffer_changes(c.get(), revision + 100, nullptr, &json, nullptr, nullptr, &error) ==
        COFFER_ROLLED_BACK);
  std::uint64_t now = 0;
  REQUIRE(coffer_wait_for_changes(c.get(), 0, 60'000, &now, &error) == COFFER_OK);
  CHECK(now > 0);
  std::uint64_t later = 0;
  std::thread waiter([&] { coffer_wait_for_changes(c.get(), now, 60'000, &later, nullptr); });
  c.put("d", "v");
  waiter.join();
  CHECK(later > now);
  coffer_wake_waiting(c.get());
  coffer_wake_waiting(nullptr);
}

namespace {

struct Seen {
  coffer_code code = COFFER_OK;
  std::string json;
};

coffer_code find_inside(coffer_store* inside, void* context) {
  Seen& seen = *static_cast<Seen*>(context);
  if (c_put(inside, "team/new", "v", COFFER_IF_ABSENT) != COFFER_OK) return COFFER_FAILED;
  coffer_bytes* json = nullptr;
  seen.code = coffer_find(inside, "team", nullptr, &json, nullptr);
  if (seen.code == COFFER_OK) seen.json = text_of(json);
  return COFFER_OK;
}

}  // namespace

TEST_CASE("C: secrets are found by what they are, in a transaction too") {
  const CStore c;
  coffer_error error;
  c.put("team/a", "v");
  c.put("team/b", "v");
  c.put("other", "v");
  REQUIRE(coffer_metadata_put(c.get(), "team/a",
                              R"({"tags":["x","y"],"owner":"me","custom":{"k":"v"}})", 1,
                              &error) == COFFER_OK);
  REQUIRE(coffer_delete(c.get(), "team/b", nullptr, 0, &error) == COFFER_OK);
  const Json top = find_in(c.get(), "", nullptr);
  CHECK(paths_of(top) == Json{"other", "team/"});
  CHECK((top[1]["folder"] == true && top[0]["state"] == "live" && top[0]["version"] == 1));
  const char* tags[] = {"x", "y"};
  const char* custom[] = {"k", "v"};
  coffer_list_options options = COFFER_LIST_OPTIONS_INIT;
  options.recursive = 1;
  options.tags = tags;
  options.tag_count = 2;
  options.custom = custom;
  options.custom_count = 1;
  options.owner = "me";
  const Json found = find_in(c.get(), "", &options);
  CHECK(paths_of(found) == Json{"team/a"});
  CHECK((found[0]["tags"] == Json{"x", "y"} && found[0]["custom_metadata"] == Json{{"k", "v"}}));
  options.kind = "password";
  CHECK(find_in(c.get(), "", &options).empty());
  options = COFFER_LIST_OPTIONS_INIT;
  options.state = COFFER_LIST_DELETED;
  CHECK(paths_of(find_in(c.get(), "team", &options)) == Json{"team/b"});
  options.state = static_cast<coffer_list_state>(7);
  coffer_bytes* json = nullptr;
  CHECK(coffer_find(c.get(), "", &options, &json, &error) == COFFER_USAGE);
  options = COFFER_LIST_OPTIONS_INIT;
  options.tag_count = 1;
  CHECK(coffer_find(c.get(), "", &options, &json, &error) == COFFER_USAGE);
  Seen seen;
  REQUIRE(coffer_transact(c.get(), find_inside, &seen, &error) == COFFER_OK);
  REQUIRE(seen.code == COFFER_OK);
  CHECK(paths_of(Json::parse(seen.json)) == Json{"team/a", "team/b", "team/new"});
}

TEST_CASE("C: a clock that is right has nothing to accept, and audit settings go in as JSON") {
  const CStore c;
  coffer_error error;
  coffer_clock_acceptance report = COFFER_CLOCK_ACCEPTANCE_INIT;
  REQUIRE(coffer_clock_accept(c.get(), 0, &report, &error) == COFFER_OK);
  CHECK((report.to_ms >= report.from_ms && report.destroyed == 0 && report.moved == 0));
  REQUIRE(coffer_clock_accept(c.get(), 1, nullptr, nullptr) == COFFER_OK);
  REQUIRE(coffer_settings_put(c.get(), R"({"audit_reads":true,"audit_keep_records":9})", &error) ==
          COFFER_OK);
  c.put("a", "v");
  CHECK(c.value_of("a") == "v");
  CHECK(audit_of(c.get()).back()["items"][0]["action"] == "read");
}

}  // namespace coffer::test::c_api_audit_test

// Scenarios of configs: put, patch, import, stage, commit, check, promote, copy, rename, delete,
// sweep.
#include <fstream>

#include "tests/crash/power_cut/scenario.h"

namespace coffer::test {
namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr char kSpec[] = R"({"properties":{"host":{"type":"string"},
  "password":{"type":"string","airbyte_secret":true},
  "account":{"properties":{"key":{"airbyte_secret":true}}},
  "tokens":{"type":"array","items":{"properties":{
    "name":{"type":"string"},"token":{"airbyte_secret":true}}}}}})";
constexpr char kFirst[] = R"({"host":"one","password":"p1","account":{"key":{"n":1.50}},
  "tokens":[{"name":"a","token":"t-a"},{"name":"b","token":"t-b"}]})";
// Bumps one secret, keeps two, drops one, mints one.
constexpr char kSecond[] = R"({"host":"two","password":"p2","account":{"key":{"n":1.50}},
  "tokens":[{"name":"b","token":"t-b"},{"name":"c","token":"t-c"},{"name":"d","token":"t-d"}]})";

template <typename T>
T good(Result<T> result) {
  if (!result.ok()) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

void good(const Result<void>& result) {
  if (!result.ok()) throw std::runtime_error(describe(result.error()));
}

// A store with a secret put by hand and a config that never changes.
void prepare_others(const Place& place) {
  place.create_store();
  Store store = place.open();
  good(store.put("by/hand", Value::opaque("mine")));
  good(store.configs().put("other", kSpec, R"({"password":"theirs"})"));
}

void prepare_first(const Place& place) {
  prepare_others(place);
  Store store = place.open();
  good(store.configs().put("c", kSpec, kFirst));
}

// Everything that a sweep takes: a check's secrets, replaced versions kept for a while, a TTL.
void prepare_sweep(const Place& place) {
  prepare_first(place);
  Store store = place.open();
  good(store.configs().check(kSpec, R"({"password":"tried"})", {.id = "tried"}));
  good(store.configs().put("c", kSpec, kSecond, {.keep_old_ms = kHour}));
  good(store.put("by/hand", Value::opaque("for a while"), {.ttl_ms = kHour}));
}

void put(Actor& actor, const char* document, const ConfigPutOptions& options = {}) {
  Store store = actor.place.open();
  good(store.configs().put("c", kSpec, document, options));
  actor.acknowledge();
}

// A scenario that destroys: a thief must find nothing of it.
Scenario destroying(std::string name, std::function<void(const Place&)> prepare,
                    std::function<void(Actor&)> act, std::int64_t later_ms = 0) {
  Scenario made{std::move(name), std::move(prepare), std::move(act), later_ms};
  made.steal = find_old_epochs;
  return made;
}

void remove_config(Actor& actor) {
  Store store = actor.place.open();
  good(store.configs().remove("c"));
  actor.acknowledge();
}

void copy_config(Actor& actor) {
  Store store = actor.place.open();
  good(store.configs().copy("c", "copied"));
  actor.acknowledge();
}

void rename_config(Actor& actor) {
  Store store = actor.place.open();
  good(store.configs().rename("c", "renamed"));
  actor.acknowledge();
}

void check_and_promote(Actor& actor) {
  Store store = actor.place.open();
  good(store.configs().check(kSpec, kSecond, {.id = "c"}));
  actor.acknowledge();
  good(store.configs().put("c", kSpec, kSecond));
  actor.acknowledge();
}

void sweep_three(Actor& actor) {
  Store store = actor.place.open();
  if (good(store.sweep({})).swept.size() < 3) throw std::runtime_error("nothing to sweep");
  actor.acknowledge();
}

void patch(Actor& actor) {
  Store store = actor.place.open();
  good(store.configs().patch("c", R"({"password":"p3","account":null,
    "tokens":[{"name":"b","token":"**********"},{"name":"e","token":"t-e"}]})"));
  actor.acknowledge();
}

void import_partial(Actor& actor) {
  Store store = actor.place.open();
  good(store.configs().import_partial(
      "i", kSpec, R"({"host":"i","password":{"_secret":"airbyte_x_v3"},
        "tokens":[{"name":"a","token":{"_secret":"airbyte_x_v5"}},
                  {"name":"b","token":{"_secret":"airbyte_y_v1"}}]})",
      R"({"airbyte_x_v3":"three","airbyte_x_v5":"five","airbyte_y_v1":"one"})"));
  actor.acknowledge();
}

// Only this process knows the stage's name, so it writes the name where the next act finds it.
void stage(Actor& actor) {
  Store store = actor.place.open();
  good(store.configs().stage("c", kSpec, kSecond));
  actor.acknowledge();
}

std::string staged(const Place& place) {
  std::ifstream file(place.in("stage"));
  std::string name;
  std::getline(file, name);
  return name;
}

void prepare_stage(const Place& place) {
  prepare_first(place);
  Store store = place.open();
  std::ofstream(place.in("stage")) << good(store.configs().stage("c", kSpec, kSecond)).stage;
}

void commit(Actor& actor) {
  Store store = actor.place.open();
  good(store.configs().commit("c", staged(actor.place)));
  actor.acknowledge();
}

void commit_outside(Actor& actor) {
  Store store = actor.place.open();
  good(store.configs().commit("c", staged(actor.place), {.keep_old_ms = kHour, .outside = true}));
  actor.acknowledge();
}

void abandon(Actor& actor) {
  Store store = actor.place.open();
  good(store.configs().abandon("c", staged(actor.place)));
  actor.acknowledge();
}

void prepare_check(const Place& place) {
  prepare_first(place);
  Store store = place.open();
  good(store.configs().check(kSpec, R"({"password":"tried","account":{"key":"too"}})",
                             {.id = "tried"}));
}

void end_check(Actor& actor) {
  Store store = actor.place.open();
  good(store.configs().end_check_of("tried"));
  actor.acknowledge();
}

// The only coordinate of the config that never changes.
std::string of_other(Store& store) {
  const std::string partial(
      good(store.configs().get("other", ConfigForm::partial)).document.text());
  const std::size_t begin = partial.find("airbyte_");
  return partial.substr(begin, partial.find("_v1") - begin);
}

void refer(Actor& actor) {
  Store store = actor.place.open();
  const std::string path = of_other(store);
  good(store.add_reference(path, 1, "somebody"));
  actor.acknowledge();
  good(store.configs().remove("other"));
  actor.acknowledge();
  good(store.remove_reference(path, 1, "somebody"));
  actor.acknowledge();
  if (good(store.sweep({})).swept.size() != 1) throw std::runtime_error("not swept");
  actor.acknowledge();
}

// Sweeps a stage that was never committed, and its note.
void sweep_stage(Actor& actor) {
  Store store = actor.place.open();
  if (good(store.sweep({})).swept.size() != 3) throw std::runtime_error("nothing to sweep");
  actor.acknowledge();
}

const Registered kScenarios[] = {
    Registered({"config put, new", prepare_others, [](Actor& actor) { put(actor, kFirst); }}),
    Registered(
        destroying("config put, update", prepare_first, [](Actor& actor) { put(actor, kSecond); })),
    Registered({"config put, old kept", prepare_first,
                [](Actor& actor) { put(actor, kSecond, {.keep_old_ms = kHour}); }}),
    Registered(destroying("config put, twice", prepare_others,
                          [](Actor& actor) {
                            put(actor, kFirst);
                            put(actor, kSecond);
                          })),
    Registered(destroying("config delete", prepare_first, remove_config)),
    Registered({"config copy", prepare_first, copy_config}),
    Registered(destroying("config rename", prepare_stage, rename_config)),
    Registered(destroying("config check, then promoted", prepare_first, check_and_promote)),
    Registered(destroying("sweep", prepare_sweep, sweep_three, 3 * kHour)),
    Registered(destroying("config patch", prepare_first, patch)),
    Registered({"config import", prepare_others, import_partial}),
    Registered({"config stage", prepare_first, stage}),
    Registered(destroying("config commit", prepare_stage, commit)),
    Registered({"config commit, kept outside", prepare_stage, commit_outside}),
    Registered(destroying("config abandon", prepare_stage, abandon)),
    Registered(destroying("config end-check", prepare_check, end_check)),
    Registered(destroying("outside user, then swept", prepare_others, refer)),
    Registered(destroying("sweep of a stage", prepare_stage, sweep_stage, 3 * kHour)),
};

}  // namespace
}  // namespace coffer::test

// Scenarios that shorten the audit log or set back the store's time.
#include "tests/crash/power_cut/scenario.h"

namespace coffer::test {
namespace {

constexpr std::int64_t kDay = std::int64_t{24} * 60 * 60 * 1000;

template <typename T>
T good(Result<T> result) {
  if (!result.ok()) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

// Also looks at both ends of the chain: a removed record without the checkpoint that replaces it,
// or a checkpoint without the removal, breaks the chain.
std::string look_at_log(const Place& place) {
  std::string told = look_at_store(place);
  auto store = place.try_open();
  if (!store.ok()) return told;
  const auto report = store->audit().verify();
  if (!report.ok()) return told + "audit: " + describe(report.error()) + "\n";
  return told + "audit " + std::to_string(report->first) + " to " + std::to_string(report->last) +
         " " + report->problem + "\n";
}

void prepare_log(const Place& place) {
  place.create_store();
  Store store = place.open();
  for (int i = 0; i < 40; ++i) good(store.put("a", Value::opaque("v")));
}

void prepare_ahead(const Place& place) {
  place.create_store();
  Store store = place.open();
  good(store.put("lasting", Value::opaque("v")));
  place.clock.turn(1000 * kDay);
  good(store.put("brief", Value::opaque("v"), {.ttl_ms = kDay}));
  good(store.put("deleted", Value::opaque("v")));
  if (!store.soft_delete("deleted").ok()) throw std::runtime_error("soft_delete");
  place.clock.turn(-1000 * kDay);
}

const Registered kPrune{{"audit log pruned twice", prepare_log,
                         [](Actor& actor) {
                           Store store = actor.place.open();
                           good(store.audit().prune({.keep_records = 30}));
                           actor.acknowledge();
                           good(store.audit().prune({.keep_records = 2}));
                           actor.acknowledge();
                         },
                         0, look_at_log}};
const Registered kClock{{"clock accepted, then put", prepare_ahead,
                         [](Actor& actor) {
                           Store store = actor.place.open();
                           good(store.accept_clock());
                           actor.acknowledge();
                           good(store.put("brief", Value::opaque("w"), {.ttl_ms = kDay}));
                           actor.acknowledge();
                         },
                         0, look_at_log}};

}  // namespace
}  // namespace coffer::test

// Scenarios of the store itself and of secrets put by hand.
#include "tests/crash/power_cut/scenario.h"
#include "tests/split_at.h"

namespace coffer::test {
namespace {

template <typename T>
T good(Result<T> result) {
  if (!result.ok()) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

void prepare_secrets(const Place& place) {
  place.create_store();
  Store store = place.open();
  for (const char* path : {"a", "b/c", "b/d"}) {
    good(store.put(path, Value::opaque(std::string(path) + "-1")));
    good(store.put(path, Value::opaque(std::string(path) + "-2")));
  }
}

void prepare_second_key(const Place& place) {
  prepare_secrets(place);
  must(create_key_file(place.in("second.key")).ok(), "create_key_file");
}

void prepare_key_only(const Place& place) {
  must(create_key_file(place.key_file()).ok(), "create_key_file");
}

const Registered kCreate{{"store create", prepare_key_only, [](Actor& actor) {
                            actor.place.create_store();
                            actor.acknowledge();
                          }}};
const Registered kPut{{"put, small then large", prepare_secrets, [](Actor& actor) {
                         Store store = actor.place.open();
                         good(store.put("a", Value::opaque("a-3")));
                         actor.acknowledge();
                         good(store.put("new", Value::opaque(std::string(20'000, 'v'))));
                         actor.acknowledge();
                       }}};
const Registered kDestroy{{"destroy, then put", prepare_secrets,
                           [](Actor& actor) {
                             Store store = actor.place.open();
                             good(store.destroy("a", {1}));
                             actor.acknowledge();
                             good(store.destroy_all("b/c"));
                             actor.acknowledge();
                             good(store.put("b/c", Value::opaque("again")));
                             actor.acknowledge();
                           },
                           0, look_at_store, find_old_epochs}};
// Every bucket that a put or a shredding touches is split.
const Registered kSplit{{"buckets split by a put, shredded, swept", prepare_secrets,
                         [](Actor& actor) {
                           const SplitAt split(0);
                           Store store = actor.place.open();
                           good(store.put("a", Value::opaque("a-3"), {.ttl_ms = 1000}));
                           actor.acknowledge();
                           good(store.destroy("a", {1}));
                           actor.acknowledge();
                           good(store.destroy("b/c", {2}));
                           actor.acknowledge();
                           good(store.put("b/c", Value::opaque("again")));
                           actor.acknowledge();
                         },
                         0, look_at_store, find_old_epochs}};
const Registered kLarge{{"large values destroyed and moved", prepare_secrets,
                         [](Actor& actor) {
                           Store store = actor.place.open();
                           const std::string large(9'000, 'v');
                           good(store.put("a", Value::opaque(large)));
                           actor.acknowledge();
                           good(store.put("a", Value::opaque(large + "2")));
                           actor.acknowledge();
                           good(store.destroy("a", {3}));
                           actor.acknowledge();
                           must(store.move("a", "moved").ok(), "move");
                           actor.acknowledge();
                         },
                         0, look_at_store, find_old_epochs}};
const Registered kSlots{{"key slot added, then removed", prepare_second_key, [](Actor& actor) {
                           Store store = actor.place.open();
                           const KeySource second = KeySource::file(actor.place.in("second.key"));
                           const int slot = good(store.keys().add(second));
                           actor.acknowledge();
                           if (!store.keys().remove(slot).ok()) throw std::runtime_error("remove");
                           actor.acknowledge();
                         }}};

}  // namespace
}  // namespace coffer::test

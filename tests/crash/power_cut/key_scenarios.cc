// Scenarios of the key slots and the master key.
#include "keys/keyring/keyring.h"
#include "keys/keyring/slot.h"
#include "tests/crash/old_master.h"
#include "tests/crash/power_cut/scenario.h"

namespace coffer::test {
namespace {

template <typename T>
T good(Result<T> result) {
  if (!result.ok()) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

KeySource second_key(const Place& place) { return KeySource::file(place.in("second.key")); }

void prepare_two_slots(const Place& place) {
  place.create_store();
  must(create_key_file(place.in("second.key")).ok(), "create_key_file");
  Store store = place.open();
  for (const char* path : {"a", "b/c"}) good(store.put(path, Value::opaque(path)));
  if (good(store.keys().add(second_key(place))) != 2) throw std::runtime_error("not slot 2");
  std::filesystem::copy_file(place.store_path() + "/keyring", place.in("keyring-before"));
}

std::string opens_by_second(const Place& place) {
  OpenOptions options;
  options.clock = &place.clock;
  options.map_bytes = std::uint64_t{64} << 20;
  auto store = Store::open(place.store_path(), second_key(place), options);
  if (!store) return "second key: " + std::string(code_name(store.error().code())) + "\n";
  const auto secret = store->get("a");
  return "second key: " + (secret ? std::string("opens") : describe(secret.error())) + "\n";
}

// Opens with the key of the slot that may be dropped, then with the other, which finishes what the
// first cannot.
std::string look_by_both(const Place& place) {
  const std::string first = opens_by_second(place);
  const std::string told = look_at_store(place);
  const std::string again = opens_by_second(place);
  return told + (again == first ? first : "the second key: " + first + " and then " + again);
}

// Tries the former master key on the whole of the present keyring.
std::string find_old_master(const Place& place) {
  const Bytes before = read_whole_file(place.in("keyring-before"));
  const auto place_of_table = format::master_place(0);
  const auto frame =
      format::decode_frame(ByteView(before).subspan(place_of_table.offset, place_of_table.bytes));
  const auto table = format::decode_master(frame.value().payload);
  const auto header_frame = format::decode_frame(ByteView(before).first(format::kKeyringBlock));
  const auto header = format::decode_keyring_header(header_frame.value().payload);
  const KeySource source = second_key(place);
  const auto material = good(keys::obtain(source));
  const format::KeySlot& slot = table.value().slots.back();
  const crypto::Key master =
      good(keys::unwrap_master(material, {header->store_id, slot.number}, slot));
  return keys_under(master, header->store_id, read_whole_file(place.store_path() + "/keyring"));
}

void rewrap(Actor& actor) {
  Store store = actor.place.open();
  good(store.keys().rewrap(2));
  actor.acknowledge();
  good(store.keys().rewrap(0));
  actor.acknowledge();
}

void rotate_without_second(Actor& actor) {
  Store store = actor.place.open();
  good(store.keys().rotate({.without = {2}}));
  actor.acknowledge();
}

void rotate_then_write(Actor& actor) {
  Store store = actor.place.open();
  good(store.keys().rotate());
  actor.acknowledge();
  good(store.destroy("a", {1}));
  actor.acknowledge();
  good(store.keys().rotate());
  actor.acknowledge();
}

// Rotates half of the buckets at a time. The store's visible content never changes.
void rotate_data(Actor& actor) {
  Store store = actor.place.open();
  good(store.keys().rotate_data({.versions_at_once = 128}));
  actor.acknowledge();
}

std::string steal_after_rotation(const Place& place) {
  const std::string found = find_old_epochs(place);
  return found.empty() ? find_old_master(place) : found;
}

const Registered kScenarios[] = {
    Registered({"key slot wrapped anew", prepare_two_slots, rewrap, 0, look_by_both}),
    Registered({"master key rotated, a slot given up", prepare_two_slots, rotate_without_second, 0,
                look_by_both, steal_after_rotation}),
    Registered(
        {"data keys rotated", prepare_two_slots, rotate_data, 0, look_at_store, find_old_epochs}),
    Registered({"master key rotated twice, slots kept", prepare_two_slots, rotate_then_write, 0,
                look_by_both, steal_after_rotation}),
};

}  // namespace
}  // namespace coffer::test

#include "tests/crash/power_cut/scenario.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdio>

#include "keys/keyring/keyring.h"
#include "tests/crash/power_cut/fingerprint.h"

namespace coffer::test {
namespace {

constexpr std::uint64_t kMapBytes = std::uint64_t{64} << 20;

void say(const std::string& text) {
  using Note = void (*)(const char*, std::size_t);
  static const auto note = reinterpret_cast<Note>(::dlsym(RTLD_DEFAULT, "coffer_record_note"));
  must(note != nullptr, "the recorder is in front");
  note(text.data(), text.size());
}

}  // namespace

void Place::create_store(CreateOptions options) const {
  if (::access(key_file().c_str(), F_OK) != 0)
    must(create_key_file(key_file()).ok(), "create_key_file");
  options.clock = &clock;
  const auto created = Store::create(store_path(), {key()}, options);
  must(created.ok(), "Store::create");
}

Result<Store> Place::try_open() const {
  OpenOptions options;
  options.clock = &clock;
  options.map_bytes = kMapBytes;
  return Store::open(store_path(), key(), options);
}

Store Place::open() const {
  auto store = try_open();
  if (!store) throw std::runtime_error(describe(store.error()));
  return std::move(*store);
}

void Actor::acknowledge() const { say(look_(place)); }

std::string look_at_store(const Place& place) {
  auto store = place.try_open();
  if (store.ok()) return fingerprint(*store);
  if (store.error().code() == ErrorCode::no_store) return "no store\n";
  return "open: " + describe(store.error()) + "\n";
}

std::string find_old_epochs(const Place& place) {
  const std::vector<KeySource> sources = {place.key()};
  const auto keyring = keys::Keyring::open(place.store_path() + "/keyring", sources, {});
  if (!keyring.ok()) return "keyring: " + describe(keyring.error());
  const auto epochs = (*keyring)->stored_epochs();
  if (!epochs.ok()) return "epochs: " + describe(epochs.error());
  return epochs->size() == 1 ? "" : "the key of what was destroyed is still there";
}

std::vector<Scenario>& scenarios() {
  static std::vector<Scenario> all;
  return all;
}

int act_out(const std::string& name, const std::string& root) {
  const auto found = std::find_if(scenarios().begin(), scenarios().end(),
                                  [&](const Scenario& each) { return each.name == name; });
  if (found == scenarios().end()) return 2;
  try {
    const Place place(root);
    place.clock.turn(found->later_ms);
    Actor actor(place, found->look);
    actor.acknowledge();  // The state before.
    found->act(actor);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), failure.what());
    return 1;
  }
  return 0;
}

}  // namespace coffer::test

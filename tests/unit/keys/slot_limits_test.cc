// Slots that could be written but never read again must not be written at all.
#include <catch2/catch.hpp>

#include "keys/keyring/keyring.h"
#include "keys/keyring/slot_table.h"
#include "tests/scratch.h"

namespace coffer::test::slot_limits_test {
namespace {

using keys::Keyring;

constexpr std::int64_t kNow = 1'700'000'000'000;

// A keyring with one key file, in a directory of its own.
struct Ring {
  Ring() {
    must(create_key_file(key_file()).ok(), "create_key_file");
    auto made = Keyring::create(path(), std::vector<KeySource>{key()}, kNow);
    must(made.ok(), "Keyring::create");
    ring = std::move(*made);
  }
  std::string path() const { return directory.in("keyring"); }
  std::string key_file() const { return directory.in("key"); }
  KeySource key() const { return KeySource::file(key_file()); }
  // Another key, for one key has one slot.
  std::string new_key_file() {
    const std::string path = directory.in("key" + std::to_string(++keys));
    must(create_key_file(path).ok(), "create_key_file");
    return path;
  }
  bool opens() const { return Keyring::open(path(), std::vector<KeySource>{key()}, {}).ok(); }

  ScratchDirectory directory;
  std::unique_ptr<Keyring> ring;
  int keys = 0;
};

// The key file under a name as long as wanted: `/././.` is the root again.
std::string padded(const std::string& path, std::size_t bytes) {
  std::string name = path;
  while (name.size() + 2 <= bytes) name = "/." + name;
  if (name.size() < bytes) name = "/" + name;
  return name;
}

}  // namespace

TEST_CASE("a key URI longer than a slot holds is refused, and the keyring is as it was") {
  Ring box;
  const std::size_t scheme = std::string("file://").size();
  const std::string longest = padded(box.key_file(), format::kSlotUriBytesMax - scheme);
  const Bytes before = read_whole_file(box.path());
  const auto refused = box.ring->add_slot(KeySource::file("/" + longest), kNow);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code() == ErrorCode::limit);
  CHECK(read_whole_file(box.path()) == before);
  const std::string second = padded(box.new_key_file(), format::kSlotUriBytesMax - scheme);
  CHECK(box.ring->add_slot(KeySource::file(second), kNow).ok());
  CHECK(box.opens());
  const std::string other = box.directory.in("other");
  const std::vector<KeySource> sources = {KeySource::file("/" + longest)};
  CHECK(Keyring::create(other, sources, kNow).error().code() == ErrorCode::limit);
}

TEST_CASE("a key file whose name is no whole path is a usage error") {
  Ring box;
  const Bytes before = read_whole_file(box.path());
  for (const std::string name : {"relative", ""}) {
    INFO(name);
    const auto refused = box.ring->add_slot(KeySource::file(name), kNow);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code() == ErrorCode::usage);
    CHECK(read_whole_file(box.path()) == before);
  }
}

TEST_CASE("a key file of any name opens by the URI that its slot keeps") {
  Ring box;
  for (const std::string name : {"question?x=1", "hash#x", "line\nend", "tab\t", "per%20cent"}) {
    INFO(name);
    REQUIRE(create_key_file(box.directory.in(name)).ok());
    REQUIRE(box.ring->add_slot(KeySource::file(box.directory.in(name)), kNow).ok());
    const auto slots = box.ring->slots();
    const auto kept = KeySource::parse(slots->back().uri, {});
    REQUIRE(kept.ok());
    CHECK(Keyring::open(box.path(), std::vector<KeySource>{*kept}, {}).ok());
    REQUIRE(box.ring->remove_slot(slots->back().slot).ok());
  }
}

TEST_CASE("eight slots with the longest URIs fit into the keyring and all open it") {
  Ring box;
  std::vector<KeySource> all{box.key()};
  for (std::size_t i = 1; i < format::kKeySlotsMax; ++i) {
    all.push_back(KeySource::file(padded(box.new_key_file(), format::kSlotUriBytesMax - 7)));
    REQUIRE(box.ring->add_slot(all.back(), kNow).ok());
  }
  CHECK(box.ring->slots().value().size() == format::kKeySlotsMax);
  CHECK(box.opens());
  const auto refused = box.ring->add_slot(KeySource::file(box.new_key_file()), kNow);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code() == ErrorCode::limit);
  REQUIRE(box.ring->remove_slot(1).ok());
  CHECK_FALSE(box.opens());
  for (std::size_t i = 1; i < all.size(); ++i)
    CHECK(Keyring::open(box.path(), std::vector<KeySource>{all[i]}, {}).ok());
}

TEST_CASE("nobody is asked for a passphrase when every slot is taken") {
  Ring box;
  while (box.ring->slots().value().size() < format::kKeySlotsMax)
    REQUIRE(box.ring->add_slot(KeySource::file(box.new_key_file()), kNow).ok());
  bool asked = false;
  const auto source = KeySource::parse("passphrase:", [&](bool) -> Result<SecretBytes> {
    asked = true;
    return SecretBytes::copy_of("words");
  });
  CHECK(box.ring->prepare_slot(*source, kNow).error().code() == ErrorCode::limit);
  CHECK_FALSE(asked);
}

TEST_CASE("a table that the next open would refuse is not handed out to be written") {
  format::KeyringHeader header;
  const crypto::Key key = crypto::Key::random();
  format::KeyringMaster good;
  good.slots.resize(1);
  good.slots[0].number = good.next_slot++;
  good.slots[0].blob.resize(104);
  format::KeyringMaster table = good;
  REQUIRE(keys::encode_next(table, header, key).ok());
  CHECK((table.revision == good.revision + 1 && keys::is_genuine(table, header, key)));
  const auto refused = [&](const std::function<void(format::KeyringMaster&)>& change) {
    format::KeyringMaster changed = good;
    change(changed);
    const auto payload = keys::encode_next(changed, header, key);
    return !payload.ok() && payload.error().code() == ErrorCode::limit;
  };
  CHECK(refused([](auto& t) { t.slots[0].uri.resize(format::kSlotUriBytesMax + 1, 'x'); }));
  CHECK(refused([](auto& t) { t.slots.clear(); }));
  CHECK(refused([](auto& t) { t.next_slot = 1; }));
  CHECK(refused([](auto& t) {
    for (std::uint32_t n = 2; n <= format::kKeySlotsMax + 1; ++n) {
      t.slots.push_back(t.slots[0]);
      t.slots.back().number = t.next_slot++;
    }
  }));
  // Each field within its limit, together more than the place has room for.
  CHECK(refused([](auto& t) {
    t.slots[0].uri.resize(format::kSlotUriBytesMax, 'u');
    t.slots[0].key_id.resize(format::kSlotUriBytesMax, 'k');
    t.slots[0].blob.resize(format::kSlotBlobBytesMax);
    t.slots[0].salt.resize(format::kSlotBlobBytesMax, 1);
    while (t.slots.size() < format::kKeySlotsMax) {
      t.slots.push_back(t.slots[0]);
      t.slots.back().number = t.next_slot++;
    }
  }));
}

}  // namespace coffer::test::slot_limits_test

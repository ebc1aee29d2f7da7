// What a power cut leaves of the keyring file, made by copying places between files; and
// what somebody with a pen but without the key makes of it while it is open.
#include <catch2/catch.hpp>

#include "crypto/hash.h"
#include "keys/keyring/keyring.h"
#include "tests/scratch.h"

namespace coffer::test::torn_keyring_test {
namespace {

using format::FramePlace;
using keys::Keyring;
using Opened = Result<std::unique_ptr<Keyring>>;

constexpr std::int64_t kNow = 1'700'000'000'000;

struct Ring {
  Ring() {
    for (const int number : {1, 2}) must(create_key_file(key_file(number)).ok(), "key file");
    auto made = Keyring::create(path(), std::vector<KeySource>{key(1)}, kNow);
    must(made.ok(), "Keyring::create");
    ring = std::move(*made);
  }
  std::string path() const { return directory.in("keyring"); }
  std::string key_file(int number) const { return directory.in("key" + std::to_string(number)); }
  KeySource key(int number) const { return KeySource::file(key_file(number)); }
  Bytes file() const { return read_whole_file(path()); }
  void set_file(const Bytes& bytes) const { write_whole_file(path(), bytes); }
  Opened open(int number = 1) const {
    return Keyring::open(path(), std::vector<KeySource>{key(number)}, {});
  }

  ScratchDirectory directory;
  std::unique_ptr<Keyring> ring;
};

Bytes place_of(const Bytes& file, FramePlace place) {
  const auto first = file.begin() + static_cast<std::ptrdiff_t>(place.offset);
  return {first, first + static_cast<std::ptrdiff_t>(place.bytes)};
}

void copy_place(const Bytes& from, Bytes& to, FramePlace place) {
  const Bytes bytes = place_of(from, place);
  std::copy(bytes.begin(), bytes.end(), to.begin() + static_cast<std::ptrdiff_t>(place.offset));
}

// The first half of what was being written, then what stood there.
void tear_place(const Bytes& from, Bytes& to, FramePlace place) {
  const Bytes bytes = place_of(from, place);
  std::copy(bytes.begin(), bytes.begin() + 100,
            to.begin() + static_cast<std::ptrdiff_t>(place.offset));
}

void spoil(Bytes& file, FramePlace place) { file[place.offset + 60] ^= 1; }

bool places_agree(const Bytes& file, FramePlace a, FramePlace b) {
  return place_of(file, a) == place_of(file, b);
}

bool all_agree(const Bytes& file, std::uint64_t epoch) {
  const int slot = static_cast<int>(epoch % 2);
  return places_agree(file, format::header_place(0), format::header_place(1)) &&
         places_agree(file, format::master_place(0), format::master_place(1)) &&
         places_agree(file, format::epoch_place(slot, 0), format::epoch_place(slot, 1));
}

// Both copies of the table changed and their checksums right, but not the MAC.
Bytes with_stripped_table(Bytes file) {
  const Bytes place = place_of(file, format::master_place(0));
  auto table = format::decode_master(format::decode_frame(place)->payload).value();
  table.slots.pop_back();
  const Bytes payload = format::encode_master(table);
  const Bytes frame =
      format::encode_frame(payload, crypto::hash({}, payload), format::kKeyringMasterBytes);
  for (const int copy : {0, 1})
    std::copy(frame.begin(), frame.end(),
              file.begin() + static_cast<std::ptrdiff_t>(format::master_place(copy).offset));
  return file;
}

std::size_t slot_count(const Opened& opened) { return (*opened)->slots().value().size(); }

}  // namespace

TEST_CASE("a keyring that is whole needs no repair, and a repair changes nothing of it") {
  const Ring box;
  const Bytes before = box.file();
  const auto opened = box.open();
  REQUIRE(opened.ok());
  CHECK_FALSE((*opened)->needs_repair());
  CHECK((*opened)->repair().ok());
  CHECK(box.file() == before);
}

TEST_CASE("any one spoilt place is seen at open and made whole by the repair") {
  Ring box;
  REQUIRE(box.ring->add_slot(box.key(2), kNow).ok());
  const Bytes whole = box.file();
  const auto place =
      GENERATE(format::header_place(0), format::header_place(1), format::master_place(0),
               format::master_place(1), format::epoch_place(1, 0), format::epoch_place(1, 1));
  INFO(place.offset);
  Bytes torn = whole;
  spoil(torn, place);
  box.set_file(torn);
  const auto opened = box.open();
  REQUIRE(opened.ok());
  CHECK((*opened)->needs_repair());
  REQUIRE((*opened)->repair().ok());
  CHECK_FALSE((*opened)->needs_repair());
  CHECK(box.file() == whole);
}

TEST_CASE("a file that was cut off behind the first table is made whole") {
  const Ring box;
  const Bytes whole = box.file();
  Bytes cut = whole;
  cut.resize(format::master_place(1).offset + 10);
  box.set_file(cut);
  const auto opened = box.open();
  REQUIRE(opened.ok());
  CHECK((*opened)->needs_repair());
  REQUIRE((*opened)->repair().ok());
  CHECK(box.file() == whole);
}

TEST_CASE("a slot table torn between its copies becomes the newer one in both") {
  Ring box;
  const Bytes before = box.file();
  REQUIRE(box.ring->add_slot(box.key(2), kNow).ok());
  const Bytes after = box.file();
  for (const int newer : {0, 1}) {
    INFO(newer);
    Bytes torn = before;
    copy_place(after, torn, format::master_place(newer));
    box.set_file(torn);
    const auto opened = box.open(2);
    REQUIRE(opened.ok());
    CHECK((*opened)->needs_repair());
    REQUIRE((*opened)->repair().ok());
    CHECK(box.file() == after);
  }
  // Cut within the first place: the older table stands, in both.
  Bytes torn = before;
  tear_place(after, torn, format::master_place(0));
  box.set_file(torn);
  const auto opened = box.open();
  REQUIRE(opened.ok());
  REQUIRE((*opened)->repair().ok());
  CHECK(box.file() == before);
}

TEST_CASE("of two tables the newer that is genuine counts") {
  Ring box;
  const Bytes before = box.file();
  REQUIRE(box.ring->add_slot(box.key(2), kNow).ok());
  const Bytes stripped = with_stripped_table(box.file());
  Bytes torn = before;
  copy_place(stripped, torn, format::master_place(0));
  box.set_file(torn);
  const auto opened = box.open();
  REQUIRE(opened.ok());
  CHECK((*opened)->needs_repair());
  REQUIRE((*opened)->repair().ok());
  CHECK(box.file() == before);
}

TEST_CASE("a key whose removal was cut short between the copies opens nothing any more") {
  Ring box;
  REQUIRE(box.ring->add_slot(box.key(2), kNow).ok());
  const Bytes before = box.file();
  REQUIRE(box.ring->remove_slot(2).ok());
  Bytes torn = before;
  copy_place(box.file(), torn, format::master_place(0));
  box.set_file(torn);
  const auto refused = box.open(2);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code() == ErrorCode::wrong_key);
  // Removing it again answers that it is gone, and then no copy holds it.
  const auto opened = box.open();
  REQUIRE(opened.ok());
  CHECK((*opened)->remove_slot(2).error().code() == ErrorCode::not_found);
  CHECK(all_agree(box.file(), 1));
  CHECK(slot_count(box.open()) == 1);
}

TEST_CASE("the next change does not begin with the only whole copy of the table") {
  // Were it the first place that is written first, a cut there would leave no table at all:
  // so the second must be whole again before, which shows in that both are so at every stage.
  Ring box;
  Bytes torn = box.file();
  spoil(torn, format::master_place(1));
  box.set_file(torn);
  const auto opened = box.open();
  REQUIRE(opened.ok());
  const auto refused = (*opened)->remove_slot(1);  // The last one: nothing new is written.
  CHECK(refused.error().code() == ErrorCode::in_use);
  CHECK(all_agree(box.file(), 1));
}

TEST_CASE("a table that was stripped while the keyring is open is used by nobody") {
  Ring box;
  REQUIRE(box.ring->add_slot(box.key(2), kNow).ok());
  const Bytes good = box.file();
  const Bytes stripped = with_stripped_table(good);
  box.set_file(stripped);
  CHECK(box.ring->slots().error().code() == ErrorCode::corrupt);
  CHECK(box.ring->add_slot(box.key(2), kNow).error().code() == ErrorCode::corrupt);
  CHECK(box.ring->remove_slot(1).error().code() == ErrorCode::corrupt);
  CHECK(box.ring->remove_slot(2).error().code() == ErrorCode::corrupt);
  CHECK(box.ring->test_slot(1, box.key(1)).error().code() == ErrorCode::corrupt);
  CHECK(box.ring->repair().error().code() == ErrorCode::corrupt);
  CHECK(box.file() == stripped);
  box.set_file(good);
  CHECK(box.ring->slots().value().size() == 2);
  CHECK(box.ring->test_slot(2, box.key(2)).ok());
}

TEST_CASE("a repair touches neither of two epochs, and the one that is left afterwards") {
  Ring box;
  REQUIRE(box.ring->add_epoch(2).ok());
  Bytes torn = box.file();
  spoil(torn, format::epoch_place(0, 0));
  box.set_file(torn);
  const auto opened = box.open();
  REQUIRE(opened.ok());
  CHECK((*opened)->needs_repair());
  REQUIRE((*opened)->repair().ok());
  CHECK(box.file() == torn);
  // A shredding that stopped there goes on: epoch 1 is erased, then 2 stands twice.
  REQUIRE((*opened)->erase_epochs_except(2).ok());
  REQUIRE((*opened)->repair().ok());
  CHECK(all_agree(box.file(), 2));
  CHECK((*opened)->stored_epochs().value() == std::vector<std::uint64_t>{2});
  CHECK((*opened)->epoch_key(2).ok());
}

TEST_CASE("an epoch key that another process made anew is the one that is read") {
  Ring box;
  REQUIRE(box.ring->add_epoch(2).ok());  // Its commit fails, and another process shreds:
  const auto other = box.open();
  REQUIRE(other.ok());
  const auto made = (*other)->add_epoch(2);
  REQUIRE(made.ok());
  const auto seen = box.ring->epoch_key(2);
  REQUIRE(seen.ok());
  CHECK(equal_in_constant_time((*seen)->view(), (*made)->view()));
}

}  // namespace coffer::test::torn_keyring_test

// The keyring file: what opens it, and that nothing else does.
#include "keys/keyring/keyring.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <random>

#include "crypto/password.h"
#include "tests/unit/keys/keyring_file.h"

namespace coffer::test::keyring_test {
namespace {

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE_FALSE(result.ok());
  return result.error().code();
}

// Either the very keys, or an error that says what is wrong; never other keys.
void check_same_or_refused(Keyring& original, const Keyring::EpochKey& epoch_1,
                           const OpenedKeyring& opened) {
  if (!opened.ok()) {
    const ErrorCode code = opened.error().code();
    REQUIRE((code == ErrorCode::corrupt || code == ErrorCode::wrong_key ||
             code == ErrorCode::too_new || code == ErrorCode::limit));
    return;
  }
  REQUIRE(same_keys(original, **opened));
  const auto key = (*opened)->epoch_key(1);
  if (key.ok()) REQUIRE(same_key(**key, *epoch_1));
  if (!key.ok())
    REQUIRE(
        (key.error().code() == ErrorCode::not_found || key.error().code() == ErrorCode::corrupt));
}

}  // namespace

TEST_CASE("a keyring opens by each of its keys, to the same keys, and by no other") {
  KeyringFile file(3);
  const auto first = file.open(1);
  REQUIRE(first.ok());
  for (const int number : {2, 3}) {
    const auto other = file.open(number);
    REQUIRE(other.ok());
    CHECK(same_keys(**first, **other));
    CHECK(same_key(*(*first)->epoch_key(1).value(), *(*other)->epoch_key(1).value()));
  }
  REQUIRE(create_key_file(file.directory().in("stranger")).ok());
  CHECK(code_of(file.open_with(KeySource::file(file.directory().in("stranger")))) ==
        ErrorCode::wrong_key);
  CHECK(code_of(Keyring::open(file.path(), {}, {})) == ErrorCode::usage);
}

TEST_CASE("of several sources the first that opens a slot wins, and the others are told") {
  KeyringFile file(2);
  std::vector<std::string> told;
  const LogSink log = [&](std::string_view level, std::string_view, std::string_view subject) {
    if (level == "warn") told.emplace_back(subject);
  };
  REQUIRE(create_key_file(file.directory().in("stranger")).ok());
  const std::vector<KeySource> sources = {KeySource::file(file.directory().in("none")),
                                          KeySource::file(file.directory().in("stranger")),
                                          file.key(2)};
  CHECK(Keyring::open(file.path(), sources, log).ok());
  CHECK(told == std::vector<std::string>{sources[0].uri(), sources[1].uri()});
}

TEST_CASE("slots are added up to eight, removed down to one, and numbers are not reused") {
  KeyringFile file(1);
  auto keyring = file.open();
  REQUIRE(keyring.ok());
  CHECK(code_of((*keyring)->remove_slot(1)) == ErrorCode::in_use);
  for (int number = 2; number <= 8; ++number) {
    REQUIRE(create_key_file(file.key_file(number)).ok());
    REQUIRE((*keyring)->add_slot(file.key(number), 5).value() == number);
  }
  CHECK(code_of((*keyring)->add_slot(file.key(1), 5)) == ErrorCode::limit);
  for (int number = 1; number <= 8; ++number) CHECK(file.open(number).ok());
  REQUIRE((*keyring)->remove_slot(8).ok());
  CHECK(code_of((*keyring)->remove_slot(8)) == ErrorCode::not_found);
  CHECK(code_of(file.open(8)) == ErrorCode::wrong_key);
  CHECK((*keyring)->add_slot(file.key(8), 5).value() == 9);
  CHECK((*keyring)->test_slot(9, file.key(8)).ok());
  CHECK(code_of((*keyring)->test_slot(1, file.key(8))) == ErrorCode::wrong_key);
  for (int number = 1; number <= 7; ++number) REQUIRE((*keyring)->remove_slot(number).ok());
  CHECK(code_of((*keyring)->remove_slot(9)) == ErrorCode::in_use);
  CHECK((*keyring)->slots()->size() == 1);
  CHECK(file.open(8).ok());
}

TEST_CASE("an epoch's key is there until it is erased, and then in no copy") {
  KeyringFile file(1);
  auto keyring = file.open();
  REQUIRE(keyring.ok());
  const auto first = (*keyring)->epoch_key(1).value();
  const auto second = (*keyring)->add_epoch(2).value();
  CHECK_FALSE(same_key(*first, *second));
  auto stored = (*keyring)->stored_epochs().value();
  std::sort(stored.begin(), stored.end());
  CHECK(stored == std::vector<std::uint64_t>{1, 2});
  const auto between = file.open();
  CHECK(same_key(*(*between)->epoch_key(1).value(), *first));
  CHECK(same_key(*(*between)->epoch_key(2).value(), *second));
  REQUIRE((*keyring)->erase_epochs_except(2).ok());
  CHECK((*keyring)->stored_epochs().value() == std::vector<std::uint64_t>{2});
  CHECK(code_of((*keyring)->epoch_key(1)) == ErrorCode::not_found);
  const auto after = file.open();
  CHECK(code_of((*after)->epoch_key(1)) == ErrorCode::not_found);
  CHECK(same_key(*(*after)->epoch_key(2).value(), *second));
  CHECK(code_of((*after)->epoch_key(3)) == ErrorCode::not_found);
  const Bytes content = read_whole_file(file.path());
  for (const int copy : {0, 1}) {
    const Bytes wrapped = payload_at(file.original(), format::epoch_place(1, copy));
    CHECK(std::search(content.begin(), content.end(), wrapped.end() - 32, wrapped.end()) ==
          content.end());
  }
}

// --- damage ---

TEST_CASE("a keyring with any one byte changed opens to the same keys or says why not") {
  KeyringFile file(2);
  auto original = file.open();
  REQUIRE(original.ok());
  const auto epoch_1 = (*original)->epoch_key(1).value();
  std::mt19937 random(1);
  for (std::size_t at = 0; at < file.original().size(); ++at) {
    // Every byte that is in use; of the zeros behind, one in 97.
    if (file.original()[at] == 0 && random() % 97 != 0) continue;
    const std::uint8_t old = file.original()[at];
    for (const std::uint8_t other :
         {std::uint8_t(old ^ 1), std::uint8_t(old ^ 0x80), std::uint8_t(~old), std::uint8_t(0)}) {
      if (other == old) continue;
      INFO("offset " << at << ", " << int{old} << " -> " << int{other});
      Bytes changed = file.original();
      changed[at] = other;
      check_same_or_refused(**original, epoch_1, file.open_as(changed));
    }
  }
}

TEST_CASE("a keyring cut short anywhere opens to the same keys or says why not") {
  KeyringFile file(2);
  auto original = file.open();
  REQUIRE(original.ok());
  const auto epoch_1 = (*original)->epoch_key(1).value();
  for (std::size_t size = 0; size < file.original().size(); size += 512) {
    INFO("cut to " << size);
    const Bytes cut(file.original().begin(),
                    file.original().begin() + static_cast<std::ptrdiff_t>(size));
    check_same_or_refused(**original, epoch_1, file.open_as(cut));
  }
  CHECK(code_of(file.open_as({})) == ErrorCode::corrupt);
  CHECK(code_of(file.open_as(Bytes(file.original().size(), 0x5A))) == ErrorCode::corrupt);
}

TEST_CASE("of each part one spoilt copy is made up for by the other, two are not") {
  KeyringFile file(1);
  auto original = file.open();
  REQUIRE(original.ok());
  const auto epoch_1 = (*original)->epoch_key(1).value();
  struct Part {
    format::FramePlace first;
    format::FramePlace second;
    bool is_epoch;
  };
  for (const Part& part : {Part{format::header_place(0), format::header_place(1), false},
                           Part{format::master_place(0), format::master_place(1), false},
                           Part{format::epoch_place(1, 0), format::epoch_place(1, 1), true}}) {
    const auto spoil = [](Bytes& content, format::FramePlace place) {
      // As a power cut does: the first sector is new, the rest is not.
      for (std::size_t i = 0; i < 512; ++i) content[place.offset + i] ^= 0xA5;
    };
    for (const format::FramePlace& place : {part.first, part.second}) {
      Bytes content = file.original();
      spoil(content, place);
      const auto opened = file.open_as(content);
      REQUIRE(opened.ok());
      CHECK(same_keys(**original, **opened));
      CHECK(same_key(*(*opened)->epoch_key(1).value(), *epoch_1));
    }
    Bytes content = file.original();
    spoil(content, part.first);
    spoil(content, part.second);
    const auto opened = file.open_as(content);
    if (part.is_epoch) CHECK(code_of((*opened)->epoch_key(1)) == ErrorCode::not_found);
    if (!part.is_epoch) CHECK(code_of(opened) == ErrorCode::corrupt);
  }
}

// --- attack ---

TEST_CASE("a byte changed in both copies, its checksum made right, is refused") {
  KeyringFile file(2);
  struct Part {
    format::FramePlace first;
    format::FramePlace second;
  };
  for (const Part& part : {Part{format::header_place(0), format::header_place(1)},
                           Part{format::master_place(0), format::master_place(1)},
                           Part{format::epoch_place(1, 0), format::epoch_place(1, 1)}}) {
    const Bytes payload = payload_at(file.original(), part.first);
    const bool is_epoch = part.first.offset == format::epoch_place(1, 0).offset;
    for (std::size_t at = 0; at < payload.size(); ++at) {
      for (const int pattern : {0x01, 0x80, 0xFF}) {
        INFO("payload at " << part.first.offset << ", byte " << at << " ^ " << pattern);
        Bytes changed = payload;
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ pattern);
        Bytes content = file.original();
        put_frame(content, part.first, changed);
        put_frame(content, part.second, changed);
        const auto opened = file.open_as(content);
        if (!is_epoch) REQUIRE_FALSE(opened.ok());
        if (is_epoch) REQUIRE_FALSE((*opened)->epoch_key(1).ok());
      }
    }
  }
}

TEST_CASE("no slot can be taken out, put in or moved without the master key") {
  KeyringFile file(2);
  using Master = format::KeyringMaster;
  const auto attack = [&](const std::function<void(Master&)>& change) {
    return code_of(file.open_as(file.with_master(change)));
  };
  CHECK(file.open_as(file.with_master([](Master&) {})).ok());
  CHECK(attack([](Master& m) { m.slots.pop_back(); }) == ErrorCode::corrupt);
  CHECK(attack([](Master& m) { std::swap(m.slots[0], m.slots[1]); }) == ErrorCode::corrupt);
  CHECK(attack([](Master& m) { m.slots.push_back(m.slots[0]); }) == ErrorCode::corrupt);
  CHECK(attack([](Master& m) { m.slots[1].uri = "file:///elsewhere"; }) == ErrorCode::corrupt);
  CHECK(attack([](Master& m) { ++m.revision; }) == ErrorCode::corrupt);
  CHECK(attack([](Master& m) { ++m.next_slot; }) == ErrorCode::corrupt);
  CHECK(attack([](Master& m) { ++m.generation; }) == ErrorCode::corrupt);
  CHECK(attack([](Master& m) { m.wrapped_root[0] ^= 1; }) == ErrorCode::corrupt);
  CHECK(attack([](Master& m) { std::swap(m.slots[0].number, m.slots[1].number); }) ==
        ErrorCode::corrupt);
  CHECK(attack([](Master& m) { m.slots[0].blob = m.slots[1].blob; }) == ErrorCode::corrupt);
  CHECK(attack([](Master& m) { m.slots[0].blob.resize(40); }) == ErrorCode::corrupt);
  CHECK(attack([](Master& m) { m.slots[0].scheme = format::SlotScheme::passphrase; }) ==
        ErrorCode::wrong_key);
}

TEST_CASE("a slot of another store does not open this one, even with the same key") {
  KeyringFile file(1);
  const std::string other_path = file.directory().in("other");
  const std::vector<KeySource> sources = {file.key(1)};
  REQUIRE(Keyring::create(other_path, sources, 7).ok());
  const Bytes other = read_whole_file(other_path);
  const auto foreign = format::decode_master(payload_at(other, format::master_place(0)));
  REQUIRE(foreign.ok());
  const auto moved =
      file.open_as(file.with_master([&](format::KeyringMaster& m) { m.slots = foreign->slots; }));
  CHECK(code_of(moved) == ErrorCode::wrong_key);
  // The whole table of the other store: its slot opens under no store id but its own.
  Bytes table = file.original();
  for (const int copy : {0, 1})
    put_frame(table, format::master_place(copy), payload_at(other, format::master_place(0)));
  CHECK(code_of(file.open_as(table)) == ErrorCode::wrong_key);
  // The other store's epoch key.
  Bytes epoch = file.original();
  for (const int copy : {0, 1})
    put_frame(epoch, format::epoch_place(1, copy), payload_at(other, format::epoch_place(1, 0)));
  CHECK(code_of((*file.open_as(epoch))->epoch_key(1)) == ErrorCode::corrupt);
}

TEST_CASE("a table altered while the store is open is not signed by the next change") {
  KeyringFile file(2);
  auto keyring = file.open();
  REQUIRE(keyring.ok());
  REQUIRE(create_key_file(file.key_file(3)).ok());
  const Bytes stripped = file.with_master([](format::KeyringMaster& m) { m.slots.pop_back(); });
  write_whole_file(file.path(), stripped);
  CHECK(code_of((*keyring)->add_slot(file.key(3), 5)) == ErrorCode::corrupt);
  CHECK(code_of((*keyring)->remove_slot(1)) == ErrorCode::corrupt);
  CHECK(code_of((*keyring)->slots()) == ErrorCode::corrupt);
  CHECK(code_of(file.open()) == ErrorCode::corrupt);
}

TEST_CASE("a slot that asks for absurd stretching is refused before any is done") {
  KeyringFile file(1);
  const KeySource passphrase = KeySource::passphrase(SecretBytes::copy_of("open sesame"));
  struct Cost {
    std::uint64_t passes;
    std::uint64_t memory;
  };
  for (const Cost& cost :
       {Cost{3, std::uint64_t{1} << 40}, Cost{1'000'000, 256 << 20}, Cost{0, 256 << 20},
        Cost{3, 1024}, Cost{17, 256 << 20}, Cost{~std::uint64_t{0}, ~std::uint64_t{0}}}) {
    INFO(cost.passes << " passes over " << cost.memory);
    write_whole_file(file.path(), file.with_master([&](format::KeyringMaster& m) {
      m.slots[0].scheme = format::SlotScheme::passphrase;
      m.slots[0].salt = Bytes(16, 7);
      m.slots[0].passes = cost.passes;
      m.slots[0].memory_bytes = cost.memory;
    }));
    CHECK_FALSE(file.open_with(passphrase).ok());
  }
}

TEST_CASE("slots that ask for much stretching are tried within one budget [F-232]") {
  const crypto::PasswordCost dear = {16, std::uint64_t{1} << 30};
  {
    // What coffer itself makes is within it, eight times over.
    const crypto::StretchBudget budget;
    const crypto::PasswordCost least = {2, std::uint64_t{8} << 20};
    CHECK(crypto::stretch_password(as_bytes("p"), Bytes(16, 1), least).ok());
    CHECK(code_of(crypto::stretch_password(as_bytes("p"), Bytes(16, 1), dear)) == ErrorCode::limit);
  }
  KeyringFile file(2);
  write_whole_file(file.path(), file.with_master([&](format::KeyringMaster& m) {
    for (format::KeySlot& slot : m.slots) {
      slot.scheme = format::SlotScheme::passphrase;
      slot.uri = "passphrase:";
      slot.salt = Bytes(16, 7);
      slot.passes = dear.passes;
      slot.memory_bytes = dear.memory_bytes;
    }
  }));
  const KeySource passphrase = KeySource::passphrase(SecretBytes::copy_of("open sesame"));
  CHECK(code_of(file.open_with(passphrase)) == ErrorCode::limit);
}

TEST_CASE("a key gets one slot") {
  KeyringFile file(2);
  auto keyring = file.open();
  REQUIRE(keyring.ok());
  std::filesystem::copy_file(file.key_file(2), file.key_file(9));
  const auto again = (*keyring)->add_slot(file.key(9), 5);
  CHECK(code_of(again) == ErrorCode::conflict);
  CHECK(again.error().number() == 2);
  CHECK((*keyring)->slots()->size() == 2);
  ScratchDirectory directory;
  const std::vector<KeySource> twice = {file.key(1), file.key(1)};
  CHECK(code_of(Keyring::create(directory.in("keyring"), twice, 1)) == ErrorCode::conflict);
}

TEST_CASE("a new keyring has room for every epoch, and one that lacks it gets it [F-233]") {
  KeyringFile file(1);
  const auto blocks = [&] {
    struct stat status {};
    must(::stat(file.path().c_str(), &status) == 0, "stat");
    return static_cast<std::size_t>(status.st_blocks) * 512;
  };
  CHECK(blocks() >= format::kKeyringFileBytes);
  // As it was before: the slot of epoch 0 never written.
  const int fd = ::open(file.path().c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  const auto begin = static_cast<off_t>(format::epoch_place(0, 0).offset);
  const bool punched =
      ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, begin, 8192) == 0;
  ::close(fd);
  if (!punched) return;  // A file system without holes.
  CHECK(blocks() < format::kKeyringFileBytes);
  auto keyring = file.open();
  REQUIRE(keyring.ok());
  REQUIRE((*keyring)->needs_repair());
  REQUIRE((*keyring)->repair().ok());
  CHECK(blocks() >= format::kKeyringFileBytes);
  CHECK_FALSE(file.open().value()->needs_repair());
  CHECK((*keyring)->stored_epochs().value() == std::vector<std::uint64_t>{1});
}

TEST_CASE("a keyring that others may read, or that is a link, is refused") {
  KeyringFile file(1);
  REQUIRE(::chmod(file.path().c_str(), 0644) == 0);
  CHECK(code_of(file.open()) == ErrorCode::io);
  REQUIRE(::chmod(file.path().c_str(), 0600) == 0);
  REQUIRE(file.open().ok());
  REQUIRE(::rename(file.path().c_str(), file.directory().in("real").c_str()) == 0);
  REQUIRE(::symlink("real", file.path().c_str()) == 0);
  CHECK(code_of(file.open()) == ErrorCode::io);
}

}  // namespace coffer::test::keyring_test

// A new master key: every slot that stays opens the store as before, one that was given up
// opens nothing, and whoever has the store open goes on.
#include <algorithm>

#include "format/keyring_records.h"
#include "tests/store_cases.h"

namespace coffer::test::master_rotation_test {
namespace {

struct Box : ScratchStore {
  Box() {
    for (const char* name : {"second.key", "third.key"})
      must(create_key_file(directory.in(name)).ok(), "create_key_file");
  }
  KeySource second() const { return KeySource::file(directory.in("second.key")); }
  KeySource third() const { return KeySource::file(directory.in("third.key")); }
  Result<Store> try_open_by(const KeySource& source) const {
    OpenOptions options;
    options.clock = &clock;
    return Store::open(path(), source, options);
  }
  Store open_by(const KeySource& source) const {
    auto store = try_open_by(source);
    must(store.ok(), "Store::open");
    return std::move(*store);
  }
  Bytes keyring() const { return read_whole_file(file("keyring")); }
};

KeySource words(std::string_view text) { return KeySource::passphrase(SecretBytes::copy_of(text)); }

std::vector<std::string> items_of(Store& store) {
  std::vector<std::string> items;
  const auto records = store.audit().list({});
  for (const AuditRecord& record : *records)
    for (const AuditItem& item : record.items)
      items.push_back((record.allowed ? "" : "refused ") + item.action + " " + item.path + " " +
                      std::to_string(item.version));
  return items;
}

bool holds(const Bytes& file, const Bytes& part) {
  return std::search(file.begin(), file.end(), part.begin(), part.end()) != file.end();
}

}  // namespace

TEST_CASE("after a rotation the slots that stay open the store, and one given up does not") {
  Box box;
  Store store = box.open();
  REQUIRE(store.put("a", text("kept")).ok());
  REQUIRE(store.keys().add(box.second()).value() == 2);
  REQUIRE(store.keys().add(box.third()).value() == 3);
  const Bytes before = box.keyring();
  const auto report = store.keys().rotate({.without = {2}});
  REQUIRE(report.ok());
  CHECK((report->generation == 2 && report->slots == std::vector<int>{1, 3} &&
         report->given_up == std::vector<int>{2}));
  CHECK(report->epoch_after == report->epoch_before + 1);
  CHECK(value_of(store, "a") == "kept");
  for (const KeySource& key : {box.key(), box.third()}) {
    Store again = box.open_by(key);
    CHECK(value_of(again, "a") == "kept");
    require_sound(again);
  }
  CHECK(code_of(box.try_open_by(box.second())) == ErrorCode::wrong_key);
  const auto slots = store.keys().slots().value();
  REQUIRE(slots.size() == 2);
  CHECK((slots[0].slot == 1 && slots[1].slot == 3));
  // Back with the keyring of before: the data file has gone on.
  write_whole_file(box.file("keyring"), before);
  CHECK(code_of(box.try_open_by(box.key())) == ErrorCode::rolled_back);
}

TEST_CASE("each kind of slot is rotated by its key: held, given, or had from its URI") {
  Box box;
  int asked = 0;
  std::vector<SecretBytes> paper;
  KeySource recovery = KeySource::parse("recovery:", [&](bool) -> Result<SecretBytes> {
                         ++asked;
                         return paper.front().clone();
                       }).value();
  recovery.print_by([&](const std::vector<SecretBytes>& texts) -> Result<void> {
    paper.push_back(texts.front().clone());
    return {};
  });
  {
    Store store = box.open();
    REQUIRE(store.put("a", text("kept")).ok());
    REQUIRE(store.keys().add(words("correct horse")).ok());
    REQUIRE(store.keys().add(box.second()).ok());
    REQUIRE(store.keys().add(recovery).ok());
  }
  Store store = box.open_by(words("correct horse"));  // Held: never asked for again.
  RotateKeyOptions options;
  options.slot_keys.keys = {box.second()};
  std::vector<int> told;
  options.slot_keys.source_of = [&](const KeySlotInfo& slot) -> Result<KeySource> {
    told.push_back(slot.slot);
    if (slot.provider == "recovery") return recovery;
    return KeySource::parse(slot.uri);
  };
  REQUIRE(store.keys().rotate(options).ok());
  CHECK(told == std::vector<int>{1, 4});
  CHECK(asked == 1);
  for (const KeySource& key : {box.key(), words("correct horse"), box.second(), recovery}) {
    INFO(key.uri());
    Store again = box.open_by(key);
    CHECK(value_of(again, "a") == "kept");
  }
}

TEST_CASE("a slot whose key cannot be had stops the rotation, and nothing is changed") {
  Box box;
  Store store = box.open();
  REQUIRE(store.keys().add(words("correct horse")).value() == 2);
  REQUIRE(store.keys().add(box.second()).value() == 3);
  const Bytes before = box.keyring();
  const auto check_refused = [&](const RotateKeyOptions& options, ErrorCode code, int slot) {
    const auto refused = store.keys().rotate(options);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code() == code);
    CHECK(refused.error().subject()->text == "key slot " + std::to_string(slot));
    CHECK(refused.error().advice() == Advice::give_slot_key);
    CHECK(box.keyring() == before);
  };
  check_refused({}, ErrorCode::key_unavailable, 2);  // Nobody to ask.
  RotateKeyOptions wrong;
  wrong.slot_keys.source_of = [](const KeySlotInfo&) -> Result<KeySource> { return words("no"); };
  check_refused(wrong, ErrorCode::wrong_key, 2);
  REQUIRE(::rename(box.second().location().c_str(), box.directory.in("away").c_str()) == 0);
  check_refused({.slot_keys = {.keys = {words("correct horse")}}}, ErrorCode::key_unavailable, 3);
  CHECK(code_of(store.keys().rotate({.without = {9}})) == ErrorCode::not_found);
  CHECK(code_of(store.keys().rotate({.without = {1, 2, 3}})) == ErrorCode::in_use);
  CHECK(box.keyring() == before);
  REQUIRE(store.keys().rotate({.without = {2, 3}}).ok());
  CHECK(store.keys().slots().value().size() == 1);
}

TEST_CASE("who has the store open goes on after another's rotation, by the slot it came by") {
  Box box;
  Store store = box.open();
  REQUIRE(store.put("a", text("1")).ok());
  REQUIRE(store.keys().add(box.second()).ok());
  REQUIRE(store.keys().add(words("correct horse")).ok());
  Store by_second = box.open_by(box.second());
  Store by_words = box.open_by(words("correct horse"));
  RotateKeyOptions options;
  options.slot_keys.keys = {words("correct horse")};
  for (int round = 2; round <= 3; ++round) {
    INFO(round);
    REQUIRE(store.keys().rotate(options).value().generation == static_cast<std::uint64_t>(round));
    CHECK(value_of(by_second, "a") == "1");
    REQUIRE(by_second.put("b", text("of second")).ok());
    REQUIRE(by_second.destroy("b", {}).ok());
    CHECK(value_of(by_words, "a") == "1");
    REQUIRE(by_words.put("c", text("of words")).ok());
    CHECK(by_words.keys().slots().value().size() == 3);
  }
  // Their own changes of slots are by the new master key.
  REQUIRE(by_words.keys().add(box.third()).value() == 4);
  REQUIRE(by_second.keys().rotate({.slot_keys = {.keys = {words("correct horse")}}}).ok());
  REQUIRE(by_words.keys().remove(4).ok());
  CHECK(value_of(store, "a") == "1");
  require_sound(store);
}

TEST_CASE("who came by a slot that was given up is told so, and can do nothing more") {
  Box box;
  Store store = box.open();
  REQUIRE(store.put("a", text("1")).ok());
  REQUIRE(store.keys().add(box.second()).value() == 2);
  Store other = box.open_by(box.second());
  CHECK(value_of(other, "a") == "1");
  REQUIRE(store.keys().rotate({.without = {2}}).ok());
  for (int i = 0; i < 2; ++i) {
    const auto refused = other.get("a");
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code() == ErrorCode::wrong_key);
    CHECK(refused.error().text().find("removed the key slot") != std::string_view::npos);
    CHECK(code_of(other.put("a", text("2"))) == ErrorCode::wrong_key);
    CHECK(code_of(other.destroy("a", {1})) == ErrorCode::wrong_key);
    CHECK(code_of(other.keys().slots()) == ErrorCode::wrong_key);
    CHECK(code_of(other.keys().add(box.third())) == ErrorCode::wrong_key);
  }
  CHECK(value_of(store, "a") == "1");
}

TEST_CASE("a slot wrapped anew opens as before, and what it held is nowhere any more") {
  Box box;
  Store store = box.open();
  REQUIRE(store.keys().add(box.second()).ok());
  const auto blob_of = [&](std::size_t index) {
    const Bytes file = box.keyring();
    const auto place = format::master_place(0);
    const auto frame = format::decode_frame(ByteView(file).subspan(place.offset, place.bytes));
    return format::decode_master(frame->payload).value().slots.at(index).blob;
  };
  const Bytes old_first = blob_of(0);
  const Bytes old_second = blob_of(1);
  REQUIRE(holds(box.keyring(), old_second));
  const auto one = store.keys().rewrap(2);
  REQUIRE(one.ok());
  REQUIRE(one->size() == 1);
  CHECK((one->front().slot.slot == 2 && !one->front().error && !one->front().skipped));
  CHECK_FALSE(holds(box.keyring(), old_second));
  CHECK(holds(box.keyring(), old_first));
  REQUIRE(::rename(box.second().location().c_str(), box.directory.in("away").c_str()) == 0);
  const auto all = store.keys().rewrap(0);
  REQUIRE(all.ok());
  REQUIRE(all->size() == 2);
  CHECK((!all->at(0).error && !all->at(0).skipped));
  CHECK((all->at(1).error->code() == ErrorCode::key_unavailable && all->at(1).skipped));
  CHECK_FALSE(holds(box.keyring(), old_first));
  CHECK(code_of(store.keys().rewrap(2)) == ErrorCode::key_unavailable);
  CHECK(code_of(store.keys().rewrap(7)) == ErrorCode::not_found);
  REQUIRE(::rename(box.directory.in("away").c_str(), box.second().location().c_str()) == 0);
  for (const KeySource& key : {box.key(), box.second()}) CHECK(box.try_open_by(key).ok());
}

// F-149
TEST_CASE("a change of keys is told before it begins and when it is done") {
  Box box;
  Store store = box.open();
  REQUIRE(store.keys().add(box.second()).ok());
  REQUIRE(store.keys().add(box.third()).ok());
  REQUIRE(store.keys().rewrap(2).ok());
  REQUIRE(store.keys().remove(3).ok());
  CHECK_FALSE(store.keys().remove(3).ok());
  REQUIRE(store.keys().rotate({.without = {2}}).ok());
  CHECK_FALSE(store.keys().rotate({.without = {1}}).ok());
  const std::vector<std::string> expected = {"key.begin key.add 0",    "key.add 2 0",
                                             "key.begin key.add 0",    "key.add 3 0",
                                             "key.begin key.rewrap 2", "key.rewrap 2 0",
                                             "key.begin key.remove 3", "key.remove 3 0",
                                             "refused key.remove 3 0", "key.begin key.rotate 0",
                                             "key.rotate  0",          "key.remove 2 0",
                                             "refused key.rotate  0"};
  CHECK(items_of(store) == expected);
}

}  // namespace coffer::test::master_rotation_test

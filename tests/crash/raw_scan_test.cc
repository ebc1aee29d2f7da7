// Searches the files as a thief would: nothing that was put in is found in any usual encoding,
// neither in live data nor in the pages that a copy-on-write tree leaves behind.
#include <coffer/store.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "tests/scratch.h"

namespace coffer::test::raw_scan_test {
namespace {

std::string hex(std::string_view bytes, const char* digits) {
  std::string out;
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

// The base64 letters that do not depend on the bytes around; `shift` bytes come before.
std::string base64(std::string_view bytes, std::size_t shift, std::string_view last_two) {
  std::string letters;
  for (char c = 'A'; c <= 'Z'; ++c) letters += c;
  for (char c = 'a'; c <= 'z'; ++c) letters += c;
  letters += "0123456789";
  letters += last_two;
  const std::string whole = std::string(shift, '\0') + std::string(bytes);
  const auto bit = [&](std::size_t at) {
    return static_cast<unsigned char>(whole[at / 8]) >> (7 - at % 8) & 1;
  };
  std::string out;
  for (std::size_t at = (shift * 8 + 5) / 6 * 6; at + 6 <= whole.size() * 8; at += 6) {
    unsigned value = 0;
    for (std::size_t i = 0; i < 6; ++i) value = value << 1 | static_cast<unsigned>(bit(at + i));
    out += letters[value];
  }
  return out;
}

std::string utf16(std::string_view bytes, bool little) {
  std::string out;
  for (const char c : bytes) {
    if (!little) out += '\0';
    out += c;
    if (little) out += '\0';
  }
  return out;
}

std::vector<std::string> spellings(std::string_view bytes) {
  std::vector<std::string> all = {std::string(bytes),
                                  std::string(bytes.rbegin(), bytes.rend()),
                                  hex(bytes, "0123456789abcdef"),
                                  hex(bytes, "0123456789ABCDEF"),
                                  utf16(bytes, true),
                                  utf16(bytes, false)};
  for (std::size_t shift = 0; shift < 3; ++shift)
    for (const char* last_two : {"+/", "-_"}) all.push_back(base64(bytes, shift, last_two));
  return all;
}

bool contains(const std::string& file, const std::string& needle) {
  return std::search(file.begin(), file.end(),
                     std::boyer_moore_horspool_searcher(needle.begin(), needle.end())) !=
         file.end();
}

// At least eight bytes: random bytes contain shorter texts by chance.
bool any_spelling_in(const std::string& file, std::string_view bytes) {
  REQUIRE(bytes.size() >= 8);
  const auto all = spellings(bytes);
  return std::any_of(all.begin(), all.end(),
                     [&](const std::string& each) { return contains(file, each); });
}

std::string everything_in(const std::string& directory) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    all += entry.path().filename().string() + '\n';
    all += as_text(read_whole_file(entry.path().string()));
  }
  return all;
}

constexpr std::string_view kSpec = R"({
  "type": "object", "title": "TITLE-kolibri-7f31",
  "properties": {
    "host-quagga-11": {"type": "string"},
    "credential-ibis-93": {"type": "string", "airbyte_secret": true}}})";
constexpr std::string_view kDocument = R"({
  "host-quagga-11": "db.oryx-42.example", "credential-ibis-93": "pw-CASSOWARY-90210"})";

// Texts that a thief must not find.
const std::vector<std::string> kHidden = {
    "folder-capybara",      "leaf-pangolin",        "field-axolotl",      "value-narwhal-1",
    "value-narwhal-2",      "opaque-okapi-bytes",   "custom-key-lemur",   "custom-value-tapir",
    "gone-path-dugong",     "gone-value-manatee",   "brief-path-tamarin", "brief-value-gibbon",
    "config-id-wombat",     "TITLE-kolibri-7f31",   "host-quagga-11",     "credential-ibis-93",
    "db.oryx-42.example",   "pw-CASSOWARY-90210",   "airbyte_secret",     "airbyte_workspace",
    "trimmed-value-ocelot", "long-value-barracuda", "pw-HOATZIN-31337"};

void use_the_store(ScratchStore& scratch, Store& store) {
  PutOptions with_custom;
  with_custom.metadata.custom =
      std::map<std::string, std::string>{{"custom-key-lemur", "custom-value-tapir"}};
  const std::string path = "folder-capybara/leaf-pangolin";
  REQUIRE(
      store.put(path, Value::fields({{"field-axolotl", "value-narwhal-1"}}).value(), with_custom)
          .ok());
  REQUIRE(store.put(path, Value::json(R"({"field-axolotl":["value-narwhal-2"]})").value()).ok());
  REQUIRE(store.put("folder-capybara", Value::opaque("opaque-okapi-bytes")).ok());
  REQUIRE(store.put("gone-path-dugong", Value::opaque("gone-value-manatee")).ok());
  std::string long_value;
  while (long_value.size() < 200'000) long_value += "long-value-barracuda;";
  REQUIRE(store.put("long", Value::opaque(long_value)).ok());
  for (int i = 0; i < 30; ++i)
    REQUIRE(store.put("trimmed", Value::opaque("trimmed-value-ocelot" + std::to_string(i))).ok());
  PutOptions brief;
  brief.ttl_ms = 1000;
  REQUIRE(store.put("brief-path-tamarin", Value::opaque("brief-value-gibbon"), brief).ok());
  REQUIRE(store.configs().put("config-id-wombat", kSpec, kDocument).ok());
  std::string changed(kDocument);
  changed.replace(changed.find("pw-CASSOWARY-90210"), 18, "pw-HOATZIN-31337");
  REQUIRE(store.configs().put("config-id-wombat", kSpec, changed).ok());
  REQUIRE(store.soft_delete(path).ok());
  REQUIRE(store.destroy_all("gone-path-dugong").ok());
  scratch.clock.turn(1000);
  REQUIRE(store.sweep()->swept.size() == 1);
  REQUIRE(store.configs().check(kSpec, kDocument).ok());
}

}  // namespace

TEST_CASE("the files of a store show nothing that was put into it") {
  ScratchStore scratch;
  {
    Store store = scratch.open();
    use_the_store(scratch, store);
    const std::string open_files = everything_in(scratch.path());
    for (const std::string& hidden : kHidden) {
      INFO(hidden);
      CHECK_FALSE(any_spelling_in(open_files, hidden));
    }
    REQUIRE(store.configs().remove("config-id-wombat").ok());
  }
  const std::string files = everything_in(scratch.path());
  REQUIRE(contains(files, "data.mdb\n"));
  REQUIRE(contains(files, "keyring\n"));
  for (const std::string& hidden : kHidden) {
    INFO(hidden);
    CHECK_FALSE(any_spelling_in(files, hidden));
  }
  const std::string key(as_text(read_whole_file(scratch.key_file())));
  CHECK_FALSE(any_spelling_in(files, key));
}

TEST_CASE("the scan finds what does stand in the files, however it is spelt") {
  ScratchStore scratch;
  { REQUIRE(scratch.open().put("a", Value::opaque("v")).ok()); }
  const std::string data(as_text(read_whole_file(scratch.file("data.mdb"))));
  const std::string hidden = "value-narwhal-1";
  REQUIRE_FALSE(any_spelling_in(everything_in(scratch.path()), hidden));
  for (const std::string& spelling : spellings(hidden)) {
    INFO(spelling);
    std::string leaking = data;
    leaking.replace(leaking.size() / 2 + 13, spelling.size(), spelling);
    write_whole_file(scratch.file("copy"), as_bytes(leaking));
    CHECK(any_spelling_in(everything_in(scratch.path()), hidden));
  }
  // Base64 of a longer text with the hidden one inside, at each of the three alignments.
  for (const char* before : {"", "x", "xy"}) {
    const std::string whole = base64(before + hidden + "tail", 0, "+/");
    CHECK(any_spelling_in(whole, hidden));
  }
}

}  // namespace coffer::test::raw_scan_test

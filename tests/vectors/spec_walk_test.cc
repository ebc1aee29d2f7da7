// format/SPEC.md as a program: its worked example, and the golden store opened record by record by
// the words of the text alone.
#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>

#include "secrets/cipher.h"
#include "tests/vectors/by_the_words.h"
#include "tests/vectors/golden_copy.h"
#include "tests/vectors/open_tables.h"
#include "tests/vectors/vector_file.h"
#include "tests/vectors/walk_by_words.h"

namespace spec_walk_test {

namespace {

using namespace coffer;
using namespace coffer::words;
using storage::Table;

struct Example {
  std::map<std::string, std::string> words;
  Bytes hex(const std::string& name) const {
    Bytes out;
    REQUIRE(format::test::append_hex(words.at(name), out));
    return out;
  }
};

Example read_example() {
  const Bytes text = read_file(std::string(COFFER_SOURCE_DIR) + "/format/SPEC.md");
  std::istringstream lines{std::string(as_text(text))};
  std::string line;
  while (std::getline(lines, line) && !line.starts_with("## 11.")) {
  }
  while (std::getline(lines, line) && line != "```") {
  }
  Example example;
  std::string name;
  while (std::getline(lines, line) && line != "```") {
    std::istringstream words(line);
    std::string word;
    if (!line.starts_with(' ')) words >> name;
    while (words >> word) example.words[name] += word;
  }
  return example;
}

format::VersionRecord record_of(const Bytes& bytes) {
  const auto record = format::decode_version(bytes);
  REQUIRE(record.ok());
  return *record;
}

std::string to_hex(ByteView bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

}  // namespace

TEST_CASE("the worked example of the specification opens as it says") {
  const Example example = read_example();
  const Bytes store_id = example.hex("store_id");
  const std::string& path = example.words.at("path");
  const Bytes hash = example.hex("hash");
  CHECK(hash_of(kdf(example.hex("root_secret"), 1, "cofpaths"), 1, path) == hash);
  const Bytes bytes = example.hex("record");
  const format::VersionRecord record = record_of(bytes);
  const Bytes bound = dek_context(store_id, hash, 1, 1, record.header);
  CHECK(bound.size() == 111);
  const auto value = open_version(record, example.hex("bucket_key"), bound,
                                  value_context(store_id, 1, 1, 1, path));
  REQUIRE(value.has_value());
  CHECK(as_text(*value) == example.words.at("value") + std::string(1, '\0'));
}

TEST_CASE("F-41: whatever is altered in a version's header, hash, number or epoch, it is refused") {
  const Example example = read_example();
  const Bytes bytes = example.hex("record");
  const Bytes bucket_key = example.hex("bucket_key");
  const format::VersionRecord record = record_of(bytes);
  const Bytes bound =
      dek_context(example.hex("store_id"), example.hex("hash"), 1, 1, record.header);
  REQUIRE(unwrap(bucket_key, bound, record.wrapped_dek).has_value());
  for (std::size_t i = 0; i < bound.size(); ++i) {
    Bytes other = bound;
    other[i] ^= 1;
    INFO("offset " << i);
    CHECK_FALSE(unwrap(bucket_key, other, record.wrapped_dek).has_value());
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes flipped = bytes;
    flipped[i] ^= 0x10;
    const auto decoded = format::decode_version(flipped);
    if (!decoded) continue;
    INFO("byte " << i);
    CHECK_FALSE(open_version(*decoded, bucket_key,
                             dek_context(example.hex("store_id"), example.hex("hash"), 1, 1,
                                         decoded->header),
                             value_context(example.hex("store_id"), 1,
                                           static_cast<std::uint8_t>(decoded->header.algorithm), 1,
                                           example.words.at("path")))
                    .has_value());
  }
}

TEST_CASE("the code binds the bytes that the specification lays out") {
  const Example example = read_example();
  format::StoreId store;
  format::PathHash hash;
  const Bytes store_id = example.hex("store_id");
  const Bytes hash_bytes = example.hex("hash");
  std::copy(store_id.begin(), store_id.end(), store.begin());
  std::copy(hash_bytes.begin(), hash_bytes.end(), hash.begin());
  format::VersionHeader header{format::ValueAlgorithm::aes_256_gcm, 1, 2, 3, 4, 0, {}};
  header.value_tag.fill(9);
  header.head_revision = 0x01020304;
  header.older_versions = 0x05060708;
  for (const std::uint32_t flags : {0U, 1U, 3U, 8U}) {
    header.flags = flags;
    const format::DekContext bound = format::dek_context(store, hash, 5, 6, header);
    CHECK(Bytes(bound.begin(), bound.end()) == dek_context(store_id, hash_bytes, 5, 6, header));
  }
  format::ValueContext value(store, format::Kind::config, "a/b");
  value.set(7, format::ValueAlgorithm::chacha20_poly1305);
  CHECK(Bytes(value.bytes().begin(), value.bytes().end()) ==
        value_context(store_id, 7, 1, 2, "a/b"));
  CHECK(format::seal_context(format::Domain::head, store, hash) ==
        context(3, store_id, hash_bytes));
}

TEST_CASE("F-13: what was wrapped for one place opens for no other") {
  const golden::Copy copy;
  const OpenKeyring keys(copy.keyring(), copy.key_file());
  const Tables tables(copy.directory());
  const auto sealed = tables.get(Table::main, as_bytes("root"));
  REQUIRE(sealed.has_value());
  for (int domain = 0; domain <= 16; ++domain) {
    const Bytes bound = context(static_cast<std::uint8_t>(domain), keys.store_id, {});
    CHECK(unwrap(keys.root_key, bound, *sealed).has_value() == (domain == 7));
  }
  Bytes format_two = context(7, keys.store_id, {});
  format_two[1] = 2;
  CHECK_FALSE(unwrap(keys.root_key, format_two, *sealed).has_value());
}

TEST_CASE("F-70, F-56, F-59: the golden store opens by the words of the specification alone") {
  const golden::Copy copy;
  Walk walk(copy.directory(), copy.key_file());
  walk.open_all();
  CHECK(walk.due == std::vector<std::string>{"app/expired"});
  CHECK(walk.values.at("app/db#1") == golden::kFirstJson);
  CHECK(walk.values.at("app/destroyed#1") == "destroyed");
  CHECK(walk.values.at("app/destroyed#2") == "still here");
  const std::string spec_id = to_hex(blake2b(walk.keys().digest_key, as_bytes(golden::kSpec)));
  CHECK(walk.values.at(spec_id + "#1") == golden::kSpec);
  CHECK(walk.values.contains("golden-config#1"));
  CHECK(walk.records == walk.root.record_count);
  CHECK(walk.digest == walk.root.digest);
}

TEST_CASE("make a new worked example", "[.example]") {
  const Example example = read_example();
  const Bytes store_id = example.hex("store_id");
  const std::string& path = example.words.at("path");
  const Bytes hash = hash_of(kdf(example.hex("root_secret"), 1, "cofpaths"), 1, path);
  const crypto::Key dek = crypto::Key::random();
  Bytes plain = Bytes{} + as_bytes(example.words.at("value")) + Bytes{0};
  Bytes ciphertext(plain.size());
  format::VersionHeader header;
  header.created_at_ms = golden::kMadeAtMs;
  crypto::seal(crypto::SealAlgorithm::chacha20_poly1305, dek.view(),
               value_context(store_id, 1, 1, 1, path), plain, ciphertext, header.value_tag);
  const Bytes wrapped =
      wrap(example.hex("bucket_key"), dek_context(store_id, hash, 1, 1, header), dek.view());
  Bytes record;
  format::encode_version({header, wrapped, ciphertext}, record);
  std::cout << "hash          " << to_hex(hash) << "\nrecord        " << to_hex(record) << "\n";
}

}  // namespace spec_walk_test

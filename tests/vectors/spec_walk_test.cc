// format/SPEC.md read as a program: its worked example, and the golden store opened by the
// words of the text alone, record by record.
#include <catch2/catch.hpp>
#include <functional>
#include <iostream>
#include <sstream>

#include "secrets/cipher.h"
#include "tests/vectors/by_the_words.h"
#include "tests/vectors/golden_copy.h"
#include "tests/vectors/open_tables.h"
#include "tests/vectors/vector_file.h"

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
  CHECK(bound.size() == 103);
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
  for (const std::uint32_t flags : {0U, 1U, 3U}) {
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

namespace {

// Opens everything in the golden store and counts it as section 6.6 says.
class Walk {
 public:
  explicit Walk(const golden::Copy& copy)
      : keys_(copy.keyring(), copy.key_file()), tables_(copy.directory()) {
    const auto sealed = tables_.get(Table::main, as_bytes("root"));
    const auto plain = unwrap(keys_.root_key, context(7, keys_.store_id, {}), sealed.value());
    auto decoded = format::decode_root(plain.value());
    REQUIRE(decoded.ok());
    root = *decoded;
    const auto epoch_key = keys_.epoch_key(root.epoch);
    REQUIRE(epoch_key.has_value());
    for (const auto& [number, row] : tables_.rows(Table::buckets)) {
      const auto record = format::decode_bucket(row);
      REQUIRE(record.ok());
      const Bytes bound =
          context(9, keys_.store_id, number + be(record->made_in_epoch, 8) + be(root.epoch, 8));
      buckets_[number.at(0)] = unwrap(*epoch_key, bound, record->wrapped).value();
      made_in_[number.at(0)] = record->made_in_epoch;
    }
    REQUIRE(buckets_.size() == 256);
  }

  void count(const Bytes& item) {
    for (std::size_t i = 0; i < 16; ++i) digest[i] ^= item[i];
    ++records;
  }

  void open_small(Table table, std::uint8_t domain) {
    for (const auto& [key, row] : tables_.rows(table)) {
      const auto plain = unwrap(keys_.names_key, context(domain, keys_.store_id, key), row);
      REQUIRE(plain.has_value());
      count_row(table, key, row);
      if (table == Table::names) names[key] = format::decode_name(*plain).value();
      if (table == Table::due) due.emplace_back(as_text(*plain));
    }
  }

  void count_row(Table table, const Bytes& key, const Bytes& row) {
    count(siphash(keys_.digest_key,
                  Bytes{static_cast<std::uint8_t>(table), static_cast<std::uint8_t>(key.size())} +
                      key + row));
  }

  void open_history(const std::map<Bytes, std::pair<std::uint8_t, std::string>>& owners) {
    for (const auto& [key, row] : tables_.rows(Table::history)) {
      REQUIRE(key.size() == 24);
      const Bytes hash(key.begin(), key.begin() + 16);
      std::uint64_t version = 0;
      for (std::size_t i = 16; i < 24; ++i) version = version << 8 | (0xFFU ^ key[i]);
      const auto& [kind, name] = owners.at(hash);
      if (version == 0) {
        const auto plain = unwrap(keys_.names_key, context(3, keys_.store_id, hash), row);
        CHECK(format::decode_head(plain.value()).value().path == name);
        count_row(Table::history, key, row);
        continue;
      }
      const format::VersionRecord record = record_of(row);
      count(
          siphash(keys_.digest_key, dek_context(keys_.store_id, hash, version, 0, record.header)));
      values[name + "#" + std::to_string(version)] = open(hash, version, record, kind, name);
    }
  }

  const OpenKeyring& keys() const { return keys_; }

  format::Root root;
  std::array<std::uint8_t, 16> digest{};
  std::uint64_t records = 0;
  std::map<Bytes, format::Name> names;
  std::vector<std::string> due;
  std::map<std::string, std::string> values;

 private:
  std::string open(const Bytes& hash, std::uint64_t version, const format::VersionRecord& record,
                   std::uint8_t kind, const std::string& name) {
    if ((record.header.flags & 1) != 0) {
      const Bytes bound = dek_context(keys_.store_id, hash, version, 0, record.header);
      CHECK(unwrap(keys_.names_key, bound, record.wrapped_dek).has_value());
      return "destroyed";
    }
    const Bytes bound =
        dek_context(keys_.store_id, hash, version, made_in_.at(hash[0]), record.header);
    const auto plain =
        open_version(record, buckets_.at(hash[0]), bound,
                     value_context(keys_.store_id, version,
                                   static_cast<std::uint8_t>(record.header.algorithm), kind, name));
    REQUIRE(plain.has_value());
    return std::string(as_text(*plain).substr(0, plain->size() - 1));
  }

  OpenKeyring keys_;
  Tables tables_;
  std::map<std::uint8_t, Bytes> buckets_;
  std::map<std::uint8_t, std::uint64_t> made_in_;
};

}  // namespace

TEST_CASE("F-70, F-56, F-59: the golden store opens by the words of the specification alone") {
  const golden::Copy copy;
  Walk walk(copy);
  walk.open_small(Table::names, 4);
  walk.open_small(Table::references, 5);
  walk.open_small(Table::due, 6);
  CHECK(walk.due == std::vector<std::string>{"app/expired"});

  // Names: each child's hash is that of its kind and full name, under its parent's.
  std::map<Bytes, std::pair<std::uint8_t, std::string>> owners;
  const Bytes& path_key = walk.keys().path_key;
  const std::function<void(const std::string&)> descend = [&](const std::string& folder) {
    for (const auto& [key, name] : walk.names) {
      if (Bytes(key.begin(), key.begin() + 16) != hash_of(path_key, 16, folder)) continue;
      const std::string path = folder.empty() ? name.component : folder + "/" + name.component;
      const Bytes child(key.begin() + 16, key.end());
      CHECK(child == hash_of(path_key, name.folder ? 16 : 1, path));
      if (name.folder) {
        descend(path);
      } else {
        owners[child] = {1, path};
      }
    }
  };
  descend("");
  for (const std::uint8_t kind : {std::uint8_t{2}, std::uint8_t{3}}) {
    const Bytes list = hash_of(path_key, 17, std::string(1, static_cast<char>(kind)));
    for (const auto& [key, name] : walk.names)
      if (Bytes(key.begin(), key.begin() + 16) == list)
        owners[hash_of(path_key, kind, name.component)] = {kind, name.component};
  }
  walk.open_history(owners);
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

// The second reader's walk: opens everything in a store's data.mdb by the words of format/SPEC.md
// alone, and counts it as section 6.6 says.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "tests/vectors/by_the_words.h"
#include "tests/vectors/open_tables.h"

namespace coffer::words {

class Walk {
 public:
  using Table = storage::Table;
  /// The kind and full name behind each hash.
  using Owners = std::map<Bytes, std::pair<std::uint8_t, std::string>>;

  Walk(const std::string& directory, const std::string& key_file)
      : keys_(directory + "/keyring", key_file), tables_(directory) {
    const auto sealed = tables_.get(Table::main, as_bytes("root"));
    const auto plain = unwrap(keys_.root_key, context(7, keys_.store_id, {}), sealed.value());
    auto decoded = format::decode_root(plain.value());
    REQUIRE(decoded.ok());
    root = *decoded;
    open_buckets();
  }

  /// Opens everything, in the order in which the parts need each other.
  void open_all() {
    open_small(Table::names, 4);
    open_small(Table::references, 5);
    open_small(Table::due, 6);
    open_history(owners());
    check_secrets();
    check_references();
    CHECK(tables_.rows(Table::values).size() == values_apart);
  }

  const OpenKeyring& keys() const { return keys_; }

  format::Root root;
  std::array<std::uint8_t, 16> digest{};
  std::uint64_t records = 0;
  std::map<Bytes, format::Name> names;
  std::map<Bytes, format::ReferenceRecord> references;
  std::vector<std::string> due;
  std::map<std::string, std::string> values;
  std::size_t values_apart = 0;  ///< Living versions whose ciphertext is in table 7.
  std::size_t under_leaves = 0;  ///< Living versions whose DEK a leaf's key wraps.

 private:
  struct WrappingKey {
    Bytes key;
    std::uint64_t made_in = 0;
  };

  bool is_split(std::uint8_t bucket) const {
    return (root.leaves.split[bucket / 8] >> (bucket % 8) & 1) != 0;
  }

  void open_buckets() {
    const auto epoch_key = keys_.epoch_key(root.epoch);
    REQUIRE(epoch_key.has_value());
    std::size_t split = 0;
    for (int number = 0; number < 256; ++number) {
      const auto bucket = static_cast<std::uint8_t>(number);
      const Bytes row = tables_.get(Table::buckets, Bytes{bucket}).value();
      const auto record = format::decode_bucket(row);
      REQUIRE(record.ok());
      const Bytes bound = context(9, keys_.store_id,
                                  Bytes{bucket} + be(record->made_in_epoch, 8) + be(root.epoch, 8));
      buckets_[bucket] = {unwrap(*epoch_key, bound, record->wrapped).value(),
                          record->made_in_epoch};
      if (!is_split(bucket)) continue;
      ++split;
      open_leaves(bucket, tables_.get(Table::buckets, Bytes{bucket, 1}).value());
    }
    REQUIRE(tables_.rows(Table::buckets).size() == 256 + split);
  }

  void open_leaves(std::uint8_t bucket, const Bytes& row) {
    const WrappingKey& over = buckets_.at(bucket);
    const auto plain =
        unwrap(over.key, context(15, keys_.store_id, Bytes{bucket} + be(over.made_in, 8)), row);
    REQUIRE(plain.has_value());
    REQUIRE(plain->size() == 256 * 40);
    for (std::size_t leaf = 0; leaf < 256; ++leaf) {
      const auto at = plain->begin() + static_cast<std::ptrdiff_t>(40 * leaf);
      WrappingKey key{Bytes(at + 8, at + 40), 0};
      for (int i = 0; i < 8; ++i) key.made_in = key.made_in << 8 | at[i];
      REQUIRE((key.made_in >= 1 && key.made_in <= root.epoch));
      leaves_[{bucket, static_cast<std::uint8_t>(leaf)}] = key;
    }
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
      if (table == Table::references) references[key] = format::decode_reference(*plain).value();
      if (table == Table::due) due.emplace_back(as_text(*plain));
    }
  }

  void count_row(Table table, const Bytes& key, const Bytes& row) {
    count(siphash(keys_.digest_key,
                  Bytes{static_cast<std::uint8_t>(table), static_cast<std::uint8_t>(key.size())} +
                      key + row));
  }

  void open_history(const Owners& owners) {
    for (const auto& [key, row] : tables_.rows(Table::history)) {
      REQUIRE(key.size() == 24);
      const Bytes hash(key.begin(), key.begin() + 16);
      std::uint64_t version = 0;
      for (std::size_t i = 16; i < 24; ++i) version = version << 8 | (0xFFU ^ key[i]);
      const auto& [kind, name] = owners.at(hash);
      if (version == 0) {
        const auto plain = unwrap(keys_.names_key, context(3, keys_.store_id, hash), row);
        const format::Head head = format::decode_head(plain.value()).value();
        CHECK(head.path == name);
        secrets_[name].head_revision = head.metadata.revision;
        count_row(Table::history, key, row);
        continue;
      }
      const format::VersionRecord record = format::decode_version(row).value();
      count(
          siphash(keys_.digest_key, dek_context(keys_.store_id, hash, version, 0, record.header)));
      if (kind == 1) secrets_[name].headers.push_back(record.header);
      values[name + "#" + std::to_string(version)] = open(key, version, record, kind, name);
    }
  }

  Owners owners() const {
    // A child's hash is that of its kind and full name, under its parent's hash.
    Owners found;
    const Bytes& path_key = keys_.path_key;
    const auto in = [&](const Bytes& folder) {
      return std::count_if(names.begin(), names.end(), [&](const auto& row) {
        return std::equal(folder.begin(), folder.end(), row.first.begin());
      });
    };
    CHECK(in(hash_of(path_key, 16, "")) == static_cast<std::int64_t>(root.top_names));
    CHECK(in(hash_of(path_key, 17, "\x02")) == static_cast<std::int64_t>(root.config_names));
    CHECK(in(hash_of(path_key, 17, "\x03")) == static_cast<std::int64_t>(root.spec_names));
    const std::function<void(const std::string&)> descend = [&](const std::string& folder) {
      for (const auto& [key, name] : names) {
        if (Bytes(key.begin(), key.begin() + 16) != hash_of(path_key, 16, folder)) continue;
        const std::string path = folder.empty() ? name.component : folder + "/" + name.component;
        const Bytes child(key.begin() + 16, key.end());
        CHECK(child == hash_of(path_key, name.folder ? 16 : 1, path));
        if (name.folder) {
          CHECK(in(child) == static_cast<std::int64_t>(name.children));
          descend(path);
        } else {
          found[child] = {1, path};
        }
      }
    };
    descend("");
    for (const std::uint8_t kind : {std::uint8_t{2}, std::uint8_t{3}}) {
      const Bytes list = hash_of(path_key, 17, std::string(1, static_cast<char>(kind)));
      for (const auto& [key, name] : names)
        if (Bytes(key.begin(), key.begin() + 16) == list)
          found[hash_of(path_key, kind, name.component)] = {kind, name.component};
    }
    return found;
  }

  // Only the newest version is not superseded. It says how many versions precede it and whether
  // there is a head; without versions the name says so.
  void check_secrets() const {
    for (const auto& [name, secret] : secrets_) {
      INFO(name);
      const std::size_t slash = name.rfind('/');
      const std::string folder = slash == std::string::npos ? "" : name.substr(0, slash);
      const format::Name& own =
          names.at(hash_of(keys_.path_key, 16, folder) + hash_of(keys_.path_key, 1, name));
      CHECK((own.head_revision != 0) == secret.headers.empty());
      std::uint64_t told = own.head_revision;
      for (std::size_t at = 0; at < secret.headers.size(); ++at) {
        const format::VersionHeader& header = secret.headers[at];
        CHECK(((header.flags & 8) != 0) == (at != 0));
        CHECK(header.older_versions == (at == 0 ? secret.headers.size() - 1 : 0));
        if (at == 0) told = header.head_revision;
      }
      CHECK(told == secret.head_revision);
    }
  }

  void check_references() const {
    std::map<std::string, std::int64_t> left;
    for (const auto& [key, record] : references) {
      const bool is_count = std::all_of(key.begin() + 16, key.end(), [](auto b) { return b == 0; });
      CHECK(is_count == (record.count != 0));
      left[record.target] += is_count ? static_cast<std::int64_t>(record.count) : -1;
    }
    for (const auto& [target, count] : left) CHECK(count == 0);
  }

  std::string open(const Bytes& row_key, std::uint64_t version, format::VersionRecord record,
                   std::uint8_t kind, const std::string& name) {
    const Bytes hash(row_key.begin(), row_key.begin() + 16);
    if ((record.header.flags & 1) != 0) {
      const Bytes bound = dek_context(keys_.store_id, hash, version, 0, record.header);
      CHECK(unwrap(keys_.names_key, bound, record.wrapped_dek).has_value());
      return "destroyed";
    }
    Bytes apart;
    if (record.bytes_apart != 0) {
      apart = tables_.get(Table::values, row_key).value();
      REQUIRE(apart.size() == record.bytes_apart);
      record.ciphertext = apart;
      ++values_apart;
    }
    const WrappingKey& over =
        is_split(hash[0]) ? leaves_.at({hash[0], hash[1]}) : buckets_.at(hash[0]);
    under_leaves += is_split(hash[0]);
    const Bytes bound = dek_context(keys_.store_id, hash, version, over.made_in, record.header);
    const auto plain =
        open_version(record, over.key, bound,
                     value_context(keys_.store_id, version,
                                   static_cast<std::uint8_t>(record.header.algorithm), kind, name));
    REQUIRE(plain.has_value());
    return std::string(as_text(*plain).substr(0, plain->size() - 1));
  }

  struct Secret {
    std::vector<format::VersionHeader> headers;  ///< In stored order: the newest first.
    std::uint64_t head_revision = 0;
  };
  std::map<std::string, Secret> secrets_;
  OpenKeyring keys_;
  Tables tables_;
  std::map<std::uint8_t, WrappingKey> buckets_;
  std::map<std::pair<std::uint8_t, std::uint8_t>, WrappingKey> leaves_;
};

}  // namespace coffer::words

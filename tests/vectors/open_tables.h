// The tables of a store's data.mdb as plain maps, for tests that look under the engine.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>

#include "storage/environment.h"
#include "storage/txn.h"
#include "tests/vectors/by_the_words.h"

namespace coffer::words {

using Rows = std::map<Bytes, Bytes>;

/// Reads and writes through storage/ alone, past every check of a record. After each edit it also
/// writes a root with the number of the new commit, as an attacker who edits pages could: otherwise
/// that rule would catch every edit before the rule under test.
class Tables {
 public:
  explicit Tables(const std::string& directory) : directory_(directory) {
    auto opened = storage::Environment::open(directory, {});
    INFO((opened ? "" : describe(opened.error())));
    REQUIRE(opened.ok());
    environment_ = *opened;
  }

  Rows rows(storage::Table table) const {
    storage::ReadTxn txn(environment_);
    REQUIRE(txn.renew().ok());
    Rows out;
    auto cursor = storage::Cursor::open(txn, table);
    REQUIRE(cursor.ok());
    // The unnamed table holds the names of the other tables beside its own records.
    for (auto more = cursor->first(); more.ok() && *more; more = cursor->next()) {
      const Bytes key(cursor->key().begin(), cursor->key().end());
      const Bytes value(cursor->value().begin(), cursor->value().end());
      out[key] = value;
    }
    return out;
  }
  std::optional<Bytes> get(storage::Table table, ByteView key) const {
    storage::ReadTxn txn(environment_);
    REQUIRE(txn.renew().ok());
    const auto found = txn.get(table, key);
    REQUIRE(found.ok());
    if (!*found) return std::nullopt;
    return Bytes((*found)->begin(), (*found)->end());
  }
  void put(storage::Table table, ByteView key, ByteView value) const {
    const auto txn = storage::WriteTxn::begin(*environment_);
    REQUIRE(txn.ok());
    REQUIRE((*txn)->put(table, key, value).ok());
    tell_root(**txn);
    REQUIRE((*txn)->commit().ok());
  }
  void remove(storage::Table table, ByteView key) const {
    const auto txn = storage::WriteTxn::begin(*environment_);
    REQUIRE(txn.ok());
    const auto removed = (*txn)->remove(table, key);
    REQUIRE((removed.ok() && *removed));
    tell_root(**txn);
    REQUIRE((*txn)->commit().ok());
  }
  /// Edits an entry but leaves the root alone, as plain LMDB would.
  void put_plainly(storage::Table table, ByteView key, ByteView value) const {
    const auto txn = storage::WriteTxn::begin(*environment_);
    REQUIRE(txn.ok());
    REQUIRE((*txn)->put(table, key, value).ok());
    REQUIRE((*txn)->commit().ok());
  }

 private:
  void tell_root(storage::WriteTxn& txn) const {
    const std::filesystem::path beside = std::filesystem::path(directory_).parent_path();
    std::string key_file = (beside / "key").string();
    if (!std::filesystem::exists(key_file)) key_file = (beside / "master.key").string();
    REQUIRE(std::filesystem::exists(key_file));
    const OpenKeyring keys(directory_ + "/keyring", key_file);
    const auto sealed = txn.get(storage::Table::main, as_bytes("root"));
    REQUIRE((sealed.ok() && *sealed));
    const auto plain = unwrap(keys.root_key, context(7, keys.store_id, {}), **sealed);
    if (!plain) return;
    auto root = format::decode_root(*plain);
    if (!root) return;
    root->transaction = txn.id();
    REQUIRE(txn.put(storage::Table::main, as_bytes("root"),
                    wrap(keys.root_key, context(7, keys.store_id, {}),
                         format::encode_root(*root).bytes()))
                .ok());
  }

  std::string directory_;
  std::shared_ptr<storage::Environment> environment_;
};

}  // namespace coffer::words

// The tables of a store's data.mdb as plain maps, for tests that look under the engine.
#pragma once

#include <catch2/catch.hpp>
#include <map>

#include "storage/environment.h"
#include "storage/txn.h"

namespace coffer::words {

using Rows = std::map<Bytes, Bytes>;

/// Read and written through storage/ alone, past everything that checks a record.
class Tables {
 public:
  explicit Tables(const std::string& directory) {
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
    // The names of the other tables stand in the unnamed one beside its two records.
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
    REQUIRE((*txn)->commit().ok());
  }
  void remove(storage::Table table, ByteView key) const {
    const auto txn = storage::WriteTxn::begin(*environment_);
    REQUIRE(txn.ok());
    const auto removed = (*txn)->remove(table, key);
    REQUIRE((removed.ok() && *removed));
    REQUIRE((*txn)->commit().ok());
  }

 private:
  std::shared_ptr<storage::Environment> environment_;
};

}  // namespace coffer::words

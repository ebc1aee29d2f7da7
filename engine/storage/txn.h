// Transactions and cursors. Bytes that come out point into the map: they are valid
// until the transaction ends (or, in a write transaction, until it changes anything).
#pragma once

#include <coffer/result.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "storage/environment.h"
#include "storage/tables.h"

struct MDB_txn;
struct MDB_cursor;

namespace coffer::storage {

class Txn {
 public:
  /// Errors: corrupt, io.
  Result<std::optional<ByteView>> get(Table table, ByteView key) const;
  /// LMDB's number of this snapshot: equal numbers, equal content.
  std::uint64_t id() const;
  Result<std::uint64_t> count(Table table) const;

 protected:
  Txn() = default;
  ~Txn() = default;
  friend class Cursor;
  MDB_txn* txn_ = nullptr;
  Environment* environment_ = nullptr;
  mutable bool map_was_full_ = false;
};

/// Walks a table in key order; ends before its transaction.
class Cursor {
 public:
  Cursor() = default;
  static Result<Cursor> open(const Txn& txn, Table table);
  Cursor(Cursor&& other) noexcept { swap(other); }
  Cursor& operator=(Cursor&& other) noexcept {
    Cursor(std::move(other)).swap(*this);
    return *this;
  }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  ~Cursor();

  // Each answers whether there is an entry now; then key() and value() are its bytes.
  Result<bool> seek(ByteView at_or_after);
  Result<bool> first();
  Result<bool> next();
  ByteView key() const { return key_; }
  ByteView value() const { return value_; }

  /// Write transactions only: replaces the value of the current entry.
  Result<void> replace(ByteView value);
  /// Write transactions only: removes the current entry; next() then goes on behind it.
  Result<void> remove();

 private:
  friend class ReadTxn;
  Result<bool> move(int operation, ByteView key);
  void swap(Cursor& other) noexcept;
  MDB_cursor* cursor_ = nullptr;
  const Txn* txn_ = nullptr;
  ByteView key_;
  ByteView value_;
};

/// A read transaction that is renewed and reset rather than made and destroyed.
/// One thread at a time.
class ReadTxn : public Txn {
 public:
  explicit ReadTxn(std::shared_ptr<Environment> environment);
  ~ReadTxn();
  ReadTxn(const ReadTxn&) = delete;
  ReadTxn& operator=(const ReadTxn&) = delete;

  /// Errors: busy (no reader slot), io, corrupt, failed (forked, lock file replaced).
  Result<void> renew();
  void reset();
  /// A cursor on the history table, kept across renewals.
  Result<Cursor*> history_cursor();

 private:
  friend class Environment;
  Result<bool> try_renew();
  void drop_handles();
  std::shared_ptr<Environment> owner_;
  std::uint64_t generation_ = 0;
  Cursor history_cursor_;
  bool cursor_is_current_ = false;
  alignas(64) std::atomic<bool> active_{false};
};

/// Alone among writers of all processes, from begin() to commit() or destruction.
class WriteTxn : public Txn {
 public:
  static constexpr std::uint64_t kRoomBytes = std::uint64_t{96} << 20;
  /// Grows the map first where fewer than `room_bytes` are left. Errors: as ReadTxn::renew.
  static Result<std::unique_ptr<WriteTxn>> begin(Environment& environment,
                                                 std::uint64_t room_bytes = kRoomBytes);
  ~WriteTxn();
  WriteTxn(const WriteTxn&) = delete;
  WriteTxn& operator=(const WriteTxn&) = delete;

  Result<void> put(Table table, ByteView key, ByteView value);
  /// Answers whether there was such an entry.
  Result<bool> remove(Table table, ByteView key);
  /// Durable when this returns without error. Errors: io; nothing was changed then.
  Result<void> commit();
  /// True when an operation failed for want of map; the caller begins again.
  bool map_was_full() const { return map_was_full_; }

 private:
  explicit WriteTxn(Environment& environment);
  Error failure(int code);
  std::unique_lock<std::mutex> lock_;
};

}  // namespace coffer::storage

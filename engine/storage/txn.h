// Transactions and cursors. Bytes that come out point into the map: they are valid
// until the transaction ends (or, in a write transaction, until it changes anything).
#pragma once

#include <coffer/result.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
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
  /// LMDB's number of this snapshot: equal numbers, equal content. Of a writer the number that
  /// its commit will have.
  std::uint64_t id() const;
  /// The number of the commit that left the state with which this began.
  std::uint64_t began_with() const { return is_writer_ ? id() - 1 : id(); }
  Result<std::uint64_t> count(Table table) const;
  /// False for a later table that this snapshot, or this process as yet, does not have.
  bool has(Table table) const { return handle(table) != 0; }

 protected:
  Txn() = default;
  ~Txn() = default;
  friend class Cursor;
  /// LMDB's handle; 0 where this snapshot does not have the table (one of the later ones).
  unsigned handle(Table table) const;
  std::array<unsigned, kTableCount - kTablesFromTheStart> own_tables_{};  // Not yet committed.
  MDB_txn* txn_ = nullptr;
  Environment* environment_ = nullptr;
  bool is_writer_ = false;
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

/// How long a reader may keep its snapshot; whichever comes first.
struct HoldLimits {
  std::uint64_t commits_max = 1000;
  std::int64_t age_max_ms = std::int64_t{60} * 60 * 1000;
  /// The file may grow by this much meanwhile, or double, whichever is more.
  std::uint64_t growth_max_bytes = std::uint64_t{256} << 20;
};

/// A read transaction that is renewed and reset rather than made and destroyed.
/// One thread at a time, until it is held.
class ReadTxn : public Txn {
 public:
  explicit ReadTxn(std::shared_ptr<Environment> environment);
  ~ReadTxn();
  ReadTxn(const ReadTxn&) = delete;
  ReadTxn& operator=(const ReadTxn&) = delete;

  /// Errors: busy (no reader slot), io, corrupt, failed (forked, a file replaced).
  Result<void> renew();
  void reset();
  /// A cursor on the history table, kept across renewals.
  Result<Cursor*> history_cursor();

  /// Renewed before: keeps this snapshot between uses, for any thread, until the end of this
  /// object or until it is given up: beyond the limits, or because the map must move.
  void hold(const HoldLimits& limits);
  /// The right to read from a held snapshot, for as long as it lives; others wait.
  class Use {
   public:
    /// There were commits since the snapshot.
    bool moved() const { return moved_; }

   private:
    friend class ReadTxn;
    explicit Use(std::mutex& mutex) : lock_(mutex) {}
    std::unique_lock<std::mutex> lock_;
    bool moved_ = false;
  };
  /// Errors: busy (it was given up), failed (forked). A thread holds one Use at a time and
  /// begins no transaction under it.
  Result<Use> use();

 private:
  friend class Environment;
  bool is_outlived() const;
  void give_up();
  void give_up_where_outlived();
  void end_hold();
  Result<bool> try_renew();
  void drop_handles();
  std::shared_ptr<Environment> owner_;
  std::uint64_t generation_ = 0;
  Cursor history_cursor_;
  bool cursor_is_current_ = false;
  std::mutex use_mutex_;
  std::atomic<bool> held_{false};
  bool given_up_ = false;
  HoldLimits limits_;
  std::int64_t held_since_ms_ = 0;
  std::uint64_t held_file_bytes_ = 0;
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
  /// As put, for a key behind every other of the table: keeps its pages full.
  Result<void> append(Table table, ByteView key, ByteView value);
  /// Answers whether there was such an entry.
  Result<bool> remove(Table table, ByteView key);
  /// Durable when this returns without error. Errors: io, failed (a file of the store was
  /// replaced); nothing was changed then, in the store that is there by name.
  Result<void> commit();
  /// True when an operation failed for want of map; the caller begins again.
  bool map_was_full() const { return map_was_full_; }

 private:
  explicit WriteTxn(Environment& environment);
  Result<void> open_later_tables();
  Error failure(int code);
  std::unique_lock<std::mutex> lock_;
};

}  // namespace coffer::storage

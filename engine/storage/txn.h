// Transactions and cursors. The bytes they return point into the map and stay valid until the
// transaction ends (in a write transaction, until its next change).
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
  /// LMDB's number of this snapshot; equal numbers mean equal content. In a writer: the number
  /// that its commit will get.
  std::uint64_t id() const;
  /// The number of the commit on whose state this transaction began.
  std::uint64_t began_with() const { return is_writer_ ? id() - 1 : id(); }
  Result<std::uint64_t> count(Table table) const;
  /// False for a later table that this snapshot does not have or this process has not seen yet.
  bool has(Table table) const { return handle(table) != 0; }

 protected:
  Txn() = default;
  ~Txn() = default;
  friend class Cursor;
  /// LMDB's handle, or 0 if this snapshot lacks the table (possible for the later ones only).
  unsigned handle(Table table) const;
  std::array<unsigned, kTableCount - kTablesFromTheStart> own_tables_{};  // Not yet committed.
  MDB_txn* txn_ = nullptr;
  Environment* environment_ = nullptr;
  bool is_writer_ = false;
  mutable bool map_was_full_ = false;
};

/// Walks a table in key order; must be destroyed before its transaction.
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

  /// These three return whether there is a current entry; key() and value() are its bytes.
  /// Errors: corrupt, io.
  Result<bool> seek(ByteView at_or_after);
  Result<bool> first();
  Result<bool> next();
  ByteView key() const { return key_; }
  ByteView value() const { return value_; }

  /// Write transactions only: replaces the value of the current entry.
  Result<void> replace(ByteView value);
  /// Write transactions only: removes the current entry; next() then moves to the one after it.
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

/// A reader keeps its snapshot until the first of these limits is reached.
struct HoldLimits {
  std::uint64_t commits_max = 1000;
  std::int64_t age_max_ms = std::int64_t{60} * 60 * 1000;
  /// The file may grow by this much meanwhile, or to twice its size, whichever is more.
  std::uint64_t growth_max_bytes = std::uint64_t{256} << 20;
};

/// A read transaction that is renewed and reset many times, which is cheaper than making it each
/// time. For one thread at a time, until it is held.
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

  /// Keeps the current snapshot (renew() came before) between uses, for any thread, until this
  /// object is destroyed or the snapshot is given up: at a limit, or because the map must move.
  void hold(const HoldLimits& limits);
  /// While a Use lives, its owner may read from the held snapshot; other threads wait.
  class Use {
   public:
    /// Whether anything was committed since the snapshot.
    bool moved() const { return moved_; }

   private:
    friend class ReadTxn;
    explicit Use(std::mutex& mutex) : lock_(mutex) {}
    std::unique_lock<std::mutex> lock_;
    bool moved_ = false;
  };
  /// A thread holds one Use at a time and begins no transaction meanwhile.
  /// Errors: busy (the snapshot was given up), failed (forked).
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

/// The only writer of all processes, from begin() to commit() or destruction.
class WriteTxn : public Txn {
 public:
  static constexpr std::uint64_t kRoomBytes = std::uint64_t{96} << 20;
  /// Grows the map first if fewer than `room_bytes` are left in it. Errors: as ReadTxn::renew.
  static Result<std::unique_ptr<WriteTxn>> begin(Environment& environment,
                                                 std::uint64_t room_bytes = kRoomBytes);
  ~WriteTxn();
  WriteTxn(const WriteTxn&) = delete;
  WriteTxn& operator=(const WriteTxn&) = delete;

  Result<void> put(Table table, ByteView key, ByteView value);
  /// A put that is cheaper, and leaves pages full, if `key` is greater than every key of the
  /// table.
  Result<void> append(Table table, ByteView key, ByteView value);
  /// Returns whether there was such an entry.
  Result<bool> remove(Table table, ByteView key);
  /// The changes are durable once this returns without error. Errors: io, failed (a file of the
  /// store was replaced); after an error the store under its name is unchanged.
  Result<void> commit();
  /// True if an operation failed because the map was full; the caller must begin again.
  bool map_was_full() const { return map_was_full_; }

 private:
  explicit WriteTxn(Environment& environment);
  Result<void> open_later_tables();
  Error failure(int code);
  unsigned checked_handle(Table table, ByteView key) const;
  std::unique_lock<std::mutex> lock_;
};

}  // namespace coffer::storage

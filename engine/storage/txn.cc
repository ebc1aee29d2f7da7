#include "storage/txn.h"

#include <lmdb.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "storage/lmdb_error.h"

namespace coffer::storage {
namespace {

MDB_val to_val(ByteView bytes) {
  return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};  // LMDB takes void*, reads only.
}
ByteView to_view(const MDB_val& val) {
  return {static_cast<const std::uint8_t*>(val.mv_data), val.mv_size};
}

constexpr std::uint64_t kReaderCheckEvery = 64;
constexpr std::size_t kKeyBytesMax = 511;  // LMDB's own limit.

std::size_t index_of(Table table) { return static_cast<std::size_t>(table); }

}  // namespace

unsigned Txn::handle(Table table) const {
  const std::size_t index = index_of(table);
  if (index < kTablesFromTheStart)
    return environment_->tables_[index].load(std::memory_order_relaxed);
  if (const unsigned own = own_tables_[index - kTablesFromTheStart]; own != 0) return own;
  const unsigned shared = environment_->tables_[index].load(std::memory_order_acquire);
  // LMDB refuses the handle in a snapshot that is older than the table.
  unsigned flags = 0;
  return shared != 0 && mdb_dbi_flags(txn_, shared, &flags) == 0 ? shared : 0;
}

Result<std::optional<ByteView>> Txn::get(Table table, ByteView key) const {
  const unsigned handle = this->handle(table);
  if (handle == 0) return std::optional<ByteView>();
  MDB_val k = to_val(key);
  MDB_val v;
  const int code = mdb_get(txn_, handle, &k, &v);
  if (code == MDB_NOTFOUND) return std::optional<ByteView>();
  if (code != 0) return lmdb_error(code);
  return std::optional<ByteView>(to_view(v));
}

std::uint64_t Txn::id() const { return mdb_txn_id(txn_); }

Result<std::uint64_t> Txn::count(Table table) const {
  const unsigned handle = this->handle(table);
  if (handle == 0) return std::uint64_t{0};
  MDB_stat stat;
  const int code = mdb_stat(txn_, handle, &stat);
  if (code != 0) return lmdb_error(code);
  return static_cast<std::uint64_t>(stat.ms_entries);
}

Result<Cursor> Cursor::open(const Txn& txn, Table table) {
  Cursor cursor;
  cursor.txn_ = &txn;
  COFFER_CHECK(txn.txn_ != nullptr);
  const unsigned handle = txn.handle(table);
  if (handle == 0) return cursor;  // An absent table is walked as an empty one.
  const int code = mdb_cursor_open(txn.txn_, handle, &cursor.cursor_);
  if (code != 0) return lmdb_error(code);
  return cursor;
}

Cursor::~Cursor() {
  if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}

void Cursor::swap(Cursor& other) noexcept {
  std::swap(cursor_, other.cursor_);
  std::swap(txn_, other.txn_);
  std::swap(key_, other.key_);
  std::swap(value_, other.value_);
}

Result<bool> Cursor::move(int operation, ByteView key) {
  if (cursor_ == nullptr) return false;
  MDB_val k = to_val(key);
  MDB_val v{};
  const int code = mdb_cursor_get(cursor_, &k, &v, static_cast<MDB_cursor_op>(operation));
  if (code == MDB_NOTFOUND) return false;
  if (code != 0) return lmdb_error(code);
  key_ = to_view(k);
  value_ = to_view(v);
  return true;
}

Result<bool> Cursor::seek(ByteView at_or_after) { return move(MDB_SET_RANGE, at_or_after); }
Result<bool> Cursor::first() { return move(MDB_FIRST, {}); }
Result<bool> Cursor::next() { return move(MDB_NEXT, {}); }

Result<void> Cursor::replace(ByteView value) {
  COFFER_CHECK(cursor_ != nullptr && txn_->is_writer_ && !key_.empty());
  // If the new value does not fit in place, LMDB removes and reinserts the entry, shifting the
  // page while it still reads the key. So the key is copied out of the page first.
  std::array<std::uint8_t, kKeyBytesMax> key;
  COFFER_CHECK(key_.size() <= key.size());
  std::copy(key_.begin(), key_.end(), key.begin());
  MDB_val k = to_val(ByteView(key).first(key_.size()));
  MDB_val v = to_val(value);
  const int code = mdb_cursor_put(cursor_, &k, &v, MDB_CURRENT);
  if (code == MDB_MAP_FULL) txn_->map_was_full_ = true;
  if (code != 0) return lmdb_error(code);
  return {};
}

Result<void> Cursor::remove() {
  COFFER_CHECK(cursor_ != nullptr && txn_->is_writer_);
  const int code = mdb_cursor_del(cursor_, 0);
  if (code != 0) return lmdb_error(code);
  return {};
}

ReadTxn::ReadTxn(std::shared_ptr<Environment> environment) : owner_(std::move(environment)) {
  environment_ = owner_.get();
  environment_->register_reader(this);
}

// Lowers its flag first: GateClosed waits for the flag while it holds the list of readers, which
// forget_reader() needs.
ReadTxn::~ReadTxn() {
  active_.store(false, std::memory_order_release);
  environment_->forget_reader(this);
  if (!held_.load() || environment_->sentinel_.in_child()) return;
  environment_->held_count_.fetch_sub(1);
  environment_->keeper_->remove();
}

void ReadTxn::drop_handles() {
  history_cursor_ = Cursor();
  cursor_is_current_ = false;
  if (txn_ != nullptr) mdb_txn_abort(txn_);
  txn_ = nullptr;
}

Result<void> ReadTxn::renew() {
  COFFER_TRY(environment_->check_usable());
  for (int attempt = 0; attempt < 8; ++attempt) {
    if (COFFER_TRY(try_renew())) return {};
  }
  return Error(ErrorCode::busy, "the store keeps changing its size", "try again");
}

// False: the map moved or a dead reader's slot was freed, and the caller tries again.
Result<bool> ReadTxn::try_renew() {
  active_.store(true, std::memory_order_seq_cst);
  while (environment_->gate_closed_.load(std::memory_order_seq_cst)) {
    active_.store(false, std::memory_order_seq_cst);
    environment_->wait_for_gate();
    active_.store(true, std::memory_order_seq_cst);
  }
  if (environment_->env_ == nullptr) {
    active_.store(false, std::memory_order_release);
    return Error(ErrorCode::failed, "the store could not be opened again after a failed write",
                 "close it, check the disk, and open it again");
  }
  if (generation_ != environment_->generation_.load(std::memory_order_acquire)) {
    drop_handles();  // The old environment is gone, and its handles with it.
    generation_ = environment_->generation_.load();
  }
  const int code = txn_ == nullptr ? mdb_txn_begin(environment_->env_, nullptr, MDB_RDONLY, &txn_)
                                   : mdb_txn_renew(txn_);
  cursor_is_current_ = false;
  if (code == 0) {
    COFFER_CHECK(txn_ != nullptr);
    return true;
  }
  active_.store(false, std::memory_order_release);
  if (code == MDB_MAP_RESIZED) {
    // LMDB refuses to move the map under a writer of this process, so wait for the writer.
    const std::lock_guard lock(environment_->writer_mutex_);
    COFFER_TRY(environment_->set_map_bytes(0));
    return false;
  }
  if (code == MDB_READERS_FULL) {
    int dead = 0;
    mdb_reader_check(environment_->env_, &dead);
    if (dead > 0) return false;
  }
  return lmdb_error(code);
}

void ReadTxn::reset() {
  if (txn_ != nullptr) mdb_txn_reset(txn_);
  active_.store(false, std::memory_order_release);
}

Result<Cursor*> ReadTxn::history_cursor() {
  if (!cursor_is_current_) {
    if (history_cursor_.cursor_ == nullptr) {
      history_cursor_ = COFFER_TRY(Cursor::open(*this, Table::history));
    } else if (const int code = mdb_cursor_renew(txn_, history_cursor_.cursor_); code != 0) {
      return lmdb_error(code);
    }
    cursor_is_current_ = true;
  }
  return &history_cursor_;
}

WriteTxn::WriteTxn(Environment& environment) : lock_(environment.writer_mutex_) {
  environment_ = &environment;
  is_writer_ = true;
}

Result<std::unique_ptr<WriteTxn>> WriteTxn::begin(Environment& environment,
                                                  std::uint64_t room_bytes) {
  COFFER_TRY(environment.check_usable());
  std::unique_ptr<WriteTxn> txn(new WriteTxn(environment));
  if (environment.needs_reopen_) COFFER_TRY(environment.reopen());
  if (environment.env_ == nullptr)
    return Error(ErrorCode::failed, "the store could not be opened again after a failed write",
                 "close it, check the disk, and open it again");
  if (++environment.writes_ % kReaderCheckEvery == 0) {
    int dead = 0;
    mdb_reader_check(environment.env_, &dead);
  }
  for (int attempt = 0; attempt < 8; ++attempt) {
    const int code = mdb_txn_begin(environment.env_, nullptr, 0, &txn->txn_);
    if (code == MDB_MAP_RESIZED) {
      COFFER_TRY(environment.set_map_bytes(0));
      continue;
    }
    if (code != 0) {
      if (code == MDB_PANIC) environment.needs_reopen_ = true;
      return lmdb_error(code);
    }
    COFFER_TRY(environment.look_at_files());
    MDB_envinfo info;
    mdb_env_info(environment.env_, &info);
    MDB_stat stat;
    mdb_env_stat(environment.env_, &stat);
    const std::uint64_t needed = (info.me_last_pgno + 1) * stat.ms_psize + room_bytes;
    if (needed <= environment.map_bytes_) {
      COFFER_TRY(txn->open_later_tables());
      COFFER_CHECK(txn->txn_ != nullptr && txn->lock_.owns_lock());
      return txn;
    }
    mdb_txn_abort(txn->txn_);
    txn->txn_ = nullptr;
    if (auto grown = environment.grow(needed); !grown) return std::move(grown).error();
  }
  return Error(ErrorCode::busy, "the store keeps changing its size", "try again");
}

// Creates the tables that the format added later, on the first write to an older store. Opens
// them if another process created them after this one opened the file.
Result<void> WriteTxn::open_later_tables() {
  for (std::size_t i = kTablesFromTheStart; i < kTableCount; ++i) {
    if (environment_->tables_[i].load(std::memory_order_relaxed) != 0) continue;
    unsigned& own = own_tables_[i - kTablesFromTheStart];
    const int code = mdb_dbi_open(txn_, kTableNames[i], MDB_CREATE, &own);
    if (code != 0) return failure(code);
    COFFER_CHECK(own != 0);
  }
  return {};
}

WriteTxn::~WriteTxn() {
  if (txn_ != nullptr && !environment_->sentinel_.in_child()) mdb_txn_abort(txn_);
}

Error WriteTxn::failure(int code) {
  if (code == MDB_MAP_FULL) map_was_full_ = true;
  return lmdb_error(code);
}

// Handle 0 is LMDB's own free list: a write to it would destroy the file.
unsigned WriteTxn::checked_handle(Table table, ByteView key) const {
  const unsigned handle = this->handle(table);
  COFFER_CHECK(txn_ != nullptr && handle != 0);
  COFFER_CHECK(!key.empty() && key.size() <= kKeyBytesMax);
  return handle;
}

Result<void> WriteTxn::put(Table table, ByteView key, ByteView value) {
  const unsigned handle = checked_handle(table, key);
  MDB_val k = to_val(key);
  MDB_val v = to_val(value);
  const int code = mdb_put(txn_, handle, &k, &v, 0);
  if (code != 0) return failure(code);
  return {};
}

// MDB_APPEND fills a page before it starts the next one; a plain put would split full pages in
// halves.
Result<void> WriteTxn::append(Table table, ByteView key, ByteView value) {
  const unsigned handle = checked_handle(table, key);
  MDB_val k = to_val(key);
  MDB_val v = to_val(value);
  const int code = mdb_put(txn_, handle, &k, &v, MDB_APPEND);
  if (code == MDB_KEYEXIST) return put(table, key, value);
  if (code != 0) return failure(code);
  return {};
}

Result<bool> WriteTxn::remove(Table table, ByteView key) {
  const unsigned handle = checked_handle(table, key);
  MDB_val k = to_val(key);
  const int code = mdb_del(txn_, handle, &k, nullptr);
  if (code == MDB_NOTFOUND) return false;
  if (code != 0) return failure(code);
  return true;
}

// Power cut: LMDB writes the pages, syncs, and then writes the meta page with O_DSYNC. Before the
// meta page is written the old state holds, afterwards the new one. If the meta page is torn, the
// other meta page still leads to the old state.
Result<void> WriteTxn::commit() {
  COFFER_CHECK(txn_ != nullptr && lock_.owns_lock());
  const int code = mdb_txn_commit(txn_);
  txn_ = nullptr;
  if (code == 0) {
    if (environment_->held_count_.load() != 0) environment_->look_at_held_readers();
    for (std::size_t i = 0; i < own_tables_.size(); ++i)
      if (own_tables_[i] != 0)
        environment_->tables_[kTablesFromTheStart + i].store(own_tables_[i],
                                                             std::memory_order_release);
    environment_->keep_room();
    // A commit into a file that no name leads to any more must not be acknowledged.
    return environment_->look_at_data_file();
  }
  if (code != MDB_MAP_FULL) environment_->needs_reopen_ = true;
  return failure(code);
}

}  // namespace coffer::storage

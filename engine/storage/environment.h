// One open data file: LMDB with its pitfalls fenced off (one rule each).
//
//  - A directory is opened once in a process, however often it is asked for: closing
//    one of two LMDB environments of a file drops the locks of the other.
//  - Before LMDB follows the file's page numbers, they are verified: all at once where nobody
//    else has the file open, else those of one snapshot, which a reader keeps as it is.
//  - The files are held against their names: before a write, before its answer, and once a
//    second while there is reading. Where one is another file by now, every call is an error.
//  - The map grows by itself, also when another process grew it; growing and reopening
//    wait until no transaction of this process is running (the gate).
//  - After a failed commit the environment is closed and opened anew: a page that the
//    kernel failed to write may look clean, so nothing is ever retried on top of it.
//  - A reader that is held between uses is given up when it holds back too much: by a look
//    after each commit here, and by a thread for what other processes commit.
//  - A forked child: every call answers with an error.
//  - Readers that died are cleared at open and every so many writes.
//
// Never used: WRITEMAP, NOSYNC, NOMETASYNC, MAPASYNC, NOLOCK, NOMEMINIT, DUPSORT.
// Thread-safe, except that a thread inside one transaction must not begin another.
#pragma once

#include <coffer/result.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "storage/fork_sentinel.h"
#include "storage/pages/other_meta.h"
#include "storage/reader_keeper.h"
#include "storage/tables.h"

struct MDB_env;
struct MDB_txn;

namespace coffer::storage {

class Txn;
class Cursor;
class ReadTxn;
class WriteTxn;

struct EnvironmentOptions {
  std::uint64_t map_bytes = std::uint64_t{64} << 30;
  bool create = false;  ///< The directory is ours alone and empty: make the tables.
};

struct EnvironmentInfo {
  std::uint64_t file_bytes = 0;
  std::uint64_t map_bytes = 0;
  std::uint64_t last_transaction = 0;
  std::uint64_t oldest_reader_lag = 0;
};

class Environment : public std::enable_shared_from_this<Environment> {
 public:
  /// Errors: no_store, io, corrupt, too_new, busy, failed.
  static Result<std::shared_ptr<Environment>> open(const std::string& directory,
                                                   const EnvironmentOptions& options);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  Result<EnvironmentInfo> info();
  /// See storage/pages/other_meta.h.
  std::optional<OtherEntry> entry_of_other_meta(ByteView key) const;
  /// Absolute, so that it stays right when the process changes its own.
  const std::string& directory() const { return directory_; }
  /// From now on `keyring` too is held against its name. Errors: failed (it is not the store's).
  Result<void> hold_keyring(int descriptor);
  /// Whether the files that are open are still the ones that their names lead to. Where they
  /// once were not, they never are again. Errors: failed.
  Result<void> look_at_files();

 private:
  friend class Txn;
  friend class Cursor;
  friend class ReadTxn;
  friend class WriteTxn;
  struct Directory;  // The open, checked and flocked directory.

  Environment(std::string directory, const EnvironmentOptions& options);
  /// What is known of the data file's pages before LMDB opens it.
  enum class Pages : std::uint8_t { ours, verified, others };
  Result<void> open_first(bool create);
  Result<void> try_to_open(bool create);
  Result<void> check_not_open_elsewhere() const;
  Result<void> open_files(Pages pages, std::uint64_t verified = 0);
  Result<void> open_map();
  Result<void> open_tables(Pages pages, std::uint64_t verified);
  Result<MDB_txn*> begin_on_tables(bool create);
  Result<void> check_followed(MDB_txn* txn, Pages pages, std::uint64_t verified) const;
  int make_env();
  void close_env();
  Result<void> check_usable();
  Result<void> look_at_data_file();
  void keep_room();
  Result<void> replaced_error() const;
  Result<void> reopen();
  Result<void> start_anew();
  Result<void> set_map_bytes(std::uint64_t bytes);
  Result<void> grow(std::uint64_t at_least);
  void wait_for_gate();
  void register_reader(ReadTxn* reader);
  void forget_reader(ReadTxn* reader);
  void look_at_held_readers();

  // Closed while the map moves or the environment is opened anew. A reader raises its own
  // flag, then looks at the gate; the closer shuts the gate, then looks at every flag: one
  // of the two sees the other, and readers share no cache line.
  class GateClosed {
   public:
    explicit GateClosed(Environment& environment);
    ~GateClosed();

   private:
    Environment& environment_;
  };

  ForkSentinel sentinel_;
  std::string directory_;
  std::unique_ptr<Directory> directory_handle_;
  std::uint64_t map_bytes_;
  MDB_env* env_ = nullptr;
  // 0: not there yet. Only a later table comes to life while others read (txn.cc).
  std::array<std::atomic<unsigned>, kTableCount> tables_{};
  bool is_new_ = false;  // Made by this opening.
  static constexpr int kNoneReplaced = -1;
  std::atomic<int> replaced_{kNoneReplaced};  // The StoreFile.
  std::atomic<std::int64_t> looked_at_s_{0};
  std::atomic<std::uint64_t> generation_{1};
  std::atomic<bool> gate_closed_{false};
  std::atomic<bool> needs_reopen_{false};
  std::mutex gate_mutex_;
  std::condition_variable gate_opened_;
  std::mutex readers_mutex_;
  std::vector<ReadTxn*> readers_;
  std::atomic<std::size_t> held_count_{0};
  std::mutex writer_mutex_;
  std::uint64_t writes_ = 0;
  std::int64_t kept_until_ = 0;            // Under writer_mutex_: how far room was last asked for.
  std::unique_ptr<ReaderKeeper> keeper_ =  // Last: it ends first.
      std::make_unique<ReaderKeeper>([this] { look_at_held_readers(); });
};

}  // namespace coffer::storage

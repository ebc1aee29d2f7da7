// One open data file: LMDB with its pitfalls fenced off (one rule each).
//
//  - A process opens a directory once and shares it: closing one of two LMDB environments
//    on a file drops the locks of the other.
//  - The file's page numbers are verified before LMDB follows them. An opener that is alone
//    verifies the whole file, any other opener one snapshot, which its reader keeps unchanged.
//  - Each open file is compared with the file under its name: before a write, before the write
//    is acknowledged, and once a second during reads. After a difference every call fails.
//  - The map grows by itself, also when another process grew the file. Growing and reopening
//    wait until no transaction of this process is running (the gate).
//  - A failed commit closes and reopens the environment: a page that the kernel failed to
//    write may look clean, so nothing may be retried on top of it.
//  - A held reader that keeps too much old data alive is given up. Each commit of this process
//    checks for such readers; a thread checks after commits of other processes.
//  - In a forked child every call fails.
//  - The slots of dead readers are freed at open and after every 64th write.
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
  bool create = false;  ///< Makes the tables; the directory must be new and empty.
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
  /// An absolute path, so that it stays right when the process changes directory.
  const std::string& directory() const { return directory_; }
  /// From now on the keyring file is compared with its name as well. Errors: failed (the
  /// descriptor's file is not the store's keyring).
  Result<void> hold_keyring(int descriptor);
  /// Checks that the names still lead to the open files. A difference is final: every later call
  /// fails as well. Errors: failed, io.
  Result<void> look_at_files();

 private:
  friend class Txn;
  friend class Cursor;
  friend class ReadTxn;
  friend class WriteTxn;
  struct Directory;  // The open, checked and flocked directory.

  Environment(std::string directory, const EnvironmentOptions& options);
  /// How far the data file's pages can be trusted before LMDB opens it: this process wrote them,
  /// the whole file was verified, or other processes have the file open.
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

  // Closed while the map moves or the environment is reopened. A reader raises its own flag and
  // then looks at the gate; the closer shuts the gate and then looks at every flag. So one of
  // them always sees the other, and readers share no cache line.
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
  // 0 if the table does not exist yet. Only later tables can appear during reads (txn.cc).
  std::array<std::atomic<unsigned>, kTableCount> tables_{};
  bool is_new_ = false;  // While this opening creates the store.
  static constexpr int kNoneReplaced = -1;
  std::atomic<int> replaced_{kNoneReplaced};  // Which StoreFile.
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
  std::int64_t kept_until_ = 0;            // Under writer_mutex_: the end of the room kept last.
  std::unique_ptr<ReaderKeeper> keeper_ =  // Last, so that its thread ends first.
      std::make_unique<ReaderKeeper>([this] { look_at_held_readers(); });
};

}  // namespace coffer::storage

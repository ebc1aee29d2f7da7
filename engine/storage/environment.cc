#include "storage/environment.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <map>
#include <string_view>
#include <thread>

#include "storage/directory.h"
#include "storage/lmdb_error.h"
#include "storage/page_verifier.h"
#include "storage/txn.h"

namespace coffer::storage {
namespace {

constexpr unsigned kReadersMax = 1024;
constexpr unsigned kFlags = MDB_NOTLS | MDB_NORDAHEAD;

// What this process has open. An entry stays until its environment is closed for good: a
// newcomer must not open the file while an old environment is about to drop its locks.
struct Registry {
  struct Entry {
    std::weak_ptr<Environment> shared;
    const Environment* environment = nullptr;
  };
  std::mutex mutex;
  std::condition_variable closed;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Entry> open;
};
Registry& registry() {
  static auto* const instance = new Registry;
  return *instance;
}

}  // namespace

Environment::Environment(std::string directory, const EnvironmentOptions& options)
    : directory_(std::move(directory)), map_bytes_(options.map_bytes) {}

Result<std::shared_ptr<Environment>> Environment::open(const std::string& directory,
                                                       const EnvironmentOptions& options) {
  auto handle = COFFER_TRY(Directory::open(directory));
  const std::pair id{handle->device, handle->inode};
  // Both go, where they go at all, after the lock: an environment's end takes it.
  std::shared_ptr<Environment> environment;
  std::shared_ptr<Environment> already;
  // One opener at a time in this process: the registry must not show a half-open environment.
  std::unique_lock lock(registry().mutex);
  for (auto found = registry().open.find(id); found != registry().open.end();
       found = registry().open.find(id)) {
    already = found->second.shared.lock();
    if (already && !already->sentinel_.in_child()) return already;
    // What a child inherited from its parent is left alone: the child gets one of its own.
    if (already || found->second.environment->sentinel_.in_child()) break;
    registry().closed.wait(lock);
  }
  environment.reset(new Environment(directory, options));
  environment->directory_handle_ = std::move(handle);
  COFFER_TRY(environment->open_first(options.create));
  registry().open[id] = {environment, environment.get()};
  return environment;
}

Result<void> Environment::open_first(bool create) {
  Directory& directory = *directory_handle_;
  COFFER_TRY(directory.enter_gate());
  auto opened = [&]() -> Result<void> {
    if (create) return open_files(false, true);
    COFFER_TRY(directory.check_file("data.mdb"));
    if (auto checked = directory.check_file("lock.mdb");
        !checked && checked.error().code() != ErrorCode::no_store)
      return checked;
    const bool alone = COFFER_TRY(directory.is_alone());
    COFFER_TRY(open_files(alone, false));
    return directory.hold();
  }();
  directory.leave_gate();
  return opened;
}

Environment::~Environment() {
  const std::lock_guard lock(registry().mutex);
  // A child that inherited the handle leaves it alone: its files are the parent's.
  if (!sentinel_.in_child()) close_env();
  // Nor has the child the keeper's thread, for which everything in the keeper would wait.
  if (sentinel_.in_child()) (void)keeper_.release();
  const auto entry = registry().open.find({directory_handle_->device, directory_handle_->inode});
  if (entry != registry().open.end() && entry->second.environment == this)
    registry().open.erase(entry);
  registry().closed.notify_all();
}

// Opens everything, or leaves env_ null.
Result<void> Environment::open_files(bool verify, bool create) {
  if (verify) {
    // LMDB keeps its locks on lock.mdb, so that opening and closing data.mdb here is harmless.
    const int fd = ::open((directory_ + "/data.mdb").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return lmdb_error(errno);
    const auto report = verify_pages(fd);
    ::close(fd);
    if (!report) return report.error();
  }
  auto opened = open_map();
  if (opened) opened = open_tables(create);
  if (!opened) close_env();
  return opened;
}

int Environment::make_env() {
  int code = mdb_env_create(&env_);
  if (code == 0) code = mdb_env_set_maxdbs(env_, kTableCount);
  if (code == 0) code = mdb_env_set_maxreaders(env_, kReadersMax);
  return code;
}

void Environment::close_env() {
  if (env_ != nullptr) mdb_env_close(env_);
  env_ = nullptr;
}

Result<void> Environment::open_map() {
  int code = 0;
  // A large map is address space only; where that is limited, settle for less.
  for (;;) {
    code = make_env();
    if (code == 0) code = mdb_env_set_mapsize(env_, static_cast<std::size_t>(map_bytes_));
    if (code == 0) code = mdb_env_open(env_, directory_.c_str(), kFlags, 0600);
    if (code != ENOMEM || map_bytes_ <= WriteTxn::kRoomBytes) break;
    close_env();
    map_bytes_ /= 2;
  }
  if (code != 0) return lmdb_error(code);
  // LMDB 0.9 does not: a host that runs programs must not hand them the data file.
  mdb_filehandle_t data_fd = -1;
  if (mdb_env_get_fd(env_, &data_fd) == 0) fcntl(data_fd, F_SETFD, FD_CLOEXEC);
  MDB_envinfo info;
  mdb_env_info(env_, &info);
  map_bytes_ = info.me_mapsize;
  struct stat status {};
  if (stat((directory_ + "/lock.mdb").c_str(), &status) != 0) return lmdb_error(errno);
  lock_inode_ = status.st_ino;
  int dead = 0;
  mdb_reader_check(env_, &dead);
  return {};
}

Result<void> Environment::open_tables(bool create) {
  MDB_txn* txn = nullptr;
  int code = mdb_txn_begin(env_, nullptr, create ? 0 : MDB_RDONLY, &txn);
  if (code == MDB_MAP_RESIZED) {
    mdb_env_set_mapsize(env_, 0);
    code = mdb_txn_begin(env_, nullptr, create ? 0 : MDB_RDONLY, &txn);
  }
  if (code != 0) return lmdb_error(code);
  for (std::size_t i = 0; i < kTableCount && code == 0; ++i) {
    const unsigned flags = create && kTableNames[i] != nullptr ? MDB_CREATE : 0;
    unsigned table = 0;
    code = mdb_dbi_open(txn, kTableNames[i], flags, &table);
    if (code == MDB_NOTFOUND && i >= kTablesFromTheStart) code = 0;
    tables_[i].store(table, std::memory_order_release);
  }
  if (code != 0) {
    mdb_txn_abort(txn);
    if (code == MDB_NOTFOUND || code == MDB_INCOMPATIBLE)
      return Error{ErrorCode::corrupt, "the data file lacks a table of the store",
                   "restore it from a backup"};
    return lmdb_error(code);
  }
  code = mdb_txn_commit(txn);
  if (code != 0) return lmdb_error(code);
  return {};
}

Result<void> Environment::check_usable() const {
  if (sentinel_.in_child())
    return Error{ErrorCode::failed, "a forked child may not use its parent's store",
                 "open the store anew in the child"};
  return {};
}

// A lock file that was deleted or replaced lets a second writer in beside us.
Result<void> Environment::check_lock_file() const {
  struct stat status {};
  if (stat((directory_ + "/lock.mdb").c_str(), &status) != 0 || status.st_ino != lock_inode_)
    return Error{ErrorCode::failed, "the store's lock file was replaced while it was open",
                 "stop every process that uses the store, then open it again"};
  return {};
}

Environment::GateClosed::GateClosed(Environment& environment) : environment_(environment) {
  {
    const std::lock_guard lock(environment_.gate_mutex_);
    environment_.gate_closed_.store(true, std::memory_order_seq_cst);
  }
  const std::lock_guard lock(environment_.readers_mutex_);
  for (ReadTxn* reader : environment_.readers_) {
    while (reader->active_.load(std::memory_order_seq_cst)) std::this_thread::yield();
    if (reader->held_.load()) reader->end_hold();
  }
}

Environment::GateClosed::~GateClosed() {
  {
    const std::lock_guard lock(environment_.gate_mutex_);
    environment_.gate_closed_.store(false, std::memory_order_seq_cst);
  }
  environment_.gate_opened_.notify_all();
}

void Environment::wait_for_gate() {
  std::unique_lock lock(gate_mutex_);
  gate_opened_.wait(lock, [this] { return !gate_closed_.load(); });
}

Result<void> Environment::set_map_bytes(std::uint64_t bytes) {
  const GateClosed gate(*this);
  const int code = mdb_env_set_mapsize(env_, static_cast<std::size_t>(bytes));
  if (code != 0) {
    // LMDB has unmapped the file by now: without a fresh start the next read would crash.
    COFFER_TRY(start_anew());
    return lmdb_error(code == ENOMEM ? MDB_MAP_FULL : code);
  }
  MDB_envinfo info;
  mdb_env_info(env_, &info);
  map_bytes_ = info.me_mapsize;
  return {};
}

// Called by a writer between transactions, under writer_mutex_.
Result<void> Environment::grow(std::uint64_t at_least) {
  std::uint64_t bytes = map_bytes_ * 2;
  while (bytes < at_least) bytes *= 2;
  return set_map_bytes(bytes);
}

// After a failed commit: what the kernel still has in its cache is not to be trusted as
// being on the disk, so everything is read again from the start.
Result<void> Environment::reopen() {
  const GateClosed gate(*this);
  COFFER_TRY(start_anew());
  needs_reopen_.store(false);
  return {};
}

// Behind the closed gate: no transaction of this process is running.
Result<void> Environment::start_anew() {
  {
    const std::lock_guard lock(readers_mutex_);
    for (ReadTxn* reader : readers_) reader->drop_handles();
  }
  close_env();
  generation_.fetch_add(1);
  return open_files(false, false);
}

void Environment::register_reader(ReadTxn* reader) {
  const std::lock_guard lock(readers_mutex_);
  readers_.push_back(reader);
}

void Environment::forget_reader(ReadTxn* reader) {
  const std::lock_guard lock(readers_mutex_);
  if (!sentinel_.in_child()) reader->drop_handles();
  readers_.erase(std::remove(readers_.begin(), readers_.end(), reader), readers_.end());
}

Result<EnvironmentInfo> Environment::info() {
  COFFER_TRY(check_usable());
  const std::lock_guard lock(writer_mutex_);
  if (env_ == nullptr) return Error{ErrorCode::failed, "the store could not be opened again"};
  EnvironmentInfo result;
  MDB_envinfo info;
  mdb_env_info(env_, &info);
  result.map_bytes = info.me_mapsize;
  result.last_transaction = info.me_last_txnid;
  struct stat status {};
  if (stat((directory_ + "/data.mdb").c_str(), &status) == 0)
    result.file_bytes = static_cast<std::uint64_t>(status.st_size);
  // The reader table is told as text, a line a reader: "pid thread txnid" ('-' = none).
  auto oldest = result.last_transaction;
  mdb_reader_list(
      env_,
      [](const char* line, void* context) {
        std::string_view text(line);
        while (text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
        const std::string_view last = text.substr(text.rfind(' ') + 1);
        std::uint64_t txn = 0;
        auto* least = static_cast<std::uint64_t*>(context);
        if (std::from_chars(last.data(), last.data() + last.size(), txn).ec == std::errc() &&
            txn < *least)
          *least = txn;
        return 0;
      },
      &oldest);
  result.oldest_reader_lag = result.last_transaction - oldest;
  return result;
}

}  // namespace coffer::storage

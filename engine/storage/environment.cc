#include "storage/environment.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <map>
#include <string_view>
#include <thread>

#include "base/check.h"
#include "storage/directory.h"
#include "storage/lmdb_error.h"
#include "storage/pages/page_verifier.h"
#include "storage/txn.h"

namespace coffer::storage {
namespace {

constexpr unsigned kReadersMax = 1024;
constexpr unsigned kFlags = MDB_NOTLS | MDB_NORDAHEAD;
constexpr std::chrono::milliseconds kObstacleWait{2'000};
constexpr std::chrono::milliseconds kObstacleLook{1};
constexpr std::chrono::milliseconds kObstacleLookMax{50};
constexpr int kLooksMax = 50;

// The environments that this process has open. An entry stays until its environment is closed
// for good: the file must not be opened again while closing is about to drop its locks.
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
  std::error_code failure;
  const std::string path =
      directory.empty() ? directory : std::filesystem::absolute(directory, failure).string();
  if (failure)
    return Error(ErrorCode::io, "the current directory cannot be found",
                 "give the full path of the store")
        .with_errno(failure.value());
  auto handle = COFFER_TRY(Directory::open(path));
  const std::pair id{handle->device, handle->inode};
  // Declared before the lock, so that it is released first: an environment's destructor takes it.
  std::shared_ptr<Environment> environment;
  std::shared_ptr<Environment> already;
  // One opener at a time in this process: the registry must not show a half-open environment.
  std::unique_lock lock(registry().mutex);
  for (auto found = registry().open.find(id); found != registry().open.end();
       found = registry().open.find(id)) {
    already = found->second.shared.lock();
    if (already && !already->sentinel_.in_child()) {
      COFFER_TRY(already->look_at_files());
      return already;
    }
    // A forked child opens an environment of its own beside the inherited one. It closes the
    // inherited descriptors, or they would keep the parent's locks alive after the parent's end.
    if (already || found->second.environment->sentinel_.in_child()) {
      found->second.environment->directory_handle_->close_files();
      break;
    }
    registry().closed.wait(lock);
  }
  environment.reset(new Environment(path, options));
  environment->directory_handle_ = std::move(handle);
  COFFER_TRY(environment->open_first(options.create));
  COFFER_CHECK(environment->env_ != nullptr && !environment->is_new_);
  registry().open[id] = {environment, environment.get()};
  return environment;
}

// An opener's obstacle mostly goes away soon: a process that is just closing the store, or one with
// the same process number that reads and ends. The wait is outside the gate.
Result<void> Environment::open_first(bool create) {
  using Clock = std::chrono::steady_clock;
  Directory& directory = *directory_handle_;
  const auto until = Clock::now() + kObstacleWait;
  for (auto pause = kObstacleLook;; pause = std::min(pause * 2, kObstacleLookMax)) {
    COFFER_TRY(directory.enter_gate());
    auto opened = try_to_open(create);
    if (!opened) directory.close_files();
    directory.leave_gate();
    if (opened || opened.error().code() != ErrorCode::busy || Clock::now() >= until) return opened;
    std::this_thread::sleep_for(pause);
  }
}

namespace {

// Adds the file, and the damaged page, to an error about damage.
template <typename T>
Result<T> about_page(Result<T> verified, const std::string& directory) {
  if (verified || verified.error().code() != ErrorCode::corrupt) return verified;
  std::string place = directory + "/data.mdb";
  if (verified.error().number()) place += ", page " + std::to_string(*verified.error().number());
  return std::move(verified).error().about(Subject::Kind::file, place);
}

}  // namespace

Result<void> Environment::try_to_open(bool create) {
  Directory& directory = *directory_handle_;
  if (create) {
    is_new_ = true;
    COFFER_TRY(directory.make_lock_file());
    COFFER_TRY(open_files(Pages::ours));
    is_new_ = false;
    return {};
  }
  COFFER_TRY(directory.check_file("data.mdb"));
  if (auto checked = directory.check_file("lock.mdb");
      !checked && checked.error().code() != ErrorCode::no_store)
    return checked;
  COFFER_TRY(check_not_open_elsewhere());
  if (COFFER_TRY(directory.open_files())) {
    const PageReport report = COFFER_TRY(about_page(verify_pages(directory.data_fd), directory_));
    COFFER_TRY(open_files(Pages::verified, report.transaction_id));
  } else {
    COFFER_TRY(about_page(verify_headers(directory.data_fd), directory_));
    COFFER_TRY(open_files(Pages::others));
  }
  return directory.hold();
}

// One store opened through two directories: closing one would drop the other's LMDB locks.
Result<void> Environment::check_not_open_elsewhere() const {
  for (const auto& [id, entry] : registry().open) {
    if (entry.environment->sentinel_.in_child()) continue;
    if (!entry.environment->directory_handle_->shares_file_with(*directory_handle_)) continue;
    return Error(ErrorCode::failed,
                 "this process already has the store's files open through another directory",
                 "close the store there, then try again");
  }
  return {};
}

Environment::~Environment() {
  const std::lock_guard lock(registry().mutex);
  // A forked child must not close the inherited environment: its files are the parent's.
  if (!sentinel_.in_child()) close_env();
  // A child does not have the keeper's thread, so the keeper's destructor would never return.
  if (sentinel_.in_child()) (void)keeper_.release();
  const auto entry = registry().open.find({directory_handle_->device, directory_handle_->inode});
  if (entry != registry().open.end() && entry->second.environment == this)
    registry().open.erase(entry);
  registry().closed.notify_all();
}

// Leaves env_ null on failure.
Result<void> Environment::open_files(Pages pages, std::uint64_t verified) {
  auto opened = open_map();
  if (opened) opened = open_tables(pages, verified);
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
  COFFER_CHECK(env_ == nullptr);
  int code = 0;
  // A map takes address space only. If that is limited (ulimit -v), a smaller map will do.
  for (;;) {
    code = make_env();
    if (code == 0) code = mdb_env_set_mapsize(env_, static_cast<std::size_t>(map_bytes_));
    if (code == 0) code = mdb_env_open(env_, directory_.c_str(), kFlags, 0600);
    if (code != ENOMEM || map_bytes_ <= WriteTxn::kRoomBytes) break;
    close_env();
    map_bytes_ /= 2;
  }
  if (code != 0) return lmdb_error(code);
  // LMDB 0.9 leaves this flag out, and programs that the host starts would inherit the data file.
  mdb_filehandle_t data_fd = -1;
  if (mdb_env_get_fd(env_, &data_fd) == 0) fcntl(data_fd, F_SETFD, FD_CLOEXEC);
  COFFER_TRY(directory_handle_->expect(StoreFile::data, data_fd));
  MDB_envinfo info;
  mdb_env_info(env_, &info);
  map_bytes_ = info.me_mapsize;
  COFFER_CHECK(map_bytes_ > 0);
  COFFER_TRY(look_at_files());
  int dead = 0;
  mdb_reader_check(env_, &dead);
  return {};
}

Result<MDB_txn*> Environment::begin_on_tables(bool create) {
  COFFER_CHECK(env_ != nullptr);
  MDB_txn* txn = nullptr;
  const unsigned flags = create ? 0 : MDB_RDONLY;
  int code = mdb_txn_begin(env_, nullptr, flags, &txn);
  if (code == MDB_MAP_RESIZED) {
    mdb_env_set_mapsize(env_, 0);
    code = mdb_txn_begin(env_, nullptr, flags, &txn);
  }
  // A process's first reader locks the byte of the lock file at the offset of its process number.
  if (code == EAGAIN || code == EACCES)
    return Error(ErrorCode::busy,
                 "the store is open in another PID namespace, by a process with the same number",
                 Advice::share_pid_namespace)
        .with_number(static_cast<std::uint64_t>(getpid()));
  if (code != 0) return lmdb_error(code);
  return txn;
}

// Verifies the transaction that LMDB chose; the open reader keeps its pages from being reused. It
// differs from the newest meta page only for a moment, while another process finishes a commit.
Result<void> Environment::check_followed(MDB_txn* txn, Pages pages, std::uint64_t verified) const {
  COFFER_CHECK(txn != nullptr && pages != Pages::ours);
  for (int looks = 1;; ++looks) {
    const std::uint64_t followed = mdb_txn_id(txn);
    if (pages == Pages::verified && followed == verified) return {};
    const auto report = verify_snapshot(directory_handle_->data_fd, followed);
    if (report) return {};
    if (report.error().code() != ErrorCode::busy || looks == kLooksMax) return report.error();
    mdb_txn_reset(txn);
    std::this_thread::sleep_for(kObstacleLook);
    if (const int code = mdb_txn_renew(txn); code != 0) return lmdb_error(code);
  }
}

Result<void> Environment::open_tables(Pages pages, std::uint64_t verified) {
  const bool create = is_new_;
  MDB_txn* txn = COFFER_TRY(begin_on_tables(create));
  if (pages != Pages::ours) {
    if (auto checked = check_followed(txn, pages, verified); !checked) {
      mdb_txn_abort(txn);
      return checked;
    }
  }
  int code = 0;
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
      return Error(ErrorCode::corrupt, "the data file lacks a table of the store",
                   "restore it from a backup");
    return lmdb_error(code);
  }
  code = mdb_txn_commit(txn);
  if (code != 0) return lmdb_error(code);
  for (std::size_t i = 0; i < kTablesFromTheStart; ++i) COFFER_CHECK(tables_[i].load() != 0);
  return {};
}

Environment::GateClosed::GateClosed(Environment& environment) : environment_(environment) {
  {
    const std::lock_guard lock(environment_.gate_mutex_);
    COFFER_CHECK(!environment_.gate_closed_.load());  // Only one thread may close it.
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
    COFFER_CHECK(environment_.gate_closed_.load());
    environment_.gate_closed_.store(false, std::memory_order_seq_cst);
  }
  environment_.gate_opened_.notify_all();
}

void Environment::wait_for_gate() {
  std::unique_lock lock(gate_mutex_);
  gate_opened_.wait(lock, [this] { return !gate_closed_.load(); });
}

Result<void> Environment::set_map_bytes(std::uint64_t bytes) {
  COFFER_CHECK(env_ != nullptr);
  const GateClosed gate(*this);
  const int code = mdb_env_set_mapsize(env_, static_cast<std::size_t>(bytes));
  if (code != 0) {
    // LMDB has already unmapped the file, and the next read would crash: reopen.
    COFFER_TRY(start_anew());
    return lmdb_error(code == ENOMEM ? MDB_MAP_FULL : code);
  }
  MDB_envinfo info;
  mdb_env_info(env_, &info);
  map_bytes_ = info.me_mapsize;
  return {};
}

// A writer calls this between transactions, under writer_mutex_.
Result<void> Environment::grow(std::uint64_t at_least) {
  COFFER_CHECK(at_least > map_bytes_);
  std::uint64_t bytes = map_bytes_ * 2;
  while (bytes < at_least) bytes *= 2;
  COFFER_TRY(set_map_bytes(bytes));
  COFFER_CHECK(map_bytes_ >= at_least);
  return {};
}

// After a failed commit the kernel's cache may differ from the disk, so the file is opened and
// read again.
Result<void> Environment::reopen() {
  const GateClosed gate(*this);
  COFFER_TRY(start_anew());
  needs_reopen_.store(false);
  return {};
}

// Runs behind the closed gate, when no transaction of this process is running.
Result<void> Environment::start_anew() {
  COFFER_CHECK(gate_closed_.load());
  {
    const std::lock_guard lock(readers_mutex_);
    for (ReadTxn* reader : readers_) reader->drop_handles();
  }
  close_env();
  generation_.fetch_add(1);
  COFFER_TRY(look_at_files());
  return open_files(Pages::ours);
}

void Environment::register_reader(ReadTxn* reader) {
  const std::lock_guard lock(readers_mutex_);
  COFFER_CHECK(std::find(readers_.begin(), readers_.end(), reader) == readers_.end());
  readers_.push_back(reader);
}

void Environment::forget_reader(ReadTxn* reader) {
  const std::lock_guard lock(readers_mutex_);
  if (!sentinel_.in_child()) reader->drop_handles();
  const auto found = std::find(readers_.begin(), readers_.end(), reader);
  COFFER_CHECK(found != readers_.end());
  readers_.erase(found);
}

std::optional<OtherEntry> Environment::entry_of_other_meta(ByteView key) const {
  mdb_filehandle_t data_fd = -1;
  if (env_ == nullptr || mdb_env_get_fd(env_, &data_fd) != 0) return std::nullopt;
  return storage::entry_of_other_meta(data_fd, key);
}

Result<EnvironmentInfo> Environment::info() {
  COFFER_TRY(check_usable());
  const std::lock_guard lock(writer_mutex_);
  if (env_ == nullptr) return Error(ErrorCode::failed, "the store could not be opened again");
  EnvironmentInfo result;
  MDB_envinfo info;
  mdb_env_info(env_, &info);
  result.map_bytes = info.me_mapsize;
  result.last_transaction = info.me_last_txnid;
  struct stat status {};
  if (stat((directory_ + "/data.mdb").c_str(), &status) == 0)
    result.file_bytes = static_cast<std::uint64_t>(status.st_size);
  // LMDB lists its readers as text, one line each: "pid thread txnid" ('-' for no transaction).
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

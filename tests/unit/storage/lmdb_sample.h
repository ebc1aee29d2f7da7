// Real LMDB files for the tests and fuzzers of the page verifier, and what an engine does
// with a file that was let in: read everything, then write.
#pragma once

#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace coffer::storage::test {

inline void require_ok(int code) {
  if (code != MDB_SUCCESS) throw std::runtime_error(mdb_strerror(code));
}

inline MDB_val value_of(ByteView bytes) {
  return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};
}

/// A directory of our own, in memory where there is such a place; gone at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    const char* asked = std::getenv("TMPDIR");
    path_ = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : asked != nullptr ? asked : "/tmp";
    path_ += "/coffer-pages-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp");
  }
  ~TemporaryDirectory() {
    ::unlink(data().c_str());
    ::unlink((path_ + "/lock.mdb").c_str());
    ::rmdir(path_.c_str());
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string data() const { return path_ + "/data.mdb"; }

 private:
  std::string path_;
};

inline Bytes read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (file < 0 || ::fstat(file, &status) != 0) throw std::runtime_error("open");
  Bytes bytes(static_cast<std::size_t>(status.st_size));
  const ssize_t got = ::read(file, bytes.data(), bytes.size());
  ::close(file);
  if (got != static_cast<ssize_t>(bytes.size())) throw std::runtime_error("read");
  return bytes;
}

inline void write_file(const std::string& path, ByteView bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error("open");
  const ssize_t put = ::write(file, bytes.data(), bytes.size());
  ::close(file);
  if (put != static_cast<ssize_t>(bytes.size())) throw std::runtime_error("write");
}

/// An LMDB environment in a directory. Not durable: only the file's shape matters here.
class Lmdb {
 public:
  explicit Lmdb(const std::string& directory, std::size_t map_size = std::size_t{64} << 20) {
    require_ok(mdb_env_create(&environment_));
    mdb_env_set_maxdbs(environment_, 64);
    if (map_size != 0) mdb_env_set_mapsize(environment_, map_size);  // or what the file says
    const int code = mdb_env_open(environment_, directory.c_str(), MDB_NOTLS | MDB_NOSYNC, 0600);
    if (code != MDB_SUCCESS) {
      mdb_env_close(environment_);
      require_ok(code);
    }
  }
  ~Lmdb() { mdb_env_close(environment_); }
  Lmdb(const Lmdb&) = delete;
  Lmdb& operator=(const Lmdb&) = delete;

  MDB_env* get() const { return environment_; }

 private:
  MDB_env* environment_ = nullptr;
};

class Transaction {
 public:
  explicit Transaction(const Lmdb& lmdb, unsigned flags = 0) {
    require_ok(mdb_txn_begin(lmdb.get(), nullptr, flags, &transaction_));
  }
  ~Transaction() {
    if (transaction_ != nullptr) mdb_txn_abort(transaction_);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  MDB_dbi table(const std::string& name, unsigned flags = MDB_CREATE) {
    MDB_dbi table = 0;
    require_ok(mdb_dbi_open(transaction_, name.empty() ? nullptr : name.c_str(), flags, &table));
    return table;
  }
  void put(MDB_dbi table, ByteView key, ByteView value) {
    MDB_val k = value_of(key);
    MDB_val v = value_of(value);
    require_ok(mdb_put(transaction_, table, &k, &v, 0));
  }
  bool erase(MDB_dbi table, ByteView key) {
    MDB_val k = value_of(key);
    const int code = mdb_del(transaction_, table, &k, nullptr);
    if (code != MDB_NOTFOUND) require_ok(code);
    return code == MDB_SUCCESS;
  }
  void commit() {
    MDB_txn* ended = transaction_;
    transaction_ = nullptr;
    require_ok(mdb_txn_commit(ended));
  }
  MDB_txn* get() const { return transaction_; }

 private:
  MDB_txn* transaction_ = nullptr;
};

inline const std::array<const char*, 5> kTables{"history", "names", "refs", "time", "meta"};

/// Writes as an engine does: several tables, keys of 24 to 48 bytes, values from 100 bytes to
/// runs of pages, overwriting and deleting, so that the free list grows long.
class Workload {
 public:
  explicit Workload(std::uint32_t seed) : random_(seed) {}

  void commit(const Lmdb& lmdb, unsigned changes, std::size_t largest = 20000) {
    Transaction transaction(lmdb);
    for (unsigned change = 0; change < changes; ++change) {
      const MDB_dbi table = transaction.table(kTables[below(kTables.size())]);
      if (!keys_.empty() && below(3) == 0) {
        const std::size_t victim = below(keys_.size());
        for (const char* name : kTables) transaction.erase(transaction.table(name), keys_[victim]);
        keys_[victim] = keys_.back();
        keys_.pop_back();
        continue;
      }
      if (keys_.empty() || below(4) != 0) keys_.push_back(bytes(24 + below(25)));
      const std::size_t size = below(8) == 0 ? below(largest) : 100 + below(400);
      transaction.put(table, keys_[below(keys_.size())], bytes(size));
    }
    transaction.commit();
  }

  std::size_t below(std::size_t limit) { return random_() % limit; }
  // Random where a key needs it; the rest of a long value is only there to take room.
  Bytes bytes(std::size_t size) {
    Bytes made(size, static_cast<std::uint8_t>(random_()));
    for (std::size_t at = 0; at < std::min<std::size_t>(size, 48); ++at)
      made[at] = static_cast<std::uint8_t>(random_());
    return made;
  }

 private:
  std::mt19937 random_;
  std::vector<Bytes> keys_;
};

inline std::uint64_t read_table(MDB_txn* transaction, MDB_dbi table) {
  MDB_cursor* cursor = nullptr;
  if (mdb_cursor_open(transaction, table, &cursor) != MDB_SUCCESS) return 0;
  std::uint64_t sum = 0;
  MDB_val key{};
  MDB_val value{};
  for (auto step : {MDB_NEXT, MDB_PREV}) {
    for (int code = mdb_cursor_get(cursor, &key, &value, step == MDB_NEXT ? MDB_FIRST : MDB_LAST);
         code == MDB_SUCCESS; code = mdb_cursor_get(cursor, &key, &value, step)) {
      for (const MDB_val& part : {key, value}) {
        const auto* bytes = static_cast<const std::uint8_t*>(part.mv_data);
        for (std::size_t i = 0; i < part.mv_size; ++i) sum += bytes[i];
      }
    }
  }
  mdb_cursor_close(cursor);
  return sum;
}

inline std::vector<std::string> table_names(MDB_txn* transaction) {
  std::vector<std::string> names;
  MDB_dbi main = 0;
  MDB_cursor* cursor = nullptr;
  if (mdb_dbi_open(transaction, nullptr, 0, &main) != MDB_SUCCESS) return names;
  if (mdb_cursor_open(transaction, main, &cursor) != MDB_SUCCESS) return names;
  MDB_val key{};
  MDB_val value{};
  while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS && names.size() < 32)
    names.emplace_back(static_cast<const char*>(key.mv_data), key.mv_size);
  mdb_cursor_close(cursor);
  return names;
}

/// Reads all there is and commits changes that take from the free list, split and merge.
/// Errors of LMDB are an answer like another; dying is not.
inline void use_everything(const std::string& directory, std::size_t map_size) try {
  const Lmdb lmdb(directory, map_size);
  std::vector<std::string> names;
  {
    Transaction reading(lmdb, MDB_RDONLY);
    read_table(reading.get(), 0);  // the free list: LMDB reads it by this number when it writes
    names = table_names(reading.get());
  }
  names.emplace_back("history");
  for (unsigned round = 0; round < 3; ++round) {
    Workload work(round);
    Transaction writing(lmdb);
    for (const auto& name : names) {
      MDB_dbi table = 0;
      if (mdb_dbi_open(writing.get(), name.c_str(), round == 0 ? MDB_CREATE : 0, &table) != 0)
        continue;
      read_table(writing.get(), table);
      MDB_cursor* cursor = nullptr;
      require_ok(mdb_cursor_open(writing.get(), table, &cursor));
      MDB_val key{};
      MDB_val value{};
      for (unsigned n = 0; mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS; ++n) {
        if (n % 3 == round && mdb_cursor_del(cursor, 0) != MDB_SUCCESS) break;
      }
      mdb_cursor_close(cursor);
      for (unsigned n = 0; n < 6; ++n)
        writing.put(table, work.bytes(24 + work.below(400)), work.bytes(n == 0 ? 9000 : 700));
    }
    writing.commit();
  }
} catch (const std::runtime_error&) {
  // LMDB said no: that is what its callers handle.
}

}  // namespace coffer::storage::test

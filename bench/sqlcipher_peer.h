// SQLCipher as a store of secrets: one table, and a prepared statement each for get and put.
#pragma once

#ifdef COFFER_BENCH_SQLCIPHER
#include <cstdint>
#include <memory>

#include "dataset.h"

namespace coffer::bench {

class SqlcipherStore {
 public:
  /// `cache_all`: a cache of 256 MB for decrypted pages instead of the default 2 MB.
  SqlcipherStore(std::uint64_t count, std::size_t bytes, bool cache_all);
  ~SqlcipherStore();
  SqlcipherStore(const SqlcipherStore&) = delete;
  SqlcipherStore& operator=(const SqlcipherStore&) = delete;
  std::uint8_t get(std::uint64_t number);
  /// One durable transaction (rollback journal, synchronous=FULL: the defaults).
  void put(std::uint64_t number);

 private:
  struct State;
  Scratch scratch_;
  std::unique_ptr<State> state_;
  std::size_t bytes_;
};

}  // namespace coffer::bench
#endif

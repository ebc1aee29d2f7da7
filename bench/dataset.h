// The data that every contestant gets, with the same names and values; and the two stores that
// need no peer's library: coffer itself and the bare floor.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "secrets/engine.h"

struct MDB_env;

namespace coffer::bench {

/// A temporary directory below TMPDIR, which should be on a disk; removed by the destructor.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Cached, because printing a name would cost a tenth of a get.
const std::string& secret_name(std::uint64_t number);
std::string secret_value(std::uint64_t number, std::size_t bytes);
/// A pseudo-random walk over 0 .. count-1, the same for every contestant.
class Walk {
 public:
  explicit Walk(std::uint64_t count) : count_(count) {}
  std::uint64_t next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return (state_ >> 33) % count_;
  }

 private:
  std::uint64_t count_;
  std::uint64_t state_ = 42;
};

/// An open coffer store with `count` secrets of `bytes` bytes each.
class CofferStore {
 public:
  CofferStore(std::uint64_t count, std::size_t bytes, const Clock* clock = nullptr);
  secrets::Engine& engine() { return *engine_; }

 private:
  Scratch scratch_;
  std::unique_ptr<secrets::Engine> engine_;
};

/// The least work that an engine of this design can do: LMDB's renew and get of a record of the
/// same size, unwrapping a DEK, and opening a value.
class FloorStore {
 public:
  FloorStore(std::uint64_t count, std::size_t bytes);
  ~FloorStore();
  FloorStore(const FloorStore&) = delete;
  FloorStore& operator=(const FloorStore&) = delete;
  /// Returns the value's first byte, so that nothing can be optimised away.
  std::uint8_t get(std::uint64_t number);
  /// One durable transaction with a record of the engine's size for each number.
  void put(const std::vector<std::uint64_t>& numbers);

 private:
  struct State;
  Scratch scratch_;
  std::unique_ptr<State> state_;
  std::size_t bytes_;
};

}  // namespace coffer::bench

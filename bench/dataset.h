// The data every contestant gets: the same names, the same values, and the two stores
// that are compared without a peer's library: coffer itself and the bare floor.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "secrets/engine.h"

struct MDB_env;

namespace coffer::bench {

/// A directory of its own, gone with the object. On a disk, not in memory: TMPDIR decides.
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

/// Made once and kept: printing a name costs as much as a tenth of a get.
const std::string& secret_name(std::uint64_t number);
std::string secret_value(std::uint64_t number, std::size_t bytes);
/// A permutation-like walk over 0 .. count-1, the same for every contestant.
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

/// A coffer store with `count` secrets of `bytes` bytes each, opened.
class CofferStore {
 public:
  CofferStore(std::uint64_t count, std::size_t bytes, const Clock* clock = nullptr);
  secrets::Engine& engine() { return *engine_; }

 private:
  Scratch scratch_;
  std::unique_ptr<secrets::Engine> engine_;
};

/// What no engine of this design can go below: LMDB's renew and get of a record of the same
/// size, the unwrapping of a DEK, the opening of a value, and nothing else.
class FloorStore {
 public:
  FloorStore(std::uint64_t count, std::size_t bytes);
  ~FloorStore();
  FloorStore(const FloorStore&) = delete;
  FloorStore& operator=(const FloorStore&) = delete;
  /// Returns the value's first byte, so that nothing can be optimised away.
  std::uint8_t get(std::uint64_t number);
  /// One durable transaction with a record of the size of ours for each number.
  void put(const std::vector<std::uint64_t>& numbers);

 private:
  struct State;
  Scratch scratch_;
  std::unique_ptr<State> state_;
  std::size_t bytes_;
};

}  // namespace coffer::bench

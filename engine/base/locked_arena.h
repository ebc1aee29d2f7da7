// The process's memory for secrets: mapped outside the heap, between guard pages, locked, excluded
// from core dumps, and wiped when it is given back.
//
// There are two arenas, because they behave differently across fork(): keys vanish in the child,
// which reads zeros (MADV_WIPEONFORK); values stay readable. Block sizes are powers of two from 32
// bytes. A block above 64 KiB has its own mapping, so that a 1 MiB value returns its memory when it
// is freed. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

namespace coffer {

class LockedArena {
 public:
  enum class Kind : std::uint8_t { values, keys };
  static LockedArena& of(Kind kind);

  /// Returns zeroed memory of at least `size` bytes. Throws bad_alloc if there is no memory.
  void* allocate(std::size_t size);
  /// Wipes the memory and gives it back. `size` must be the size passed to allocate().
  void release(void* memory, std::size_t size);
  /// The size of the block that allocate(size) returns.
  static std::size_t block_bytes(std::size_t size);

  std::size_t mapped_bytes() const;
  std::size_t locked_bytes() const;

  LockedArena(const LockedArena&) = delete;
  LockedArena& operator=(const LockedArena&) = delete;

 private:
  explicit LockedArena(Kind kind);
  ~LockedArena() = delete;  // Never destroyed: statics may hold secrets to the end.
  struct State;
  State* state_;
};

}  // namespace coffer

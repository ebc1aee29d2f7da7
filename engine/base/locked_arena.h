// The process's memory for secrets: mapped apart from the heap, between guard
// pages, locked, left out of core dumps, wiped when given back.
//
// Two homes, because they must behave differently across fork(): keys vanish in
// a child (MADV_WIPEONFORK: it reads zeros), values of a caller stay readable.
// Blocks come in powers of two from 32 bytes; larger than 64 KiB are mapped on
// their own, so that a 1 MiB value gives its memory back when it goes.
// Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

namespace coffer {

class LockedArena {
 public:
  enum class Kind : std::uint8_t { values, keys };
  static LockedArena& of(Kind kind);

  /// Zeroed memory of at least `size` bytes. Never null: no memory left ends the process.
  void* allocate(std::size_t size);
  /// Wipes, then gives back. `size` is what allocate() was asked for.
  void release(void* memory, std::size_t size);
  /// The size that allocate(size) really gives.
  static std::size_t block_bytes(std::size_t size);

  std::size_t mapped_bytes() const;
  std::size_t locked_bytes() const;

  LockedArena(const LockedArena&) = delete;
  LockedArena& operator=(const LockedArena&) = delete;

 private:
  explicit LockedArena(Kind kind);
  ~LockedArena() = delete;  // Lives as long as the process: statics may hold secrets to the end.
  struct State;
  State* state_;
};

}  // namespace coffer

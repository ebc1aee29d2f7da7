// A 256-bit key in the locked memory for keys. The destructor wipes it; a forked child reads
// zeros in its place (and the engine refuses to work there).
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "base/locked_arena.h"

namespace coffer::crypto {

inline constexpr std::size_t kKeyBytes = 32;
using KeyView = std::span<const std::uint8_t, kKeyBytes>;

class Key {
 public:
  Key() : bytes_(static_cast<std::uint8_t*>(arena().allocate(kKeyBytes))) {}
  static Key random();
  static Key copy_of(KeyView bytes) {
    Key key;
    std::memcpy(key.bytes_, bytes.data(), kKeyBytes);
    return key;
  }
  Key(Key&& other) noexcept : bytes_(std::exchange(other.bytes_, nullptr)) {}
  Key& operator=(Key&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key() {
    if (bytes_ != nullptr) arena().release(bytes_, kKeyBytes);
  }

  /// Neither may be called on a key that was moved from.
  KeyView view() const {
    COFFER_CHECK(bytes_ != nullptr);
    return KeyView(bytes_, kKeyBytes);
  }
  MutableByteView mutable_bytes() {
    COFFER_CHECK(bytes_ != nullptr);
    return {bytes_, kKeyBytes};
  }

 private:
  static LockedArena& arena() { return LockedArena::of(LockedArena::Kind::keys); }
  std::uint8_t* bytes_;
};

/// Many keys in one block of the locked memory for keys, all zeros at first.
class KeyBlock {
 public:
  explicit KeyBlock(std::size_t count)
      : count_(count), bytes_(static_cast<std::uint8_t*>(arena().allocate(count * kKeyBytes))) {}
  KeyBlock(KeyBlock&& other) noexcept
      : count_(other.count_), bytes_(std::exchange(other.bytes_, nullptr)) {}
  KeyBlock& operator=(KeyBlock&&) = delete;
  KeyBlock(const KeyBlock&) = delete;
  KeyBlock& operator=(const KeyBlock&) = delete;
  ~KeyBlock() {
    if (bytes_ != nullptr) arena().release(bytes_, count_ * kKeyBytes);
  }

  KeyView view(std::size_t index) const {
    COFFER_CHECK(bytes_ != nullptr && index < count_);
    return KeyView(bytes_ + index * kKeyBytes, kKeyBytes);
  }
  MutableByteView mutable_view(std::size_t index) {
    COFFER_CHECK(bytes_ != nullptr && index < count_);
    return {bytes_ + index * kKeyBytes, kKeyBytes};
  }
  MutableByteView mutable_bytes() { return {bytes_, count_ * kKeyBytes}; }

 private:
  static LockedArena& arena() { return LockedArena::of(LockedArena::Kind::keys); }
  std::size_t count_;
  std::uint8_t* bytes_;
};

}  // namespace coffer::crypto

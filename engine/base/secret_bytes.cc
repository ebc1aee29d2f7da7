#include <coffer/secret_bytes.h>

#include <cstring>

#include "base/bytes.h"
#include "base/check.h"
#include "base/locked_arena.h"

namespace coffer {
namespace {

LockedArena& arena() { return LockedArena::of(LockedArena::Kind::values); }

}  // namespace

void wipe(void* memory, std::size_t size) { explicit_bzero(memory, size); }

bool equal_in_constant_time(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  if (a.size() != b.size()) return false;
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
    // Prevents the compiler from stopping at the first difference.
    __asm__ volatile("" : "+r"(difference));
  }
  return difference == 0;
}

SecretMemory secret_memory() {
  const LockedArena& keys = LockedArena::of(LockedArena::Kind::keys);
  return {arena().mapped_bytes() + keys.mapped_bytes(),
          arena().locked_bytes() + keys.locked_bytes()};
}

SecretBytes::SecretBytes(std::size_t size) { resize(size); }

SecretBytes::~SecretBytes() {
  if (data_ != nullptr) arena().release(data_, capacity_);
}

SecretBytes SecretBytes::copy_of(std::span<const std::uint8_t> bytes) {
  SecretBytes copy;
  copy.append(bytes);
  return copy;
}

SecretBytes SecretBytes::copy_of(std::string_view text) { return copy_of(as_bytes(text)); }

void SecretBytes::clear() { SecretBytes().swap(*this); }

void SecretBytes::reserve(std::size_t capacity) {
  if (capacity <= capacity_) return;
  SecretBytes larger;
  larger.capacity_ = LockedArena::block_bytes(capacity);
  larger.data_ = static_cast<std::uint8_t*>(arena().allocate(larger.capacity_));
  larger.size_ = size_;
  if (size_ > 0) std::memcpy(larger.data_, data_, size_);
  swap(larger);
}

void SecretBytes::resize(std::size_t size) {
  if (size < size_) wipe(data_ + size, size_ - size);
  if (size > capacity_) reserve(size);
  size_ = size;
}

void SecretBytes::append(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return;
  COFFER_CHECK(bytes.size() <= SIZE_MAX / 2 - size_);
  const std::size_t needed = size_ + bytes.size();
  if (data_ != nullptr && needed <= capacity_) {
    std::memcpy(data_ + size_, bytes.data(), bytes.size());
    size_ = needed;
    return;
  }
  // `bytes` may be part of this object: copy them before giving the old memory back.
  SecretBytes larger;
  larger.reserve(needed > 2 * capacity_ ? needed : 2 * capacity_);
  COFFER_CHECK(larger.data_ != nullptr);
  if (data_ != nullptr) std::memcpy(larger.data_, data_, size_);
  std::memcpy(larger.data_ + size_, bytes.data(), bytes.size());
  larger.size_ = needed;
  swap(larger);
}

void SecretBytes::append(std::string_view text) { append(as_bytes(text)); }

void SecretBytes::push_back(std::uint8_t byte) { append({&byte, 1}); }

}  // namespace coffer

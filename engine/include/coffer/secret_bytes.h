// SecretBytes: bytes that live in locked memory and are wiped when they are freed.
//
// The memory comes from one arena for the process: mapped between guard pages,
// locked (mlock), left out of core dumps. SecretBytes cannot be copied by accident
// (no copy constructor), printed (no operator<<) or compared with == (use
// equal_in_constant_time). If the system refuses to lock more memory, the bytes are
// usable but not locked, and secret_memory() shows it: a program should report this.
#pragma once

#include <coffer/export.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace coffer {

class COFFER_API SecretBytes {
 public:
  SecretBytes() = default;
  /// Zeroed bytes.
  explicit SecretBytes(std::size_t size);
  static SecretBytes copy_of(std::span<const std::uint8_t> bytes);
  static SecretBytes copy_of(std::string_view text);

  SecretBytes(SecretBytes&& other) noexcept { swap(other); }
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    SecretBytes(std::move(other)).swap(*this);
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  SecretBytes clone() const { return copy_of(bytes()); }

  std::uint8_t* data() { return data_; }
  const std::uint8_t* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::span<std::uint8_t> bytes() { return {data_, size_}; }
  std::span<const std::uint8_t> bytes() const { return {data_, size_}; }
  /// The bytes seen as text; valid while this object lives and is not changed.
  std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }

  /// Grows or shrinks; removed bytes are wiped, new bytes are zero.
  void resize(std::size_t size);
  void reserve(std::size_t capacity);
  void append(std::span<const std::uint8_t> bytes);
  void append(std::string_view text);
  void push_back(std::uint8_t byte);
  /// Wipes the bytes and frees the memory.
  void clear();
  void swap(SecretBytes& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Its time depends only on the sizes.
COFFER_API bool equal_in_constant_time(std::span<const std::uint8_t> a,
                                       std::span<const std::uint8_t> b);

/// Wipes memory in a way that the compiler cannot optimise away.
COFFER_API void wipe(void* memory, std::size_t size);

struct SecretMemory {
  std::size_t mapped_bytes = 0;
  std::size_t locked_bytes = 0;  ///< Less than mapped: RLIMIT_MEMLOCK refused the rest.
};
COFFER_API SecretMemory secret_memory();

}  // namespace coffer

// The layout of an LMDB file of data version 1; lmdb.h does not publish it. load() checks no
// bound: its caller does.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"

namespace coffer::storage::pages {

static_assert(std::endian::native == std::endian::little && sizeof(std::size_t) == 8,
              "LMDB's files are in the machine's own layout; only this one is described here");

// A page begins: number u64, pad u16, flags u16, lower u16, upper u16.
inline constexpr std::size_t kPageHeader = 16;
inline constexpr std::size_t kPageFlagsAt = 10;
inline constexpr std::size_t kLowerAt = 12;
inline constexpr std::size_t kUpperAt = 14;
inline constexpr std::size_t kRunLengthAt = 12;  // in an overflow page, replaces lower and upper
// A node begins: low u16, high u16, flags u16, key size u16.
inline constexpr std::size_t kNodeHeader = 8;
// In a branch low, high and flags are one number of 48 bits: the child's page.
inline constexpr std::uint64_t kChildMask = 0xffff'ffff'ffff;
inline constexpr std::size_t kRunNumber = 8;  // in a leaf, if the value lies in an overflow run
inline constexpr std::size_t kTreeRecord = 48;
inline constexpr std::size_t kMetaBytes = 152;  // with the page header

inline constexpr std::uint16_t kBranch = 0x01;
inline constexpr std::uint16_t kLeaf = 0x02;
inline constexpr std::uint16_t kOverflow = 0x04;
inline constexpr std::uint16_t kMeta = 0x08;
inline constexpr std::uint16_t kBigData = 0x01;
inline constexpr std::uint16_t kSubData = 0x02;
inline constexpr std::uint16_t kIntegerKey = 0x08;
inline constexpr std::uint16_t kNoSubdir = 0x4000;  // set in the free list's flags; harmless

inline constexpr std::uint32_t kMagic = 0xBEEFC0DE;
inline constexpr std::uint32_t kDataVersion = 1;
inline constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
inline constexpr std::uint64_t kMetaPages = 2;
inline constexpr std::size_t kMinPageSize = 4096;
inline constexpr std::size_t kMaxPageSize = 32768;
inline constexpr std::size_t kMaxKey = 511;
inline constexpr unsigned kMaxDepth = 32;                          // LMDB's cursor stack
inline constexpr std::uint64_t kMaxMap = std::uint64_t{1} << 47;   // the address space of a process
inline constexpr std::uint64_t kMaxTransaction = kNoPage >> 2;     // far from overflow
inline constexpr std::size_t kCoverWords = kMaxPageSize / 2 / 64;  // one bit for two bytes

template <typename T>
T load(const std::uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

struct Tree {
  explicit Tree(const std::uint8_t* at)
      : pad(load<std::uint32_t>(at)),
        flags(load<std::uint16_t>(at + 4)),
        depth(load<std::uint16_t>(at + 6)),
        branch_pages(load<std::uint64_t>(at + 8)),
        leaf_pages(load<std::uint64_t>(at + 16)),
        overflow_pages(load<std::uint64_t>(at + 24)),
        entries(load<std::uint64_t>(at + 32)),
        root(load<std::uint64_t>(at + 40)) {}

  std::uint32_t pad;  // in the free list's record: the page size
  std::uint16_t flags;
  std::uint16_t depth;
  std::uint64_t branch_pages;
  std::uint64_t leaf_pages;
  std::uint64_t overflow_pages;
  std::uint64_t entries;
  std::uint64_t root;
};

struct Meta {
  explicit Meta(const std::uint8_t* page)
      : map_size(load<std::uint64_t>(page + 32)),
        free_list(page + 40),
        main(page + 40 + kTreeRecord),
        last_page(load<std::uint64_t>(page + 136)),
        transaction(load<std::uint64_t>(page + 144)) {}

  std::uint64_t map_size;
  Tree free_list;
  Tree main;
  std::uint64_t last_page;
  std::uint64_t transaction;
};

// A page whose header was checked.
struct Page {
  std::size_t node_at(unsigned index) const {
    return load<std::uint16_t>(bytes + kPageHeader + std::size_t{2} * index);
  }

  const std::uint8_t* bytes;
  std::uint64_t number;
  unsigned nodes;
  unsigned upper;
};

struct Node {
  std::uint16_t flags;
  ByteView key;
  std::uint32_t value_size;   // in a leaf
  const std::uint8_t* value;  // in a leaf: the value, or the number of its run
};

}  // namespace coffer::storage::pages

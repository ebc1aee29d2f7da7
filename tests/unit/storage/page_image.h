// A data file in memory, with names for its places, so that a test can spoil just one.
#pragma once

#include <cstring>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "storage/pages/page_layout.h"
#include "tests/unit/storage/lmdb_sample.h"

namespace coffer::storage::test {

class PageImage {
 public:
  explicit PageImage(Bytes bytes) : bytes_(std::move(bytes)) {}

  ByteView view() const { return bytes_; }
  Bytes& bytes() { return bytes_; }

  template <typename T>
  T get(std::size_t at) const {
    T value;
    std::memcpy(&value, &bytes_.at(at + sizeof(T) - 1) - (sizeof(T) - 1), sizeof value);
    return value;
  }
  template <typename T>
  void set(std::size_t at, T value) {
    std::memcpy(&bytes_.at(at + sizeof(T) - 1) - (sizeof(T) - 1), &value, sizeof value);
  }

  /// Where the newest meta page begins, and the older one.
  std::size_t meta() const {
    return get<std::uint64_t>(144) < get<std::uint64_t>(kPage + 144) ? kPage : 0;
  }
  std::size_t older_meta() const { return kPage - meta(); }
  std::size_t free_record() const { return meta() + 40; }
  std::size_t main_record() const { return meta() + 40 + pages::kTreeRecord; }
  /// Where the root page of the tree begins whose record is at `record`.
  std::size_t root(std::size_t record) const {
    return static_cast<std::size_t>(get<std::uint64_t>(record + 40)) * kPage;
  }
  unsigned nodes(std::size_t page) const {
    return (get<std::uint16_t>(page + pages::kLowerAt) - 16U) / 2;
  }
  static std::size_t pointer(std::size_t page, unsigned index) {
    return page + pages::kPageHeader + std::size_t{2} * index;
  }
  std::size_t node(std::size_t page, unsigned index) const {
    return page + get<std::uint16_t>(pointer(page, index));
  }
  std::size_t value(std::size_t node) const {
    return node + pages::kNodeHeader + get<std::uint16_t>(node + 6);
  }
  std::size_t child(std::size_t node) const { return get<std::uint32_t>(node) * kPage; }

  /// The node in `main`'s only leaf that names a table, and the record it holds.
  std::size_t table_node(std::string_view name) const {
    const std::size_t page = root(main_record());
    for (unsigned index = 0; index < nodes(page); ++index) {
      const std::size_t at = node(page, index);
      if (as_text({&bytes_[at + 8], get<std::uint16_t>(at + 6)}) == name) return at;
    }
    throw std::runtime_error("no such table in the sample");
  }
  std::size_t table(std::string_view name) const { return value(table_node(name)); }
  /// The first leaf of a tree.
  std::size_t leaf(std::size_t record) const {
    std::size_t page = root(record);
    while (get<std::uint16_t>(page + pages::kPageFlagsAt) == pages::kBranch)
      page = child(node(page, 0));
    return page;
  }
  /// The first node of a leaf whose value is in an overflow run.
  std::size_t big_node(std::size_t leaf) const {
    for (unsigned index = 0; index < nodes(leaf); ++index) {
      if (get<std::uint16_t>(node(leaf, index) + 4) == pages::kBigData) return node(leaf, index);
    }
    throw std::runtime_error("no overflow run in the sample");
  }

  static constexpr std::size_t kPage = 4096;

 private:
  Bytes bytes_;
};

inline Bytes key_of(std::uint32_t number, std::size_t size) {
  Bytes key(size, 'k');
  for (std::size_t at = 0; at < 4; ++at)
    key[at] = static_cast<std::uint8_t>(number >> (24 - 8 * at));
  return key;
}

/// "tall" is three levels high, "flat" one leaf with a run, and the free list has several records.
inline PageImage sample() {
  TemporaryDirectory directory;
  {
    const Lmdb lmdb(directory.path());
    for (std::uint32_t round = 0; round < 3; ++round) {
      Transaction transaction(lmdb);
      const MDB_dbi tall = transaction.table("tall");
      const MDB_dbi flat = transaction.table("flat");
      for (std::uint32_t n = 0; n < 60; ++n)
        transaction.put(tall, key_of(n * 3 + round, 500), Bytes(300, 'v'));
      transaction.put(flat, key_of(1, 24), Bytes(9000, 'a'));
      transaction.put(flat, key_of(2, 24), Bytes(100, 'b'));
      transaction.put(flat, key_of(3, 25), Bytes(5000 + round, 'c'));
      transaction.put(flat, key_of(4, 24), Bytes(101, 'd'));
      transaction.commit();
    }
  }
  return PageImage(read_file(directory.data()));
}

}  // namespace coffer::storage::test

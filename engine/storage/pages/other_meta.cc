#include "storage/pages/other_meta.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "storage/pages/page_layout.h"

namespace coffer::storage {
namespace pages {
namespace {

// A root record is far shorter.
constexpr std::size_t kValueBytesMax = 64 * 1024;
// Another process may commit while the pages are read; then they are read again.
constexpr int kTries = 3;

using MetaBytes = std::array<std::uint8_t, kMetaBytes>;

bool read_at(int fd, std::uint64_t offset, MutableByteView out) {
  return offset <= kMaxMap && ::pread(fd, out.data(), out.size(), static_cast<off_t>(offset)) ==
                                  static_cast<ssize_t>(out.size());
}

struct Metas {
  std::array<MetaBytes, kMetaPages> bytes{};
  std::size_t page_size = 0;
};

std::optional<Metas> read_metas(int fd) {
  Metas metas;
  if (!read_at(fd, 0, metas.bytes[0])) return std::nullopt;
  metas.page_size = load<std::uint32_t>(metas.bytes[0].data() + 40);
  if (!std::has_single_bit(metas.page_size) || metas.page_size < kMinPageSize ||
      metas.page_size > kMaxPageSize || !read_at(fd, metas.page_size, metas.bytes[1]))
    return std::nullopt;
  return metas;
}

// LMDB's key order: bytewise, and a key sorts before any longer key that begins with it.
int compare(ByteView a, ByteView b) {
  const int order = std::memcmp(a.data(), b.data(), std::min(a.size(), b.size()));
  if (order != 0 || a.size() == b.size()) return order;
  return a.size() < b.size() ? -1 : 1;
}

// Follows one tree down to one key.
class Descent {
 public:
  Descent(int fd, std::size_t page_size, ByteView key) : fd_(fd), page_(page_size), key_(key) {}

  std::optional<Bytes> find(const Tree& tree) {
    if (tree.root == kNoPage || tree.depth < 1 || tree.depth > kMaxDepth) return std::nullopt;
    std::uint64_t number = tree.root;
    for (unsigned level = 1; level < tree.depth; ++level) {
      if (!open_page(number, kBranch) || !choose_child(number)) return std::nullopt;
    }
    return open_page(number, kLeaf) ? find_in_leaf() : std::nullopt;
  }

 private:
  bool open_page(std::uint64_t number, std::uint16_t kind) {
    if (number < kMetaPages || number > kMaxMap / page_.size() ||
        !read_at(fd_, number * page_.size(), page_))
      return false;
    const unsigned lower = load<std::uint16_t>(page_.data() + kLowerAt);
    if (load<std::uint64_t>(page_.data()) != number ||
        load<std::uint16_t>(page_.data() + kPageFlagsAt) != kind || lower < kPageHeader ||
        lower > page_.size())
      return false;
    nodes_ = (lower - static_cast<unsigned>(kPageHeader)) / 2;
    return nodes_ != 0;
  }

  std::optional<ByteView> key_of(unsigned index, std::size_t& begin) const {
    begin = load<std::uint16_t>(page_.data() + kPageHeader + std::size_t{2} * index);
    if (begin < kPageHeader || begin + kNodeHeader > page_.size()) return std::nullopt;
    const std::size_t size = load<std::uint16_t>(page_.data() + begin + 6);
    if (size > page_.size() - begin - kNodeHeader) return std::nullopt;
    return ByteView(page_).subspan(begin + kNodeHeader, size);
  }

  // The last child whose first key is not greater than the wanted one.
  bool choose_child(std::uint64_t& child) const {
    for (unsigned index = 0; index < nodes_; ++index) {
      std::size_t begin = 0;
      const auto key = key_of(index, begin);
      if (!key) return false;
      if (index != 0 && compare(*key, key_) > 0) break;
      child = load<std::uint64_t>(page_.data() + begin) & kChildMask;
    }
    return true;
  }

  std::optional<Bytes> find_in_leaf() const {
    for (unsigned index = 0; index < nodes_; ++index) {
      std::size_t begin = 0;
      const auto key = key_of(index, begin);
      if (!key) return std::nullopt;
      if (key->size() != key_.size() || compare(*key, key_) != 0) continue;
      const std::size_t size = load<std::uint32_t>(page_.data() + begin);
      const auto flags = load<std::uint16_t>(page_.data() + begin + 4);
      const std::size_t at = begin + kNodeHeader + key->size();
      if (size > kValueBytesMax) return std::nullopt;
      if (flags == kBigData && kRunNumber <= page_.size() - at)
        return read_run(load<std::uint64_t>(page_.data() + at), size);
      if (flags != 0 || size > page_.size() - at) return std::nullopt;
      const ByteView value = ByteView(page_).subspan(at, size);
      return Bytes(value.begin(), value.end());
    }
    return std::nullopt;
  }

  std::optional<Bytes> read_run(std::uint64_t first, std::size_t size) const {
    Bytes value(size);
    if (first < kMetaPages || first > kMaxMap / page_.size() ||
        !read_at(fd_, first * page_.size() + kPageHeader, value))
      return std::nullopt;
    return value;
  }

  int fd_;
  std::vector<std::uint8_t> page_;
  ByteView key_;
  unsigned nodes_ = 0;
};

}  // namespace
}  // namespace pages

std::optional<OtherEntry> entry_of_other_meta(int file_descriptor, ByteView key) {
  for (int tries = 0; tries < pages::kTries; ++tries) {
    const auto metas = pages::read_metas(file_descriptor);
    if (!metas) return std::nullopt;
    const pages::Meta even(metas->bytes[0].data());
    const pages::Meta odd(metas->bytes[1].data());
    const pages::Meta& other = even.transaction < odd.transaction ? even : odd;
    auto value = pages::Descent(file_descriptor, metas->page_size, key).find(other.main);
    const auto after = pages::read_metas(file_descriptor);
    if (!after || after->bytes != metas->bytes) continue;
    if (!value) return std::nullopt;
    return OtherEntry{other.transaction, std::move(*value)};
  }
  return std::nullopt;
}

}  // namespace coffer::storage

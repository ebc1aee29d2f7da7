// The verifier's bookkeeping: which pages it has reached, and which bytes of one page.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "base/check.h"
#include "storage/pages/page_layout.h"

namespace coffer::storage::pages {

// One bit per page: no page may be reached twice. calloc() leaves the bits of pages that nothing
// names without memory, even if a sparse file claims to be huge.
class PageSet {
 public:
  bool reserve(std::uint64_t pages) {
    words_.reset(static_cast<std::uint64_t*>(std::calloc(pages / 64 + 1, sizeof(std::uint64_t))));
    pages_ = pages;
    return words_ != nullptr;
  }
  bool insert(std::uint64_t page) {
    COFFER_CHECK(page < pages_);
    const std::uint64_t bit = std::uint64_t{1} << (page % 64);
    std::uint64_t& word = words_[page / 64];
    const bool fresh = (word & bit) == 0;
    word |= bit;
    return fresh;
  }

 private:
  struct Free {
    void operator()(std::uint64_t* words) const { std::free(words); }
  };
  std::unique_ptr<std::uint64_t[], Free> words_;
  std::uint64_t pages_ = 0;
};

// Marks the bytes of a page that belong to a node, to find two nodes that overlap.
class Cover {
 public:
  void clear(std::size_t page_size) { std::fill_n(words_.begin(), page_size / 128, 0); }
  // False if a byte was already marked. `begin` and `end` are even and inside the page.
  bool add(std::size_t begin, std::size_t end) {
    COFFER_CHECK(begin % 2 == 0 && end % 2 == 0 && begin < end && end <= kMaxPageSize);
    std::size_t word = begin / 128;
    const std::size_t last = (end - 1) / 128;
    std::uint64_t mask = ~std::uint64_t{0} << (begin / 2 % 64);
    std::uint64_t shared = 0;
    for (; word < last; ++word, mask = ~std::uint64_t{0}) {
      shared |= words_[word] & mask;
      words_[word] |= mask;
    }
    mask &= ~std::uint64_t{0} >> (63 - (end / 2 - 1) % 64);
    shared |= words_[last] & mask;
    words_[last] |= mask;
    return shared == 0;
  }

 private:
  std::array<std::uint64_t, kCoverWords> words_;
};

}  // namespace coffer::storage::pages

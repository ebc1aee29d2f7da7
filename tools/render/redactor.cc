#include "tools/render/redactor.h"

#include <algorithm>

#include "tools/render/value_spellings.h"

namespace coffer::tools {
namespace {

constexpr std::string_view kMask = "**********";
// Shown bytes leave the buffer in pieces of this size, because moving the rest after each byte
// would take quadratic time.
constexpr std::size_t kShownKept = std::size_t{64} << 10;

}  // namespace

void Redactor::add(std::string_view value) {
  each_spelling(value, [this](std::string_view spelling) {
    if (spelling.size() >= kShortest) add_pattern(spelling);
  });
}

std::uint32_t Redactor::child_of(std::uint32_t node, std::uint8_t letter) const {
  if (node == 0) return roots_[letter];
  std::uint32_t child = nodes_[node].child;
  while (child != 0 && letters_.data()[child] != letter) child = nodes_[child].sibling;
  return child;
}

std::uint32_t Redactor::add_child(std::uint32_t node, std::uint8_t letter) {
  const auto child = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back({.sibling = nodes_[node].child, .depth = nodes_[node].depth + 1});
  letters_.push_back(letter);
  nodes_[node].child = child;
  if (node == 0) roots_[letter] = child;
  return child;
}

void Redactor::add_pattern(std::string_view text) {
  std::uint32_t node = 0;
  for (const char c : text) {
    const auto letter = static_cast<std::uint8_t>(c);
    const std::uint32_t child = child_of(node, letter);
    node = child != 0 ? child : add_child(node, letter);
  }
  nodes_[node].match = nodes_[node].depth;
  linked_ = false;
}

std::uint32_t Redactor::next(std::uint32_t node, std::uint8_t letter) const {
  for (;;) {
    const std::uint32_t child = child_of(node, letter);
    if (child != 0 || node == 0) return child;
    node = nodes_[node].fallback;
  }
}

// Goes level by level, because a fallback is always nearer to the root.
void Redactor::link() {
  std::vector<std::uint32_t> order{0};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::uint32_t node = order[i];
    for (std::uint32_t child = nodes_[node].child; child != 0; child = nodes_[child].sibling) {
      const std::uint32_t fallback =
          node == 0 ? 0 : next(nodes_[node].fallback, letters_.data()[child]);
      nodes_[child].fallback = fallback;
      nodes_[child].match = std::max(nodes_[child].match, nodes_[fallback].match);
      order.push_back(child);
    }
  }
  linked_ = true;
}

// Matches come in the order of their ends, so a new span can only touch the last ones.
void Redactor::cover(std::uint64_t begin, std::uint64_t end) {
  while (!covered_.empty() && covered_.back().end >= begin) {
    begin = std::min(begin, covered_.back().begin);
    covered_.pop_back();
  }
  covered_.push_back({begin, end});
}

// Emits all but the last `left` bytes.
void Redactor::emit(std::size_t left, SecretBytes& out) {
  const std::uint64_t end = shown_ + (held_.size() - begin_) - left;
  while (shown_ < end) {
    const bool is_covered = !covered_.empty() && covered_.front().begin <= shown_;
    std::uint64_t until = end;
    if (!covered_.empty())
      until = std::min(end, is_covered ? covered_.front().end : covered_.front().begin);
    const auto size = static_cast<std::size_t>(until - shown_);
    if (!is_covered) out.append(held_.text().substr(begin_, size));
    if (is_covered && !mask_shown_) out.append(kMask);
    mask_shown_ = is_covered;
    begin_ += size;
    shown_ = until;
    if (is_covered && covered_.front().end == shown_) covered_.pop_front();
  }
  if (begin_ < kShownKept || 2 * begin_ < held_.size()) return;
  const std::size_t rest = held_.size() - begin_;
  std::copy_n(held_.data() + begin_, rest, held_.data());
  held_.resize(rest);
  begin_ = 0;
}

// Holds back exactly the last bytes that may begin a value.
void Redactor::feed(ByteView bytes, SecretBytes& out) {
  if (!linked_) link();
  for (const std::uint8_t byte : bytes) {
    held_.push_back(byte);
    at_ = next(at_, byte);
    const std::uint64_t read = shown_ + (held_.size() - begin_);
    if (nodes_[at_].match != 0) cover(read - nodes_[at_].match, read);
    // A complete match is certain. Only its ending that may begin another match is held.
    while (at_ != 0 && nodes_[at_].child == 0) at_ = nodes_[at_].fallback;
    // Emits once the buffer has grown, not byte by byte.
    if (held_.size() - begin_ - nodes_[at_].depth >= kShownKept) emit(nodes_[at_].depth, out);
  }
  emit(nodes_[at_].depth, out);
}

void Redactor::flush(SecretBytes& out) {
  emit(0, out);
  at_ = 0;
  covered_.clear();
  mask_shown_ = false;
}

}  // namespace coffer::tools

#include "tools/render/redactor.h"

#include <algorithm>

#include "format/json.h"
#include "format/utf8.h"

namespace coffer::tools {
namespace {

constexpr std::string_view kMask = "**********";

// A terminal shows each line end as CR LF.
SecretBytes as_on_terminal(std::string_view value) {
  SecretBytes shown;
  for (const char c : value) {
    if (c == '\n') shown.push_back('\r');
    shown.push_back(static_cast<std::uint8_t>(c));
  }
  return shown;
}

bool is_container(std::string_view value) {
  return value.starts_with('{') || value.starts_with('[');
}

}  // namespace

void Redactor::add(std::string_view value) {
  add_text(value);
  if (!is_container(value)) return;
  // A whole object in one variable: a program shows its members, hardly ever all of it.
  const Result<json::Document> document = json::Document::parse(value);
  if (document) add_members(*document, 0);
}

void Redactor::add_members(const json::Document& document, json::NodeId parent) {
  for (json::NodeId node = document.first_child(parent); node != json::kNoNode;
       node = document.next_sibling(node)) {
    const json::Type type = document.type(node);
    if (type == json::Type::string) add_text(document.string(node));
    if (type == json::Type::number) add_text(document.raw(node));
    add_members(document, node);
  }
}

void Redactor::add_text(std::string_view value) {
  // What `echo` stored ends in a line end, which a program that uses the value drops.
  while (value.ends_with('\n') || value.ends_with('\r')) value.remove_suffix(1);
  if (value.size() < kShortest) return;
  add_pattern(value);
  add_pattern(as_on_terminal(value).text());
  if (!utf8::is_valid(value)) return;
  SecretBytes quoted;
  json::append_quoted(quoted, value);
  add_pattern(quoted.text().substr(1, quoted.size() - 2));
}

void Redactor::add_pattern(std::string_view text) {
  for (const Pattern& pattern : patterns_) {
    if (pattern.text.text() == text) return;
  }
  Pattern pattern{SecretBytes::copy_of(text), std::vector<std::uint32_t>(text.size(), 0), 0};
  std::uint32_t border = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    while (border > 0 && text[i] != text[border]) border = pattern.fallback[border - 1];
    if (text[i] == text[border]) ++border;
    pattern.fallback[i] = border;
  }
  beginning_with_[static_cast<unsigned char>(text.front())].push_back(
      static_cast<std::uint32_t>(patterns_.size()));
  patterns_.push_back(std::move(pattern));
}

void Redactor::advance(Pattern& pattern, std::uint8_t byte) {
  const std::uint8_t* text = pattern.text.data();
  if (pattern.matched == pattern.text.size())
    pattern.matched = pattern.fallback[pattern.matched - 1];
  while (pattern.matched > 0 && text[pattern.matched] != byte)
    pattern.matched = pattern.fallback[pattern.matched - 1];
  if (text[pattern.matched] == byte) ++pattern.matched;
}

void Redactor::cover(std::size_t count) {
  std::fill(covered_.end() - static_cast<std::ptrdiff_t>(count), covered_.end(), true);
}

void Redactor::emit(std::size_t count, SecretBytes& out) {
  if (count == 0) return;
  for (std::size_t i = 0; i < count; ++i) {
    if (!covered_[i]) out.push_back(held_.data()[i]);
    if (covered_[i] && !mask_shown_) out.append(kMask);
    mask_shown_ = covered_[i];
  }
  const std::size_t left = held_.size() - count;
  std::copy_n(held_.data() + count, left, held_.data());
  held_.resize(left);
  covered_.erase(covered_.begin(), covered_.begin() + static_cast<std::ptrdiff_t>(count));
}

// Held are always the last bytes that could begin a value: as many as the longest match.
void Redactor::feed(ByteView bytes, SecretBytes& out) {
  for (const std::uint8_t byte : bytes) {
    held_.push_back(byte);
    covered_.push_back(false);
    for (const std::uint32_t number : beginning_with_[byte]) {
      if (patterns_[number].matched == 0) active_.push_back(number);
    }
    std::size_t longest = 0;
    std::size_t kept = 0;
    for (const std::uint32_t number : active_) {
      Pattern& pattern = patterns_[number];
      advance(pattern, byte);
      if (pattern.matched == 0) continue;
      active_[kept++] = number;
      if (pattern.matched == pattern.text.size()) cover(pattern.matched);
      // A whole match is certain; what of it could begin another one is still held.
      const bool whole = pattern.matched == pattern.text.size();
      longest = std::max<std::size_t>(
          longest, whole ? pattern.fallback[pattern.matched - 1] : pattern.matched);
    }
    active_.resize(kept);
    emit(held_.size() - longest, out);
  }
}

void Redactor::flush(SecretBytes& out) {
  emit(held_.size(), out);
  for (const std::uint32_t number : active_) patterns_[number].matched = 0;
  active_.clear();
  mask_shown_ = false;
}

}  // namespace coffer::tools

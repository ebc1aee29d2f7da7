// The words by which a kind of secret may be named.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace coffer::tools {

struct KindWord {
  std::string_view word;
  std::string_view kind;  ///< The one that the store keeps.
};
/// Other words for kinds, as products write them; tools/products/ defines them.
std::span<const KindWord> product_kind_words();

/// The kind that `word` means; any other word is what it was, for the store to judge.
std::optional<std::string> kind_by(std::optional<std::string> word);

}  // namespace coffer::tools

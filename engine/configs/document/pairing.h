// Matches the secret places of a new document with those of the stored one.
//
// Members are paired by key. Elements of an array are paired by identity, never by position
// alone: the non-secret content identifies an element. So an element may move, and its secret
// moves along. If several elements look alike, only certain pairs are made.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "configs/spec/spec_walker.h"

namespace coffer::configs {

inline constexpr std::size_t kRemainderBytesMax = std::size_t{64} << 20;
inline constexpr std::size_t kValueComparisonsMax = 4096;

struct Pair {
  std::size_t old_place = 0;
  /// True: certainly the same place, so its secret may be restored. False: the best guess by
  /// position; its base may get a new version, but its secret must not be restored.
  bool identical = false;
};

/// A document with its secret places.
struct WalkedDocument {
  const json::Document& document;
  const std::vector<SecretPlace>& places;
};

/// Whether the new place holds, in plain, the value that the old place stands for.
using SameValue = std::function<Result<bool>(std::size_t new_place, std::size_t old_place)>;

/// How an element of an array is recognised: by its content, which confirms a caller's guess at it;
/// or, for a caller who may not see the document, by its position, and then never with certainty.
enum class Recognize : std::uint8_t { by_content, by_position };

/// Returns for each new place its old one, if any; uses no old place twice.
/// Errors: limit (too much to compare), and those of `same_value`.
Result<std::vector<std::optional<Pair>>> pair_places(const WalkedDocument& fresh,
                                                     const WalkedDocument& stored,
                                                     const SameValue& same_value,
                                                     Recognize how = Recognize::by_content);

}  // namespace coffer::configs

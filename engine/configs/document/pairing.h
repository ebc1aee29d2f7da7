// Which secret place of a new document is which place of the stored one.
//
// Members are paired by key. Elements of an array are paired by identity, never by
// position alone: an element is recognised by all of it that is not secret. So an
// element may move, and its secret moves along; and where several look alike, only
// what cannot go wrong is paired.
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
  /// True: the same place for sure, so its secret may be restored. False: its best heir by
  /// position, whose base may take a new version but whose secret must not come back.
  bool identical = false;
};

/// A document with its secret places.
struct WalkedDocument {
  const json::Document& document;
  const std::vector<SecretPlace>& places;
};

/// Whether the new place holds, in plain, the value that the old place stands for.
using SameValue = std::function<Result<bool>(std::size_t new_place, std::size_t old_place)>;

/// How an element of an array is found again. By its content, which tells whoever gives one what
/// stands there; or, for who is not to be told, by its position, and then never for sure.
enum class Recognize : std::uint8_t { by_content, by_position };

/// For each new place its old one, if any; no old place twice.
/// Errors: limit (what must be compared is too large), and those of `same_value`.
Result<std::vector<std::optional<Pair>>> pair_places(const WalkedDocument& fresh,
                                                     const WalkedDocument& stored,
                                                     const SameValue& same_value,
                                                     Recognize how = Recognize::by_content);

}  // namespace coffer::configs

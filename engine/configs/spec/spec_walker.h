// The one walker: spec and document together, to the places of secrets.
//
// Split, mask and hydrate all ask this and nothing else where secrets are, so that
// they can never disagree. It errs towards secrecy: a place is secret where any
// schema that may apply to it says so. A branch of oneOf or anyOf may apply where
// its type admits the value, and where no branch admits the value all may.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "configs/spec/spec.h"
#include "engine/text/json.h"

namespace coffer::configs {

inline constexpr std::size_t kWalkStepsMax = 4'000'000;
inline constexpr std::size_t kSecretPlacesMax = 10'000;

/// The outermost secret at a place; what is inside belongs to it.
struct SecretPlace {
  json::NodeId node = json::kNoNode;
  json::Pointer pointer;
  /// Which schemas call it secret, and through which branches chosen by the document's
  /// constants; sorted. Two documents hold "the same" place if these have one in common.
  std::vector<std::uint64_t> sources;
};

/// What becomes of a value where the spec wants an object or a list with secrets in it, and the
/// value is neither.
enum class Shapes : std::uint8_t {
  any,       ///< It is passed over: of documents that are stored, or that another spec was for.
  admitted,  ///< It is refused: of documents that come in.
};

/// In document order. Includes places where null stands.
/// Errors: limit (steps, places; subject() = the place in the document); usage (the shape).
Result<std::vector<SecretPlace>> find_secret_places(const Spec& spec,
                                                    const json::Document& document,
                                                    Shapes shapes = Shapes::any);

/// The same places, as nodes alone: for who needs neither their pointers nor their sources.
Result<std::vector<json::NodeId>> find_secret_nodes(const Spec& spec,
                                                    const json::Document& document);

/// Which node is which place.
std::unordered_map<json::NodeId, std::size_t> index_places(const std::vector<SecretPlace>& places);

bool share_a_source(const SecretPlace& a, const SecretPlace& b);

}  // namespace coffer::configs

// The walker: follows a spec and a document together to the places of secrets.
//
// Split, mask and hydrate all use this one walker, so that they cannot disagree. It errs
// towards secrecy: a place is secret if any schema that may apply to it says so. A branch of
// oneOf or anyOf may apply if its type admits the value; if no branch admits the value, all of
// them may.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "configs/spec/spec.h"
#include "text/json.h"

namespace coffer::configs {

inline constexpr std::size_t kWalkStepsMax = 4'000'000;
inline constexpr std::size_t kSecretPlacesMax = 10'000;

/// The outermost secret value at a place; everything inside belongs to it.
struct SecretPlace {
  json::NodeId node = json::kNoNode;
  json::Pointer pointer;
  /// Fingerprints, sorted: each of a schema that marks the place and of the branches that the
  /// document's constants chose on the way. Two documents hold the same place if they share one.
  std::vector<std::uint64_t> sources;
};

/// Treatment of a value that is neither the object nor the list, with secrets in it, that the spec
/// asks for.
enum class Shapes : std::uint8_t {
  any,       ///< Skips it: for stored documents and for documents of another spec.
  admitted,  ///< Refuses it: for incoming documents.
};

/// Returns the secret places in document order, including those with null.
/// Errors: limit (steps, places; subject() = the place in the document); usage (the shape).
Result<std::vector<SecretPlace>> find_secret_places(const Spec& spec,
                                                    const json::Document& document,
                                                    Shapes shapes = Shapes::any);

/// Returns only the nodes of the secret places, which is cheaper.
Result<std::vector<json::NodeId>> find_secret_nodes(const Spec& spec,
                                                    const json::Document& document);

/// Maps the node of each place to the place's index.
std::unordered_map<json::NodeId, std::size_t> index_places(const std::vector<SecretPlace>& places);

/// Whether two documents' places are the same place; see SecretPlace::sources.
bool share_a_source(const SecretPlace& a, const SecretPlace& b);

}  // namespace coffer::configs

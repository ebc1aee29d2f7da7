// Split: a full document and what the store holds go in; the partial document, the
// coordinates at its places and what became of each come out.
//
// It decides, and asks a SecretStore to act. It reads no clock, knows no transaction
// and touches no store of its own, so it runs the same under a fuzzer's map.
#pragma once

#include <coffer/configs.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "configs/documents.h"
#include "configs/spec/spec.h"
#include "configs/spec/spec_walker.h"

namespace coffer::configs {

/// What split needs done. Payloads are the exact JSON text of a value.
class SecretStore {
 public:
  virtual ~SecretStore() = default;
  /// Whether the secret at a coordinate is there and equals the payload.
  virtual Result<bool> holds(std::string_view coordinate, std::string_view payload) = 0;
  virtual Result<std::string> mint(std::string_view payload) = 0;
  /// A new version at the coordinate's base; nothing where the base is gone.
  virtual Result<std::optional<std::string>> bump(std::string_view coordinate,
                                                  std::string_view payload) = 0;
  /// Takes a coordinate that the stored document does not hold into this config.
  /// Errors: usage (not in its scope), not_found, expired, destroyed ...
  virtual Result<void> adopt(std::string_view coordinate) = 0;
  /// What an earlier check of this config minted at this place.
  virtual std::optional<std::string> checked(std::string_view pointer) = 0;
  /// Whether the text is written as a coordinate of secrets this engine manages.
  virtual bool is_coordinate(std::string_view text) = 0;
  /// Whether the text names a secret that this store holds or minted, or is about to take in.
  virtual Result<bool> knows(std::string_view text) = 0;
};

/// A coordinate is one level and one node more than the value in whose place it comes, and the
/// partial document must still be read: this is what a full one may be.
inline constexpr json::Limits kFullDocument{json::Limits().depth - 1,
                                            json::Limits().nodes - kSecretPlacesMax};

struct SplitInput {
  const Spec& spec;
  const json::Document& document;
  const ConfigRecord* stored = nullptr;  ///< The config as it stands, if it does.
  bool compat_airbyte = false;
  bool always_bump = false;  ///< An equal value is a new version, too.
  /// Those of the document, where they were found before; null: they are looked for.
  const std::vector<SecretPlace>* places = nullptr;
  bool may_list = true;  ///< Whether the caller may be told the stored document.
};

struct SplitResult {
  SecretBytes partial;
  std::vector<StoredPlace> places;      ///< In document order.
  std::vector<ConfigOutcome> outcomes;  ///< Of the new places, in the order worked on.
};

/// Errors: usage (subject() = the place), limit, and those of `store`.
Result<SplitResult> split(const SplitInput& input, SecretStore& store);

}  // namespace coffer::configs

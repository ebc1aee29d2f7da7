// Split: turns a full document and the stored config into the partial document, the coordinate
// at each secret place, and the outcome for each place.
//
// split() decides and leaves every action to a SecretStore. It reads no clock and knows no
// transaction, so it also runs on a fuzzer's in-memory store.
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

/// What split() needs from a store. A payload is the exact JSON text of a value.
class SecretStore {
 public:
  virtual ~SecretStore() = default;
  /// Whether the secret at the coordinate exists and equals the payload.
  virtual Result<bool> holds(std::string_view coordinate, std::string_view payload) = 0;
  /// Stores the payload as a new secret and returns its coordinate.
  virtual Result<std::string> mint(std::string_view payload) = 0;
  /// Stores the payload as a new version of the coordinate's base and returns its coordinate, or
  /// nothing if the base is gone.
  virtual Result<std::optional<std::string>> bump(std::string_view coordinate,
                                                  std::string_view payload) = 0;
  /// Adds to this config a coordinate that its stored document does not hold.
  /// Errors: usage (not in its scope), not_found, expired, destroyed ...
  virtual Result<void> adopt(std::string_view coordinate) = 0;
  /// The coordinate that an earlier check of this config minted for this place.
  virtual std::optional<std::string> checked(std::string_view pointer) = 0;
  /// Whether the text has the form of a coordinate.
  virtual bool is_coordinate(std::string_view text) = 0;
  /// Whether the coordinate names a secret that this store holds, may have minted, or is importing.
  virtual Result<bool> knows(std::string_view text) = 0;
};

/// The limits of a full document. A coordinate adds one level and one node to the value that it
/// replaces, and the partial document must still be readable.
inline constexpr json::Limits kFullDocument{json::Limits().depth - 1,
                                            json::Limits().nodes - kSecretPlacesMax};

struct SplitInput {
  const Spec& spec;
  const json::Document& document;
  const ConfigRecord* stored = nullptr;  ///< The stored config, if there is one.
  bool compat_airbyte = false;
  bool always_bump = false;  ///< Makes a new version even of an equal value.
  /// The document's secret places if they are known; null: split() finds them.
  const std::vector<SecretPlace>* places = nullptr;
  bool may_list = true;  ///< Whether the caller may see the stored document.
};

struct SplitResult {
  SecretBytes partial;
  std::vector<StoredPlace> places;      ///< In document order.
  std::vector<ConfigOutcome> outcomes;  ///< One per place, in the order of work.
};

/// Errors: usage (subject() = the place), limit, and those of `store`.
Result<SplitResult> split(const SplitInput& input, SecretStore& store);

}  // namespace coffer::configs

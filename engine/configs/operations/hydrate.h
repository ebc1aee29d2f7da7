// Hydrate: puts the secret values back into a document, byte for byte, all or none.
#pragma once

#include <coffer/configs.h>
#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "configs/documents.h"
#include "configs/spec/spec.h"

namespace coffer::configs {

/// Returns the JSON text behind a coordinate; fails for coordinates outside the caller's scope.
using Reveal = std::function<Result<SecretBytes>(std::string_view coordinate)>;

using ExternalNames = std::set<std::string, std::less<>>;

struct HydrateOptions {
  /// As Airbyte does it: every value becomes a JSON string, and a coordinate may have ids beside
  /// it.
  bool strings = false;
  /// The external names in scope; null: any.
  const ExternalNames* externals = nullptr;
  /// Used if `externals` is null: {"_secret": name} is an external name, as Airbyte writes it, if
  /// `name` is not a coordinate.
  bool names_elsewhere = false;
};

/// The hydration of one document, in two steps: first the secrets of this store, inside a
/// transaction; then those kept elsewhere, outside of it, because a resolver may be slow.
class Hydration {
 public:
  Hydration(json::Document partial, HydrateOptions options);
  ~Hydration();
  Hydration(Hydration&&) noexcept;
  Hydration& operator=(Hydration&&) noexcept;

  /// Fills the places that the spec declares, and refuses a coordinate at any other place.
  /// Errors: usage (subject() = the place), and those of `reveal`, with the place.
  Result<void> declared(const Spec& spec, const Reveal& reveal);
  /// Fills every {"_secret": c} of the document. Errors: as declared().
  Result<void> everywhere(const Reveal& reveal);
  /// Fills in the external secrets and returns the document. Errors: usage (there is no resolver,
  /// or its answer is not JSON), and those of the resolver, with the place.
  Result<SecretBytes> finish(const ConfigResolver& resolver) &&;

 private:
  struct State;
  std::unique_ptr<State> state_;  // On the heap: nodes and edits point into the document.
};

/// The offset of each place's coordinate object in a stored document's text. Nothing if a place is
/// external or its object is not written in the engine's form. No parsing is needed: in a JSON
/// text these bytes can only be such an object, and a stored document has none outside its places.
std::optional<std::vector<std::size_t>> find_stored_nodes(const ConfigRecord& record);
/// Fills a stored document at the offsets from find_stored_nodes(). Errors: those of `reveal`, with
/// the place.
Result<SecretBytes> hydrate_stored(const ConfigRecord& record,
                                   const std::vector<std::size_t>& offsets, const Reveal& reveal);

/// Both steps at once, without a resolver.
Result<SecretBytes> hydrate_declared(const Spec& spec, const json::Document& partial,
                                     const Reveal& reveal, HydrateOptions options = {});
Result<SecretBytes> hydrate_everywhere(const json::Document& partial, const Reveal& reveal,
                                       HydrateOptions options = {});

}  // namespace coffer::configs

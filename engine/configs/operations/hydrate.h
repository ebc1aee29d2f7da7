// Hydrate: values back at their places, to the byte, all or nothing.
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

/// The JSON text that a coordinate stands for. It decides what is in scope, and refuses the rest.
using Reveal = std::function<Result<SecretBytes>(std::string_view coordinate)>;

using ExternalNames = std::set<std::string, std::less<>>;

struct HydrateOptions {
  /// Airbyte's: every value comes back as a JSON string, ids beside a coordinate are taken.
  bool strings = false;
  /// Names of secrets kept elsewhere that are in scope; null: any.
  const ExternalNames* externals = nullptr;
  /// Where `externals` is null: {"_secret": name} with a name that no store of this kind mints is
  /// one of them, as Airbyte writes it.
  bool names_elsewhere = false;
};

/// One document on its way back. Secrets of this store are put in first, inside a transaction;
/// those kept elsewhere last and outside of one, for a resolver may take its time.
class Hydration {
 public:
  Hydration(json::Document partial, HydrateOptions options);
  ~Hydration();
  Hydration(Hydration&&) noexcept;
  Hydration& operator=(Hydration&&) noexcept;

  /// Only at places that the spec declares; a coordinate anywhere else is refused.
  /// Errors: usage (subject() = the place), and those of `reveal`, with the place.
  Result<void> declared(const Spec& spec, const Reveal& reveal);
  /// Every {"_secret": c} of the document.
  Result<void> everywhere(const Reveal& reveal);
  /// Ends it. Errors: usage (a secret kept elsewhere and no resolver, or one that answers with
  /// no JSON), and those of the resolver, with the place.
  Result<SecretBytes> finish(const ConfigResolver& resolver) &&;

 private:
  struct State;
  std::unique_ptr<State> state_;  // Nodes and edits look at the document: it must not move.
};

/// Where the coordinate objects of a stored document's places begin in its text, if all of them
/// are this store's secrets and stand there as the engine writes them. In a JSON text such an
/// object's bytes can only be one, and none stands outside of the places: so it is found without
/// parsing, or, written in another way, not at all.
std::optional<std::vector<std::size_t>> find_stored_nodes(const ConfigRecord& record);
/// The stored document with its values, by find_stored_nodes. Errors: of `reveal`, with the place.
Result<SecretBytes> hydrate_stored(const ConfigRecord& record,
                                   const std::vector<std::size_t>& offsets, const Reveal& reveal);

/// Both at once, without a resolver.
Result<SecretBytes> hydrate_declared(const Spec& spec, const json::Document& partial,
                                     const Reveal& reveal, HydrateOptions options = {});
Result<SecretBytes> hydrate_everywhere(const json::Document& partial, const Reveal& reveal,
                                       HydrateOptions options = {});

}  // namespace coffer::configs

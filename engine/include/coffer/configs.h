// Connector configs: a document with secrets goes in, a document with coordinates
// comes out, and the secrets live and die with the config.
//
// A spec is a JSON Schema that marks secret places with "airbyte_secret": true. In
// the stored (partial) document each secret is {"_secret": "<coordinate>"}, where
// the coordinate airbyte_workspace_<uuid>_secret_<uuid>_v<N> is a path and a version.
#pragma once

#include <coffer/export.h>
#include <coffer/facet.h>
#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer {

/// The workspace of configs that name none, and of the secrets of check and discover runs.
inline constexpr std::string_view kNilWorkspace = "00000000-0000-0000-0000-000000000000";
inline constexpr std::string_view kSecretMask = "**********";
/// The longest grace or time to live: a thousand years, so that no sum of times overflows.
inline constexpr std::int64_t kConfigDurationMaxMs = std::int64_t{365'000} * 24 * 60 * 60 * 1000;

/// When a raw value at a place that has a secret becomes a new version of the secret.
enum class ConfigBump : std::uint8_t {
  changed,  ///< If it differs from the stored value (compared in constant time).
  always,   ///< Also if it is equal, as Airbyte does.
};

struct ConfigPutOptions {
  std::string workspace = std::string(kNilWorkspace);
  std::optional<std::uint64_t> revision{};  ///< Must match the stored one; 0 = must not exist.
  std::int64_t keep_old_ms = 0;             ///< Replaced versions live that much longer.
  /// Bump always (unless `bump` is set), JSON strings on hydrate, string-sorted order.
  bool compat_airbyte = false;
  std::optional<ConfigBump> bump{};  ///< Unset: changed.
  /// JSON Pointers of places whose secrets may become plain, because the spec no longer marks them;
  /// each includes everything below it. Without the pointer such a put is refused.
  std::vector<std::string> unmark{};
};

struct ConfigOutcome {
  enum class Kind : std::uint8_t { minted, bumped, kept, external, removed };
  std::string pointer;  ///< JSON Pointer of the place (of the old document for `removed`).
  Kind kind;
  /// The coordinate at the place now; for `removed`, the old one.
  std::string coordinate;
};

struct ConfigPutReport {
  std::string id;
  /// The config's revision now; for a stage, the revision that its commit needs; for a check, 0.
  std::uint64_t revision = 0;
  SecretBytes partial;
  std::vector<ConfigOutcome> outcomes;
  std::vector<std::string> destroyed;  ///< Coordinates whose secrets are gone for good.
  std::string stage;                   ///< For a stage: its name, for commit and abandon.
  std::int64_t expires_at_ms = 0;      ///< For a stage or check: when its new secrets expire.
  bool spec_marks_nothing = false;     ///< This spec makes no value of any document secret.
};

/// {"id", "revision", "partial", "outcomes": [{"pointer", "outcome", "coordinate"}],
/// "destroyed": [...]}, for a stage also "stage" and "expires_time", and, if it is set,
/// "spec_marks_nothing": true.
COFFER_API SecretBytes report_json(const ConfigPutReport& report);

struct ConfigDocument {
  std::string id;
  std::uint64_t revision = 0;
  std::string workspace;
  std::int64_t updated_at_ms = 0;
  SecretBytes document;  ///< In the form that the call asked for.
  /// In the masked forms: pointers of plain values that equal a secret of this config. They are
  /// masked as well but stored in plain: mark them in the spec, or change them.
  std::vector<std::string> hidden;
};

struct ConfigSummary {
  std::string id;
  std::uint64_t revision = 0;
  std::int64_t updated_at_ms = 0;
  std::size_t secret_count = 0;
  bool outside = false;  ///< Somebody else keeps its document.
};

enum class ConfigForm : std::uint8_t {
  masked,       ///< Secrets as the mask, external secrets by their name.
  coordinates,  ///< As masked, but secrets as their coordinates; put back, it changes nothing.
  partial,      ///< As it is stored.
  revealed,     ///< With the secrets.
};

/// Returns the JSON text of a secret that is kept elsewhere, by the name after
/// secret_coordinate::. Called once for each place, while no lock of the store is held.
using ConfigResolver = std::function<Result<SecretBytes>(std::string_view name)>;

struct ConfigCheckOptions {
  std::optional<std::string> id{};  ///< A later put of this id takes over equal values.
  std::int64_t ttl_ms = std::int64_t{2} * 60 * 60 * 1000;
};

/// How long a stage waits for its commit unless the call says otherwise.
inline constexpr std::int64_t kConfigLeaseMs = std::int64_t{15} * 60 * 1000;

struct ConfigCommitOptions {
  std::int64_t keep_old_ms = 0;  ///< Replaced versions live that much longer.
  /// The caller keeps the document: its secrets are marked as used by an outside user who has the
  /// config's name. The store keeps a copy, for masks and for the next stage.
  bool outside = false;
};

struct ConfigHydrateOptions {
  /// Every value as a JSON string; ids that Airbyte writes next to a coordinate are accepted.
  bool compat_airbyte = false;
};

/// The configs of an open store; Store::configs() makes it. A call that returns an error has
/// written nothing.
class COFFER_API Configs : public Facet {
 public:
  /// Errors: usage (spec, document, mask or coordinate not acceptable; subject() = the place),
  /// conflict (revision), limit, not_found or destroyed (a coordinate that leads nowhere).
  /// Also usage, because secrets could not be kept: a value of a type that the spec does not admit
  /// on the way to a secret; a mask or a coordinate inside a value that is secret as a whole; a
  /// stored secret that the spec would make plain (see unmark).
  Result<ConfigPutReport> put(std::string_view id, std::string_view spec, std::string_view document,
                              const ConfigPutOptions& options = {});
  /// Changes a part of the stored document. `update` is an RFC 7396 merge patch, in which a secret
  /// is one value (new, masked, a coordinate or null) and an array replaces the whole array; the
  /// result is put, with put's guarantees. Without a spec the stored spec counts. If the update
  /// chooses another branch of a composite, the secrets of the old branch go. Errors: not_found,
  /// and put's.
  Result<ConfigPutReport> patch(std::string_view id, std::string_view update,
                                const ConfigPutOptions& options = {}, std::string_view spec = {});
  /// Takes in a partial document in Airbyte's form and the values of its coordinates: `payloads` is
  /// a JSON object of coordinates and values, and may hold more than the document needs.
  /// Coordinates keep their names and numbers; names of another form count as external. The config
  /// is in Airbyte's form (compat_airbyte) until a put says otherwise. A new config without a
  /// workspace gets the workspace that its coordinates name.
  /// Errors: not_found (a coordinate without a value), conflict (a secret of that name is in the
  /// store), usage (not a name of Airbyte's, or one of another workspace or config), and put's.
  Result<ConfigPutReport> import_partial(std::string_view id, std::string_view spec,
                                         std::string_view partial, std::string_view payloads,
                                         const ConfigPutOptions& options = {});
  /// Splits a document for a check or discover run; its secrets expire after the TTL.
  Result<ConfigPutReport> check(std::string_view spec, std::string_view document,
                                const ConfigCheckOptions& options = {});
  /// Ends a check early: destroys the secrets of its partial document that it minted and that no
  /// config has taken over. Returns the coordinates destroyed.
  Result<std::vector<std::string>> end_check(std::string_view partial);
  /// The same for the last check that named this id. Errors: not_found.
  Result<std::vector<std::string>> end_check_of(std::string_view id);

  // For platforms that keep the document in a database of their own: stage, write the partial
  // document there, then commit or abandon. The new versions are leased: without a commit in time
  // they expire and the sweep destroys them. The stored config does not change before the commit.
  /// `against`: the caller's own partial document as it is now, if it differs from the one
  /// committed last (plain fields changed, lists in another order): masks are resolved by it. The
  /// stored config must hold all its coordinates. Errors: as put.
  Result<ConfigPutReport> stage(std::string_view id, std::string_view spec,
                                std::string_view document, const ConfigPutOptions& options = {},
                                std::int64_t lease_ms = kConfigLeaseMs,
                                std::string_view against = {});
  /// Makes the staged document the config's. A second call for the same stage returns the same
  /// report. Errors: conflict (the config has changed since), expired (the lease), not_found.
  Result<ConfigPutReport> commit(std::string_view id, std::string_view stage,
                                 const ConfigCommitOptions& options = {});
  /// Destroys the secrets of a stage; returns their coordinates. Errors: not_found.
  Result<std::vector<std::string>> abandon(std::string_view id, std::string_view stage);

  Result<ConfigDocument> get(std::string_view id, ConfigForm form = ConfigForm::masked);
  Result<std::vector<ConfigSummary>> list();
  /// Removes the document and everything that only it reached; returns the coordinates destroyed.
  Result<std::vector<std::string>> remove(std::string_view id);

  /// Makes a config `to` with the document, spec and workspace of `from` and secrets of its own:
  /// the same values under new coordinates, shown to nobody. External secrets stay external;
  /// stages, checks and the mark that the document is kept outside are not copied. Errors:
  /// not_found (no such config), and not_found, deleted, expired or destroyed (one of its secrets;
  /// subject() = the place); conflict (`to` exists).
  Result<ConfigPutReport> copy(std::string_view from, std::string_view to);
  /// Gives a config another name. It keeps its document, revision, secrets with their coordinates,
  /// spec, references, stages and the secrets that its last check minted. Returns the revision. If
  /// the document is kept outside, the outside user of its secrets gets the new name as well.
  /// Errors: not_found, conflict (`to` exists).
  Result<std::uint64_t> rename(std::string_view from, std::string_view to);

  /// Puts values back into a partial document, only at the places that the config's spec declares
  /// and only for coordinates in the config's scope; all or nothing.
  Result<SecretBytes> hydrate_for(std::string_view id, std::string_view partial);
  Result<SecretBytes> hydrate_with(std::string_view spec, std::string_view partial,
                                   const ConfigHydrateOptions& options = {});
  /// Without a spec: every {"_secret": c} whose coordinate this store manages. With a resolver,
  /// here and in hydrate_with, the resolver gets every {"_secret": name} whose name no store mints:
  /// Airbyte writes secrets that are kept elsewhere in this form.
  Result<SecretBytes> hydrate(std::string_view partial, const ConfigHydrateOptions& options = {});

  /// The same configs, with a resolver of external secrets for hydrating and revealing.
  Configs with_resolver(ConfigResolver resolver) const;

 private:
  using Facet::Facet;
  ConfigResolver resolver_;
};

}  // namespace coffer

// Connector configs: a document with secrets goes in, a document with coordinates
// comes out, and the secrets live and die with it.
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

/// Where secrets of check and discover runs are minted, and of configs without a workspace.
inline constexpr std::string_view kNilWorkspace = "00000000-0000-0000-0000-000000000000";
inline constexpr std::string_view kSecretMask = "**********";
/// The longest grace or time to live: a thousand years, so that no sum of times overflows.
inline constexpr std::int64_t kConfigDurationMaxMs = std::int64_t{365'000} * 24 * 60 * 60 * 1000;

/// When a raw value at a place that has a secret becomes a new version of it.
enum class ConfigBump : std::uint8_t {
  changed,  ///< Where it differs from the one stored (compared in constant time).
  always,   ///< Where it is equal, too: as Airbyte does.
};

struct ConfigPutOptions {
  std::string workspace = std::string(kNilWorkspace);
  std::optional<std::uint64_t> revision{};  ///< Must match the stored one; 0 = must not exist.
  std::int64_t keep_old_ms = 0;             ///< Replaced versions live that much longer.
  /// Bump always (where `bump` says nothing), JSON strings on hydrate, string-sorted order.
  bool compat_airbyte = false;
  std::optional<ConfigBump> bump{};  ///< Unset: changed.
  /// JSON Pointers of places that hold a secret and may become plain, by a spec that marks them no
  /// longer; each stands for all below it as well. Without, such a put is refused.
  std::vector<std::string> unmark{};
};

struct ConfigOutcome {
  enum class Kind : std::uint8_t { minted, bumped, kept, external, removed };
  std::string pointer;  ///< JSON Pointer of the place (of the old document for `removed`).
  Kind kind;
  /// The one that stands there now; for `removed` the one that stood there.
  std::string coordinate;
};

struct ConfigPutReport {
  std::string id;
  /// Of the config as it is now; of a stage: the one that its commit stands on; of a check: 0.
  std::uint64_t revision = 0;
  SecretBytes partial;
  std::vector<ConfigOutcome> outcomes;
  std::vector<std::string> destroyed;  ///< Coordinates that are gone for good.
  std::string stage;                   ///< Of a stage: its name, for commit and abandon.
  std::int64_t expires_at_ms = 0;      ///< Of a stage or check: when its new secrets end.
  bool spec_marks_nothing = false;     ///< By this spec no value of any document is secret.
};

/// {"id", "revision", "partial", "outcomes": [{"pointer", "outcome", "coordinate"}],
/// "destroyed": [...]}, of a stage "stage" and "expires_time" as well, and "spec_marks_nothing":
/// true where it is so.
COFFER_API SecretBytes report_json(const ConfigPutReport& report);

struct ConfigDocument {
  std::string id;
  std::uint64_t revision = 0;
  std::string workspace;
  std::int64_t updated_at_ms = 0;
  SecretBytes document;  ///< In the form asked for.
  /// Of the masked forms: pointers of plain values that equal a secret of this config. They are
  /// masked as well, but they are stored in plain: mark them in the spec, or change them.
  std::vector<std::string> hidden;
};

struct ConfigSummary {
  std::string id;
  std::uint64_t revision = 0;
  std::int64_t updated_at_ms = 0;
  std::size_t secret_count = 0;
  bool outside = false;  ///< Its document is kept by somebody else.
};

enum class ConfigForm : std::uint8_t {
  masked,       ///< Secrets as the mask, external ones by their name.
  coordinates,  ///< As masked, but secrets as their coordinates; put back, it changes nothing.
  partial,      ///< As it is stored.
  revealed,     ///< With the secrets.
};

/// The JSON text of a secret that is kept elsewhere, by the name behind secret_coordinate::.
/// Called without any lock of the store held, once for each place.
using ConfigResolver = std::function<Result<SecretBytes>(std::string_view name)>;

struct ConfigCheckOptions {
  std::optional<std::string> id{};  ///< A later put of this id promotes equal values.
  std::int64_t ttl_ms = std::int64_t{2} * 60 * 60 * 1000;
};

/// How long a stage waits for its commit where nothing is said.
inline constexpr std::int64_t kConfigLeaseMs = std::int64_t{15} * 60 * 1000;

struct ConfigCommitOptions {
  std::int64_t keep_old_ms = 0;  ///< Replaced versions live that much longer.
  /// The document is the caller's to keep: its secrets are noted as used by an outside user named
  /// like the config. What is kept here is a copy, for masks and for the next stage.
  bool outside = false;
};

struct ConfigHydrateOptions {
  /// Every value as a JSON string; ids that Airbyte writes beside a coordinate are taken.
  bool compat_airbyte = false;
};

/// The configs of an open store, by Store::configs(). Nothing is written where an error is
/// returned.
class COFFER_API Configs : public Facet {
 public:
  /// Errors: usage (spec, document, mask or coordinate not acceptable; subject() = the place),
  /// conflict (revision), limit, not_found or destroyed (a coordinate that leads nowhere).
  /// Usage is also what is told of a document whose secrets could not be kept: of a kind that the
  /// spec does not want on the way to a secret; a mask or a coordinate inside a value that is
  /// secret as a whole; a stored secret that the spec would make plain (see unmark).
  Result<ConfigPutReport> put(std::string_view id, std::string_view spec, std::string_view document,
                              const ConfigPutOptions& options = {});
  /// Changes a part of the stored document: `update` is an RFC 7396 merge patch, in which a secret
  /// is one value (new, masked, a coordinate or null) and an array replaces the whole array; then
  /// as put, with the same guarantees. Without a spec: by the stored one. Where the update chooses
  /// another branch of a composite, secrets of the old branch go. Errors: not_found, and put's.
  Result<ConfigPutReport> patch(std::string_view id, std::string_view update,
                                const ConfigPutOptions& options = {}, std::string_view spec = {});
  /// Takes in a partial document in Airbyte's form with the values behind its coordinates:
  /// `payloads` is a JSON object of coordinates and values, which may hold more than is asked for.
  /// Coordinates keep their names and numbers; names of another form are external ones. The
  /// config is one of Airbyte's (compat_airbyte) until a put says otherwise. A new config without
  /// a workspace is of the one that its coordinates name.
  /// Errors: not_found (a coordinate without a value), conflict (a secret of that name is in the
  /// store), usage (no name of Airbyte's, or of another workspace or config), and put's.
  Result<ConfigPutReport> import_partial(std::string_view id, std::string_view spec,
                                         std::string_view partial, std::string_view payloads,
                                         const ConfigPutOptions& options = {});
  /// Splits for a check or discover run: the partial document, its secrets gone after the TTL.
  Result<ConfigPutReport> check(std::string_view spec, std::string_view document,
                                const ConfigCheckOptions& options = {});
  /// Ends a check before its time: destroys what it minted of the coordinates in its partial
  /// document, but what a config has taken over. Returns what was destroyed.
  Result<std::vector<std::string>> end_check(std::string_view partial);
  /// The same for the last check that was given this id. Errors: not_found.
  Result<std::vector<std::string>> end_check_of(std::string_view id);

  // For platforms that keep the document in a database of their own: stage, write the partial
  // document there, then commit; or abandon. The new versions are leased: without a commit in
  // time they end by themselves and the sweep takes them. Nothing of the stored config changes
  // before the commit.
  /// `against`: the caller's own partial document as it stands now, where it is not what was
  /// committed last (plain fields changed, lists in another order): masks are resolved by it. Its
  /// coordinates must be ones that the stored config holds. Errors: as put.
  Result<ConfigPutReport> stage(std::string_view id, std::string_view spec,
                                std::string_view document, const ConfigPutOptions& options = {},
                                std::int64_t lease_ms = kConfigLeaseMs,
                                std::string_view against = {});
  /// Makes the staged document the config's. Said again after it was done, it answers the same
  /// state. Errors: conflict (the config has changed since), expired (the lease), not_found.
  Result<ConfigPutReport> commit(std::string_view id, std::string_view stage,
                                 const ConfigCommitOptions& options = {});
  /// Destroys what was staged; returns it. Errors: not_found.
  Result<std::vector<std::string>> abandon(std::string_view id, std::string_view stage);

  Result<ConfigDocument> get(std::string_view id, ConfigForm form = ConfigForm::masked);
  Result<std::vector<ConfigSummary>> list();
  /// Drops the document and everything that only it reached; returns the coordinates destroyed.
  Result<std::vector<std::string>> remove(std::string_view id);

  /// Makes a config of the name `to` with the document, spec and workspace of another and secrets
  /// of its own: the same values under new coordinates, shown to nobody. Places kept elsewhere
  /// stay so; stages, checks and the note that a document is kept outside are not copied.
  /// Errors: not_found (no such config, or one of its secrets is gone: subject() = the place, and
  /// deleted, expired or destroyed likewise), conflict (there is one of the name `to`).
  Result<ConfigPutReport> copy(std::string_view from, std::string_view to);
  /// Gives a config another name: its document, revision, secrets with their coordinates, spec,
  /// references, stages and what its last check minted go along. Returns the revision. Where the
  /// document is kept outside, the outside user of its secrets is named anew as well.
  /// Errors: not_found, conflict (there is one of the name `to`).
  Result<std::uint64_t> rename(std::string_view from, std::string_view to);

  /// Puts values back into a partial document, only at the places the config's spec declares
  /// and only coordinates in the config's scope; all or nothing.
  Result<SecretBytes> hydrate_for(std::string_view id, std::string_view partial);
  Result<SecretBytes> hydrate_with(std::string_view spec, std::string_view partial,
                                   const ConfigHydrateOptions& options = {});
  /// Without a spec: every {"_secret": c} whose coordinate this store manages. With a resolver,
  /// here and in hydrate_with: {"_secret": name} is the resolver's where the name is none that a
  /// store mints, as Airbyte writes secrets that are kept elsewhere.
  Result<SecretBytes> hydrate(std::string_view partial, const ConfigHydrateOptions& options = {});

  /// The same configs, with a way to secrets kept elsewhere: for hydrating and revealing.
  Configs with_resolver(ConfigResolver resolver) const;

 private:
  using Facet::Facet;
  ConfigResolver resolver_;
};

}  // namespace coffer

#include "tools/transfer/importing.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "format/names.h"
#include "tools/command/consent/trial.h"
#include "tools/command/fail.h"
#include "tools/command/secret/target.h"
#include "tools/exchange/same_value.h"
#include "tools/transfer/carrying.h"

namespace coffer::tools {
namespace {

constexpr std::size_t kBatchSecrets = 10'000;
constexpr std::size_t kBatchBytes = std::size_t{32} << 20;

template <typename T>
void keep_if_new(std::optional<T>& wanted, const T& present) {
  if (wanted && *wanted == present) wanted.reset();
}

// The part of the change that differs from the present metadata.
MetadataChange changes_of(MetadataChange change, const Metadata& present) {
  keep_if_new(change.max_versions, present.max_versions);
  keep_if_new(change.cas_required, present.cas_required);
  keep_if_new(change.delete_version_after_ms, present.delete_version_after_ms);
  keep_if_new(change.kind, present.kind);
  keep_if_new(change.description, present.description);
  keep_if_new(change.owner, present.owner);
  keep_if_new(change.tags, present.tags);
  keep_if_new(change.custom, present.custom);
  if (change.owner || change.tags) return change;
  change.marked_by.reset();
  change.marks_doubted.reset();
  return change;
}

// A document of an older coffer does not say whether owner and tags can be trusted, not even if a
// policy relied on them.
void doubt_untold_marks(SecretImage& secret) {
  MetadataChange& metadata = secret.metadata;
  const bool has_marks =
      !metadata.owner.value_or("").empty() || (metadata.tags && !metadata.tags->empty());
  if (has_marks && !metadata.marks_doubted) metadata.marks_doubted = true;
}

bool has_older_value(const SecretImage& secret) {
  return std::any_of(secret.versions.begin() + 1, secret.versions.end(),
                     [](const VersionImage& version) { return version.value.has_value(); });
}

// Imports secrets one by one inside one transaction.
class Importer {
 public:
  Importer(Transaction& txn, const ImportPlan& plan, ImportOutcome& outcome)
      : txn_(txn), plan_(plan), outcome_(outcome) {}

  Result<void> import(const SecretImage& secret) {
    COFFER_TRY(format::check_path(secret.path));
    const VersionImage* newest = secret.versions.empty() ? nullptr : &secret.versions.front();
    const std::int64_t expires_at_ms = newest == nullptr ? 0 : newest->info.expires_at_ms;
    const bool is_over = expires_at_ms != 0 && expires_at_ms <= txn_.now_ms();
    // An expired value would never be readable again. But its history may hold an older live value.
    if (is_over && !(secret.with_history && has_older_value(secret))) {
      outcome_.expired.push_back(secret.path);
      return {};
    }
    // A deleted value must not come back through an export and import.
    const bool is_deleted = newest != nullptr && newest->info.deletion_at_ms != 0 &&
                            newest->info.deletion_at_ms <= txn_.now_ms();
    const bool has_value = newest != nullptr && newest->value && !is_deleted && !is_over;
    if (!COFFER_TRY(txn_.exists(secret.path))) {
      COFFER_TRY(create(secret, has_value ? newest : nullptr));
      outcome_.created.push_back(secret.path);
      return {};
    }
    return import_existing(secret, has_value ? newest : nullptr);
  }

 private:
  Result<bool> is_present(const SecretImage& secret, const VersionImage& version) {
    const Result<Secret> present = txn_.get(secret.path);
    if (!present && is_gone(present.error())) return false;
    if (!present) return present.error();
    if (present->info.expires_at_ms != version.info.expires_at_ms) return false;
    // Only coffer's own JSON preserves the exact text of a JSON value.
    return plan_.form == Form::json ? is_identical(present->value, *version.value)
                                    : is_equivalent(present->value, *version.value);
  }

  Result<void> import_existing(const SecretImage& secret, const VersionImage* version) {
    const bool same_value = version == nullptr || COFFER_TRY(is_present(secret, *version));
    const Metadata metadata = COFFER_TRY(txn_.metadata(secret.path));
    const MetadataChange changes = changes_of(secret.metadata, metadata);
    if (same_value && changes == MetadataChange()) {
      outcome_.unchanged.push_back(secret.path);
      return {};
    }
    if (plan_.existing == Existing::skip) {
      outcome_.skipped.push_back(secret.path);
      return {};
    }
    const History history = COFFER_TRY(txn_.history(secret.path));
    if (plan_.existing == Existing::refuse) {
      return Error(ErrorCode::conflict, "exists in the store already and differs",
                   "--overwrite writes a new version, --skip-existing leaves it as it is");
    }
    if (plan_.existing == Existing::compare_and_swap &&
        history.current_version != secret.current_version) {
      return Error(ErrorCode::conflict, "was changed after the document was exported",
                   "export it again, or give --overwrite");
    }
    COFFER_TRY(write(secret, same_value ? nullptr : version, changes, history.current_version));
    outcome_.updated.push_back(secret.path);
    return {};
  }

  Result<void> create(const SecretImage& secret, const VersionImage* version) {
    const MetadataChange changes = changes_of(secret.metadata, Metadata());
    if (secret.with_history && secret.managed)
      return txn_.restore_managed(secret.path, secret.versions, secret.created_at_ms, changes);
    if (secret.with_history)
      return txn_.restore(secret.path, secret.versions, secret.created_at_ms, changes);
    // Metadata that says nothing does not create a secret by itself, so restore() does.
    if (version == nullptr && changes == MetadataChange()) return txn_.restore(secret.path, {}, 0);
    return write(secret, version, changes, 0);
  }

  Result<void> write(const SecretImage& secret, const VersionImage* version,
                     const MetadataChange& changes, std::uint64_t current_version) {
    if (version == nullptr) return txn_.put_metadata(secret.path, changes);
    // The settings come first, because they decide when the version is deleted; the kind comes with
    // the value that must fit it.
    MetadataChange settings = changes;
    settings.kind.reset();
    if (settings != MetadataChange()) COFFER_TRY(txn_.put_metadata(secret.path, settings));
    PutOptions options;
    options.cas = current_version;
    options.expires_at_ms = version->info.expires_at_ms;
    options.metadata.kind = changes.kind;
    COFFER_TRY(txn_.put(secret.path, *version->value, options));
    return restore_marks(secret.path, changes);
  }

  // The document says who set these marks, so they must not become the importer's.
  Result<void> restore_marks(const std::string& path, const MetadataChange& changes) {
    if (changes.marked_by.value_or("").empty() || changes.marks_doubted.value_or(true)) return {};
    MetadataChange marks;
    marks.owner = changes.owner;
    marks.tags = changes.tags;
    marks.marked_by = changes.marked_by;
    marks.marks_doubted = changes.marks_doubted;
    return txn_.patch_metadata(path, marks);
  }

  Transaction& txn_;
  const ImportPlan& plan_;
  ImportOutcome& outcome_;
};

Differing differing_of(Existing existing) {
  switch (existing) {
    case Existing::overwrite: return Differing::overwrite;
    case Existing::skip: return Differing::skip;
    default: return Differing::refuse;
  }
}

Result<void> check_versions_told(const ImportBatch& batch, Existing existing) {
  if (existing != Existing::compare_and_swap) return {};
  for (const SecretImage& secret : batch.secrets) {
    if (secret.current_version != 0 || secret.versions.empty()) continue;
    return Error(ErrorCode::usage, "the document has no version numbers to compare",
                 "--cas takes coffer's own export, or what `vault kv get -format=json` prints")
        .about(Subject::Kind::name, "--cas");
  }
  return {};
}

void note_carried(ImportOutcome& outcome, Carried carried, std::string name) {
  switch (carried) {
    case Carried::created: outcome.created.push_back(std::move(name)); break;
    case Carried::updated: outcome.updated.push_back(std::move(name)); break;
    case Carried::unchanged: outcome.unchanged.push_back(std::move(name)); break;
    case Carried::skipped: outcome.skipped.push_back(std::move(name));
  }
}

// Only import can replace an existing object, so only its hint says so.
Result<Carried> or_overwrite(Result<Carried> carried) {
  if (carried || carried.error().code() != ErrorCode::conflict) return carried;
  return std::move(carried).error().with_hint(
      "--overwrite replaces the existing one, --skip-existing keeps it");
}

// In the order of dependence: limits, secrets, configs that hold them, the policy.
Result<void> import_batch(Transaction& txn, const ImportBatch& batch, const ImportPlan& plan,
                          bool is_first, ImportOutcome& outcome) {
  const Differing differing = differing_of(plan.existing);
  if (batch.store.settings) {
    const Carried carried =
        COFFER_TRY(or_overwrite(carry_settings(txn, *batch.store.settings, differing)));
    if (is_first && carried != Carried::unchanged) note_carried(outcome, carried, "settings");
  }
  Importer importer(txn, plan, outcome);
  for (const SecretImage& secret : batch.secrets)
    COFFER_TRY(about_secret(importer.import(secret), secret.path));
  for (const ConfigImage& config : batch.configs) {
    const Carried carried = COFFER_TRY(carry_config(txn, config, differing));
    note_carried(outcome, carried, "config:" + config.config.id);
  }
  for (const RestoredReference& reference : batch.references)
    COFFER_TRY(about_secret(txn.restore_reference(reference), reference.path));
  if (batch.is_last && !batch.store.policy.empty()) {
    const Policy policy = COFFER_TRY(parse_policy(batch.store.policy));
    const Carried carried = COFFER_TRY(or_overwrite(carry_policy(txn, policy, differing)));
    if (carried != Carried::unchanged) note_carried(outcome, carried, "policy");
  }
  return {};
}

Result<void> carry_out(Store& store, const ImportBatch& batch, const ImportPlan& plan,
                       bool is_trial, bool is_first, ImportOutcome& all) {
  ImportOutcome outcome;
  COFFER_TRY(write_or_try(store, is_trial, [&](Transaction& txn) {
    outcome = all;
    return import_batch(txn, batch, plan, is_first, outcome);
  }));
  all = std::move(outcome);
  return {};
}

std::size_t bytes_of(const SecretImage& secret) {
  std::size_t bytes = 256 + secret.path.size();
  for (const VersionImage& version : secret.versions)
    bytes += 64 + (version.value ? version.value->bytes().size() : 0);
  return bytes;
}

Error twice(std::string_view name) {
  return Error(ErrorCode::usage, "is in the document twice", "remove one of the two")
      .about(Subject::Kind::path, name);
}

}  // namespace

ImportBatches batches_of(const OwnDocument& document) {
  return [&document](const std::function<Result<void>(const ImportBatch&)>& take) -> Result<void> {
    std::set<std::string> paths, ids;
    ImportBatch batch;
    batch.store = document.store();
    std::size_t count = 0;
    const auto add = [&](std::size_t bytes) -> Result<void> {
      batch.bytes += bytes;
      if (batch.bytes < kBatchBytes && ++count < kBatchSecrets) return {};
      COFFER_TRY(take(batch));
      batch.secrets.clear();
      batch.configs.clear();
      batch.references.clear();
      batch.bytes = count = 0;
      return {};
    };
    // Without its config a config's secret would be an orphan that the next full sweep removes.
    const bool keeps_managed = document.store().settings.has_value();
    const bool had_policy = !document.store().policy.empty();
    OwnVisitor visitor;
    visitor.secret = [&](SecretImage secret) -> Result<void> {
      if (!paths.insert(secret.path).second) return twice(secret.path);
      secret.managed = secret.managed && keeps_managed;
      if (had_policy) doubt_untold_marks(secret);
      const std::size_t bytes = bytes_of(secret);
      batch.secrets.push_back(std::move(secret));
      return add(bytes);
    };
    visitor.config = [&](ConfigImage config) -> Result<void> {
      if (!ids.insert(config.config.id).second) return twice(config.config.id);
      std::size_t bytes = config.config.spec.size() + config.config.partial.size();
      for (SecretImage& secret : config.secrets) {
        if (had_policy) doubt_untold_marks(secret);
        bytes += bytes_of(secret);
      }
      batch.configs.push_back(std::move(config));
      return add(bytes);
    };
    visitor.reference = [&](RestoredReference reference) -> Result<void> {
      const std::size_t bytes = 64 + reference.path.size() + reference.user.size();
      batch.references.push_back(std::move(reference));
      return add(bytes);
    };
    COFFER_TRY(document.each(visitor));
    batch.is_last = true;
    return take(batch);
  };
}

ImportBatches batches_of(std::vector<SecretImage> secrets) {
  auto batch = std::make_shared<ImportBatch>();
  batch->secrets = std::move(secrets);
  batch->is_last = true;
  return
      [batch](const std::function<Result<void>(const ImportBatch&)>& take) { return take(*batch); };
}

Result<ImportOutcome> run_import(Store& store, const ImportBatches& batches,
                                 const ImportPlan& plan) {
  ImportOutcome tried;
  bool is_first = true;
  bool is_done = false;
  COFFER_TRY(batches([&](const ImportBatch& batch) -> Result<void> {
    COFFER_TRY(check_versions_told(batch, plan.existing));
    // A single batch needs no trial, because its transaction writes all or nothing.
    is_done = plan.dry_run || (is_first && batch.is_last);
    COFFER_TRY(carry_out(store, batch, plan, plan.dry_run || !is_done, is_first, tried));
    is_first = false;
    return {};
  }));
  if (is_done) return tried;
  ImportOutcome written;
  is_first = true;
  const Result<void> carried = batches([&](const ImportBatch& batch) -> Result<void> {
    COFFER_TRY(carry_out(store, batch, plan, false, is_first, written));
    is_first = false;
    return {};
  });
  if (carried) return written;
  if (!written.created.empty() || !written.updated.empty()) {
    note("written before the error: " +
         std::to_string(written.created.size() + written.updated.size()) +
         "; run the same import again to continue");
  }
  return carried.error();
}

}  // namespace coffer::tools

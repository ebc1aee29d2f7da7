// coffer import
#include <algorithm>

#include "format/names.h"
#include "tools/context.h"
#include "tools/exchange/forms.h"
#include "tools/exchange/same_value.h"
#include "tools/fail.h"
#include "tools/input.h"
#include "tools/path_groups.h"
#include "tools/target.h"
#include "tools/verbs.h"

namespace coffer::tools {
namespace {

enum class Existing { refuse, compare_and_swap, overwrite, skip };

struct Plan {
  Form form = Form::json;
  Existing existing = Existing::refuse;
  bool dry_run = false;
};

struct Outcome {
  std::vector<std::string> created, updated, unchanged, skipped, expired;
};

template <typename T>
void keep_if_new(std::optional<T>& wanted, const T& present) {
  if (wanted && *wanted == present) wanted.reset();
}

// What of it is not so already.
MetadataChange changes_of(MetadataChange change, const Metadata& present) {
  keep_if_new(change.max_versions, present.max_versions);
  keep_if_new(change.cas_required, present.cas_required);
  keep_if_new(change.delete_version_after_ms, present.delete_version_after_ms);
  keep_if_new(change.kind, present.kind);
  keep_if_new(change.description, present.description);
  keep_if_new(change.owner, present.owner);
  keep_if_new(change.tags, present.tags);
  keep_if_new(change.custom, present.custom);
  return change;
}

bool has_older_value(const SecretImage& secret) {
  return std::any_of(secret.versions.begin() + 1, secret.versions.end(),
                     [](const VersionImage& version) { return version.value.has_value(); });
}

/// Brings secrets in, one after the other, inside one transaction.
class Importer {
 public:
  Importer(Transaction& txn, const Plan& plan, Outcome& outcome)
      : txn_(txn), plan_(plan), outcome_(outcome) {}

  Result<void> import(const SecretImage& secret) {
    COFFER_TRY(format::check_path(secret.path));
    const VersionImage* newest = secret.versions.empty() ? nullptr : &secret.versions.front();
    const std::int64_t expires_at_ms = newest == nullptr ? 0 : newest->info.expires_at_ms;
    const bool is_over = expires_at_ms != 0 && expires_at_ms <= txn_.now_ms();
    // Its time is over: no store would ever return it. With its history, an older one may live.
    if (is_over && !(secret.with_history && has_older_value(secret))) {
      outcome_.expired.push_back(secret.path);
      return {};
    }
    // What was deleted when it was due is not brought back by the way through a document.
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
    // Only coffer's own JSON keeps the text of a JSON value.
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
      return Error(ErrorCode::conflict, "is in the store already, and not the same",
                   "--overwrite writes a new version, --skip-existing leaves it as it is");
    }
    if (plan_.existing == Existing::compare_and_swap &&
        history.current_version != secret.current_version) {
      return Error(ErrorCode::conflict, "was changed since the document was made",
                   "export it again, or give --overwrite");
    }
    COFFER_TRY(write(secret, same_value ? nullptr : version, changes, history.current_version));
    outcome_.updated.push_back(secret.path);
    return {};
  }

  Result<void> create(const SecretImage& secret, const VersionImage* version) {
    const MetadataChange changes = changes_of(secret.metadata, Metadata());
    if (secret.with_history) {
      return txn_.restore(secret.path, secret.versions, secret.created_at_ms, changes);
    }
    // Metadata alone makes a secret as well, but not where it says nothing.
    if (version == nullptr && changes == MetadataChange()) {
      return txn_.restore(secret.path, {}, 0);
    }
    return write(secret, version, changes, 0);
  }

  Result<void> write(const SecretImage& secret, const VersionImage* version,
                     const MetadataChange& changes, std::uint64_t current_version) {
    if (version == nullptr) return txn_.put_metadata(secret.path, changes);
    // The settings first, for they decide when the version is deleted; the kind with the value,
    // which it must fit.
    MetadataChange settings = changes;
    settings.kind.reset();
    if (settings != MetadataChange()) COFFER_TRY(txn_.put_metadata(secret.path, settings));
    PutOptions options;
    options.cas = current_version;
    options.expires_at_ms = version->info.expires_at_ms;
    options.kind = changes.kind;
    COFFER_TRY(txn_.put(secret.path, *version->value, options));
    return {};
  }

  Transaction& txn_;
  const Plan& plan_;
  Outcome& outcome_;
};

Result<Existing> parse_existing(bool cas, bool overwrite, bool skip) {
  if (int(cas) + int(overwrite) + int(skip) > 1) {
    return Error(ErrorCode::usage, "--cas, --overwrite and --skip-existing exclude each other",
                 "choose one; without any, a secret that stands already and differs is refused");
  }
  if (cas) return Existing::compare_and_swap;
  if (overwrite) return Existing::overwrite;
  return skip ? Existing::skip : Existing::refuse;
}

Result<void> check_versions_told(const std::vector<SecretImage>& secrets, Existing existing) {
  if (existing != Existing::compare_and_swap) return {};
  for (const SecretImage& secret : secrets) {
    if (secret.current_version != 0 || secret.versions.empty()) continue;
    return Error(ErrorCode::usage, "the document tells no version to compare with",
                 "--cas takes coffer's own export, or what `vault kv get -format=json` prints")
        .about(Subject::Kind::name, "--cas");
  }
  return {};
}

// Thrown away together with all that the transaction did.
Error end_of_dry_run() { return {ErrorCode::declined, "a dry run writes nothing"}; }

Result<Outcome> carry_out(Store& store, const std::vector<SecretImage>& secrets, const Plan& plan) {
  Outcome outcome;
  bool whole = false;
  const Result<TransactionReport> report = store.transaction([&](Transaction& txn) -> Result<void> {
    outcome = {};
    whole = false;
    Importer importer(txn, plan, outcome);
    for (const SecretImage& secret : secrets) {
      COFFER_TRY(about_secret(importer.import(secret), secret.path));
    }
    whole = true;
    return plan.dry_run ? Result<void>(end_of_dry_run()) : Result<void>();
  });
  if (!report && !(whole && plan.dry_run)) return report.error();
  return outcome;
}

Result<void> write_outcome(const Context& context, const Outcome& outcome, bool dry_run) {
  const PathGroup groups[] = {
      {"created", outcome.created}, {"updated", outcome.updated}, {"unchanged", outcome.unchanged},
      {"skipped", outcome.skipped}, {"expired", outcome.expired},
  };
  return write_path_groups(groups, dry_run, context.json());
}

}  // namespace

VerbResult verb_import(Arguments& arguments, const VerbText& text) {
  std::string file;
  std::optional<std::string> form, prefix;
  Plan plan;
  bool cas = false, overwrite = false, skip = false;
  Syntax syntax(arguments, text);
  syntax.word("FILE", file, "The document; `-` is standard input");
  syntax.option("--as", form, "FORM", kFormNames);
  syntax.option("--prefix", prefix, "PATH",
                "The folder it goes to; the secret's own path for dotenv and `vault kv get`");
  syntax.flag("-n,--dry-run", plan.dry_run, "Tell what would change, names only");
  syntax.flag("--cas", cas, "Write what differs if nobody changed it since the document was made");
  syntax.flag("--overwrite", overwrite, "Write a new version of what differs");
  syntax.flag("--skip-existing", skip, "Leave what is there already as it is");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (!form) {
    return Error(ErrorCode::usage, "say in which form it is",
                 "--as json is what coffer export writes; `coffer help import` names the others");
  }
  plan.form = COFFER_TRY(parse_form(*form));
  plan.existing = COFFER_TRY(parse_existing(cas, overwrite, skip));
  std::string folder = prefix.value_or("");
  if (folder.ends_with('/')) folder.pop_back();
  const ImportNames names{file == "-" ? std::string_view("standard input") : file, folder};
  const std::vector<SecretImage> secrets =
      COFFER_TRY(read_import(plan.form, COFFER_TRY(read_input(file)), names));
  COFFER_TRY(check_versions_told(secrets, plan.existing));
  Store store = COFFER_TRY(context.open());
  const Outcome outcome = COFFER_TRY(carry_out(store, secrets, plan));
  COFFER_TRY(write_outcome(context, outcome, plan.dry_run));
  return 0;
}

}  // namespace coffer::tools

#include "tools/transfer/migration.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <span>

#include "tools/command/consent/trial.h"
#include "tools/command/secret/target.h"
#include "tools/transfer/carrying.h"
#include "tools/transfer/store_images.h"

namespace coffer::tools {
namespace {

// The most that is in memory, and lost in a power cut, at a time.
constexpr std::size_t kBatchSecrets = 200;
constexpr std::size_t kBatchBytes = std::size_t{8} << 20;

std::size_t bytes_of(const SecretImage& image) {
  std::size_t bytes = 0;
  for (const VersionImage& version : image.versions)
    if (version.value) bytes += version.value->bytes().size();
  return bytes;
}

// The state of a source secret when it was copied.
struct Copied {
  std::string path;
  std::uint64_t current_version = 0;
  std::int64_t updated_at_ms = 0;
};

void append(std::vector<std::string>& all, std::vector<std::string> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

std::string_view path_in(const RestoredReference& reference) { return reference.path; }
std::string_view path_in(const std::string& path) { return path; }

class Migration {
 public:
  Migration(Store& source, Store& target, const MigrationWishes& wishes)
      : source_(source), target_(target), wishes_(wishes) {}

  Result<MigrationReport> carry_out(const Progress& progress);

 private:
  using Body = std::function<Result<void>(Transaction&, MigrationReport&)>;

  using Paths = std::span<const std::string>;
  using Images = std::vector<SecretImage>;

  Result<void> copy_all(const Snapshot& source, Paths paths, bool trial, const Progress& progress);
  Result<std::size_t> read_batch(const Snapshot& source, Paths paths, Images& batch);
  Result<MigrationReport> write_batch(const Images& batch, bool trial);
  Result<void> write_settings(Transaction& txn, MigrationReport& report);
  Result<void> write_one(Transaction& txn, const SecretImage& image, MigrationReport& report);
  Result<void> check_batch(const Images& batch, const std::vector<std::string>& skipped);
  Result<void> copy_rest(const Snapshot& source, const StoreContents& contents, bool trial);
  Result<MigrationReport> in_target(bool trial, const Body& body);
  void take_over(MigrationReport&& written);
  Result<void> write_rest(Transaction& txn, const StoreContents& contents,
                          const std::vector<ConfigImage>& configs, MigrationReport& report);
  Result<void> check_rest(const std::vector<ConfigImage>& configs);
  Result<void> remove_all();
  Result<void> remove_configs();

  Store& source_;
  Store& target_;
  const MigrationWishes& wishes_;
  MigrationReport report_;
  std::vector<Copied> copied_;
  std::vector<RestoredReference> references_;
  std::vector<std::string> configs_;
  std::optional<StoreSettings> settings_;  // Only for a whole store.
  std::optional<Policy> policy_;
  bool told_settings_ = false;
};

// Returns how many paths the batch covers.
Result<std::size_t> Migration::read_batch(const Snapshot& source, Paths paths, Images& batch) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (; count < paths.size() && batch.size() < kBatchSecrets && bytes < kBatchBytes; ++count) {
    SecretImage image =
        COFFER_TRY(about_secret(image_of(source, paths[count], Extent::all), paths[count]));
    bytes += bytes_of(image);
    batch.push_back(std::move(image));
  }
  return count;
}

Differing differing_of(const MigrationWishes& wishes) {
  return wishes.skip_existing ? Differing::skip : Differing::refuse;
}

void note_carried(MigrationReport& report, Carried carried, std::string name) {
  auto& group = carried == Carried::unchanged ? report.unchanged
                : carried == Carried::skipped ? report.skipped
                                              : report.created;
  group.push_back(std::move(name));
}

Result<void> Migration::write_settings(Transaction& txn, MigrationReport& report) {
  if (!settings_) return {};
  const Carried carried = COFFER_TRY(carry_settings(txn, *settings_, differing_of(wishes_)));
  if (!told_settings_ && carried != Carried::unchanged) note_carried(report, carried, "settings");
  return {};
}

Result<void> Migration::write_one(Transaction& txn, const SecretImage& image,
                                  MigrationReport& report) {
  if (!COFFER_TRY(txn.exists(image.path))) {
    COFFER_TRY(restore_secret(txn, image));
    report.created.push_back(image.path);
  } else if (is_same_secret(image, COFFER_TRY(image_of(txn, image.path, Extent::all)))) {
    report.unchanged.push_back(image.path);
  } else if (wishes_.skip_existing) {
    report.skipped.push_back(image.path);
  } else {
    return Error(ErrorCode::conflict, "exists in the other store already and differs",
                 "--skip-existing leaves it as it is; coffer move frees its path");
  }
  return {};
}

// Runs one transaction on the target and returns what it wrote. The body may run twice.
Result<MigrationReport> Migration::in_target(bool trial, const Body& body) {
  MigrationReport report;
  COFFER_TRY(write_or_try(target_, trial, [&](Transaction& txn) {
    report = {};
    return body(txn, report);
  }));
  return report;
}

void Migration::take_over(MigrationReport&& written) {
  append(report_.created, std::move(written.created));
  append(report_.unchanged, std::move(written.unchanged));
  append(report_.skipped, std::move(written.skipped));
}

Result<MigrationReport> Migration::write_batch(const Images& batch, bool trial) {
  return in_target(trial, [&](Transaction& txn, MigrationReport& report) -> Result<void> {
    // The limits in the settings apply to the secrets that follow.
    COFFER_TRY(write_settings(txn, report));
    for (const SecretImage& image : batch)
      COFFER_TRY(about_secret(write_one(txn, image, report), image.path));
    return {};
  });
}

// Reads the batch back from the target, where it is durable, and compares it byte for byte.
Result<void> Migration::check_batch(const Images& batch, const std::vector<std::string>& skipped) {
  const Snapshot target = COFFER_TRY(target_.snapshot());
  for (const SecretImage& image : batch) {
    if (std::find(skipped.begin(), skipped.end(), image.path) != skipped.end()) continue;
    const SecretImage written =
        COFFER_TRY(about_secret(image_of(target, image.path, Extent::all), image.path));
    if (!is_same_secret(image, written)) {
      return Error(ErrorCode::corrupt, "reads differently in the store it was copied to",
                   "nothing was removed; `coffer verify` checks that store, then try again")
          .about(Subject::Kind::path, image.path);
    }
    copied_.push_back({image.path, image.current_version, image.updated_at_ms});
  }
  return {};
}

Result<void> Migration::copy_all(const Snapshot& source, Paths paths, bool trial,
                                 const Progress& progress) {
  report_ = {};
  for (std::size_t done = 0; done < paths.size();) {
    Images batch;
    done += COFFER_TRY(read_batch(source, paths.subspan(done), batch));
    MigrationReport written = COFFER_TRY(write_batch(batch, trial));
    if (!trial) COFFER_TRY(check_batch(batch, written.skipped));
    take_over(std::move(written));
    told_settings_ = true;
    progress(done, paths.size());
  }
  return {};
}

// Removes a secret only if it has not changed since it was copied; otherwise the change would be
// lost. False: it stays. Its users were carried along, so they are no reason to keep it.
Result<bool> remove_one(Transaction& txn, const Copied& copied,
                        const std::vector<RestoredReference>& references) {
  const History history = COFFER_TRY(txn.history(copied.path));
  const Metadata metadata = COFFER_TRY(txn.metadata(copied.path));
  if (history.current_version != copied.current_version ||
      metadata.updated_at_ms != copied.updated_at_ms)
    return false;
  const auto carried =
      std::equal_range(references.begin(), references.end(), copied.path,
                       [](const auto& a, const auto& b) { return path_in(a) < path_in(b); });
  const auto is_carried = [&](const ReferenceInfo& info) {
    const RestoredReference wanted{copied.path, info.version, info.user};
    return info.user_kind == "external" &&
           std::find(carried.first, carried.second, wanted) != carried.second;
  };
  for (const ReferenceInfo& info : COFFER_TRY(txn.references_to(copied.path)))
    if (!is_carried(info)) return false;
  for (auto each = carried.first; each != carried.second; ++each) {
    const auto ended = txn.remove_reference(each->path, each->version, each->user);
    if (!ended && ended.error().code() != ErrorCode::not_found) return ended.error();
  }
  const Result<void> erased = txn.erase(copied.path);
  if (erased) return true;
  return erased.error().code() == ErrorCode::in_use ? Result<bool>(false) : erased.error();
}

Result<void> Migration::remove_all() {
  std::span<const Copied> rest(copied_);
  while (!rest.empty()) {
    const auto batch = rest.first(std::min(rest.size(), kBatchSecrets));
    rest = rest.subspan(batch.size());
    std::vector<std::string> removed;
    std::vector<std::string> kept;
    COFFER_TRY(source_.transaction([&](Transaction& txn) -> Result<void> {
      removed.clear();
      kept.clear();
      for (const Copied& copied : batch) {
        const auto gone = about_secret(remove_one(txn, copied, references_), copied.path);
        // Somebody else removed it in the meantime, so there is nothing to report.
        if (!gone && gone.error().code() == ErrorCode::not_found) continue;
        if (!gone) return gone.error();
        (*gone ? removed : kept).push_back(copied.path);
      }
      return {};
    }));
    append(report_.removed, std::move(removed));
    append(report_.kept, std::move(kept));
  }
  return {};
}

// Writes configs, references and the policy in one transaction, after the secrets.
Result<void> Migration::write_rest(Transaction& txn, const StoreContents& contents,
                                   const std::vector<ConfigImage>& configs,
                                   MigrationReport& report) {
  COFFER_TRY(write_settings(txn, report));
  for (const ConfigImage& config : configs) {
    const Carried carried = COFFER_TRY(carry_config(txn, config, differing_of(wishes_)));
    note_carried(report, carried, "config:" + config.config.id);
  }
  for (const RestoredReference& reference : contents.references)
    COFFER_TRY(about_secret(txn.restore_reference(reference), reference.path));
  if (!policy_) return {};
  const Carried carried = COFFER_TRY(carry_policy(txn, *policy_, differing_of(wishes_)));
  if (carried != Carried::unchanged) note_carried(report, carried, "policy");
  return {};
}

Result<void> Migration::check_rest(const std::vector<ConfigImage>& configs) {
  const Snapshot target = COFFER_TRY(target_.snapshot());
  for (const ConfigImage& config : configs) {
    const std::string& id = config.config.id;
    const std::string name = "config:" + id;
    if (std::find(report_.skipped.begin(), report_.skipped.end(), name) != report_.skipped.end())
      continue;
    if (!is_same_config(config, COFFER_TRY(config_image_of(target, id)))) {
      return Error(ErrorCode::corrupt, "reads differently in the store it was copied to",
                   "nothing was removed; `coffer verify` checks that store, then try again")
          .about(Subject::Kind::name, id);
    }
    configs_.push_back(id);
  }
  return {};
}

Result<void> Migration::copy_rest(const Snapshot& source, const StoreContents& contents,
                                  bool trial) {
  std::vector<ConfigImage> configs;
  for (const std::string& id : contents.configs)
    configs.push_back(COFFER_TRY(config_image_of(source, id)));
  take_over(COFFER_TRY(in_target(trial, [&](Transaction& txn, MigrationReport& report) {
    return write_rest(txn, contents, configs, report);
  })));
  return trial ? Result<void>() : check_rest(configs);
}

// Removes the copied configs, with the secrets that only they hold.
Result<void> Migration::remove_configs() {
  for (const std::string& id : configs_) {
    const auto gone = source_.configs().remove(id);
    if (!gone && gone.error().code() != ErrorCode::not_found) return gone.error();
    report_.removed.push_back("config:" + id);
  }
  return {};
}

Result<MigrationReport> Migration::carry_out(const Progress& progress) {
  {
    const Snapshot source = COFFER_TRY(source_.snapshot());
    StoreContents contents = COFFER_TRY(contents_of(source, wishes_.prefix));
    if (wishes_.prefix.empty()) {
      settings_ = COFFER_TRY(source.settings());
      policy_ = COFFER_TRY(source.policy());
      if (says_nothing(*policy_)) policy_.reset();
    }
    COFFER_TRY(copy_all(source, contents.paths, true, [](std::size_t, std::size_t) {}));
    COFFER_TRY(copy_rest(source, contents, true));
    report_.managed = std::move(contents.ending);
    if (wishes_.dry_run) return std::move(report_);
    const std::vector<std::string> managed = std::move(report_.managed);
    told_settings_ = false;
    COFFER_TRY(copy_all(source, contents.paths, false, progress));
    COFFER_TRY(copy_rest(source, contents, false));
    report_.managed = managed;
    references_ = std::move(contents.references);
  }
  if (!wishes_.delete_source) return std::move(report_);
  COFFER_TRY(remove_configs());
  COFFER_TRY(remove_all());
  return std::move(report_);
}

}  // namespace

Result<MigrationReport> migrate(Store& source, Store& target, const MigrationWishes& wishes,
                                const Progress& progress) {
  return Migration(source, target, wishes).carry_out(progress);
}

}  // namespace coffer::tools

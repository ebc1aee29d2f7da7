#include "tools/migration.h"

#include <algorithm>
#include <set>
#include <span>

#include "tools/exchange/same_value.h"
#include "tools/store_images.h"
#include "tools/target.h"

namespace coffer::tools {
namespace {

// So much is in memory, and is lost to a power cut, at a time.
constexpr std::size_t kBatchSecrets = 200;
constexpr std::size_t kBatchBytes = std::size_t{8} << 20;

bool is_same_version(const VersionImage& a, const VersionImage& b) {
  if (a.info.version != b.info.version || a.info.created_at_ms != b.info.created_at_ms ||
      a.info.deletion_at_ms != b.info.deletion_at_ms ||
      a.info.expires_at_ms != b.info.expires_at_ms || a.value.has_value() != b.value.has_value())
    return false;
  return !a.value || is_identical(*a.value, *b.value);
}

bool is_same_metadata(const MetadataChange& a, const MetadataChange& b) {
  return a.max_versions == b.max_versions && a.cas_required == b.cas_required &&
         a.delete_version_after_ms == b.delete_version_after_ms && a.kind == b.kind &&
         a.description == b.description && a.owner == b.owner && a.tags == b.tags &&
         a.custom == b.custom;
}

bool is_same(const SecretImage& a, const SecretImage& b) {
  return is_same_metadata(a.metadata, b.metadata) &&
         std::equal(a.versions.begin(), a.versions.end(), b.versions.begin(), b.versions.end(),
                    is_same_version);
}

std::size_t bytes_of(const SecretImage& image) {
  std::size_t bytes = 0;
  for (const VersionImage& version : image.versions)
    if (version.value) bytes += version.value->bytes().size();
  return bytes;
}

// What a secret of the source was when it was copied.
struct Copied {
  std::string path;
  std::uint64_t current_version = 0;
  std::int64_t updated_at_ms = 0;
};

// Thrown away together with all that the transaction did.
Error end_of_trial() { return {ErrorCode::declined, "a dry run writes nothing"}; }

class Migration {
 public:
  Migration(Store& source, Store& target, const MigrationWishes& wishes)
      : source_(source), target_(target), wishes_(wishes) {}

  Result<MigrationReport> carry_out(const Progress& progress);

 private:
  using Paths = std::span<const std::string>;
  using Images = std::vector<SecretImage>;

  Result<void> copy_all(const Snapshot& source, Paths paths, bool trial, const Progress& progress);
  Result<std::size_t> read_batch(const Snapshot& source, Paths paths, Images& batch);
  Result<void> write_batch(const Images& batch, bool trial);
  Result<void> write_one(Transaction& txn, const SecretImage& image);
  Result<void> check_batch(const Images& batch);
  Result<void> remove_all();
  Result<void> remove_one(Transaction& txn, const Copied& copied);

  Store& source_;
  Store& target_;
  const MigrationWishes& wishes_;
  MigrationReport report_;
  std::vector<Copied> copied_;
  std::set<std::string, std::less<>> skipped_;
};

// How many paths the batch covers.
Result<std::size_t> Migration::read_batch(const Snapshot& source, Paths paths, Images& batch) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (; count < paths.size() && batch.size() < kBatchSecrets && bytes < kBatchBytes; ++count) {
    SecretImage image =
        COFFER_TRY(about_secret(image_of(source, paths[count], true), paths[count]));
    if (image.managed) {
      report_.managed.push_back(std::move(image.path));
      continue;
    }
    bytes += bytes_of(image);
    batch.push_back(std::move(image));
  }
  return count;
}

Result<void> Migration::write_one(Transaction& txn, const SecretImage& image) {
  if (!COFFER_TRY(txn.exists(image.path))) {
    COFFER_TRY(txn.restore(image.path, image.versions, image.created_at_ms, image.metadata));
    report_.created.push_back(image.path);
  } else if (is_same(image, COFFER_TRY(image_of(txn, image.path, true)))) {
    report_.unchanged.push_back(image.path);
  } else if (wishes_.skip_existing) {
    skipped_.insert(image.path);
    report_.skipped.push_back(image.path);
  } else {
    return Error(ErrorCode::conflict, "is in the other store already, and not the same",
                 "--skip-existing leaves such secrets as they are; coffer move makes room");
  }
  return {};
}

Result<void> Migration::write_batch(const Images& batch, bool trial) {
  const MigrationReport before = report_;
  bool whole = false;
  const Result<TransactionReport> written = target_.transaction([&](Transaction& txn) {
    report_ = before;
    whole = false;
    for (const SecretImage& image : batch)
      if (Result<void> one = about_secret(write_one(txn, image), image.path); !one) return one;
    whole = true;
    return trial ? Result<void>(end_of_trial()) : Result<void>();
  });
  if (!written && !(whole && trial)) return written.error();
  return {};
}

// What is durable in the target is read back from there, and is compared to the byte.
Result<void> Migration::check_batch(const Images& batch) {
  const Snapshot target = COFFER_TRY(target_.snapshot());
  for (const SecretImage& image : batch) {
    if (skipped_.contains(image.path)) continue;
    const SecretImage written =
        COFFER_TRY(about_secret(image_of(target, image.path, true), image.path));
    if (!is_same(image, written)) {
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
    COFFER_TRY(write_batch(batch, trial));
    if (!trial) COFFER_TRY(check_batch(batch));
    progress(done, paths.size());
  }
  return {};
}

// Only what is still as it was copied goes, for an addition since would be lost.
Result<void> Migration::remove_one(Transaction& txn, const Copied& copied) {
  const Result<History> history = txn.history(copied.path);
  if (!history && history.error().code() == ErrorCode::not_found) return {};
  if (!history) return history.error();
  const Metadata metadata = COFFER_TRY(txn.metadata(copied.path));
  if (history->current_version != copied.current_version ||
      metadata.updated_at_ms != copied.updated_at_ms) {
    report_.kept.push_back(copied.path);
    return {};
  }
  const Result<void> erased = txn.erase(copied.path);
  if (!erased && erased.error().code() != ErrorCode::in_use) return erased;
  (erased ? report_.removed : report_.kept).push_back(copied.path);
  return {};
}

Result<void> Migration::remove_all() {
  std::span<const Copied> rest(copied_);
  while (!rest.empty()) {
    const auto batch = rest.first(std::min(rest.size(), kBatchSecrets));
    rest = rest.subspan(batch.size());
    const MigrationReport before = report_;
    COFFER_TRY(source_.transaction([&](Transaction& txn) -> Result<void> {
      report_ = before;
      for (const Copied& copied : batch)
        COFFER_TRY(about_secret(remove_one(txn, copied), copied.path));
      return {};
    }));
  }
  return {};
}

Result<MigrationReport> Migration::carry_out(const Progress& progress) {
  {
    const Snapshot source = COFFER_TRY(source_.snapshot());
    const std::vector<std::string> paths = COFFER_TRY(paths_of(source, wishes_.prefix));
    COFFER_TRY(copy_all(source, paths, true, [](std::size_t, std::size_t) {}));
    if (wishes_.dry_run) return std::move(report_);
    COFFER_TRY(copy_all(source, paths, false, progress));
  }
  if (wishes_.delete_source) COFFER_TRY(remove_all());
  return std::move(report_);
}

}  // namespace

Result<MigrationReport> migrate(Store& source, Store& target, const MigrationWishes& wishes,
                                const Progress& progress) {
  return Migration(source, target, wishes).carry_out(progress);
}

}  // namespace coffer::tools

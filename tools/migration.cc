#include "tools/migration.h"

#include <algorithm>
#include <iterator>
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

bool is_same(const SecretImage& a, const SecretImage& b) {
  return a.metadata == b.metadata &&
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

void append(std::vector<std::string>& all, std::vector<std::string> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

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
  Result<MigrationReport> write_batch(const Images& batch, bool trial);
  Result<void> write_one(Transaction& txn, const SecretImage& image, MigrationReport& report);
  Result<void> check_batch(const Images& batch, const std::vector<std::string>& skipped);
  Result<void> remove_all();

  Store& source_;
  Store& target_;
  const MigrationWishes& wishes_;
  MigrationReport report_;
  std::vector<Copied> copied_;
};

// How many paths the batch covers.
Result<std::size_t> Migration::read_batch(const Snapshot& source, Paths paths, Images& batch) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (; count < paths.size() && batch.size() < kBatchSecrets && bytes < kBatchBytes; ++count) {
    SecretImage image =
        COFFER_TRY(about_secret(image_of(source, paths[count], Extent::all), paths[count]));
    if (image.managed) {
      report_.managed.push_back(std::move(image.path));
      continue;
    }
    bytes += bytes_of(image);
    batch.push_back(std::move(image));
  }
  return count;
}

Result<void> Migration::write_one(Transaction& txn, const SecretImage& image,
                                  MigrationReport& report) {
  if (!COFFER_TRY(txn.exists(image.path))) {
    COFFER_TRY(txn.restore(image.path, image.versions, image.created_at_ms, image.metadata));
    report.created.push_back(image.path);
  } else if (is_same(image, COFFER_TRY(image_of(txn, image.path, Extent::all)))) {
    report.unchanged.push_back(image.path);
  } else if (wishes_.skip_existing) {
    report.skipped.push_back(image.path);
  } else {
    return Error(ErrorCode::conflict, "is in the other store already, and not the same",
                 "--skip-existing leaves such secrets as they are; coffer move makes room");
  }
  return {};
}

Result<MigrationReport> Migration::write_batch(const Images& batch, bool trial) {
  MigrationReport report;
  bool whole = false;
  const Result<TransactionReport> written =
      target_.transaction([&](Transaction& txn) -> Result<void> {
        report = {};
        whole = false;
        for (const SecretImage& image : batch)
          COFFER_TRY(about_secret(write_one(txn, image, report), image.path));
        whole = true;
        return trial ? Result<void>(end_of_trial()) : Result<void>();
      });
  if (!written && !(whole && trial)) return written.error();
  return report;
}

// What is durable in the target is read back from there, and is compared to the byte.
Result<void> Migration::check_batch(const Images& batch, const std::vector<std::string>& skipped) {
  const Snapshot target = COFFER_TRY(target_.snapshot());
  for (const SecretImage& image : batch) {
    if (std::find(skipped.begin(), skipped.end(), image.path) != skipped.end()) continue;
    const SecretImage written =
        COFFER_TRY(about_secret(image_of(target, image.path, Extent::all), image.path));
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
    MigrationReport written = COFFER_TRY(write_batch(batch, trial));
    if (!trial) COFFER_TRY(check_batch(batch, written.skipped));
    append(report_.created, std::move(written.created));
    append(report_.unchanged, std::move(written.unchanged));
    append(report_.skipped, std::move(written.skipped));
    progress(done, paths.size());
  }
  return {};
}

// Only what is still as it was copied goes, for an addition since would be lost. False: it stays.
Result<bool> remove_one(Transaction& txn, const Copied& copied) {
  const History history = COFFER_TRY(txn.history(copied.path));
  const Metadata metadata = COFFER_TRY(txn.metadata(copied.path));
  if (history.current_version != copied.current_version ||
      metadata.updated_at_ms != copied.updated_at_ms)
    return false;
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
        const auto gone = about_secret(remove_one(txn, copied), copied.path);
        // Somebody else has removed it: there is nothing to tell.
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

#include "records/vault/rekey.h"

#include <algorithm>
#include <utility>

namespace coffer::records {
namespace {

// The pages of a batch stay in memory until its commit.
constexpr std::uint64_t kBatchBytesMax = std::uint64_t{64} << 20;

}  // namespace

Result<RotateDataReport> rekey(Vault& vault, const RotateDataOptions& options) {
  RotateDataReport report;
  std::uint64_t left = 0;
  COFFER_TRY(vault.write([&](Writing& writing) -> Result<void> {
    report.resumed = !writing.begin_renewal();
    left = COFFER_TRY(writing.buckets_to_renew());
    return {};
  }));
  bool first = true;
  for (bool more = true; more;) {
    const std::uint64_t file_bytes = COFFER_TRY(vault.status()).file_bytes;
    std::uint64_t before = 0;
    const WriteReport written = COFFER_TRY(vault.write([&](Writing& writing) -> Result<void> {
      // Large values are rewritten with their keys: take fewer at once.
      const std::uint64_t bytes = file_bytes / (writing.record_count() + 1) + 1;
      before = COFFER_TRY(writing.buckets_to_renew());
      left = COFFER_TRY(
          writing.renew_buckets(std::min(options.versions_at_once, kBatchBytesMax / bytes + 1)));
      return {};
    }));
    if (std::exchange(first, false)) report.epoch_before = written.receipt.epoch_before;
    report.epoch_after = std::max(written.receipt.epoch_after, report.epoch_after);
    report.buckets += before - std::min(left, before);
    report.versions += written.versions_rewrapped;
    more = left != 0;
    if (options.progress && !options.progress(format::kBucketCount - left, format::kBucketCount) &&
        more)
      return Error(ErrorCode::declined,
                   "the rotation was stopped; the keys replaced so far stay replaced",
                   Advice::finish_data_rotation);
  }
  return report;
}

}  // namespace coffer::records

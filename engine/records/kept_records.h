// The settings and the policy: one record each, read anew only where a commit has changed it.
#pragma once

#include <coffer/policy.h>
#include <coffer/result.h>

#include <memory>
#include <mutex>

#include "format/records.h"
#include "records/sealing/cipher.h"
#include "storage/txn.h"

namespace coffer::records {

/// The settings record, opened, with the bytes that it was opened from.
struct StoredSettings {
  Bytes sealed;
  format::Settings settings;
};

/// The policy's record, opened, with the bytes that it was opened from.
struct StoredPolicy {
  Bytes sealed;
  Policy policy;
};

/// The rules to go by: null if there is no policy, or one without rules.
std::shared_ptr<const Policy> in_force(const std::shared_ptr<const StoredPolicy>& stored);

/// What this process read last. Another process may have changed a record since: each call
/// compares the bytes in its transaction, and opens them only if they are others. Thread-safe.
class KeptRecords {
 public:
  explicit KeptRecords(const Cipher& cipher) : cipher_(cipher) {}
  /// `revision`: as the root names it. Errors: corrupt (missing, altered or of another revision),
  /// io.
  Result<std::shared_ptr<const StoredSettings>> settings(const storage::Txn& txn,
                                                         std::uint64_t revision);
  /// Null for revision 0: no policy was ever put. Errors: as settings().
  Result<std::shared_ptr<const StoredPolicy>> policy(const storage::Txn& txn,
                                                     std::uint64_t revision);
  /// Whether a policy was in force when this process last looked.
  bool knows_a_policy() const;

 private:
  const Cipher& cipher_;
  mutable std::mutex mutex_;
  std::shared_ptr<const StoredSettings> settings_;  // Under mutex_.
  std::shared_ptr<const StoredPolicy> policy_;      // Under mutex_.
};

}  // namespace coffer::records

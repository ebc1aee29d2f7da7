// The settings and the policy: one record each, decrypted again only if a commit has changed it.
#pragma once

#include <coffer/policy.h>
#include <coffer/result.h>

#include <memory>
#include <mutex>

#include "format/records.h"
#include "records/sealing/cipher.h"
#include "storage/txn.h"

namespace coffer::records {

/// The decrypted settings record, and its sealed bytes.
struct StoredSettings {
  Bytes sealed;
  format::Settings settings;
};

/// The decrypted policy record, and its sealed bytes.
struct StoredPolicy {
  Bytes sealed;
  Policy policy;
};

/// The policy to apply: null if the store has no policy, or the policy has no rules.
std::shared_ptr<const Policy> in_force(const std::shared_ptr<const StoredPolicy>& stored);

/// The settings and the policy that this process read last. Another process may have changed them:
/// each call compares the sealed bytes, and decrypts them only if they differ. Thread-safe.
class KeptRecords {
 public:
  explicit KeptRecords(const Cipher& cipher) : cipher_(cipher) {}
  /// `revision` comes from the root. Errors: corrupt (missing, altered, another revision), io.
  Result<std::shared_ptr<const StoredSettings>> settings(const storage::Txn& txn,
                                                         std::uint64_t revision);
  /// Returns null for revision 0: no policy was ever put. Errors: as settings().
  Result<std::shared_ptr<const StoredPolicy>> policy(const storage::Txn& txn,
                                                     std::uint64_t revision);
  /// Whether a policy was in force when this process last read it.
  bool knows_a_policy() const;

 private:
  const Cipher& cipher_;
  mutable std::mutex mutex_;
  std::shared_ptr<const StoredSettings> settings_;  // Under mutex_.
  std::shared_ptr<const StoredPolicy> policy_;      // Under mutex_.
};

}  // namespace coffer::records

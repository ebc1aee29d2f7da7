#include "records/kept_records.h"

#include <algorithm>

#include "format/policy_record.h"
#include "records/root_record.h"

namespace coffer::records {
namespace {

using storage::Table;

bool are_same(ByteView a, ByteView b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin());
}

}  // namespace

std::shared_ptr<const Policy> in_force(const std::shared_ptr<const StoredPolicy>& stored) {
  if (!stored || stored->policy.rules.empty()) return nullptr;
  return {stored, &stored->policy};
}

Result<std::shared_ptr<const StoredSettings>> KeptRecords::settings(const storage::Txn& txn,
                                                                    std::uint64_t revision) {
  const auto sealed = COFFER_TRY(txn.get(Table::main, as_bytes(kSettingsKey)));
  if (!sealed) return Error(ErrorCode::corrupt, "the data file has no settings record");
  {
    const std::lock_guard lock(mutex_);
    if (settings_ && settings_->settings.revision == revision &&
        are_same(*sealed, settings_->sealed))
      return settings_;
  }
  const SecretBytes plain = COFFER_TRY(cipher_.open_root(format::Domain::settings, *sealed));
  auto stored = std::make_shared<StoredSettings>();
  stored->sealed.assign(sealed->begin(), sealed->end());
  stored->settings = COFFER_TRY(format::decode_settings(plain.bytes()));
  if (stored->settings.revision != revision)
    return Error(ErrorCode::corrupt, "the store's settings are not its latest ones",
                 "restore from a backup");
  const std::lock_guard lock(mutex_);
  settings_ = stored;
  return std::shared_ptr<const StoredSettings>(stored);
}

// The root names the policy's revision, so a lost or swapped record is noticed.
Result<std::shared_ptr<const StoredPolicy>> KeptRecords::policy(const storage::Txn& txn,
                                                                std::uint64_t revision) {
  if (revision == 0) return std::shared_ptr<const StoredPolicy>();
  const auto sealed = COFFER_TRY(txn.get(Table::main, as_bytes(kPolicyKey)));
  if (!sealed)
    return Error(ErrorCode::corrupt, "the store's policy is missing", "restore from a backup");
  {
    const std::lock_guard lock(mutex_);
    if (policy_ && policy_->policy.revision == revision && are_same(*sealed, policy_->sealed))
      return policy_;
  }
  const SecretBytes plain = COFFER_TRY(cipher_.open_root(format::Domain::policy, *sealed));
  auto stored = std::make_shared<StoredPolicy>();
  stored->sealed.assign(sealed->begin(), sealed->end());
  stored->policy = COFFER_TRY(format::decode_policy(plain.bytes()));
  if (stored->policy.revision != revision)
    return Error(ErrorCode::corrupt, "the store's policy is not its latest one",
                 "restore from a backup");
  const std::lock_guard lock(mutex_);
  policy_ = stored;
  return std::shared_ptr<const StoredPolicy>(stored);
}

bool KeptRecords::knows_a_policy() const {
  const std::lock_guard lock(mutex_);
  return policy_ && !policy_->policy.rules.empty();
}

}  // namespace coffer::records

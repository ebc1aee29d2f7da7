// The policy's record. What it says is decided above; here it is kept so that it can neither be
// lost nor swapped unnoticed: the root, written anew by every commit, names its revision.
#include <algorithm>

#include "format/policy_record.h"
#include "secrets/engine_state.h"

namespace coffer::secrets {

using storage::Table;

std::shared_ptr<const Policy> in_force(const std::shared_ptr<const StoredPolicy>& stored) {
  if (!stored || stored->policy.rules.empty()) return nullptr;
  return {stored, &stored->policy};
}

Result<std::shared_ptr<const StoredPolicy>> Engine::Impl::read_policy(const storage::Txn& txn,
                                                                      std::uint64_t revision) {
  if (revision == 0) return std::shared_ptr<const StoredPolicy>();
  const auto sealed = COFFER_TRY(txn.get(Table::main, as_bytes(kPolicyKey)));
  if (!sealed)
    return Error{ErrorCode::corrupt, "the store has lost its policy", "restore from a backup"};
  {
    const std::lock_guard lock(settings_mutex);
    if (newest_policy && newest_policy->policy.revision == revision &&
        std::equal(sealed->begin(), sealed->end(), newest_policy->sealed.begin(),
                   newest_policy->sealed.end()))
      return newest_policy;
  }
  const SecretBytes plain = COFFER_TRY(cipher->open_root(format::Domain::policy, *sealed));
  auto stored = std::make_shared<StoredPolicy>();
  stored->sealed.assign(sealed->begin(), sealed->end());
  stored->policy = COFFER_TRY(format::decode_policy(plain.bytes()));
  if (stored->policy.revision != revision)
    return Error{ErrorCode::corrupt, "the store's policy is not the one that it had last",
                 "restore from a backup"};
  const std::lock_guard lock(settings_mutex);
  newest_policy = stored;
  return std::shared_ptr<const StoredPolicy>(stored);
}

Result<void> deny_read(const View&, std::string_view path) {
  return Error{ErrorCode::denied, "the store has a policy, which is not asked here"}.about(
      Subject::Kind::path, path);
}

Result<void> deny_accept(const View& view) {
  if (COFFER_TRY(view.policy()) == nullptr) return {};
  return Error{ErrorCode::denied, "the store has a policy, which is not asked here"};
}

const Actor& View::actor() const { return *impl_->actor; }

Result<const Policy*> View::policy() const {
  if (impl_->writer == nullptr) return impl_->policy;
  if (impl_->root->policy_revision == 0) return nullptr;
  if (!impl_->stored_policy)
    impl_->stored_policy =
        COFFER_TRY(impl_->engine.read_policy(impl_->txn, impl_->root->policy_revision));
  const Policy& policy = impl_->stored_policy->policy;
  return policy.rules.empty() ? nullptr : &policy;
}

Result<Policy> View::stored_policy() const {
  const auto stored =
      COFFER_TRY(impl_->engine.read_policy(impl_->txn, impl_->root->policy_revision));
  return stored ? stored->policy : Policy();
}

void View::note_denied(format::Action action, std::string_view name) const {
  Noted noted{action, recordable(name), 0, static_cast<std::uint32_t>(ErrorCode::denied)};
  (impl_->writer != nullptr ? impl_->refused : impl_->reads).push_back(std::move(noted));
}

Result<std::uint64_t> Transaction::put_policy(const Policy& policy,
                                              std::optional<std::uint64_t> revision) {
  Impl& impl = *impl_;
  const std::uint64_t before = impl.root->policy_revision;
  if (revision && *revision != before)
    return Error{ErrorCode::conflict, "the policy has another revision; nothing was changed",
                 Advice::read_policy_again}
        .with_number(before);
  const auto number = static_cast<std::uint8_t>(Table::main);
  const ByteView key = as_bytes(kPolicyKey);
  // Like changed settings: in the digest, and not counted.
  if (before != 0) {
    const auto stored = COFFER_TRY(impl.engine.read_policy(impl.txn, before));
    impl.toggle_digest(impl.cipher().digest(number, key, stored->sealed));
  }
  auto after = std::make_shared<StoredPolicy>();
  after->policy = policy;
  after->policy.revision = before + 1;
  after->sealed =
      impl.cipher().seal_root(format::Domain::policy, format::encode_policy(after->policy).bytes());
  impl.toggle_digest(impl.cipher().digest(number, key, after->sealed));
  // The root that names it is written by the same commit: a power cut leaves both or neither.
  COFFER_TRY(impl.writer->put(Table::main, key, after->sealed));
  impl.root->policy_revision = before + 1;
  impl.stored_policy = std::move(after);
  impl.note(format::Action::policy_put, "", before + 1);
  return before + 1;
}

}  // namespace coffer::secrets

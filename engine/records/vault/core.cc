#include "records/vault/core.h"

#include <utility>

namespace coffer::records {
namespace {

// Other processes may rotate the master key repeatedly: try again only so often.
constexpr int kCatchingsMax = 3;

const Clock& clock_of(const OpenOptions& options) {
  return options.clock != nullptr ? *options.clock : Clock::system();
}

}  // namespace

void Waiters::wake() {
  {
    const std::lock_guard lock(mutex_);
    ++wakes_;
  }
  changed_.notify_all();
}

Vault::Core::Core(std::shared_ptr<storage::Environment> environment,
                  std::unique_ptr<keys::Keyring> keyring, const OpenOptions& options)
    : environment_(std::move(environment)),
      keyring_(std::move(keyring)),
      cipher_(*keyring_),
      chain_(*keyring_),
      log_(options.log),
      clock_(clock_of(options)),
      kept_(cipher_),
      means_{cipher_, chain_, clock_, kept_},
      epochs_(*environment_, *keyring_, cipher_, sessions_),
      anchor_(environment_, cipher_, keyring_->index_keys().anchor, clock_, options.log,
              options.anchor) {
  hold_limits_.commits_max = options.snapshot_commits_max;
  hold_limits_.age_max_ms = options.snapshot_age_max_ms;
}

Vault::Core::~Core() {
  try {
    write_gathered();
    (void)anchor_.close();
  } catch (...) {
    // Out of memory: the anchor stays behind, as after a crash.
  }
}

// --- reading ------------------------------------------------------------------------------------

Result<std::unique_ptr<Session>> Vault::Core::begin_read() {
  auto session = sessions_.take();
  if (!session) session = std::make_unique<Session>(environment_);
  // Another process may erase the epoch's key after the snapshot is taken and before the keyring is
  // read: then a new snapshot has a newer epoch.
  for (int attempt = 0;; ++attempt) {
    COFFER_TRY(session->txn.renew());
    const bool is_new = session->txn.id() != session->seen_txn_id;
    auto fresh = refresh(*session);
    const bool lacks = fresh && is_new && COFFER_TRY(lacks_values(session->txn));
    if (fresh && !lacks) return session;
    session->txn.reset();
    session->seen_txn_id = 0;
    if (lacks) {
      const auto txn = COFFER_TRY(storage::WriteTxn::begin(*environment_));
      COFFER_TRY(txn->commit());
      continue;
    }
    if (keyring_->is_behind() && attempt < kCatchingsMax) {
      COFFER_TRY(keyring_->catch_up());
      continue;
    }
    const ErrorCode code = fresh.error().code();
    if (attempt >= 2 || (code != ErrorCode::rolled_back && code != ErrorCode::corrupt))
      return std::move(fresh).error();
  }
}

void Vault::Core::end_read(std::unique_ptr<Session> session) {
  session->txn.reset();
  sessions_.give_back(std::move(session));
}

Result<void> Vault::Core::refresh(Session& session) {
  const std::uint64_t id = session.txn.id();
  if (id == session.seen_txn_id) return {};
  session.root = COFFER_TRY(read_root(cipher_, session.txn));
  if (!session.keys || session.keys->epoch() != session.root.epoch)
    session.keys = COFFER_TRY(epochs_.keys_of(session.root.epoch));
  // Most commits do not change the policy.
  if (session.root.policy_revision != session.policy_revision) {
    const auto stored = COFFER_TRY(kept_.policy(session.txn, session.root.policy_revision));
    session.policy = in_force(stored);
    session.policy_revision = session.root.policy_revision;
  }
  const auto settings = COFFER_TRY(kept_.settings(session.txn, session.root.settings_revision));
  session.audits_reads = settings->settings.audit_reads;
  session.seen_txn_id = id;
  return {};
}

// --- recovery at open ---------------------------------------------------------------------------

// A second epoch key means that a crash interrupted a shredding, or that another process is still
// shredding: taking the write lock then waits for it. After that, copies in the keyring that a
// crash left unequal are made equal.
Result<void> Vault::Core::recover(const Caller& caller) {
  if (COFFER_TRY(keyring_->stored_epochs()).size() > 1) COFFER_TRY(epochs_.finish_shredding());
  if (keyring_->needs_repair()) COFFER_TRY(repair_keyring());
  // Both master keys are known, so the store opens even if the rotation cannot be finished now.
  if (auto finished = finish_master_rotation(caller); !finished)
    warn("the rotation of the master key could not be finished", directory());
  return {};
}

Result<void> Vault::Core::repair_keyring() {
  const auto txn = COFFER_TRY(storage::WriteTxn::begin(*environment_));
  // One whole copy is enough: the store opens even if the disk is too full for the other copy.
  if (auto repaired = keyring_->repair(); !repaired)
    warn("the keyring's second copy could not be written again", directory());
  return {};
}

// Notes the use once a day. The store opens even if this fails.
void Vault::Core::note_key_use() {
  const std::int64_t now = clock_.shown_ms();
  if (!keyring_->use_is_worth_noting(now)) return;
  const auto txn = storage::WriteTxn::begin(*environment_);
  if (!txn || !keyring_->note_use(now)) warn("the use of the key could not be noted", directory());
}

}  // namespace coffer::records

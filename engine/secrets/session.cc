// Readers: taken, renewed, brought up to the snapshot they see, given back.
#include "secrets/engine_state.h"

namespace coffer::secrets {
namespace {

Error newest_is_hidden() {
  return {ErrorCode::corrupt,
          "the newest commit cannot be read: a meta page of the data file was altered",
          "restore from a backup; what is there is not the state that the store had last"};
}

}  // namespace

std::size_t SessionPool::stripe_of_this_thread() {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t stripe = next.fetch_add(1) % 16;
  return stripe;
}

SessionPool::~SessionPool() {
  for (Stripe& stripe : stripes_) delete stripe.ready.load();
}

std::unique_ptr<Session> SessionPool::take() {
  Stripe& stripe = stripes_[stripe_of_this_thread()];
  if (Session* ready = stripe.ready.exchange(nullptr, std::memory_order_acquire))
    return std::unique_ptr<Session>(ready);
  const std::lock_guard lock(stripe.mutex);
  if (stripe.idle.empty()) return nullptr;
  auto session = std::move(stripe.idle.back());
  stripe.idle.pop_back();
  return session;
}

// An epoch's keys may take megabytes of locked memory: an idle reader does not keep old ones.
void SessionPool::let_go(Session& session) const {
  if (!session.keys || session.keys->epoch() >= newest_epoch_.load(std::memory_order_relaxed))
    return;
  session.keys.reset();
  session.seen_txn_id = 0;
}

void SessionPool::let_go_before(std::uint64_t epoch) {
  newest_epoch_.store(epoch, std::memory_order_relaxed);
  for (Stripe& stripe : stripes_) {
    if (Session* ready = stripe.ready.exchange(nullptr, std::memory_order_acquire)) {
      std::unique_ptr<Session> session(ready);
      let_go(*session);
      put_into(stripe, std::move(session));
    }
    const std::lock_guard lock(stripe.mutex);
    for (const auto& session : stripe.idle) let_go(*session);
  }
}

void SessionPool::give_back(std::unique_ptr<Session> session) {
  let_go(*session);
  put_into(stripes_[stripe_of_this_thread()], std::move(session));
}

void SessionPool::put_into(Stripe& stripe, std::unique_ptr<Session> session) {
  Session* none = nullptr;
  if (stripe.ready.compare_exchange_strong(none, session.get(), std::memory_order_release)) {
    (void)session.release();
    return;
  }
  const std::lock_guard lock(stripe.mutex);
  // Idle readers hold a slot of LMDB's reader table: few are kept.
  if (stripe.idle.size() < 4) stripe.idle.push_back(std::move(session));
}

Result<std::unique_ptr<Session>> Engine::Impl::begin_read() {
  auto session = sessions.take();
  if (!session) session = std::make_unique<Session>(environment);
  // Another process may erase our epoch between the snapshot and the look at the keyring:
  // then the snapshot is old, and a new one has a newer epoch.
  for (int attempt = 0;; ++attempt) {
    COFFER_TRY(session->txn.renew());
    const bool is_new = session->txn.id() != session->seen_txn_id;
    auto fresh = refresh(*session);
    const bool lacks = fresh && is_new && COFFER_TRY(lacks_values(session->txn));
    if (fresh && !lacks) return session;
    session->txn.reset();
    session->seen_txn_id = 0;
    if (lacks) {
      const auto txn = COFFER_TRY(storage::WriteTxn::begin(*environment));
      COFFER_TRY(txn->commit());
      continue;
    }
    if (keyring->is_behind() && attempt < kCatchingsMax) {
      COFFER_TRY(keyring->catch_up());
      continue;
    }
    const ErrorCode code = fresh.error().code();
    if (attempt >= 2 || (code != ErrorCode::rolled_back && code != ErrorCode::corrupt))
      return std::move(fresh).error();
  }
}

// Another process made the table of values after this one had opened the store: it is not seen
// until a commit of this process, if only of nothing, has found it.
Result<bool> Engine::Impl::lacks_values(const storage::Txn& txn) const {
  if (txn.has(storage::Table::values) || is_writing_here(this)) return false;
  const auto name =
      as_bytes(storage::kTableNames[static_cast<std::size_t>(storage::Table::values)]);
  return COFFER_TRY(txn.get(storage::Table::main, name)).has_value();
}

void Engine::Impl::end_read(std::unique_ptr<Session> session) {
  session->txn.reset();
  sessions.give_back(std::move(session));
}

Result<void> Engine::Impl::refresh(Session& session) {
  const std::uint64_t id = session.txn.id();
  if (id == session.seen_txn_id) return {};
  session.root = COFFER_TRY(read_root(session.txn));
  if (!session.keys || session.keys->epoch() != session.root.epoch)
    session.keys = COFFER_TRY(keys_of(session.root.epoch));
  // Most commits leave the policy as it was: then there is nothing to read.
  if (session.root.policy_revision != session.policy_revision) {
    const auto stored = COFFER_TRY(read_policy(session.txn, session.root.policy_revision));
    session.policy = in_force(stored);
    session.policy_revision = session.root.policy_revision;
  }
  const auto settings = COFFER_TRY(read_settings(session.txn, session.root.settings_revision));
  session.audit_reads = settings->settings.audit_reads;
  session.seen_txn_id = id;
  return {};
}

Result<std::shared_ptr<EpochKeys>> Engine::Impl::keys_of(std::uint64_t epoch) {
  const std::lock_guard lock(keys_mutex);
  if (newest_keys && newest_keys->epoch() == epoch) return newest_keys;
  auto key = keyring->epoch_key(epoch);
  if (!key) {
    if (key.error().code() == ErrorCode::not_found) return missing_epoch(epoch);
    return std::move(key).error();
  }
  auto made = std::make_shared<EpochKeys>(*cipher, epoch, std::move(*key));
  if (!newest_keys || newest_keys->epoch() < epoch) {
    newest_keys = made;
    sessions.let_go_before(epoch);
  }
  return made;
}

// data.mdb names an epoch that the keyring does not hold: one of the two is older.
Error Engine::Impl::missing_epoch(std::uint64_t epoch) {
  if (auto held = environment->look_at_files(); !held) return std::move(held).error();
  auto stored = keyring->stored_epochs();
  if (!stored) return std::move(stored).error();
  if (stored->empty())
    return {ErrorCode::corrupt, "the keyring holds no epoch key any more",
            "restore the keyring file from a copy of the same day as the data file"};
  for (const std::uint64_t other : *stored) {
    if (other > epoch)
      return {ErrorCode::rolled_back, "the data file is older than the keyring",
              "a copy from before the last destroy does not open: put the newer data file back"};
  }
  return {ErrorCode::rolled_back, "the keyring is older than the data file",
          "put the newer keyring file back"};
}

Result<format::Root> Engine::Impl::read_root(const storage::Txn& txn) const {
  const auto sealed = COFFER_TRY(txn.get(storage::Table::main, as_bytes(kRootKey)));
  if (!sealed) return Error{ErrorCode::corrupt, "the data file has no root record"};
  const SecretBytes plain = COFFER_TRY(cipher->open_root(format::Domain::root, *sealed));
  format::Root root = COFFER_TRY(format::decode_root(plain.bytes()));
  if (root.transaction != txn.began_with()) return newest_is_hidden();
  return root;
}

// LMDB goes by two meta pages that nothing authenticates; each leads to a root that says which
// commit wrote it. Where the page that was taken and its root agree, the other one may be the
// newer all the same, with a number that was lowered: its own root tells.
Result<void> Engine::Impl::check_other_meta() const {
  const auto other = environment->entry_of_other_meta(as_bytes(kRootKey));
  if (!other) return {};
  // What the older state is worth nobody asks: pages of it may be damaged.
  const auto plain = cipher->open_root(format::Domain::root, other->value);
  if (!plain) return {};
  const auto root = format::decode_root(plain->bytes());
  if (!root || root->transaction == other->transaction) return {};
  return newest_is_hidden().with_number(root->transaction);
}

}  // namespace coffer::secrets

#include "records/vault/session.h"

namespace coffer::records {

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

// An epoch's keys may take megabytes of locked memory, so an idle session drops old ones.
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
  // Each idle session holds a slot of LMDB's reader table: keep few.
  if (stripe.idle.size() < 4) stripe.idle.push_back(std::move(session));
}

}  // namespace coffer::records

// Keeps readers between reads, so that the next read renews one instead of making one.
#pragma once

#include <coffer/policy.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "format/records.h"
#include "records/sealing/epoch_keys.h"
#include "storage/txn.h"

namespace coffer::records {

/// A reader, and what it decoded from its last snapshot.
struct Session {
  explicit Session(std::shared_ptr<storage::Environment> environment)
      : txn(std::move(environment)) {}
  storage::ReadTxn txn;
  std::uint64_t seen_txn_id = 0;
  format::Root root;
  std::shared_ptr<EpochKeys> keys;
  bool audits_reads = false;
  std::uint64_t policy_revision = 0;
  std::shared_ptr<const Policy> policy;  ///< Null if there is no policy, or it has no rules.
};

/// Idle sessions, in stripes so that threads rarely contend; a thread takes its usual session
/// without a lock. Thread-safe.
class SessionPool {
 public:
  SessionPool() = default;
  ~SessionPool();
  SessionPool(const SessionPool&) = delete;
  SessionPool& operator=(const SessionPool&) = delete;
  /// Returns null if no session is idle.
  std::unique_ptr<Session> take();
  void give_back(std::unique_ptr<Session> session);
  /// Makes idle sessions, now and later, drop the keys of epochs before `epoch`.
  void let_go_before(std::uint64_t epoch);

 private:
  struct alignas(64) Stripe {
    std::atomic<Session*> ready{nullptr};
    std::mutex mutex;
    std::vector<std::unique_ptr<Session>> idle;
  };
  static std::size_t stripe_of_this_thread();
  void let_go(Session& session) const;
  static void put_into(Stripe& stripe, std::unique_ptr<Session> session);
  std::atomic<std::uint64_t> newest_epoch_{0};
  std::array<Stripe, 16> stripes_;
};

}  // namespace coffer::records

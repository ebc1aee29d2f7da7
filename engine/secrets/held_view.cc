#include "secrets/held_view.h"

#include "secrets/engine_state.h"

namespace coffer::secrets {
namespace {

using ValueTag = decltype(format::VersionHeader::value_tag);

// Whether the version that a snapshot showed may still be had. Its tag is of a DEK that was
// used once: another tag under the same number is another version. While the epoch is the
// snapshot's nothing was shredded; what is missing was trimmed, and its key is still there.
Result<void> check_kept(const View::Impl& now, const format::PathHash& hash, std::uint64_t version,
                        const ValueTag& tag, std::uint64_t epoch) {
  const auto located = COFFER_TRY(now.find(hash, version));
  const bool same = located && located->record.header.value_tag == tag;
  if (located) {
    COFFER_TRY(now.authenticate(hash, *located));
    auto state = now.check_state(*located);
    const bool over = !state && (state.error().code() == ErrorCode::expired ||
                                 state.error().code() == ErrorCode::destroyed);
    if (over && (same || located->record.header.is_destroyed())) return state;
  }
  if (same || now.root->epoch == epoch) return {};
  return Error{ErrorCode::destroyed, "this version was destroyed after the snapshot was taken",
               "take a new snapshot"}
      .with_number(version);
}

}  // namespace

HeldView::HeldView(Engine& engine, std::unique_ptr<Session> session)
    : engine_(engine), session_(std::move(session)), taken_at_ms_(engine.now_ms()) {}
HeldView::~HeldView() = default;

std::uint64_t HeldView::sequence() const { return session_->root.sequence; }

Result<std::unique_ptr<HeldView>> HeldView::take(Engine& engine) {
  auto session = COFFER_TRY(engine.impl_->begin_read());
  session->txn.hold(engine.impl_->hold_limits);
  return std::unique_ptr<HeldView>(new HeldView(engine, std::move(session)));
}

Result<void> HeldView::read_under(
    const std::function<Result<void>(const View&, bool moved)>& body) {
  std::int64_t expired_seen_ms = 0;
  std::vector<Noted> reads;
  // Reads may have come to be audited since the snapshot was taken.
  bool audit_reads = session_->audit_reads;
  auto present = COFFER_TRY(engine_.impl_->begin_read());
  audit_reads = audit_reads || present->audit_reads;
  // Who may see it is asked of the present too: a right that was taken away is gone.
  const std::shared_ptr<const Policy> policy = present->policy;
  const std::uint64_t acceptances = present->root.clock_acceptances;
  engine_.impl_->end_read(std::move(present));
  // What was over by then would be live again in the time that the snapshot knows.
  if (acceptances != session_->root.clock_acceptances)
    return Error{ErrorCode::busy, "the store's clock was set right after the snapshot was taken",
                 "take a new snapshot"};
  auto result = [&]() -> Result<void> {
    const auto use = COFFER_TRY(session_->txn.use());
    View::Impl state{*engine_.impl_, session_->txn};
    state.reader = &session_->txn;
    state.keys = session_->keys.get();
    state.root = &session_->root;
    state.audit_reads = audit_reads;
    state.actor = &engine_.caller_.actor;
    state.policy = policy.get();
    auto read = body(View(state), use.moved());
    expired_seen_ms = state.expired_seen_ms;
    reads = std::move(state.reads);
    return read;
  }();
  engine_.note_expired(expired_seen_ms, session_->root.time_high_ms);
  auto recorded = engine_.impl_->record_reads(std::move(reads), engine_.caller_);
  if (result && !recorded) return recorded;
  return result;
}

Result<void> HeldView::run_read(const std::function<Result<void>(const View&)>& body) {
  return read_under([&](const View& view, bool) { return body(view); });
}

Result<Secret> HeldView::get(std::string_view path, std::uint64_t version, ReadGuard guard,
                             Deleted deleted) {
  std::optional<Secret> secret;
  std::optional<ValueTag> tag;
  format::PathHash hash;
  COFFER_TRY(read_under([&](const View& view, bool moved) -> Result<void> {
    if (COFFER_TRY(view.policy()) != nullptr) COFFER_TRY(guard(view, path));
    secret = COFFER_TRY(view.get(path, version, deleted));
    if (!moved) return {};
    hash = view.impl_->cipher().hash(format::Kind::secret, path);
    const auto located = COFFER_TRY(view.impl_->find(hash, secret->info.version));
    tag = located->record.header.value_tag;
    return {};
  }));
  // Asked after the value was read: what was destroyed by then is not handed out.
  if (tag) {
    COFFER_TRY(engine_.read([&](const View& now) {
      return check_kept(*now.impl_, hash, secret->info.version, *tag, session_->root.epoch);
    }));
  }
  return std::move(*secret);
}

}  // namespace coffer::secrets

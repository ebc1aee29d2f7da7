#include "secrets/held_view.h"

#include "secrets/rows/versions.h"

namespace coffer::secrets {
namespace {

using ValueTag = decltype(format::VersionHeader::value_tag);

// Whether a version that a snapshot shows may still be read. Each DEK is used once, so another tag
// under the same number means another version. If the store still has the snapshot's epoch, nothing
// was shredded: a version that is missing was only trimmed, and its key still exists.
Result<void> check_kept(const Reading& now, const format::PathHash& hash, std::uint64_t version,
                        const ValueTag& tag, std::uint64_t epoch) {
  const auto located = COFFER_TRY(now.find(hash, version));
  const bool same = located && located->record.header.value_tag == tag;
  if (located) {
    COFFER_TRY(now.authenticate(hash, *located));
    auto state = check_state(now, *located);
    const bool over = !state && (state.error().code() == ErrorCode::expired ||
                                 state.error().code() == ErrorCode::destroyed);
    if (over && (same || located->record.header.is_destroyed())) return state;
  }
  if (same || now.epoch() == epoch) return {};
  return Error(ErrorCode::destroyed, "this version was destroyed after the snapshot was taken",
               "take a new snapshot")
      .with_number(version);
}

}  // namespace

Result<std::unique_ptr<HeldView>> HeldView::take(Engine& engine) {
  auto held = COFFER_TRY(records::HeldReading::take(engine));
  return std::unique_ptr<HeldView>(new HeldView(engine, std::move(held)));
}

Result<void> HeldView::run_read(const std::function<Result<void>(const View&)>& body) {
  return held_->read([&](const Reading& reading, bool) { return body(View(reading)); });
}

Result<Secret> HeldView::get(std::string_view path, std::uint64_t version, ReadGuard guard,
                             Deleted deleted) {
  std::optional<Secret> secret;
  std::optional<ValueTag> tag;
  format::PathHash hash;
  COFFER_TRY(held_->read([&](const Reading& reading, bool has_moved) -> Result<void> {
    const View view(reading);
    if (COFFER_TRY(view.policy()) != nullptr) COFFER_TRY(guard(view, path));
    secret = COFFER_TRY(view.get(path, version, deleted));
    if (!has_moved) return {};
    hash = reading.cipher().hash(format::Kind::secret, path);
    const auto located = COFFER_TRY(reading.find(hash, secret->info.version));
    tag = located->record.header.value_tag;
    return {};
  }));
  // Check after reading the value, so that a value destroyed meanwhile is not handed out.
  if (tag) {
    COFFER_TRY(engine_.read([&](const View& now) {
      return check_kept(now.reading(), hash, secret->info.version, *tag, held_->epoch());
    }));
  }
  return std::move(*secret);
}

}  // namespace coffer::secrets

// Sets, gives up or accepts the anchor, for an administrator.
#include "crypto/random.h"
#include "records/vault/core.h"

namespace coffer::records {
namespace {

AnchorCadence cadence_for(const keys::AnchorMedium& medium, AnchorCadence wanted) {
  if (wanted != AnchorCadence::automatic) return wanted;
  return medium.is_counter() ? AnchorCadence::shred : AnchorCadence::commit;
}

}  // namespace

// A file is written before the root names it: a power cut in between leaves a file that no root
// names, and the next setting overwrites it. A counter is raised after the root's commit.
Result<void> Vault::anchor_at(std::string_view uri, AnchorCadence cadence, Intent* intent) {
  Anchor& anchor = core_->anchor();
  const keys::AnchorMedium medium = COFFER_TRY(keys::AnchorMedium::parse(uri));
  COFFER_TRY(anchor.check_place(medium));
  const format::Action action = intent->action;
  const bool is_accepted = action == format::Action::anchor_accept;
  COFFER_TRY(is_accepted ? anchor.check_ours(medium) : anchor.check_free(medium));
  if (medium.is_counter()) COFFER_TRY(medium.make_counter());
  std::string former;
  const auto body = [&](Writing& writing) -> Result<void> {
    format::Root& root = writing.root_;
    format::AnchorSetting setting = root.anchor;
    // Keep the id, so that after a power cut the file still matches the root. An accepted store
    // gets a new id: the newer copy, which was not put back, is then refused.
    if (setting.uri != uri || is_accepted) crypto::system_random().fill(setting.id);
    setting.cadence = cadence_for(medium, cadence);
    setting.counter = medium.is_counter() ? COFFER_TRY(medium.value()) + 1 : 0;
    if (!medium.is_counter()) COFFER_TRY(anchor.replace_mark(medium, root, setting.id));
    former = setting.uri == uri ? "" : setting.uri;
    setting.uri = uri;
    root.anchor = setting;
    writing.notes().note(action, uri);
    writing.mark_changed();
    return {};
  };
  COFFER_TRY(write(body, intent));
  if (!anchor.location().empty()) anchor.move_to(uri);
  COFFER_TRY(medium.is_counter() ? anchor.raise_counter() : anchor.advance());
  anchor.remove_mark(former);
  return {};
}

Result<void> Vault::set_anchor(std::string_view uri, AnchorCadence cadence, Intent* intent) {
  return anchor_at(uri, cadence, intent);
}

// The root drops the anchor first: otherwise a power cut could leave a root that names a removed
// anchor.
Result<void> Vault::remove_anchor(Intent* intent) {
  std::string former;
  const auto body = [&](Writing& writing) -> Result<void> {
    format::Root& root = writing.root_;
    if (root.anchor.uri.empty())
      return Error(ErrorCode::not_found, "the store has no anchor", Advice::set_anchor);
    former = root.anchor.uri;
    root.anchor = {};
    writing.notes().note(format::Action::anchor_remove, former);
    writing.mark_changed();
    return {};
  };
  COFFER_TRY(write(body, intent));
  core_->anchor().move_to({});
  core_->anchor().remove_mark(former);
  return {};
}

Result<void> Vault::update_anchor() {
  if (COFFER_TRY(core_->committed_root()).anchor.uri.empty())
    return Error(ErrorCode::not_found, "the store has no anchor", Advice::set_anchor);
  return core_->anchor().advance();
}

// Runs before the store is changed: only an administrator, by the copy's own policy, may accept an
// older copy or give its anchor up. The refusal is not recorded: every commit raises the sequence
// of an older copy, and enough commits would raise it past the anchor.
Result<void> Vault::check_accepted(const OpenOptions& options, const Error& doubt,
                                   const AcceptGuard& guard) {
  const format::AnchorSetting setting = COFFER_TRY(core_->committed_root()).anchor;
  const bool gives_up = options.anchor_doubt == AnchorDoubt::give_up;
  COFFER_TRY(read(guard));
  // A missing anchor at the caller's place says nothing about the anchor that the root names.
  if (gives_up && !options.anchor.empty() && options.anchor != setting.uri) return doubt;
  return {};
}

// Records that the store was opened although its anchor does not vouch for it, and sets the anchor
// to the present store, or gives it up.
Result<void> Vault::accept_store(AnchorDoubt doubt) {
  core_->anchor().set_doubted(false);
  const format::AnchorSetting setting = COFFER_TRY(core_->committed_root()).anchor;
  if (doubt == AnchorDoubt::accept && !setting.uri.empty()) {
    const std::string named = core_->anchor().location();
    const std::string& uri = named.empty() ? setting.uri : named;
    Intent intent{format::Action::anchor_accept, uri};
    return anchor_at(uri, setting.cadence, &intent);
  }
  const format::Action action =
      doubt == AnchorDoubt::give_up ? format::Action::anchor_remove : format::Action::anchor_accept;
  COFFER_TRY(write([&](Writing& writing) -> Result<void> {
    writing.root_.anchor = {};
    writing.notes().note(action, setting.uri);
    writing.mark_changed();
    return {};
  }));
  core_->anchor().move_to({});
  return {};
}

Result<std::optional<AnchorInfo>> Vault::anchor() {
  const format::Root root = COFFER_TRY(core_->committed_root());
  if (root.anchor.uri.empty()) return std::optional<AnchorInfo>();
  return std::optional<AnchorInfo>(COFFER_TRY(core_->anchor().info(root)));
}

}  // namespace coffer::records

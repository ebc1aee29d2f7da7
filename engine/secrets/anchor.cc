// The rollback anchor (SPEC.md section 7.2): checked before anything of the store is used, told
// of commits after they are durable.
//
// Never the other way round: a power cut between a commit and its anchor leaves the anchor behind
// the store, which is no reason to refuse; an anchor ahead of the store would shut the owner out.
// A file's mark is taken under the write lock, so that it is the newest commit's and marks never
// go back. A TPM's counter c is raised only to what a durable root says already: the root is
// committed with c + 1 first, and whoever finds root c + 1 and counter c, under the lock, raises
// it. Were it raised outside the lock, two at once could raise it past the root.
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/digits.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "keys/media/anchor_medium.h"
#include "secrets/engine_state.h"

namespace coffer::secrets {
namespace {

constexpr std::string_view kMagic = "coffera1";
constexpr std::uint8_t kMarkKind = 2;
constexpr std::uint8_t kRootHashKind = 3;
/// While another process moves the anchor, what is read of it and of the root may not belong
/// together: then both are read again.
constexpr int kReadingsMax = 3;

Error older_than_anchor() {
  return {ErrorCode::rolled_back, "the store is older than its anchor", Advice::accept_anchor};
}

Error anchored_since() {
  return {ErrorCode::rolled_back, "the store was anchored anew since this copy of it was made",
          Advice::accept_anchor};
}

Error no_mark() {
  return {ErrorCode::corrupt, "the anchor's file is damaged, or another store's",
          Advice::bring_right_medium};
}

Error knows_of_none() {
  return {ErrorCode::rolled_back, "the store knows of no anchor, though one was named",
          Advice::set_anchor_or_copy};
}

Error from_before_it_was_set() {
  return {ErrorCode::rolled_back, "the store's anchor stands there, but the store knows of none",
          "this is a copy from before it was set: put the newer store back; to begin anew with "
          "this one, take the anchor's file away"};
}

Bytes mark_context(const Cipher& cipher) {
  return format::seal_context(format::Domain::outside, cipher.store(), {&kMarkKind, 1});
}

format::RootHash hash_of(const Cipher& cipher, const format::Root& root) {
  const Bytes context =
      format::seal_context(format::Domain::outside, cipher.store(), {&kRootHashKind, 1});
  return crypto::hash({}, context, format::encode_root(root).bytes());
}

Result<format::AnchorMark> open_mark(const Engine::Impl& impl, ByteView content) {
  const std::size_t head = kMagic.size() + crypto::kWrapOverhead;
  if (content.size() < head || as_text(content.first(kMagic.size())) != kMagic) return no_mark();
  const ByteView sealed = content.subspan(kMagic.size());
  SecretBytes plain(content.size() - head);
  const crypto::Key& key = impl.keyring->index_keys().anchor;
  if (!crypto::unwrap(key.view(), mark_context(*impl.cipher), sealed, {plain.data(), plain.size()}))
    return no_mark();
  return format::decode_anchor_mark(plain.bytes());
}

/// The mark of a root, as it stands in the file.
Bytes seal_mark(const Engine::Impl& impl, const format::Root& root, const format::AnchorId& id) {
  format::AnchorMark mark;
  mark.id = id;
  mark.sequence = root.sequence;
  mark.root_hash = hash_of(*impl.cipher, root);
  mark.at_ms = impl.clock->now_ms();
  const SecretBytes plain = format::encode_anchor_mark(mark);
  Bytes content(kMagic.size() + plain.size() + crypto::kWrapOverhead);
  std::copy(kMagic.begin(), kMagic.end(), content.begin());
  const crypto::Key& key = impl.keyring->index_keys().anchor;
  crypto::wrap(key.view(), mark_context(*impl.cipher), plain.bytes(),
               MutableByteView(content).subspan(kMagic.size()));
  return content;
}

// What the medium says against what the root says.
Result<void> compare(const format::Root& root, std::uint64_t counter) {
  if (root.anchor.counter < counter) return older_than_anchor();
  // One ahead: a crash cut the raising short.
  if (root.anchor.counter > counter + 1)
    return Error{ErrorCode::rolled_back, "the TPM's counter is not the one that anchors the store",
                 Advice::bring_anchor_tpm};
  return {};
}

Result<void> compare(const Engine::Impl& impl, const format::Root& root,
                     const format::AnchorMark& mark) {
  if (mark.id != root.anchor.id) return anchored_since();
  const bool is_other =
      mark.sequence == root.sequence && mark.root_hash != hash_of(*impl.cipher, root);
  if (mark.sequence > root.sequence || is_other) return older_than_anchor();
  return {};
}

Result<void> check_place(const keys::AnchorMedium& medium, const std::string& directory) {
  std::error_code ignored;
  const std::filesystem::path store = std::filesystem::weakly_canonical(directory, ignored);
  if (medium.is_counter()) return {};
  // Whatever stands below the store's directory is put back with it, however deep.
  std::filesystem::path above = std::filesystem::weakly_canonical(medium.path(), ignored);
  while (above != store && above.has_relative_path()) above = above.parent_path();
  if (above != store) return {};
  return Error{ErrorCode::usage, "an anchor inside the store is put back together with it",
               "keep it on other media"};
}

// Another store's anchor, or whatever else stands in the file, is neither written over nor
// removed: that other store would be shut, or guarded no more.
Result<void> check_ours(const Engine::Impl& impl, const keys::AnchorMedium& medium) {
  if (medium.is_counter() || !COFFER_TRY(medium.exists())) return {};
  COFFER_TRY(open_mark(impl, COFFER_TRY(medium.read())));
  return {};
}

Result<void> check_free(const Engine::Impl& impl, const keys::AnchorMedium& medium) {
  if (medium.is_counter() || !COFFER_TRY(medium.exists()) || check_ours(impl, medium)) return {};
  return Error{ErrorCode::conflict, "what stands in that file is not this store's anchor",
               "name another file, or remove that one first"}
      .about(Subject::Kind::file, medium.path());
}

Result<void> replace_mark(const Engine::Impl& impl, const keys::AnchorMedium& medium,
                          const format::Root& root, const format::AnchorId& id) {
  COFFER_TRY(check_ours(impl, medium));
  return medium.replace(seal_mark(impl, root, id));
}

// The root names it no more: what cannot be removed only stands about.
void remove_mark(const Engine::Impl& impl, std::string_view uri) {
  const auto medium = keys::AnchorMedium::parse(uri);
  if (!medium || medium->is_counter()) return;
  auto removed = check_ours(impl, *medium);
  if (removed) removed = medium->remove();
  if (!removed && impl.log)
    impl.log("warn", "what stands where the anchor was is left there", removed.error().text());
}

AnchorCadence cadence_for(const keys::AnchorMedium& medium, AnchorCadence wanted) {
  if (wanted != AnchorCadence::automatic) return wanted;
  return medium.is_counter() ? AnchorCadence::shred : AnchorCadence::commit;
}

}  // namespace

Result<format::Root> Engine::Impl::committed_root() {
  storage::ReadTxn txn(environment);
  COFFER_TRY(txn.renew());
  return read_root(txn);
}

Result<keys::AnchorMedium> Engine::Impl::anchor_medium(const format::Root& root) const {
  const std::string named = named_anchor();
  return keys::AnchorMedium::parse(named.empty() ? root.anchor.uri : named);
}

std::string Engine::Impl::named_anchor() const {
  const std::lock_guard lock(anchor_mutex);
  return anchor_location;
}

void Engine::Impl::name_anchor(std::string_view uri) {
  const std::lock_guard lock(anchor_mutex);
  anchor_location = uri;
}

// The medium is read first, then the root again: a commit that comes in between is in the root,
// and only then may its anchor be on the medium.
Result<void> Engine::Impl::check_anchor(format::Root before) {
  for (int reading = 1;; ++reading) {
    if (before.anchor.uri.empty()) {
      if (named_anchor().empty()) return {};
      const keys::AnchorMedium medium = COFFER_TRY(keys::AnchorMedium::parse(named_anchor()));
      if (medium.is_counter()) return knows_of_none();
      const auto content = medium.read();
      return content && open_mark(*this, *content) ? from_before_it_was_set() : knows_of_none();
    }
    auto checked = check_anchor_of(before);
    if (checked || reading == kReadingsMax) return checked;
    const std::uint64_t sequence = before.sequence;
    before = COFFER_TRY(committed_root());
    if (before.sequence == sequence) return checked;
  }
}

Result<void> Engine::Impl::check_anchor_of(const format::Root& before) {
  const keys::AnchorMedium medium = COFFER_TRY(anchor_medium(before));
  if (medium.is_counter()) {
    const std::uint64_t counter = COFFER_TRY(medium.value());
    const format::Root root = COFFER_TRY(committed_root());
    COFFER_TRY(compare(root, counter));
    anchor_is_behind = root.anchor.counter != counter;
    return {};
  }
  const format::AnchorMark told = COFFER_TRY(open_mark(*this, COFFER_TRY(medium.read())));
  const format::Root root = COFFER_TRY(committed_root());
  COFFER_TRY(compare(*this, root, told));
  anchor_is_behind = root.anchor.cadence != AnchorCadence::shred && told.sequence != root.sequence;
  return {};
}

Result<void> Engine::Impl::advance_anchor() {
  anchor_is_behind = false;
  {
    const auto txn = COFFER_TRY(storage::WriteTxn::begin(*environment));
    format::Root root = COFFER_TRY(read_root(*txn));
    if (root.anchor.uri.empty()) return {};
    const keys::AnchorMedium medium = COFFER_TRY(anchor_medium(root));
    if (!medium.is_counter()) return replace_mark(*this, medium, root, root.anchor.id);
    std::uint64_t counter = COFFER_TRY(medium.value());
    COFFER_TRY(compare(root, counter));
    if (root.anchor.counter != counter) counter = COFFER_TRY(medium.raise());
    root.anchor.counter = counter + 1;
    COFFER_TRY(put_root(*txn, root));
    COFFER_TRY(txn->commit());
  }
  return raise_counter();
}

// Power cut before: the root is durable with one more than the counter; the next open is here.
Result<void> Engine::Impl::raise_counter() {
  const auto txn = COFFER_TRY(storage::WriteTxn::begin(*environment));
  const format::Root root = COFFER_TRY(read_root(*txn));
  if (root.anchor.uri.empty()) return {};
  const keys::AnchorMedium medium = COFFER_TRY(anchor_medium(root));
  if (!medium.is_counter()) return {};
  if (root.anchor.counter == COFFER_TRY(medium.value()) + 1) COFFER_TRY(medium.raise());
  return {};
}

// What was committed stands, whatever the anchor's medium does: an anchor that falls behind
// guards less, and is told of.
void Engine::Impl::keep_anchor(const WriteReport& report) {
  if (report.anchor == AnchorCadence::automatic || anchor_is_doubted) return;
  const bool erased = report.receipt.epoch_after != report.receipt.epoch_before;
  if (report.anchor != AnchorCadence::commit && !erased) {
    if (report.anchor == AnchorCadence::close) anchor_is_behind = true;
    return;
  }
  if (auto told = advance_anchor(); !told && log)
    log("warn", "the anchor could not be told of the last commit", told.error().text());
}

void Engine::Impl::catch_up_anchor() {
  if (!anchor_is_behind || anchor_is_doubted) return;
  if (auto told = advance_anchor(); !told && log)
    log("warn", "the anchor could not be brought up to the store", told.error().text());
}

Engine::Impl::~Impl() {
  try {
    // An engine that failed to open has gathered nothing.
    write_gathered();
    if (anchor_is_behind && !anchor_is_doubted) (void)advance_anchor();
  } catch (...) {
    // Out of memory at the very end: the anchor is behind, as after a crash.
  }
}

// A file is written before the root names it: a power cut in between leaves a file that no root
// knows, which the next setting writes over. A counter is raised after.
Result<void> Engine::anchor_at(std::string_view uri, AnchorCadence cadence, Intent* intent) {
  Impl& impl = *impl_;
  const keys::AnchorMedium medium = COFFER_TRY(keys::AnchorMedium::parse(uri));
  COFFER_TRY(check_place(medium, impl.directory));
  const format::Action action = intent->action;
  const bool is_accepted = action == format::Action::anchor_accept;
  COFFER_TRY(is_accepted ? check_ours(impl, medium) : check_free(impl, medium));
  if (medium.is_counter()) COFFER_TRY(medium.make_counter());
  std::string former;
  const auto body = [&](Transaction& txn) -> Result<void> {
    format::Root& root = *txn.impl_->root;
    format::AnchorSetting setting = root.anchor;
    // With the same id, so that a power cut here cannot make the file another setting's than the
    // root's. What is accepted gets a new one: the copy that was not put back is refused from now.
    if (setting.uri != uri || is_accepted) crypto::system_random().fill(setting.id);
    setting.cadence = cadence_for(medium, cadence);
    setting.counter = medium.is_counter() ? COFFER_TRY(medium.value()) + 1 : 0;
    if (!medium.is_counter()) COFFER_TRY(replace_mark(impl, medium, root, setting.id));
    former = setting.uri == uri ? "" : setting.uri;
    setting.uri = uri;
    root.anchor = setting;
    txn.note(action, uri);
    txn.mark_changed();
    return {};
  };
  COFFER_TRY(write(body, intent));
  if (!impl.named_anchor().empty()) impl.name_anchor(uri);
  COFFER_TRY(medium.is_counter() ? impl.raise_counter() : impl.advance_anchor());
  remove_mark(impl, former);
  return {};
}

Result<void> Engine::set_anchor(std::string_view uri, AnchorCadence cadence, Intent* intent) {
  return anchor_at(uri, cadence, intent);
}

// The root forgets it first: the other way round a power cut would leave a root that asks for an
// anchor which is gone.
Result<void> Engine::remove_anchor(Intent* intent) {
  std::string former;
  const auto body = [&](Transaction& txn) -> Result<void> {
    format::Root& root = *txn.impl_->root;
    if (root.anchor.uri.empty())
      return Error{ErrorCode::not_found, "the store has no anchor", Advice::set_anchor};
    former = root.anchor.uri;
    root.anchor = {};
    txn.note(format::Action::anchor_remove, former);
    txn.mark_changed();
    return {};
  };
  COFFER_TRY(write(body, intent));
  impl_->name_anchor({});
  remove_mark(*impl_, former);
  return {};
}

Result<void> Engine::update_anchor() {
  if (COFFER_TRY(impl_->committed_root()).anchor.uri.empty())
    return Error{ErrorCode::not_found, "the store has no anchor", Advice::set_anchor};
  return impl_->advance_anchor();
}

// Before anything of the store is changed: to take an older copy for the store, or to give its
// anchor up, is for whom the policy that the copy has lets administer. The refusal is not written
// down: each commit makes an older copy look newer, and enough of them past its anchor.
Result<void> Engine::check_accepted(const OpenOptions& options, const Error& doubt,
                                    AcceptGuard guard) {
  const format::AnchorSetting setting = COFFER_TRY(impl_->committed_root()).anchor;
  const bool gives_up = options.anchor_doubt == AnchorDoubt::give_up;
  COFFER_TRY(read([guard](const View& view) { return guard(view); }));
  // That a place which the caller names holds no anchor says nothing of the one that the store has.
  if (gives_up && !options.anchor.empty() && options.anchor != setting.uri) return doubt;
  return {};
}

// The store was opened against its anchor's word: that is told of, and the anchor set to the
// store as it is, or given up.
Result<void> Engine::accept_store(AnchorDoubt doubt) {
  impl_->anchor_is_doubted = false;
  const format::AnchorSetting setting = COFFER_TRY(impl_->committed_root()).anchor;
  if (doubt == AnchorDoubt::accept && !setting.uri.empty()) {
    const std::string named = impl_->named_anchor();
    const std::string& uri = named.empty() ? setting.uri : named;
    Intent intent{format::Action::anchor_accept, uri};
    return anchor_at(uri, setting.cadence, &intent);
  }
  const format::Action action =
      doubt == AnchorDoubt::give_up ? format::Action::anchor_remove : format::Action::anchor_accept;
  COFFER_TRY(write([&](Transaction& txn) -> Result<void> {
    txn.impl_->root->anchor = {};
    txn.note(action, setting.uri);
    txn.mark_changed();
    return {};
  }));
  impl_->name_anchor({});
  return {};
}

Result<std::optional<AnchorInfo>> Engine::anchor() {
  const format::Root root = COFFER_TRY(impl_->committed_root());
  if (root.anchor.uri.empty()) return std::optional<AnchorInfo>();
  AnchorInfo info;
  const keys::AnchorMedium medium = COFFER_TRY(impl_->anchor_medium(root));
  info.uri = medium.uri();
  info.cadence = root.anchor.cadence;
  info.sequence = root.sequence;
  info.root_hash = hex(hash_of(*impl_->cipher, root));
  info.counter = root.anchor.counter;
  if (medium.is_counter()) {
    info.anchored_counter = COFFER_TRY(medium.value());
  } else {
    const auto mark = COFFER_TRY(open_mark(*impl_, COFFER_TRY(medium.read())));
    info.anchored_sequence = mark.sequence;
    info.anchored_at_ms = mark.at_ms;
  }
  return std::optional<AnchorInfo>(std::move(info));
}

}  // namespace coffer::secrets

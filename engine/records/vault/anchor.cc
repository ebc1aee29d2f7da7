#include "records/vault/anchor.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/digits.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "records/root_record.h"

namespace coffer::records {
namespace {

constexpr std::string_view kMagic = "coffera1";
constexpr std::uint8_t kMarkKind = 2;
constexpr std::uint8_t kRootHashKind = 3;
// Another process may move the anchor between the reading of the anchor and of the root: then both
// are read again.
constexpr int kReadingsMax = 3;

Error older_than_anchor() {
  return {ErrorCode::rolled_back, "the store is older than its anchor", Advice::accept_anchor};
}

Error anchored_since() {
  return {ErrorCode::rolled_back, "the store's anchor was set again after this copy was made",
          Advice::accept_anchor};
}

Error no_mark() {
  return {ErrorCode::corrupt, "the anchor's file is damaged, or belongs to another store",
          Advice::bring_right_medium};
}

Error knows_of_none() {
  return {ErrorCode::rolled_back, "an anchor was named, but the store has none",
          Advice::set_anchor_or_copy};
}

Error from_before_it_was_set() {
  return {ErrorCode::rolled_back, "the file holds this store's anchor, but the store has none",
          "this copy is older than the anchor: put the newer store back; to use this copy, remove "
          "the anchor's file"};
}

Bytes mark_context(const Cipher& cipher) {
  return format::seal_context(format::Domain::outside, cipher.store(), {&kMarkKind, 1});
}

format::RootHash hash_of(const Cipher& cipher, const format::Root& root) {
  const Bytes context =
      format::seal_context(format::Domain::outside, cipher.store(), {&kRootHashKind, 1});
  return crypto::hash({}, context, format::encode_root(root).bytes());
}

// Compares the counter of the medium with the root.
Result<void> compare(const format::Root& root, std::uint64_t counter) {
  if (root.anchor.counter < counter) return older_than_anchor();
  // A root that is one ahead is right: a crash came before the counter was raised.
  if (root.anchor.counter > counter + 1)
    return Error(ErrorCode::rolled_back, "the TPM's counter is not the one that anchors the store",
                 Advice::bring_anchor_tpm);
  return {};
}

}  // namespace

Result<format::AnchorMark> Anchor::open_mark(ByteView content) const {
  const std::size_t head = kMagic.size() + crypto::kWrapOverhead;
  if (content.size() < head || as_text(content.first(kMagic.size())) != kMagic) return no_mark();
  const ByteView sealed = content.subspan(kMagic.size());
  SecretBytes plain(content.size() - head);
  if (!crypto::unwrap(key_.view(), mark_context(cipher_), sealed, {plain.data(), plain.size()}))
    return no_mark();
  return format::decode_anchor_mark(plain.bytes());
}

// The sealed mark of a root, as the file holds it.
Bytes Anchor::seal_mark(const format::Root& root, const format::AnchorId& id) const {
  format::AnchorMark mark;
  mark.id = id;
  mark.sequence = root.sequence;
  mark.root_hash = hash_of(cipher_, root);
  mark.at_ms = clock_.shown_ms();
  const SecretBytes plain = format::encode_anchor_mark(mark);
  Bytes content(kMagic.size() + plain.size() + crypto::kWrapOverhead);
  std::copy(kMagic.begin(), kMagic.end(), content.begin());
  crypto::wrap(key_.view(), mark_context(cipher_), plain.bytes(),
               MutableByteView(content).subspan(kMagic.size()));
  return content;
}

Result<void> Anchor::compare_mark(const format::Root& root, const format::AnchorMark& mark) const {
  if (mark.id != root.anchor.id) return anchored_since();
  const bool is_other = mark.sequence == root.sequence && mark.root_hash != hash_of(cipher_, root);
  if (mark.sequence > root.sequence || is_other) return older_than_anchor();
  return {};
}

Result<void> Anchor::check_place(const keys::AnchorMedium& medium) const {
  std::error_code ignored;
  const std::filesystem::path store =
      std::filesystem::weakly_canonical(environment_->directory(), ignored);
  if (medium.is_counter()) return {};
  // Restoring the store's directory restores every file below it, at any depth.
  std::filesystem::path above = std::filesystem::weakly_canonical(medium.path(), ignored);
  while (above != store && above.has_relative_path()) above = above.parent_path();
  if (above != store) return {};
  return Error(ErrorCode::usage,
               "an anchor inside the store's directory is restored together with it",
               "keep it on other media");
}

Result<void> Anchor::check_ours(const keys::AnchorMedium& medium) const {
  if (medium.is_counter() || !COFFER_TRY(medium.exists())) return {};
  COFFER_TRY(open_mark(COFFER_TRY(medium.read())));
  return {};
}

Result<void> Anchor::check_free(const keys::AnchorMedium& medium) const {
  if (medium.is_counter() || !COFFER_TRY(medium.exists()) || check_ours(medium)) return {};
  return Error(ErrorCode::conflict, "the file exists and is not this store's anchor",
               "name another file, or remove this one first")
      .about(Subject::Kind::file, medium.path());
}

Result<void> Anchor::replace_mark(const keys::AnchorMedium& medium, const format::Root& root,
                                  const format::AnchorId& id) const {
  COFFER_TRY(check_ours(medium));
  return medium.replace(seal_mark(root, id));
}

// The root no longer names the file, so a file that cannot be removed does no harm.
void Anchor::remove_mark(std::string_view uri) const {
  const auto medium = keys::AnchorMedium::parse(uri);
  if (!medium || medium->is_counter()) return;
  auto removed = check_ours(*medium);
  if (removed) removed = medium->remove();
  if (!removed && log_)
    log_("warn", "the file of the former anchor was not removed", removed.error().text());
}

Result<keys::AnchorMedium> Anchor::medium_of(const format::Root& root) const {
  const std::string named = location();
  return keys::AnchorMedium::parse(named.empty() ? root.anchor.uri : named);
}

std::string Anchor::location() const {
  const std::lock_guard lock(mutex_);
  return location_;
}

void Anchor::move_to(std::string_view uri) {
  const std::lock_guard lock(mutex_);
  location_ = uri;
}

// Reads the medium first and the root after it: a commit is in the root before the medium knows it.
Result<void> Anchor::check(format::Root before) {
  for (int reading = 1;; ++reading) {
    if (before.anchor.uri.empty()) {
      if (location().empty()) return {};
      const keys::AnchorMedium medium = COFFER_TRY(keys::AnchorMedium::parse(location()));
      if (medium.is_counter()) return knows_of_none();
      const auto content = medium.read();
      return content && open_mark(*content) ? from_before_it_was_set() : knows_of_none();
    }
    auto checked = check_of(before);
    if (checked || reading == kReadingsMax) return checked;
    const std::uint64_t sequence = before.sequence;
    before = COFFER_TRY(committed_root(cipher_, environment_));
    if (before.sequence == sequence) return checked;
  }
}

Result<void> Anchor::check_of(const format::Root& before) {
  const keys::AnchorMedium medium = COFFER_TRY(medium_of(before));
  if (medium.is_counter()) {
    const std::uint64_t counter = COFFER_TRY(medium.value());
    const format::Root root = COFFER_TRY(committed_root(cipher_, environment_));
    COFFER_TRY(compare(root, counter));
    is_behind_ = root.anchor.counter != counter;
    return {};
  }
  const format::AnchorMark told = COFFER_TRY(open_mark(COFFER_TRY(medium.read())));
  const format::Root root = COFFER_TRY(committed_root(cipher_, environment_));
  COFFER_TRY(compare_mark(root, told));
  is_behind_ = root.anchor.cadence != AnchorCadence::shred && told.sequence != root.sequence;
  return {};
}

Result<void> Anchor::advance() {
  is_behind_ = false;
  {
    const auto txn = COFFER_TRY(storage::WriteTxn::begin(*environment_));
    format::Root root = COFFER_TRY(read_root(cipher_, *txn));
    if (root.anchor.uri.empty()) return {};
    const keys::AnchorMedium medium = COFFER_TRY(medium_of(root));
    if (!medium.is_counter()) return replace_mark(medium, root, root.anchor.id);
    std::uint64_t counter = COFFER_TRY(medium.value());
    COFFER_TRY(compare(root, counter));
    if (root.anchor.counter != counter) counter = COFFER_TRY(medium.raise());
    root.anchor.counter = counter + 1;
    COFFER_TRY(put_root(cipher_, *txn, root));
    COFFER_TRY(txn->commit());
  }
  return raise_counter();
}

// Power cut before the raising: the durable root is one ahead of the counter, and the next open
// raises the counter.
Result<void> Anchor::raise_counter() {
  const auto txn = COFFER_TRY(storage::WriteTxn::begin(*environment_));
  const format::Root root = COFFER_TRY(read_root(cipher_, *txn));
  if (root.anchor.uri.empty()) return {};
  const keys::AnchorMedium medium = COFFER_TRY(medium_of(root));
  if (!medium.is_counter()) return {};
  if (root.anchor.counter == COFFER_TRY(medium.value()) + 1) COFFER_TRY(medium.raise());
  return {};
}

// A failing medium does not undo the commit: the anchor falls behind and guards less, and the log
// says so.
void Anchor::keep(AnchorCadence cadence, bool has_erased) {
  if (cadence == AnchorCadence::automatic || is_doubted_) return;
  if (cadence != AnchorCadence::commit && !has_erased) {
    if (cadence == AnchorCadence::close) is_behind_ = true;
    return;
  }
  if (auto told = advance(); !told && log_)
    log_("warn", "the anchor could not be updated after the commit", told.error().text());
}

void Anchor::catch_up() {
  if (!is_behind_ || is_doubted_) return;
  if (auto told = advance(); !told && log_)
    log_("warn", "the anchor could not be updated", told.error().text());
}

Result<void> Anchor::close() {
  if (!is_behind_ || is_doubted_) return {};
  return advance();
}

Result<AnchorInfo> Anchor::info(const format::Root& root) const {
  AnchorInfo info;
  const keys::AnchorMedium medium = COFFER_TRY(medium_of(root));
  info.uri = medium.uri();
  info.cadence = root.anchor.cadence;
  info.sequence = root.sequence;
  info.root_hash = hex(hash_of(cipher_, root));
  info.counter = root.anchor.counter;
  if (medium.is_counter()) {
    info.anchored_counter = COFFER_TRY(medium.value());
    return info;
  }
  const auto mark = COFFER_TRY(open_mark(COFFER_TRY(medium.read())));
  info.anchored_sequence = mark.sequence;
  info.anchored_at_ms = mark.at_ms;
  return info;
}

}  // namespace coffer::records

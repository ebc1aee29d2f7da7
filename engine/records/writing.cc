// The smallest changes; each one updates the root's count and digest.
#include "records/writing.h"

#include <utility>

#include "base/check.h"
#include "base/digits.h"
#include "format/policy_record.h"
#include "records/root_record.h"

namespace coffer::records {

using storage::Table;

void Writing::toggle_digest(const crypto::ShortHash& item) {
  for (std::size_t i = 0; i < item.size(); ++i) root_.digest[i] ^= item[i];
  changed_ = true;
  ++record_changes_;
}

Result<void> Writing::put_small(Table table, ByteView key, format::Domain domain,
                                ByteView plaintext) {
  const auto before = COFFER_TRY(txn_.get(table, key));
  const auto number = static_cast<std::uint8_t>(table);
  if (before) {
    toggle_digest(cipher().digest(number, key, *before));
  } else {
    ++root_.record_count;
  }
  // A head is bound to its hash; every other small record is bound to its whole key.
  const ByteView place = domain == format::Domain::head ? key.first(format::kPathHashBytes) : key;
  const Bytes sealed = cipher().seal_small(domain, place, plaintext);
  toggle_digest(cipher().digest(number, key, sealed));
  return txn_.put(table, key, sealed);
}

Result<bool> Writing::remove_small(Table table, ByteView key) {
  const auto before = COFFER_TRY(txn_.get(table, key));
  if (!before) return false;
  toggle_digest(cipher().digest(static_cast<std::uint8_t>(table), key, *before));
  --root_.record_count;
  return txn_.remove(table, key);
}

Result<void> Writing::put_version(const format::PathHash& hash, std::uint64_t version,
                                  const Cipher::Sealed& sealed,
                                  const format::VersionHeader& header) {
  COFFER_CHECK(version != 0);  // Version 0 is the head's row.
  toggle_digest(cipher().digest_version(hash, version, header));
  ++root_.record_count;
  const format::HistoryKey key = format::history_key(hash, version);
  if (!sealed.apart.empty()) COFFER_TRY(txn_.put(Table::values, key, sealed.apart));
  return txn_.put(Table::history, key, sealed.record);
}

Result<void> Writing::remove_value(const format::PathHash& hash, std::uint64_t version) {
  COFFER_TRY(txn_.remove(Table::values, format::history_key(hash, version)));
  return {};
}

Result<void> Writing::replace_version(const format::PathHash& hash, std::uint64_t version,
                                      const format::VersionHeader& before, ByteView record,
                                      const format::VersionHeader& after) {
  COFFER_CHECK(after.is_destroyed() || !before.is_destroyed());  // A tombstone never revives.
  toggle_digest(cipher().digest_version(hash, version, before));
  toggle_digest(cipher().digest_version(hash, version, after));
  if (after.is_destroyed() && !before.is_destroyed()) COFFER_TRY(remove_value(hash, version));
  return txn_.put(Table::history, format::history_key(hash, version), record);
}

Result<void> Writing::change_header(const format::PathHash& hash, const Located& located,
                                    const format::VersionHeader& after) {
  const format::VersionHeader before = located.record.header;
  Bytes record;
  if (before.is_destroyed()) {
    record = cipher().tombstone(hash, located.version, after);
  } else {
    const WrappingKey wrapper = COFFER_TRY(wrapping_key(hash));
    record = COFFER_TRY(
        cipher().rewrap_version(hash, located.version, located.record, wrapper, after, wrapper));
  }
  return replace_version(hash, located.version, before, record, after);
}

// A tombstone keeps the number, the times and the reason; the DEK, value and tag are gone.
Result<void> Writing::destroy_version(const format::PathHash& hash, const Located& located,
                                      const format::VersionHeader& after) {
  COFFER_CHECK(after.is_destroyed());
  const format::VersionHeader before = located.record.header;
  const std::uint64_t version = located.version;
  COFFER_TRY(
      replace_version(hash, version, before, cipher().tombstone(hash, version, after), after));
  touch(hash);
  must_shred_ = true;
  return {};
}

// The bucket's key still opens copies of the removed version, so the bucket is marked: the
// shredding of this commit or of a later one gives it a new key.
Result<void> Writing::remove_version(const format::PathHash& hash, std::uint64_t version,
                                     const format::VersionHeader& header) {
  toggle_digest(cipher().digest_version(hash, version, header));
  --root_.record_count;
  if (!header.is_destroyed()) {
    touch(hash);
    COFFER_TRY(remove_value(hash, version));
  }
  if (!COFFER_TRY(txn_.remove(Table::history, format::history_key(hash, version))))
    return Error(ErrorCode::corrupt, "a version vanished while it was being removed");
  return {};
}

std::uint64_t& Writing::counter(Count what) {
  switch (what) {
    case Count::secrets: return root_.secret_count;
    case Count::configs: return root_.config_count;
    case Count::top_names: return root_.top_names;
    case Count::config_names: return root_.config_names;
    case Count::spec_names: return root_.spec_names;
  }
  COFFER_CHECK(false);
}

Result<void> Writing::decrease(Count what) {
  std::uint64_t& count = counter(what);
  if (count == 0) return lost("the store's count of names is wrong");
  --count;
  return {};
}

// --- the commit --------------------------------------------------------------------------------

void Writing::shred_pending() {
  if (root_.pending_since == 0 && touched_.empty()) return;
  must_shred_ = true;
  changed_ = true;
}

void Writing::tell_destroyed(SweptVersion version, ByteView tag) {
  destroyed_.versions.push_back(std::move(version));
  destroyed_.seals.versions.push_back(hex(tag));
}

void Writing::tell_destroyed(ShredDocument document, ByteView tag) {
  destroyed_.documents.push_back(std::move(document));
  destroyed_.seals.documents.push_back(hex(tag));
}

// --- the store's own records -------------------------------------------------------------------

// The same commit writes the record and the root that names it: a power cut leaves both or neither.
Result<void> Writing::put_own(std::string_view key, ByteView before, ByteView sealed) {
  const auto number = static_cast<std::uint8_t>(Table::main);
  if (!before.empty()) toggle_digest(cipher().digest(number, as_bytes(key), before));
  toggle_digest(cipher().digest(number, as_bytes(key), sealed));
  return txn_.put(Table::main, as_bytes(key), sealed);
}

Result<void> Writing::put_settings(format::Settings settings) {
  (void)COFFER_TRY(this->settings());
  const std::shared_ptr<const StoredSettings> before = settings_;
  auto after = std::make_shared<StoredSettings>();
  settings.revision = before->settings.revision + 1;
  after->sealed =
      cipher().seal_root(format::Domain::settings, format::encode_settings(settings).bytes());
  after->settings = std::move(settings);
  // The digest covers changed settings, but not those that the store was made with.
  const bool is_in_digest = before->settings.revision != 0;
  COFFER_TRY(
      put_own(kSettingsKey, is_in_digest ? ByteView(before->sealed) : ByteView(), after->sealed));
  root_.settings_revision = after->settings.revision;
  settings_ = std::move(after);
  return {};
}

Result<std::uint64_t> Writing::put_policy(const Policy& policy,
                                          std::optional<std::uint64_t> expected) {
  const std::uint64_t revision = root_.policy_revision;
  if (expected && *expected != revision)
    return Error(ErrorCode::conflict, "the policy has another revision; nothing was changed",
                 Advice::read_policy_again)
        .with_number(revision);
  Bytes before;
  if (revision != 0) before = COFFER_TRY(stored_policy())->sealed;
  auto after = std::make_shared<StoredPolicy>();
  after->policy = policy;
  after->policy.revision = revision + 1;
  after->sealed =
      cipher().seal_root(format::Domain::policy, format::encode_policy(after->policy).bytes());
  COFFER_TRY(put_own(kPolicyKey, before, after->sealed));
  root_.policy_revision = revision + 1;
  stored_policy_ = std::move(after);
  return revision + 1;
}

void Writing::lower_time(std::int64_t to_ms) {
  COFFER_CHECK(to_ms <= now_ms());
  now_ms_ = to_ms;
  clock_is_behind_ = false;
  ++root_.clock_acceptances;
  changed_ = true;
}

}  // namespace coffer::records

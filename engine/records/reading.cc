#include "records/reading.h"

#include <coffer/clock.h>

#include <cstring>

#include "base/check.h"
#include "records/root_record.h"

namespace coffer::records {
namespace {

using storage::Table;

Error newest_is_lost() { return lost("a secret's newest version is missing"); }

bool is_of_hash(ByteView key, const format::PathHash& hash) {
  return key.size() == format::kHistoryKeyBytes &&
         std::memcmp(key.data(), hash.data(), hash.size()) == 0;
}

}  // namespace

// --- versions ----------------------------------------------------------------------------------

Result<std::optional<Located>> Reading::find(const format::PathHash& hash,
                                             std::uint64_t version) const {
  Located located;
  if (!COFFER_TRY(find_into(hash, version, located))) return std::optional<Located>();
  return std::optional<Located>(located);
}

Result<bool> Reading::find_into(const format::PathHash& hash, std::uint64_t version,
                                Located& located) const {
  if (version != 0) {
    const auto bytes = COFFER_TRY(txn_.get(Table::history, format::history_key(hash, version)));
    if (!bytes) return false;
    located.version = version;
    COFFER_TRY(format::decode_version(*bytes, located.record));
    return true;
  }
  // The newest version has the first key of the hash. Readers keep a cursor, writers open one.
  storage::Cursor opened;
  storage::Cursor* cursor = &opened;
  if (reader_ != nullptr) {
    cursor = COFFER_TRY(reader_->history_cursor());
  } else {
    opened = COFFER_TRY(storage::Cursor::open(txn_, Table::history));
  }
  if (!COFFER_TRY(cursor->seek(hash))) return false;
  const ByteView key = cursor->key();
  if (!is_of_hash(key, hash)) return false;
  located.version = format::version_of_history_key(key);
  if (located.version == 0) return false;  // Only a head: the secret has no version yet.
  COFFER_TRY(format::decode_version(cursor->value(), located.record));
  if ((located.record.header.flags & format::kFlagSuperseded) != 0) return newest_is_lost();
  return true;
}

Result<void> Reading::each_version(const format::PathHash& hash, std::uint64_t from,
                                   const std::function<Result<bool>(const Located&)>& visit) const {
  storage::Cursor cursor = COFFER_TRY(storage::Cursor::open(txn_, Table::history));
  const format::HistoryKey start = format::history_key(hash, from == 0 ? ~std::uint64_t{0} : from);
  std::uint64_t found = 0;
  std::uint64_t expected = 0;
  for (bool more = COFFER_TRY(cursor.seek(start)); more; more = COFFER_TRY(cursor.next())) {
    const ByteView key = cursor.key();
    if (!is_of_hash(key, hash)) break;
    const std::uint64_t version = format::version_of_history_key(key);
    if (version == 0) break;
    const auto record = COFFER_TRY(format::decode_version(cursor.value()));
    const bool is_superseded = (record.header.flags & format::kFlagSuperseded) != 0;
    if (from == 0 && is_superseded != (found != 0)) return newest_is_lost();
    if (found == 0) expected = std::uint64_t{1} + record.header.older_versions;
    ++found;
    if (!COFFER_TRY(visit({version, record}))) return {};
  }
  if (from == 0 && found != expected)
    return lost("versions of a secret are missing, or there are too many");
  return {};
}

Result<void> Reading::fetch_large_value(const format::PathHash& hash, Located& located) const {
  const auto bytes =
      COFFER_TRY(txn_.get(Table::values, format::history_key(hash, located.version)));
  if (!bytes || bytes->size() != located.record.bytes_apart)
    return Error(ErrorCode::corrupt, "a version's value is missing or belongs to another version",
                 Advice::verify_and_restore)
        .with_number(located.version);
  located.record.ciphertext = *bytes;
  return {};
}

Result<void> Reading::authenticate(const format::PathHash& hash, const Located& located) const {
  const WrappingKey key = COFFER_TRY(wrapping_key(hash));
  return cipher().check_header(hash, located.version, located.record, key);
}

Result<BucketKeys> Reading::bucket_keys(std::uint8_t number) const {
  BucketKeys found{COFFER_TRY(keys_.bucket(number, txn_)), nullptr};
  if (!root_.leaves.is_split(number)) return found;
  if (own_leaves_ != nullptr) {
    const auto own = own_leaves_->find(number);
    if (own != own_leaves_->end()) found.leaves = &own->second;
  }
  if (found.leaves == nullptr) found.leaves = COFFER_TRY(keys_.leaves(number, txn_));
  return found;
}

// --- root and time -----------------------------------------------------------------------------

std::uint64_t Reading::count(Count what) const {
  switch (what) {
    case Count::secrets: return root_.secret_count;
    case Count::configs: return root_.config_count;
    case Count::top_names: return root_.top_names;
    case Count::config_names: return root_.config_names;
    case Count::spec_names: return root_.spec_names;
  }
  COFFER_CHECK(false);
}

void Reading::look_at_clock() const {
  now_ms_ = means_.clock.now_ms(root_);
  clock_is_behind_ = means_.clock.behind_ms(now_ms_) > kClockBehindMaxMs;
}

Result<void> Reading::check_clock() const {
  (void)now_ms();
  if (!clock_is_behind_) return {};
  return Error(ErrorCode::failed, "the clock is behind the store's time; nothing was changed",
               Advice::accept_clock);
}

// --- settings, policy, notes -------------------------------------------------------------------

Result<const format::Settings*> Reading::settings() const {
  if (!settings_) settings_ = COFFER_TRY(stored_settings());
  return &settings_->settings;
}

Result<std::shared_ptr<const StoredSettings>> Reading::stored_settings() const {
  return means_.kept.settings(txn_, root_.settings_revision);
}

Result<const Policy*> Reading::policy() const {
  if (policy_is_given_) return policy_;
  if (root_.policy_revision == 0) return nullptr;
  if (!stored_policy_) stored_policy_ = COFFER_TRY(stored_policy());
  const Policy& policy = stored_policy_->policy;
  return policy.rules.empty() ? nullptr : &policy;
}

Result<std::shared_ptr<const StoredPolicy>> Reading::stored_policy() const {
  return means_.kept.policy(txn_, root_.policy_revision);
}

void Reading::note_get(std::string_view name, std::uint64_t version,
                       std::optional<ErrorCode> refused_with) const {
  if (!audits_reads_) return;
  if (refused_with) {
    notes_.note_refused(format::Action::read, name, version, *refused_with);
  } else {
    notes_.note_read(name, version);
  }
}

void Reading::note_denied(format::Action action, std::string_view name) const {
  notes_.note_refused(action, recordable(name), 0, ErrorCode::denied);
}

}  // namespace coffer::records

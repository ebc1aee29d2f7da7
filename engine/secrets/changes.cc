// The smallest changes, each of which keeps the root's count and digest in step.
#include "secrets/engine_state.h"

namespace coffer::secrets {

using storage::Table;

void View::Impl::toggle_digest(const crypto::ShortHash& item) {
  for (std::size_t i = 0; i < item.size(); ++i) root->digest[i] ^= item[i];
  changed = true;
  ++record_changes;
}

// Adds or replaces.
Result<void> View::Impl::put_small(Table table, ByteView key, format::Domain domain,
                                   ByteView plaintext) {
  const auto before = COFFER_TRY(txn.get(table, key));
  const auto number = static_cast<std::uint8_t>(table);
  if (before) {
    toggle_digest(cipher().digest(number, key, *before));
  } else {
    ++root->record_count;
  }
  // A head's place is its hash; every other small record's place is its whole key.
  const ByteView place = domain == format::Domain::head ? key.first(format::kPathHashBytes) : key;
  const Bytes sealed = cipher().seal_small(domain, place, plaintext);
  toggle_digest(cipher().digest(number, key, sealed));
  return writer->put(table, key, sealed);
}

Result<bool> View::Impl::remove_small(Table table, ByteView key) {
  const auto before = COFFER_TRY(txn.get(table, key));
  if (!before) return false;
  toggle_digest(cipher().digest(static_cast<std::uint8_t>(table), key, *before));
  --root->record_count;
  return writer->remove(table, key);
}

Result<void> View::Impl::put_version(const format::PathHash& hash, std::uint64_t version,
                                     const Cipher::Sealed& sealed,
                                     const format::VersionHeader& header) {
  toggle_digest(cipher().digest_version(hash, version, header));
  ++root->record_count;
  const format::HistoryKey key = format::history_key(hash, version);
  if (!sealed.apart.empty()) COFFER_TRY(writer->put(Table::values, key, sealed.apart));
  return writer->put(Table::history, key, sealed.record);
}

Result<void> View::Impl::remove_value(const format::PathHash& hash, std::uint64_t version) {
  COFFER_TRY(writer->remove(Table::values, format::history_key(hash, version)));
  return {};
}

Result<void> View::Impl::replace_version(const format::PathHash& hash, std::uint64_t version,
                                         const format::VersionHeader& before, ByteView record,
                                         const format::VersionHeader& after) {
  toggle_digest(cipher().digest_version(hash, version, before));
  toggle_digest(cipher().digest_version(hash, version, after));
  if (after.is_destroyed() && !before.is_destroyed()) COFFER_TRY(remove_value(hash, version));
  return writer->put(Table::history, format::history_key(hash, version), record);
}

// Takes a version out of the table. Its bucket then holds a key that opened it: it is
// marked, and given a new key by this commit's shredding or by a later one.
Result<void> View::Impl::remove_version(const format::PathHash& hash, std::uint64_t version,
                                        const format::VersionHeader& header) {
  toggle_digest(cipher().digest_version(hash, version, header));
  --root->record_count;
  if (!header.is_destroyed()) {
    touch(hash);
    COFFER_TRY(remove_value(hash, version));
  }
  if (!COFFER_TRY(writer->remove(Table::history, format::history_key(hash, version))))
    return Error{ErrorCode::corrupt, "a version vanished while it was being removed"};
  return {};
}

}  // namespace coffer::secrets

#include "secrets/rows/time_index.h"

namespace coffer::secrets {

using storage::Table;

std::uint64_t View::record_count() const { return reading_->record_count(); }

bool View::is_split(std::uint8_t bucket) const { return reading_->is_split(bucket); }

Result<std::vector<Pending>> View::due(Pending::Why why, std::int64_t now,
                                       std::size_t limit) const {
  std::vector<Pending> found;
  records::Rows cursor = COFFER_TRY(reading_->rows(Table::due));
  for (bool more = COFFER_TRY(cursor.first()); more && found.size() < limit;
       more = COFFER_TRY(cursor.next())) {
    const ByteView key = cursor.key();
    if (key.size() != format::kDueKeyBytes)
      return Error(ErrorCode::corrupt, "the time index is damaged", Advice::verify_store);
    const format::DueKeyParts parts = format::parse_due_key(key);
    if (parts.due_at_ms > now) break;
    if (parts.why != static_cast<std::uint8_t>(why)) continue;
    const SecretBytes path =
        COFFER_TRY(reading_->cipher().open_small(format::Domain::due, key, cursor.value()));
    const auto leaf = static_cast<std::uint16_t>(parts.hash[0] << 8 | parts.hash[1]);
    found.push_back({parts.due_at_ms, std::string(path.text()), parts.version, leaf, why});
    // The caller learns that this has expired: it must not be alive again after a restart.
    if (why == Pending::Why::expiry) reading_->note_end_seen(parts.due_at_ms);
  }
  return found;
}

Result<void> add_due(Writing& writing, const format::PathHash& hash, std::uint64_t version,
                     std::int64_t due_at_ms, Pending::Why why, std::string_view path) {
  return writing.put_small(
      Table::due, format::due_key(due_at_ms, static_cast<std::uint8_t>(why), hash, version),
      format::Domain::due, as_bytes(path));
}

Result<void> remove_due(Writing& writing, const format::PathHash& hash, std::uint64_t version,
                        std::int64_t due_at_ms, Pending::Why why) {
  COFFER_TRY(writing.remove_small(
      Table::due, format::due_key(due_at_ms, static_cast<std::uint8_t>(why), hash, version)));
  return {};
}

Result<void> remove_all_due(Writing& writing, const format::PathHash& hash, std::uint64_t version,
                            const format::VersionHeader& header) {
  const bool gone = header.is_destroyed();
  if (header.expires_at_ms != 0 && !gone)
    COFFER_TRY(remove_due(writing, hash, version, header.expires_at_ms, Pending::Why::expiry));
  if (header.unreachable_at_ms != 0 && gone)
    COFFER_TRY(remove_due(writing, hash, version, header.unreachable_at_ms + kForgetAfterMs,
                          Pending::Why::forget));
  if (header.unreachable_at_ms != 0 && !gone)
    COFFER_TRY(
        remove_due(writing, hash, version, header.unreachable_at_ms, Pending::Why::unreachable));
  return {};
}

// A document has one revision at a time, so its entry always has version 1.
Result<void> Transaction::set_document_due(DocumentKind kind, std::string_view id,
                                           std::int64_t due_at_ms) {
  const auto hash = writing_->cipher().hash(static_cast<format::Kind>(kind), id);
  return add_due(*writing_, hash, 1, due_at_ms, Pending::Why::note, id);
}

Result<void> Transaction::clear_document_due(DocumentKind kind, std::string_view id,
                                             std::int64_t due_at_ms) {
  const auto hash = writing_->cipher().hash(static_cast<format::Kind>(kind), id);
  return remove_due(*writing_, hash, 1, due_at_ms, Pending::Why::note);
}

}  // namespace coffer::secrets

// Config documents and specs: each has one revision, sealed like a version of a secret and in the
// same table, so that shredding covers them too.
#include "secrets/rows/name_index.h"
#include "secrets/rows/versions.h"

namespace coffer::secrets {
namespace {

using storage::Table;

format::Kind kind_of(DocumentKind kind) { return static_cast<format::Kind>(kind); }

format::PairKey list_key(const Reading& reading, DocumentKind kind, std::string_view id) {
  const char list_name = static_cast<char>(kind);
  return format::pair_key(reading.cipher().hash(format::Kind::document_list, {&list_name, 1}),
                          reading.cipher().hash(kind_of(kind), id));
}

// Ids that begin with a control character are internal notes of the floor above, not configs.
bool counts_as_config(DocumentKind kind, std::string_view id) {
  return kind == DocumentKind::config && static_cast<unsigned char>(id.front()) >= 0x20;
}

// The floor above may put a prefix before a name of full length.
constexpr std::size_t kDocumentIdBytesMax = format::kPathBytesMax + 32;

Result<SecretBytes> open_document(const Reading& reading, DocumentKind kind, std::string_view id,
                                  Located located) {
  format::ValueContext context(reading.cipher().store(), kind_of(kind), id);
  const format::PathHash hash = reading.cipher().hash(context);
  COFFER_TRY(reading.fetch_value(hash, located));
  const WrappingKey key = COFFER_TRY(reading.wrapping_key(hash));
  auto opened = COFFER_TRY(
      reading.cipher().open_version(context, hash, located.version, located.record, key));
  return std::move(opened.value);
}

}  // namespace

Result<std::optional<Document>> View::find_document(DocumentKind kind, std::string_view id) const {
  if (id.size() > kDocumentIdBytesMax) return std::optional<Document>();
  const format::PathHash hash = reading_->cipher().hash(kind_of(kind), id);
  const auto located = COFFER_TRY(reading_->find(hash, 0));
  if (!located && COFFER_TRY(reading_->get(Table::names, list_key(*reading_, kind, id))))
    return lost("a document is listed but missing");
  if (!located) return std::optional<Document>();
  Document document;
  document.revision = located->version;
  document.created_at_ms = located->record.header.created_at_ms;
  document.body = COFFER_TRY(open_document(*reading_, kind, id, *located));
  return std::optional<Document>(std::move(document));
}

Result<void> Transaction::put_document(DocumentKind kind, std::string_view id,
                                       std::uint64_t revision, ByteView body) {
  if (body.size() > format::kDocumentBytesMax)
    return Error(ErrorCode::limit, "the document is too large")
        .with_size(body.size(), format::kDocumentBytesMax);
  if (id.empty() || id.size() > kDocumentIdBytesMax || revision == 0)
    return Error(ErrorCode::limit, "the document's name is too long");
  Writing& writing = *writing_;
  format::ValueContext context(writing.cipher().store(), kind_of(kind), id);
  const format::PathHash hash = writing.cipher().hash(context);
  if (const auto old = COFFER_TRY(writing.find(hash, 0))) {
    const format::VersionHeader header = old->record.header;
    const std::uint64_t old_revision = old->version;
    COFFER_TRY(writing.remove_version(hash, old_revision, header));
    writing.shred_at_commit();
    if (counts_as_config(kind, id))
      writing.tell_destroyed(ShredDocument{std::string(id), old_revision}, header.value_tag);
  } else {
    const format::PairKey key = list_key(writing, kind, id);
    if (COFFER_TRY(writing.get(Table::names, key))) return lost("a document is listed but missing");
    COFFER_TRY(put_name(writing, key, {false, std::string(id), now_ms()}));
    writing.increase(count_of_names(kind));
    if (counts_as_config(kind, id)) writing.increase(Count::configs);
  }
  const WrappingKey key = COFFER_TRY(writing.sealing_key(hash));
  format::VersionHeader header;
  header.algorithm = COFFER_TRY(writing.settings())->algorithm;
  header.created_at_ms = now_ms();
  const Cipher::Sealed sealed =
      writing.cipher().seal_version(context, hash, revision, header, key, body, 0);
  header.value_tag = COFFER_TRY(format::decode_version(sealed.record)).header.value_tag;
  COFFER_TRY(writing.put_version(hash, revision, sealed, header));
  if (counts_as_config(kind, id)) writing.notes().note(format::Action::config_put, id, revision);
  return {};
}

Result<void> Transaction::remove_document(DocumentKind kind, std::string_view id) {
  Writing& writing = *writing_;
  const format::PathHash hash = writing.cipher().hash(kind_of(kind), id);
  const auto old = COFFER_TRY(writing.find(hash, 0));
  if (!old) return Error(ErrorCode::not_found, "there is no such document");
  const format::VersionHeader header = old->record.header;
  const std::uint64_t revision = old->version;
  COFFER_TRY(writing.remove_version(hash, revision, header));
  if (!COFFER_TRY(writing.remove_small(Table::names, list_key(writing, kind, id))))
    return lost("a document's name is missing");
  COFFER_TRY(writing.decrease(count_of_names(kind)));
  if (counts_as_config(kind, id)) COFFER_TRY(writing.decrease(Count::configs));
  writing.shred_at_commit();
  if (counts_as_config(kind, id)) {
    writing.tell_destroyed(ShredDocument{std::string(id), revision}, header.value_tag);
    writing.notes().note(format::Action::config_delete, id, revision);
  }
  return {};
}

}  // namespace coffer::secrets

// Config documents and specs: one revision each, sealed like a version of a secret and in
// the same table, so that a new bucket key and a shredding reach them as well.
#include "base/digits.h"
#include "secrets/engine_state.h"

namespace coffer::secrets {
namespace {

using storage::Table;

format::Kind kind_of(DocumentKind kind) { return static_cast<format::Kind>(kind); }

format::PairKey list_key(const View::Impl& impl, DocumentKind kind, std::string_view id) {
  const char list_name = static_cast<char>(kind);
  return format::pair_key(impl.cipher().hash(format::Kind::document_list, {&list_name, 1}),
                          impl.cipher().hash(kind_of(kind), id));
}

// Ids that begin with a control character are notes of the floor above, not a user's configs.
bool counts_as_config(DocumentKind kind, std::string_view id) {
  return kind == DocumentKind::config && static_cast<unsigned char>(id.front()) >= 0x20;
}

// Ids may carry a prefix of the layer above in addition to a name of full length.
constexpr std::size_t kDocumentIdBytesMax = format::kPathBytesMax + 32;

}  // namespace

Result<SecretBytes> View::Impl::open_document(DocumentKind kind, std::string_view id,
                                              Located located) const {
  format::ValueContext context(cipher().store(), kind_of(kind), id);
  const format::PathHash hash = cipher().hash(context);
  COFFER_TRY(fetch_value(hash, located));
  const WrappingKey key = COFFER_TRY(wrapping_key(hash));
  auto opened =
      COFFER_TRY(cipher().open_version(context, hash, located.version, located.record, key));
  return std::move(opened.value);
}

Result<std::optional<Document>> View::find_document(DocumentKind kind, std::string_view id) const {
  if (id.size() > kDocumentIdBytesMax) return std::optional<Document>();
  const format::PathHash hash = impl_->cipher().hash(kind_of(kind), id);
  const auto located = COFFER_TRY(impl_->find(hash, 0));
  if (!located && COFFER_TRY(impl_->txn.get(Table::names, list_key(*impl_, kind, id))))
    return lost("a document is listed, and is not there");
  if (!located) return std::optional<Document>();
  Document document;
  document.revision = located->version;
  document.created_at_ms = located->record.header.created_at_ms;
  document.body = COFFER_TRY(impl_->open_document(kind, id, *located));
  return std::optional<Document>(std::move(document));
}

Result<void> Transaction::put_document(DocumentKind kind, std::string_view id,
                                       std::uint64_t revision, ByteView body) {
  if (body.size() > format::kDocumentBytesMax)
    return Error{ErrorCode::limit, "the document is too large"}.with_size(
        body.size(), format::kDocumentBytesMax);
  if (id.empty() || id.size() > kDocumentIdBytesMax || revision == 0)
    return Error{ErrorCode::limit, "the document's name is too long"};
  Impl& impl = *impl_;
  format::ValueContext context(impl.cipher().store(), kind_of(kind), id);
  const format::PathHash hash = impl.cipher().hash(context);
  if (const auto old = COFFER_TRY(impl.find(hash, 0))) {
    const format::VersionHeader header = old->record.header;
    const std::uint64_t old_revision = old->version;
    COFFER_TRY(impl.remove_version(hash, old_revision, header));
    impl.must_shred = true;
    if (counts_as_config(kind, id)) {
      impl.documents.push_back({std::string(id), old_revision});
      impl.seals.documents.push_back(hex(header.value_tag));
    }
  } else {
    const format::PairKey key = list_key(impl, kind, id);
    if (COFFER_TRY(impl.txn.get(Table::names, key)))
      return lost("a document is listed, and is not there");
    COFFER_TRY(impl.put_name(key, {false, std::string(id), now_ms()}));
    ++impl.names_of(kind);
    if (counts_as_config(kind, id)) ++impl.root->config_count;
  }
  const WrappingKey key = COFFER_TRY(impl.sealing_key(hash));
  format::VersionHeader header;
  header.algorithm = COFFER_TRY(impl.settings())->algorithm;
  header.created_at_ms = now_ms();
  const Cipher::Sealed sealed =
      impl.cipher().seal_version(context, hash, revision, header, key, body, 0);
  header.value_tag = COFFER_TRY(format::decode_version(sealed.record)).header.value_tag;
  COFFER_TRY(impl.put_version(hash, revision, sealed, header));
  if (counts_as_config(kind, id)) impl.note(format::Action::config_put, id, revision);
  return {};
}

Result<void> Transaction::remove_document(DocumentKind kind, std::string_view id) {
  Impl& impl = *impl_;
  const format::PathHash hash = impl.cipher().hash(kind_of(kind), id);
  const auto old = COFFER_TRY(impl.find(hash, 0));
  if (!old) return Error{ErrorCode::not_found, "there is no such document"};
  const format::VersionHeader header = old->record.header;
  const std::uint64_t revision = old->version;
  COFFER_TRY(impl.remove_version(hash, revision, header));
  if (!COFFER_TRY(impl.remove_small(Table::names, list_key(impl, kind, id))) ||
      impl.names_of(kind) == 0)
    return lost("a document has lost its name");
  --impl.names_of(kind);
  if (counts_as_config(kind, id)) --impl.root->config_count;
  impl.must_shred = true;
  if (counts_as_config(kind, id)) {
    impl.documents.push_back({std::string(id), revision});
    impl.seals.documents.push_back(hex(header.value_tag));
    impl.note(format::Action::config_delete, id, revision);
  }
  return {};
}

}  // namespace coffer::secrets

#include "secrets/rows/heads.h"

#include <algorithm>

#include "secrets/rows/name_index.h"

namespace coffer::secrets {
namespace {

using storage::Table;

// Reads the head's row without comparing it with the secret's other records.
Result<std::optional<format::Head>> find_head(const Reading& reading,
                                              const format::PathHash& hash) {
  const auto sealed = COFFER_TRY(reading.get(Table::history, format::history_key(hash, 0)));
  if (!sealed) return std::optional<format::Head>();
  const SecretBytes plain =
      COFFER_TRY(reading.cipher().open_small(format::Domain::head, hash, *sealed));
  return std::optional<format::Head>(COFFER_TRY(format::decode_head(plain.bytes())));
}

}  // namespace

Result<std::optional<format::Head>> head_of(const Reading& reading, const format::PathHash& hash,
                                            std::string_view path,
                                            const std::optional<Located>& newest) {
  std::uint64_t revision = 0;
  if (newest) {
    COFFER_TRY(reading.authenticate(hash, *newest));
    revision = newest->record.header.head_revision;
  } else if (const auto name = COFFER_TRY(find_name(reading, path))) {
    if (name->head_revision == 0) return lost("a secret's versions are missing");
    revision = name->head_revision;
  }
  auto head = COFFER_TRY(find_head(reading, hash));
  if (!head && revision == 0) return head;
  if (!head) return lost("a secret's metadata is missing");
  if (head->path != path) return lost("a secret's metadata belongs to another secret");
  if (head->metadata.revision != revision) return lost("a secret's metadata is not its latest");
  return head;
}

Result<std::optional<format::Head>> head_of(const Reading& reading, const format::PathHash& hash,
                                            std::string_view path) {
  return head_of(reading, hash, path, COFFER_TRY(reading.find(hash, 0)));
}

Result<Metadata> metadata_of(const Reading& reading, std::string_view path,
                             const format::PathHash& hash, const format::Name& name,
                             const std::optional<Located>& newest) {
  Metadata metadata;
  // A name that holds a head's revision is older than the first version.
  if (newest && name.head_revision != 0) return lost("a secret's name record is not its latest");
  if (auto head = COFFER_TRY(head_of(reading, hash, path, newest)))
    metadata = std::move(head->metadata);
  metadata.created_at_ms = name.created_at_ms;
  const std::int64_t written =
      newest ? newest->record.header.created_at_ms : metadata.created_at_ms;
  metadata.updated_at_ms = std::max(metadata.updated_at_ms, written);
  return metadata;
}

Result<std::uint32_t> write_head(Writing& writing, const format::PathHash& hash,
                                 const format::Head& head) {
  format::Head next = head;
  if (next.metadata.revision >= UINT32_MAX)
    return Error(ErrorCode::limit, "this secret's metadata was changed too often",
                 "copy the secret to another path");
  next.metadata.updated_at_ms = writing.now_ms();
  ++next.metadata.revision;
  COFFER_TRY(writing.put_small(Table::history, format::history_key(hash, 0), format::Domain::head,
                               format::encode_head(next).bytes()));
  return static_cast<std::uint32_t>(next.metadata.revision);
}

Result<void> put_head(Writing& writing, const format::PathHash& hash, const format::Head& head) {
  const std::uint32_t revision = COFFER_TRY(write_head(writing, hash, head));
  const auto newest = COFFER_TRY(writing.find(hash, 0));
  if (!newest) return tell_name(writing, head.path, revision);
  format::VersionHeader header = newest->record.header;
  header.head_revision = revision;
  return writing.change_header(hash, *newest, header);
}

}  // namespace coffer::secrets

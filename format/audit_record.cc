#include "format/audit_record.h"

#include <cstring>

#include "base/digits.h"
#include "format/wire.h"

namespace coffer::format {
namespace {

constexpr std::uint32_t kErrorCodeMax = 19;

Error malformed() { return {ErrorCode::corrupt, "an audit record is malformed"}; }
Error newer() { return {ErrorCode::too_new, "an audit record was written by a newer format"}; }

std::string want_text(WireReader& reader, std::size_t limit) {
  const ByteView bytes = reader.want_some_bytes();
  if (bytes.size() > limit) reader.fail();
  return std::string(as_text(bytes));
}

Result<AuditItem> decode_item(ByteView bytes) {
  AuditItem item;
  bool has_action = false;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: {
        const std::uint64_t number = reader.want_number();
        item.action = static_cast<Action>(number);
        if (reader.ok() && (number > 0xFF || action_name(item.action).empty())) return newer();
        has_action = true;
        break;
      }
      case 2: item.name = want_text(reader, kPathBytesMax); break;
      case 3: item.version = reader.want_number(); break;
      case 4:
        item.count = reader.want_number();
        if (item.count < 2) reader.fail();
        break;
      default: return newer();
    }
  }
  if (!reader.ok() || !has_action) return malformed();
  return item;
}

}  // namespace

SecretBytes encode_audit_record(const AuditRecord& record) {
  SecretBytes out;
  WireWriter<SecretBytes> writer(out);
  writer.number(1, record.sequence);
  writer.number(2, time_to_wire(record.at_ms));
  writer.number(3, record.uid);
  writer.number(4, record.pid);
  writer.text(5, record.program);
  writer.text(6, record.actor);
  writer.text(7, record.reason);
  writer.text(8, record.correlation);
  writer.number(9, record.refused_with);
  for (const AuditItem& item : record.items) {
    SecretBytes inner;
    WireWriter<SecretBytes> inner_writer(inner);
    inner_writer.number(1, static_cast<std::uint64_t>(item.action));
    inner_writer.text(2, item.name);
    inner_writer.number(3, item.version);
    if (item.count > 1) inner_writer.number(4, item.count);
    writer.always_bytes(10, inner.bytes());
  }
  writer.text(11, record.user);
  return out;
}

Result<AuditRecord> decode_audit_record(ByteView bytes) {
  AuditRecord record;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: record.sequence = reader.want_number(); break;
      case 2: record.at_ms = reader.want_time(); break;
      case 3: record.uid = reader.want_u32(); break;
      case 4: record.pid = reader.want_u32(); break;
      case 5: record.program = want_text(reader, kAuditProgramBytesMax); break;
      case 6: record.actor = want_text(reader, kAuditActorBytesMax); break;
      case 7: record.reason = want_text(reader, kAuditReasonBytesMax); break;
      case 8: record.correlation = want_text(reader, kAuditCorrelationBytesMax); break;
      case 9:
        record.refused_with = reader.want_u32();
        if (reader.ok() && record.refused_with > kErrorCodeMax) return newer();
        break;
      case 10:
        record.items.push_back(COFFER_TRY(decode_item(reader.want_bytes())));
        if (record.items.size() > kAuditItemsMax) return malformed();
        break;
      case 11: record.user = want_text(reader, kAuditActorBytesMax); break;
      default: return newer();
    }
  }
  if (!reader.ok() || record.sequence == 0 || record.items.empty()) return malformed();
  return record;
}

AuditKey audit_key(std::uint64_t number) {
  AuditKey key;
  for (std::size_t i = 0; i < key.size(); ++i)
    key[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  return key;
}

std::uint64_t number_of_audit_key(ByteView key) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : key.first(8)) number = number << 8 | byte;
  return number;
}

SecretBytes encode_audit_checkpoint(const AuditCheckpoint& checkpoint) {
  SecretBytes out;
  WireWriter<SecretBytes> writer(out);
  writer.number(1, checkpoint.number);
  writer.bytes(2, checkpoint.link);
  writer.number(3, checkpoint.sequence);
  writer.number(4, time_to_wire(checkpoint.at_ms));
  return out;
}

Result<AuditCheckpoint> decode_audit_checkpoint(ByteView bytes) {
  AuditCheckpoint checkpoint;
  bool has_link = false;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: checkpoint.number = reader.want_number(); break;
      case 2: {
        const ByteView link = reader.want_bytes(kAuditLinkBytes);
        if (reader.ok()) std::memcpy(checkpoint.link.data(), link.data(), link.size());
        has_link = true;
        break;
      }
      case 3: checkpoint.sequence = reader.want_number(); break;
      case 4: checkpoint.at_ms = reader.want_time(); break;
      default: return newer();
    }
  }
  if (!reader.ok() || checkpoint.number == 0 || checkpoint.sequence == 0 || !has_link)
    return malformed();
  return checkpoint;
}

}  // namespace coffer::format

#include "format/anchor_record.h"

#include <algorithm>

#include "format/limits.h"
#include "format/wire.h"

namespace coffer::format {
namespace {

constexpr std::size_t kAnchorUriBytesMax = 1024;

Error malformed() { return {ErrorCode::corrupt, "what is kept of an anchor is malformed"}; }

Error unknown_field() {
  return {ErrorCode::too_new, "the anchor was written by a later version of coffer"};
}

template <std::size_t n>
void copy_fixed(WireReader& reader, std::array<std::uint8_t, n>& out) {
  const ByteView bytes = reader.want_bytes(n);
  if (reader.ok()) std::copy(bytes.begin(), bytes.end(), out.begin());
}

}  // namespace

SecretBytes encode_anchor_setting(const AnchorSetting& setting) {
  SecretBytes out;
  WireWriter<SecretBytes> writer(out);
  writer.bytes(1, as_bytes(setting.uri));
  writer.bytes(2, setting.id);
  writer.number(3, static_cast<std::uint64_t>(setting.cadence));
  writer.number(4, setting.counter);
  return out;
}

Result<AnchorSetting> decode_anchor_setting(ByteView bytes) {
  AnchorSetting setting;
  bool has_id = false;
  std::uint64_t cadence = 0;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: setting.uri = as_text(reader.want_some_bytes()); break;
      case 2:
        copy_fixed(reader, setting.id);
        has_id = true;
        break;
      case 3: cadence = reader.want_number(); break;
      case 4: setting.counter = reader.want_number(); break;
      default: return unknown_field();
    }
  }
  if (!reader.ok() || setting.uri.empty() || setting.uri.size() > kAnchorUriBytesMax || !has_id ||
      cadence == 0)
    return malformed();
  if (cadence > static_cast<std::uint64_t>(AnchorCadence::shred))
    return Error(ErrorCode::too_new, "a later version of coffer wrote the store's anchor");
  setting.cadence = static_cast<AnchorCadence>(cadence);
  return setting;
}

SecretBytes encode_anchor_mark(const AnchorMark& mark) {
  SecretBytes out;
  WireWriter<SecretBytes> writer(out);
  writer.bytes(1, mark.id);
  writer.number(2, mark.sequence);
  writer.bytes(3, mark.root_hash);
  writer.number(4, time_to_wire(mark.at_ms));
  return out;
}

Result<AnchorMark> decode_anchor_mark(ByteView bytes) {
  AnchorMark mark;
  bool has_id = false;
  bool has_hash = false;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1:
        copy_fixed(reader, mark.id);
        has_id = true;
        break;
      case 2: mark.sequence = reader.want_number(); break;
      case 3:
        copy_fixed(reader, mark.root_hash);
        has_hash = true;
        break;
      case 4: mark.at_ms = reader.want_time(); break;
      default: return unknown_field();
    }
  }
  if (!reader.ok() || !has_id || !has_hash || mark.sequence == 0) return malformed();
  return mark;
}

}  // namespace coffer::format

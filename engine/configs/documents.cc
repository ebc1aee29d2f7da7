#include "configs/documents.h"

#include "base/check.h"
#include "format/wire.h"
#include "text/json.h"

namespace coffer::configs {
namespace {

constexpr std::uint64_t kRecordFormat = 1;

enum Field : std::uint32_t {
  kFieldFormat = 1,
  kFieldWorkspace = 2,
  kFieldSpecId = 3,
  kFieldPartial = 4,
  kFieldPlace = 5,
  kFieldCompat = 6,
  kFieldExpiresAt = 7,
  kFieldConfigId = 8,
  kFieldBaseRevision = 9,
  kFieldLastStage = 10,
  kFieldOutside = 11,
  kFieldBaseId = 12,
};
enum PlaceField : std::uint32_t {
  kPlacePointer = 1,
  kPlaceCoordinate = 2,
  kPlaceExternal = 3,
  kPlaceWritten = 4,
};

Error damaged() { return {ErrorCode::corrupt, "a config's record is damaged"}; }

Error newer() {
  return Error(ErrorCode::too_new, "a config's record was written by a newer format");
}

// Whether json::parse_pointer() would accept the text. Makes no tokens: a record has many pointers.
bool is_pointer(std::string_view text) {
  if (!text.empty() && text[0] != '/') return false;
  for (std::size_t at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1)) {
    if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) return false;
  }
  return json::is_valid_utf8(text);
}

Result<StoredPlace> decode_place(ByteView bytes) {
  StoredPlace place;
  format::WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case kPlacePointer: place.pointer = as_text(reader.want_some_bytes()); break;
      case kPlaceCoordinate: place.coordinate = as_text(reader.want_some_bytes()); break;
      case kPlaceExternal: place.external = reader.want_true(); break;
      case kPlaceWritten: {
        const std::uint64_t number = reader.want_number();
        if (reader.ok() && number > static_cast<std::uint64_t>(StoredPlace::Written::bumped))
          return newer();
        place.written = static_cast<StoredPlace::Written>(number);
        break;
      }
      default: return newer();
    }
  }
  if (!reader.ok() || place.coordinate.empty() || !is_pointer(place.pointer)) return damaged();
  return place;
}

}  // namespace

SecretBytes encode_config(const ConfigRecord& record) {
  SecretBytes out;
  format::WireWriter writer(out);
  writer.number(kFieldFormat, kRecordFormat);
  writer.text(kFieldWorkspace, record.workspace);
  writer.text(kFieldSpecId, record.spec_id);
  writer.bytes(kFieldPartial, record.partial.bytes());
  for (const StoredPlace& place : record.places) {
    COFFER_CHECK(!place.coordinate.empty());
    Bytes inner;
    format::WireWriter inner_writer(inner);
    inner_writer.text(kPlacePointer, place.pointer);
    inner_writer.text(kPlaceCoordinate, place.coordinate);
    inner_writer.number(kPlaceExternal, place.external ? 1 : 0);
    inner_writer.number(kPlaceWritten, static_cast<std::uint64_t>(place.written));
    writer.always_bytes(kFieldPlace, inner);
  }
  writer.number(kFieldCompat, record.compat_airbyte ? 1 : 0);
  writer.number(kFieldExpiresAt, format::time_to_wire(record.expires_at_ms));
  writer.text(kFieldConfigId, record.config_id);
  writer.number(kFieldBaseRevision, record.base_revision);
  writer.text(kFieldLastStage, record.last_stage);
  writer.number(kFieldOutside, record.outside ? 1 : 0);
  writer.text(kFieldBaseId, record.base_id);
  return out;
}

Result<ConfigRecord> decode_config(ByteView bytes) {
  ConfigRecord record;
  std::uint64_t format_number = 0;
  format::WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case kFieldFormat:
        format_number = reader.want_number();
        if (reader.ok() && format_number > kRecordFormat) return newer();
        break;
      case kFieldWorkspace: record.workspace = as_text(reader.want_some_bytes()); break;
      case kFieldSpecId: record.spec_id = as_text(reader.want_some_bytes()); break;
      case kFieldPartial: record.partial = SecretBytes::copy_of(reader.want_some_bytes()); break;
      case kFieldPlace:
        record.places.push_back(COFFER_TRY(decode_place(reader.want_bytes())));
        break;
      case kFieldCompat: record.compat_airbyte = reader.want_true(); break;
      case kFieldExpiresAt: record.expires_at_ms = reader.want_time(); break;
      case kFieldConfigId: record.config_id = as_text(reader.want_some_bytes()); break;
      case kFieldBaseRevision: record.base_revision = reader.want_number(); break;
      case kFieldLastStage: record.last_stage = as_text(reader.want_some_bytes()); break;
      case kFieldOutside: record.outside = reader.want_true(); break;
      case kFieldBaseId: record.base_id = as_text(reader.want_some_bytes()); break;
      default: return newer();
    }
  }
  if (!reader.ok() || format_number != kRecordFormat) return damaged();
  return record;
}

}  // namespace coffer::configs

// What is kept of a config: the partial document and, as stored facts, which place
// holds which coordinate and which of them are somebody else's.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace coffer::configs {

struct StoredPlace {
  std::string pointer;     ///< JSON Pointer into the partial document.
  std::string coordinate;  ///< Of an external one: the name without any prefix.
  bool external = false;   ///< Not in this store: never read, written or deleted here.
  /// Of a stage's record: what it wrote for this place.
  enum class Written : std::uint8_t { nothing, minted, bumped } written = Written::nothing;
};

/// Also serves for what a check leaves behind, then without document and spec; and for a stage.
struct ConfigRecord {
  std::string workspace;
  std::string spec_id;
  SecretBytes partial;
  std::vector<StoredPlace> places;
  bool compat_airbyte = false;
  std::int64_t expires_at_ms = 0;   ///< Of a check's or a stage's record.
  std::string config_id;            ///< Of a stage's: the config it is for,
  std::uint64_t base_revision = 0;  ///< and that config's revision then; 0: none.
  std::string base_id = {};         ///< Of its document then: numbers begin again after a deletion.
  std::string last_stage;           ///< Of a config's: the stage whose commit made it.
  bool outside = false;             ///< Of a config's: the document is kept outside.
};

/// Protobuf wire form of format/coffer.proto. Errors of decode: corrupt, too_new.
SecretBytes encode_config(const ConfigRecord& record);
Result<ConfigRecord> decode_config(ByteView bytes);

}  // namespace coffer::configs

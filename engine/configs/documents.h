// The stored record of a config: the partial document, and for each secret place its coordinate
// and whether that secret is kept elsewhere.
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
  std::string coordinate;  ///< If external: the name without any prefix.
  bool external = false;   ///< Kept elsewhere: never read, written or deleted here.
  /// In a stage's record: what the stage wrote for this place.
  enum class Written : std::uint8_t { nothing, minted, bumped } written = Written::nothing;
};

/// The note of a check has the same form, without document and spec, and so has a stage.
struct ConfigRecord {
  std::string workspace;
  std::string spec_id;
  SecretBytes partial;
  std::vector<StoredPlace> places;
  bool compat_airbyte = false;
  std::int64_t expires_at_ms = 0;   ///< In the note of a check or stage.
  std::string config_id;            ///< In a stage: its config,
  std::uint64_t base_revision = 0;  ///< and the config's revision then; 0 if it was not stored.
  std::string base_id = {};         ///< In a stage: a digest of the document then.
  std::string last_stage;           ///< In a config: the stage whose commit made it.
  bool outside = false;             ///< In a config: its document is kept outside.
};

/// The Protobuf wire form of format/coffer.proto. decode_config() fails with corrupt or too_new.
SecretBytes encode_config(const ConfigRecord& record);
Result<ConfigRecord> decode_config(ByteView bytes);

}  // namespace coffer::configs

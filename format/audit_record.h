// The audit log's records: one says which caller did what in one commit, or was refused what
// (SPEC.md section 6.9). This file handles no key.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "format/audit_action.h"
#include "format/limits.h"

namespace coffer::format {

struct AuditItem {
  Action action = Action::put;
  std::string name;           ///< A path, a config's id, a key slot's number; may be empty.
  std::uint64_t version = 0;  ///< Or a config's revision; 0: neither.
  std::uint64_t count = 1;    ///< How often; above 1 only for refusals that were gathered.
};

struct AuditRecord {
  std::uint64_t sequence = 0;  ///< The number of the commit that wrote the record.
  std::int64_t at_ms = 0;
  std::uint32_t uid = 0;
  std::uint32_t pid = 0;
  std::string program;
  std::string actor;
  std::string reason;
  std::string correlation;
  std::uint32_t refused_with = 0;  ///< An ErrorCode; 0: it was allowed and done.
  std::vector<AuditItem> items;    ///< 1 to kAuditItemsMax.
  std::string user;  ///< The policy's name for the caller; empty: there was no policy.
};
SecretBytes encode_audit_record(const AuditRecord& record);
/// Errors: corrupt, too_new.
Result<AuditRecord> decode_audit_record(ByteView bytes);

using AuditLink = std::array<std::uint8_t, kAuditLinkBytes>;
/// The key of a record in the audit table. Keys rise with the numbers: the last record is the
/// newest.
using AuditKey = std::array<std::uint8_t, 8>;
AuditKey audit_key(std::uint64_t number);
std::uint64_t number_of_audit_key(ByteView key);  ///< `key` must be 8 bytes long.

/// The last of the records that retention removed: the chain of the remaining ones starts at it.
struct AuditCheckpoint {
  std::uint64_t number = 0;  ///< 0: nothing was ever removed.
  AuditLink link{};
  std::uint64_t sequence = 0;
  std::int64_t at_ms = 0;
};
SecretBytes encode_audit_checkpoint(const AuditCheckpoint& checkpoint);
Result<AuditCheckpoint> decode_audit_checkpoint(ByteView bytes);

}  // namespace coffer::format

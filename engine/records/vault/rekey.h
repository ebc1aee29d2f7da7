// Data keys renewed: every bucket key replaced and every living version's key wrapped anew, while
// others read and write.
#pragma once

#include <coffer/key_slots.h>

#include "records/vault/vault.h"

namespace coffer::records {

/// In batches of whole buckets, a shredding each: a kill leaves some buckets renewed and the
/// root saying up to which epoch the others are to be; running it again goes on there. Two at
/// once share the work. Errors: declined (the caller's progress said stop), io, corrupt.
Result<RotateDataReport> rekey(Vault& vault, const RotateDataOptions& options);

}  // namespace coffer::records

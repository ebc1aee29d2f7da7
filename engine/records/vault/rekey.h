// Rotates the data keys: replaces every bucket key and wraps every living version's key again,
// while others read and write.
#pragma once

#include <coffer/key_slots.h>

#include "records/vault/vault.h"

namespace coffer::records {

/// Works in batches, each of which is a shredding. After a kill some keys are renewed and the root
/// names the epoch below which keys are old: the next call continues. Two calls at once share the
/// work. Errors: declined (the caller's progress function stopped it), io, corrupt.
Result<RotateDataReport> rekey(Vault& vault, const RotateDataOptions& options);

}  // namespace coffer::records

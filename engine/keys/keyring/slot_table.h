// The table of key slots in the keyring file: two copies and a MAC.
#pragma once

#include <coffer/result.h>

#include <algorithm>
#include <vector>

#include "crypto/key.h"
#include "format/keyring_records.h"
#include "keys/keyring/keyring_file.h"

namespace coffer::keys {

/// The tables that can be read, the newest first; one if both copies are equal. Check
/// is_genuine() before using one. Errors: corrupt, too_new (either copy: a table of a newer format
/// must not be taken for a torn one and overwritten), io.
Result<std::vector<format::KeyringMaster>> decode_tables(const Copies& copies);

/// The slot of that number; the end of the table's slots if there is none.
template <typename Table>
auto find_slot(Table& table, int number) {
  return std::find_if(table.slots.begin(), table.slots.end(), [number](const auto& slot) {
    return static_cast<int>(slot.number) == number;
  });
}

/// Whether a holder of the master key wrote the table.
bool is_genuine(const format::KeyringMaster& table, const format::KeyringHeader& header,
                const crypto::Key& master_key);

// These open what the table holds, wrapped by the master key of its generation. Errors: corrupt.
void wrap_root(format::KeyringMaster& table, const format::StoreId& store,
               const crypto::Key& master_key, const crypto::Key& root_secret);
Result<crypto::Key> unwrap_root(const format::KeyringMaster& table, const format::StoreId& store,
                                const crypto::Key& master_key);
/// The previous master key; unwrap_previous() needs a table that has it.
void wrap_previous(format::KeyringMaster& table, const format::StoreId& store,
                   const crypto::Key& master_key, const crypto::Key& previous);
Result<crypto::Key> unwrap_previous(const format::KeyringMaster& table,
                                    const format::StoreId& store, const crypto::Key& master_key);

Error altered_table();

/// The payload of the table's next revision, with its MAC. The payload is decoded again as a test,
/// so that no table is ever written that the next open refuses.
/// Errors: limit (too many slots, too long).
Result<Bytes> encode_next(format::KeyringMaster& table, const format::KeyringHeader& header,
                          const crypto::Key& master_key);

}  // namespace coffer::keys

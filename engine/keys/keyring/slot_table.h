// The table of key slots as it stands in the keyring file: two copies and a MAC.
#pragma once

#include <coffer/result.h>

#include <algorithm>
#include <vector>

#include "crypto/key.h"
#include "format/keyring_records.h"
#include "keys/keyring/keyring_file.h"

namespace coffer::keys {

/// The tables that read, the newest first; one where both copies are the same. None of them
/// is to be used before is_genuine(). Errors: corrupt, too_new (either copy: a table of a
/// newer format must not be taken for a torn one and overwritten), io.
Result<std::vector<format::KeyringMaster>> decode_tables(const Copies& copies);

/// The end of the table's slots where there is none of that number.
template <typename Table>
auto find_slot(Table& table, int number) {
  return std::find_if(table.slots.begin(), table.slots.end(), [number](const auto& slot) {
    return static_cast<int>(slot.number) == number;
  });
}

/// Whether it was written by somebody who had the master key.
bool is_genuine(const format::KeyringMaster& table, const format::KeyringHeader& header,
                const crypto::Key& master_key);

// What the table has wrapped by the master key of its generation. Errors: corrupt.
void wrap_root(format::KeyringMaster& table, const format::StoreId& store,
               const crypto::Key& master_key, const crypto::Key& root_secret);
Result<crypto::Key> unwrap_root(const format::KeyringMaster& table, const format::StoreId& store,
                                const crypto::Key& master_key);
/// The master key before; the table must have it.
void wrap_previous(format::KeyringMaster& table, const format::StoreId& store,
                   const crypto::Key& master_key, const crypto::Key& previous);
Result<crypto::Key> unwrap_previous(const format::KeyringMaster& table,
                                    const format::StoreId& store, const crypto::Key& master_key);

Error altered_table();

/// The next revision of the table, with its MAC, as its payload. It is read back before it
/// is handed out, so that no table is ever written that the next open refuses.
/// Errors: limit (too many slots, too long).
Result<Bytes> encode_next(format::KeyringMaster& table, const format::KeyringHeader& header,
                          const crypto::Key& master_key);

}  // namespace coffer::keys

#include "keys/slot_table.h"

#include <utility>

#include "crypto/hash.h"

namespace coffer::keys {
namespace {

crypto::Hash mac_of(const format::KeyringMaster& table, const format::KeyringHeader& header,
                    const crypto::Key& master_key) {
  const crypto::Key key = crypto::derive(master_key.view(), 1, "cofslots");
  return crypto::hash(key.view(), format::master_mac_input(header, table));
}

}  // namespace

Result<std::vector<format::KeyringMaster>> decode_tables(const Copies& copies) {
  std::vector<format::KeyringMaster> tables;
  std::optional<Error> wrong;
  for (const Result<Bytes>& copy : copies) {
    auto table = copy ? format::decode_master(*copy) : Result<format::KeyringMaster>(copy.error());
    if (table) {
      tables.push_back(std::move(*table));
    } else if (table.error().code() == ErrorCode::too_new) {
      return std::move(table).error();
    } else if (!wrong) {
      wrong = std::move(table).error();
    }
  }
  if (tables.empty()) return std::move(*wrong);
  if (are_equal(copies)) tables.pop_back();
  if (tables.size() == 2 && tables[0].revision < tables[1].revision)
    std::swap(tables[0], tables[1]);
  return tables;
}

bool is_genuine(const format::KeyringMaster& table, const format::KeyringHeader& header,
                const crypto::Key& master_key) {
  return equal_in_constant_time(mac_of(table, header, master_key), table.mac);
}

Result<format::KeyringMaster> genuine_table(const Copies& copies,
                                            const format::KeyringHeader& header,
                                            const crypto::Key& master_key) {
  for (format::KeyringMaster& table : COFFER_TRY(decode_tables(copies)))
    if (is_genuine(table, header, master_key)) return std::move(table);
  return altered_table();
}

Error altered_table() {
  return {ErrorCode::corrupt, "the table of key slots was altered",
          "restore the keyring file from a copy"};
}

Result<Bytes> encode_next(format::KeyringMaster& table, const format::KeyringHeader& header,
                          const crypto::Key& master_key) {
  ++table.revision;
  table.mac = mac_of(table, header, master_key);
  Bytes payload = format::encode_master(table);
  const auto again = format::decode_master(payload);
  if (payload.size() > format::kKeyringMasterBytes - format::kFrameHeadBytes || !again ||
      again->slots.size() != table.slots.size() || !is_genuine(*again, header, master_key))
    return Error{ErrorCode::limit, "the key slots do not fit into the keyring",
                 "remove one: coffer key remove SLOT"};
  return payload;
}

}  // namespace coffer::keys

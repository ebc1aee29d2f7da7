#include "keys/keyring/slot_table.h"

#include <utility>

#include "base/digits.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

namespace coffer::keys {
namespace {

crypto::Hash mac_of(const format::KeyringMaster& table, const format::KeyringHeader& header,
                    const crypto::Key& master_key) {
  const crypto::Key key = crypto::derive(master_key.view(), 1, "cofslots");
  return crypto::hash(key.view(), format::master_mac_input(header, table));
}

Bytes context(format::Domain domain, const format::StoreId& store, std::uint64_t generation) {
  Bytes rest;
  append_big_endian(rest, generation);
  return format::seal_context(domain, store, rest);
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

void wrap_root(format::KeyringMaster& table, const format::StoreId& store,
               const crypto::Key& master_key, const crypto::Key& root_secret) {
  crypto::wrap(master_key.view(), context(format::Domain::root_secret, store, table.generation),
               root_secret.view(), table.wrapped_root);
}

Result<crypto::Key> unwrap_root(const format::KeyringMaster& table, const format::StoreId& store,
                                const crypto::Key& master_key) {
  crypto::Key root_secret;
  if (!crypto::unwrap(master_key.view(),
                      context(format::Domain::root_secret, store, table.generation),
                      table.wrapped_root, root_secret.mutable_bytes()))
    return damaged_keyring();
  return root_secret;
}

void wrap_previous(format::KeyringMaster& table, const format::StoreId& store,
                   const crypto::Key& master_key, const crypto::Key& previous) {
  crypto::wrap(master_key.view(), context(format::Domain::previous_master, store, table.generation),
               previous.view(), table.previous.emplace());
}

Result<crypto::Key> unwrap_previous(const format::KeyringMaster& table,
                                    const format::StoreId& store, const crypto::Key& master_key) {
  crypto::Key previous;
  if (!crypto::unwrap(master_key.view(),
                      context(format::Domain::previous_master, store, table.generation),
                      *table.previous, previous.mutable_bytes()))
    return damaged_keyring();
  return previous;
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
    return Error(ErrorCode::limit, "the key slots do not fit into the keyring",
                 Advice::remove_slot);
  return payload;
}

}  // namespace coffer::keys

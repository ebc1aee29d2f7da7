#include "records/root_record.h"

#include "base/check.h"

namespace coffer::records {
namespace {

Error newest_is_hidden() {
  return {ErrorCode::corrupt,
          "the newest commit cannot be read: a meta page of the data file was altered",
          "restore from a backup: the state that can be read is an older one"};
}

}  // namespace

Error lost(Literal what) { return {ErrorCode::corrupt, what, Advice::verify_and_restore}; }

Result<format::Root> read_root(const Cipher& cipher, const storage::Txn& txn) {
  const auto sealed = COFFER_TRY(txn.get(storage::Table::main, as_bytes(kRootKey)));
  if (!sealed) return Error(ErrorCode::corrupt, "the data file has no root record");
  const SecretBytes plain = COFFER_TRY(cipher.open_root(format::Domain::root, *sealed));
  format::Root root = COFFER_TRY(format::decode_root(plain.bytes()));
  if (root.transaction != txn.began_with()) return newest_is_hidden();
  return root;
}

Result<format::Root> committed_root(const Cipher& cipher,
                                    const std::shared_ptr<storage::Environment>& environment) {
  storage::ReadTxn txn(environment);
  COFFER_TRY(txn.renew());
  return read_root(cipher, txn);
}

Result<void> put_root(const Cipher& cipher, storage::WriteTxn& txn, format::Root& root) {
  COFFER_CHECK(root.transaction < txn.id());  // Each commit seals one root.
  ++root.sequence;
  root.transaction = txn.id();
  const SecretBytes plain = format::encode_root(root);
  return txn.put(storage::Table::main, as_bytes(kRootKey),
                 cipher.seal_root(format::Domain::root, plain.bytes()));
}

// LMDB picks the newer of two meta pages, and nothing authenticates them. Each page leads to a
// root, which names the commit that wrote it. An attacker may have lowered the number of the newer
// page, so that LMDB picks the older one: the root of the other page reveals this.
Result<void> check_other_meta(const Cipher& cipher, const storage::Environment& environment) {
  const auto other = environment.entry_of_other_meta(as_bytes(kRootKey));
  if (!other) return {};
  // The older state may fail to open: its pages may be damaged.
  const auto plain = cipher.open_root(format::Domain::root, other->value);
  if (!plain) return {};
  const auto root = format::decode_root(plain->bytes());
  if (!root || root->transaction == other->transaction) return {};
  return newest_is_hidden().with_number(root->transaction);
}

}  // namespace coffer::records

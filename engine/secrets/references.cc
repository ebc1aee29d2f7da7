// References: the reverse index of who refers to what, sealed, found by the target's hash.
#include <cstring>

#include "secrets/engine_state.h"

namespace coffer::secrets {
namespace {

using storage::Table;

format::PairKey key_of(const Cipher& cipher, const Reference& reference) {
  // The parts are set apart by a byte that no name may contain.
  const std::string user =
      std::to_string(reference.version) + '\0' + reference.user_kind + '\0' + reference.user;
  return format::pair_key(cipher.hash(format::Kind::reference_target, reference.target),
                          cipher.hash(format::Kind::reference_user, user));
}

// What a config refers to is told by the config's own item.
bool is_outside(const Reference& reference) { return reference.user_kind != "config"; }

}  // namespace

Result<std::vector<Reference>> View::references_to(std::string_view target) const {
  const Cipher& cipher = impl_->cipher();
  const format::PathHash hash = cipher.hash(format::Kind::reference_target, target);
  std::vector<Reference> found;
  storage::Cursor cursor = COFFER_TRY(storage::Cursor::open(impl_->txn, Table::references));
  for (bool more = COFFER_TRY(cursor.seek(hash)); more; more = COFFER_TRY(cursor.next())) {
    const ByteView key = cursor.key();
    if (key.size() != format::kPairKeyBytes ||
        std::memcmp(key.data(), hash.data(), hash.size()) != 0)
      break;
    const SecretBytes plain =
        COFFER_TRY(cipher.open_small(format::Domain::reference, key, cursor.value()));
    auto record = COFFER_TRY(format::decode_reference(plain.bytes()));
    if (record.target != target)
      return Error{ErrorCode::corrupt, "a reference's record belongs to another target"};
    found.push_back({std::move(record.target), record.version, std::move(record.user_kind),
                     std::move(record.user)});
  }
  return found;
}

Result<void> View::each_reference(
    const std::function<Result<void>(const Reference&)>& visit) const {
  storage::Cursor cursor = COFFER_TRY(storage::Cursor::open(impl_->txn, Table::references));
  for (bool more = COFFER_TRY(cursor.first()); more; more = COFFER_TRY(cursor.next())) {
    const SecretBytes plain = COFFER_TRY(
        impl_->cipher().open_small(format::Domain::reference, cursor.key(), cursor.value()));
    auto record = COFFER_TRY(format::decode_reference(plain.bytes()));
    COFFER_TRY(visit({std::move(record.target), record.version, std::move(record.user_kind),
                      std::move(record.user)}));
  }
  return {};
}

Result<void> Transaction::add_reference(const Reference& reference) {
  const format::PairKey key = key_of(impl_->cipher(), reference);
  if (COFFER_TRY(impl_->txn.get(Table::references, key))) return {};
  const SecretBytes record = format::encode_reference(
      {reference.target, reference.version, reference.user_kind, reference.user});
  COFFER_TRY(impl_->put_small(Table::references, key, format::Domain::reference, record.bytes()));
  if (is_outside(reference))
    impl_->note(format::Action::reference_add, reference.target, reference.version);
  return {};
}

Result<void> Transaction::remove_reference(const Reference& reference) {
  const bool was_there =
      COFFER_TRY(impl_->remove_small(Table::references, key_of(impl_->cipher(), reference)));
  if (was_there && is_outside(reference))
    impl_->note(format::Action::reference_remove, reference.target, reference.version);
  return {};
}

}  // namespace coffer::secrets

// References: a sealed reverse index of the users of each target, found by the target's hash.
#include <coffer/audit.h>

#include <algorithm>
#include <cstring>

#include "secrets/rows/versions.h"

namespace coffer::secrets {
namespace {

using storage::Table;

format::PairKey key_of(const Cipher& cipher, const Reference& reference) {
  // A byte that no name may contain separates the parts.
  const std::string user =
      std::to_string(reference.version) + '\0' + reference.user_kind + '\0' + reference.user;
  return format::pair_key(cipher.hash(format::Kind::reference_target, reference.target),
                          cipher.hash(format::Kind::reference_user, user));
}

// A record before a target's references counts them.
format::PairKey count_key(const Cipher& cipher, std::string_view target) {
  return format::pair_key(cipher.hash(format::Kind::reference_target, target), {});
}

bool is_count(ByteView key) {
  return key.size() == format::kPairKeyBytes &&
         std::all_of(key.begin() + format::kPathHashBytes, key.end(),
                     [](std::uint8_t byte) { return byte == 0; });
}

Result<format::ReferenceRecord> open_reference(const Cipher& cipher, ByteView key,
                                               ByteView sealed) {
  const SecretBytes plain = COFFER_TRY(cipher.open_small(format::Domain::reference, key, sealed));
  auto record = COFFER_TRY(format::decode_reference(plain.bytes()));
  if (is_count(key) != (record.count != 0))
    return lost("a count of references is in the wrong place");
  return record;
}

Result<std::uint64_t> count_of(const Reading& reading, const format::PairKey& key) {
  const auto sealed = COFFER_TRY(reading.get(Table::references, key));
  if (!sealed) return std::uint64_t{0};
  return COFFER_TRY(open_reference(reading.cipher(), key, *sealed)).count;
}

Result<void> put_count(Writing& writing, std::string_view target, std::uint64_t count) {
  const format::PairKey key = count_key(writing.cipher(), target);
  if (count == 0) {
    COFFER_TRY(writing.remove_small(Table::references, key));
    return {};
  }
  format::ReferenceRecord record;
  record.target = target;
  record.count = count;
  return writing.put_small(Table::references, key, format::Domain::reference,
                           format::encode_reference(record).bytes());
}

// The audit item of a config covers the config's own references.
bool is_outside(const Reference& reference) { return reference.user_kind != "config"; }

}  // namespace

Result<std::vector<Reference>> View::references_to(std::string_view target) const {
  const Cipher& cipher = reading_->cipher();
  const format::PathHash hash = cipher.hash(format::Kind::reference_target, target);
  std::vector<Reference> found;
  const std::uint64_t expected = COFFER_TRY(count_of(*reading_, count_key(cipher, target)));
  records::Rows cursor = COFFER_TRY(reading_->rows(Table::references));
  for (bool more = COFFER_TRY(cursor.seek(hash)); more; more = COFFER_TRY(cursor.next())) {
    const ByteView key = cursor.key();
    if (key.size() != format::kPairKeyBytes ||
        std::memcmp(key.data(), hash.data(), hash.size()) != 0)
      break;
    if (is_count(key)) continue;
    auto record = COFFER_TRY(open_reference(cipher, key, cursor.value()));
    if (record.target != target) return lost("a reference's record belongs to another target");
    found.push_back({std::move(record.target), record.version, std::move(record.user_kind),
                     std::move(record.user), std::move(record.made_by)});
  }
  if (found.size() != expected)
    return lost("references to a secret are missing, or there are too many");
  return found;
}

Result<void> View::each_reference(
    const std::function<Result<void>(const Reference&)>& visit) const {
  records::Rows cursor = COFFER_TRY(reading_->rows(Table::references));
  for (bool more = COFFER_TRY(cursor.first()); more; more = COFFER_TRY(cursor.next())) {
    auto record = COFFER_TRY(open_reference(reading_->cipher(), cursor.key(), cursor.value()));
    if (record.count != 0) continue;
    COFFER_TRY(visit({std::move(record.target), record.version, std::move(record.user_kind),
                      std::move(record.user), std::move(record.made_by)}));
  }
  return {};
}

Result<void> Transaction::add_reference(const Reference& reference) {
  const format::PairKey key = key_of(writing_->cipher(), reference);
  if (COFFER_TRY(writing_->get(Table::references, key))) return {};
  const bool is_ruled = COFFER_TRY(policy()) != nullptr;
  const SecretBytes record = format::encode_reference(
      {reference.target, reference.version, reference.user_kind, reference.user,
       is_ruled && is_outside(reference) ? actor().user : std::string()});
  const std::uint64_t before =
      COFFER_TRY(count_of(*writing_, count_key(writing_->cipher(), reference.target)));
  COFFER_TRY(put_count(*writing_, reference.target, before + 1));
  COFFER_TRY(
      writing_->put_small(Table::references, key, format::Domain::reference, record.bytes()));
  if (is_outside(reference))
    writing_->notes().note(format::Action::reference_add, reference.target, reference.version);
  return {};
}

Result<void> Transaction::remove_reference(const Reference& reference) {
  const bool was_there =
      COFFER_TRY(writing_->remove_small(Table::references, key_of(writing_->cipher(), reference)));
  if (!was_there) return {};
  const std::uint64_t before =
      COFFER_TRY(count_of(*writing_, count_key(writing_->cipher(), reference.target)));
  if (before == 0) return lost("the count of a target's references is missing");
  COFFER_TRY(put_count(*writing_, reference.target, before - 1));
  if (is_outside(reference))
    writing_->notes().note(format::Action::reference_remove, reference.target, reference.version);
  return {};
}

}  // namespace coffer::secrets

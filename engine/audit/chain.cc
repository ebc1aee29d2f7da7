#include "audit/chain.h"

#include <algorithm>

#include "base/check.h"
#include "base/digits.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

namespace coffer::audit {
namespace {

using storage::Table;

constexpr std::string_view kMissing = "is missing";
constexpr std::string_view kDoesNotOpen = "was altered, or belongs to another place";
constexpr std::string_view kDoesNotFollow = "does not follow from the one before it";
constexpr std::string_view kMalformed = "cannot be read";
constexpr std::string_view kExtra = "should not be there";
constexpr std::string_view kNotTheHead = "is not the last one that the store's root names";

Error damaged() {
  return {ErrorCode::corrupt, "a record of the audit log was altered or damaged",
          Advice::name_audit_damage};
}

}  // namespace

Chain::Chain(const keys::Keyring& keyring)
    : store_(keyring.store_id()),
      seal_key_(keyring.index_keys().audit),
      link_key_(crypto::derive(keyring.index_keys().audit.view(), 1, "coflinks")) {}

format::AuditLink Chain::link_of(const format::AuditLink& before, std::uint64_t number,
                                 ByteView plaintext) const {
  Bytes place(before.begin(), before.end());
  append_big_endian(place, number);
  return crypto::hash(link_key_.view(), place, plaintext);
}

Bytes Chain::context(std::uint64_t number) const {
  return format::seal_context(format::Domain::audit, store_, format::audit_key(number));
}

Result<void> Chain::append(storage::WriteTxn& txn, format::Root& root,
                           const format::AuditRecord& record) const {
  COFFER_CHECK(root.audit_base.number <= root.audit_last);
  const std::uint64_t number = root.audit_last + 1;
  const SecretBytes plaintext = format::encode_audit_record(record);
  const format::AuditLink link = link_of(root.audit_head, number, plaintext.bytes());
  Bytes sealed(plaintext.size() + crypto::kWrapOverhead);
  crypto::wrap_with_nonce(seal_key_.view(), ByteView(link).first(crypto::kNonceBytes),
                          context(number), plaintext.bytes(), sealed);
  COFFER_TRY(txn.append(Table::audit, format::audit_key(number), sealed));
  root.audit_head = link;
  root.audit_last = number;
  return {};
}

Result<SecretBytes> Chain::open(std::uint64_t number, ByteView sealed) const {
  if (sealed.size() < crypto::kWrapOverhead) return damaged().with_number(number);
  SecretBytes plaintext(sealed.size() - crypto::kWrapOverhead);
  if (!crypto::unwrap(seal_key_.view(), context(number), sealed, plaintext.bytes()))
    return damaged().with_number(number);
  return plaintext;
}

Result<format::AuditRecord> Chain::read(const storage::Txn& txn, std::uint64_t number) const {
  const auto sealed = COFFER_TRY(txn.get(Table::audit, format::audit_key(number)));
  if (!sealed)
    return Error(ErrorCode::corrupt, "a record of the audit log is missing",
                 Advice::name_audit_damage)
        .with_number(number);
  const SecretBytes plaintext = COFFER_TRY(open(number, *sealed));
  return format::decode_audit_record(plaintext.bytes());
}

std::optional<std::string_view> Chain::step(std::uint64_t number, ByteView sealed,
                                            format::AuditLink& link,
                                            format::AuditRecord& record) const {
  const auto plaintext = open(number, sealed);
  if (!plaintext) return kDoesNotOpen;
  const format::AuditLink own = link_of(link, number, plaintext->bytes());
  if (!std::equal(own.begin(), own.begin() + crypto::kNonceBytes, sealed.begin()))
    return kDoesNotFollow;
  auto decoded = format::decode_audit_record(plaintext->bytes());
  if (!decoded) return kMalformed;
  link = own;
  record = std::move(*decoded);
  return std::nullopt;
}

Result<Walk> Chain::walk(const storage::Txn& txn, const format::Root& root,
                         const Visit& visit) const {
  Walk walk;
  format::AuditLink link = root.audit_base.link;
  std::uint64_t expected = root.audit_base.number + 1;
  storage::Cursor cursor = COFFER_TRY(storage::Cursor::open(txn, Table::audit));
  format::AuditRecord record;
  for (bool more = COFFER_TRY(cursor.first()); more; more = COFFER_TRY(cursor.next())) {
    const std::uint64_t number =
        cursor.key().size() == 8 ? format::number_of_audit_key(cursor.key()) : 0;
    if (number < expected || (number > root.audit_last && expected > root.audit_last)) {
      walk.broken = Break{number, kExtra};
      return walk;
    }
    if (number > expected) {
      walk.broken = Break{expected, kMissing};
      return walk;
    }
    if (const auto wrong = step(number, cursor.value(), link, record)) {
      walk.broken = Break{number, *wrong};
      return walk;
    }
    ++walk.records;
    ++expected;
    if (visit && !COFFER_TRY(visit(number, record))) return walk;
  }
  if (expected <= root.audit_last) {
    walk.broken = Break{expected, kMissing};
  } else if (link != root.audit_head) {
    walk.broken = Break{root.audit_last, kNotTheHead};
  }
  return walk;
}

Result<void> Chain::remove_up_to(storage::WriteTxn& txn, format::Root& root,
                                 std::uint64_t last) const {
  COFFER_CHECK(last <= root.audit_last);
  format::AuditCheckpoint checkpoint = root.audit_base;
  format::AuditRecord record;
  while (checkpoint.number < last) {
    const std::uint64_t number = checkpoint.number + 1;
    const format::AuditKey key = format::audit_key(number);
    const auto sealed = COFFER_TRY(txn.get(Table::audit, key));
    if (!sealed || step(number, *sealed, checkpoint.link, record))
      return Error(ErrorCode::corrupt, "the audit log is broken; nothing was removed",
                   Advice::find_audit_damage)
          .with_number(number);
    const bool was_there = COFFER_TRY(txn.remove(Table::audit, key));
    COFFER_CHECK(was_there);
    checkpoint.number = number;
    checkpoint.sequence = record.sequence;
    checkpoint.at_ms = record.at_ms;
  }
  COFFER_CHECK(checkpoint.number >= root.audit_base.number);
  root.audit_base = checkpoint;
  return {};
}

}  // namespace coffer::audit

#include "keys/keyring/keyring.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "crypto/password.h"
#include "crypto/random.h"
#include "keys/keyring/same_key.h"
#include "keys/keyring/slot_table.h"
#include "keys/keyring/stored_sources.h"
#include "keys/local/passphrase.h"

namespace coffer::keys {
namespace {

IndexKeys derive_index_keys(const crypto::Key& root_secret) {
  return {crypto::derive(root_secret.view(), 1, "cofpaths"),
          crypto::derive(root_secret.view(), 2, "cofdigst"),
          crypto::derive(root_secret.view(), 3, "cofnames"),
          crypto::derive(root_secret.view(), 4, "cofroot_"),
          crypto::derive(root_secret.view(), 5, "cofaudit"),
          crypto::derive(root_secret.view(), 6, "cofrecpt"),
          crypto::derive(root_secret.view(), 7, "cofanchr")};
}

// Whether a place for an epoch key has no disk block yet, so that writing it may fail. SEEK_DATA
// answers an offset within the place if a block is allocated for it; a file system that does not
// track blocks answers so for every place.
bool lacks_room(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  for (const std::uint64_t slot : {0, 1})
    for (const format::FramePlace& place : epoch_part(slot)) {
      const auto begin = static_cast<off_t>(place.offset);
      const off_t data = ::lseek(file.get(), begin, SEEK_DATA);
      if (data < 0 ? errno == ENXIO : data >= begin + static_cast<off_t>(place.bytes)) return true;
    }
  return false;
}

Error no_key(const std::string& not_followed) {
  if (not_followed.empty()) return {ErrorCode::usage, "no key was given", Advice::give_key};
  return Error(ErrorCode::key_unavailable,
               "the store names this key, but the key is used only if the caller names it")
      .about(Subject::Kind::uri, not_followed);
}

}  // namespace

Result<std::unique_ptr<Keyring>> Keyring::create(const std::string& path,
                                                 std::span<const KeySource> sources,
                                                 std::int64_t now_ms, std::string_view epoch_home) {
  if (sources.empty())
    return Error(ErrorCode::usage, "a store needs at least one key", Advice::give_first_key);
  if (sources.size() > format::kKeySlotsMax)
    return Error(ErrorCode::limit, "too many keys for the key slots of a store")
        .with_number(format::kKeySlotsMax);
  KeyringFile file = COFFER_TRY(KeyringFile::create(path));
  std::unique_ptr<Keyring> keyring(new Keyring(std::move(file)));
  crypto::system_random().fill(keyring->header_.store_id);
  keyring->header_.created_at_ms = now_ms;
  keyring->header_.epoch_home = epoch_home;
  format::KeyringMaster table;
  crypto::Key master_key = crypto::Key::random();
  for (const KeySource& source : sources) {
    PreparedSlot prepared = COFFER_TRY(keys::prepare_slot(source, now_ms));
    COFFER_TRY(check_new_key(prepared, keyring->header_.store_id, table.slots));
    const SlotContext context{keyring->header_.store_id, table.next_slot++};
    table.slots.push_back(COFFER_TRY(wrap_master(std::move(prepared), context, master_key)));
  }
  const crypto::Key root_secret = crypto::Key::random();
  wrap_root(table, keyring->header_.store_id, master_key, root_secret);
  keyring->master_key_ = std::move(master_key);
  keyring->index_keys_ = derive_index_keys(root_secret);
  COFFER_TRY(keyring->file_.write(kHeaderPart, format::encode_keyring_header(keyring->header_)));
  // Fill both slots now, because erasing writes in place and must work on a full disk. If a TPM
  // keeps the epochs, the file's slots stay zeros.
  if (epoch_home.empty())
    for (const std::uint64_t slot : {0, 1}) COFFER_TRY(keyring->file_.erase(epoch_part(slot)));
  if (!epoch_home.empty()) keyring->home_ = COFFER_TRY(new_home_in_tpm(epoch_home));
  auto written = keyring->write_table(table);
  if (written) written = keyring->put_first_epoch();
  if (!written) {
    keyring->home_->give_up();
    return std::move(written).error();
  }
  return keyring;
}

Result<std::unique_ptr<Keyring>> Keyring::open(const std::string& path,
                                               std::span<const KeySource> sources,
                                               const LogSink& log) {
  return open(path, {.sources = sources, .log = log});
}

Result<std::unique_ptr<Keyring>> Keyring::open(const std::string& path, const Opening& opening) {
  KeyringFile file = COFFER_TRY(KeyringFile::open(path));
  std::unique_ptr<Keyring> keyring(new Keyring(std::move(file)));
  COFFER_TRY(keyring->read_header());
  const Copies copies = keyring->file_.read(kMasterPart);
  const auto tables = COFFER_TRY(decode_tables(copies));
  COFFER_TRY(keyring->unlock(tables, opening));
  // The header is authenticated from here on: until now an attacker could have written it.
  if (!keyring->header_.epoch_home.empty())
    keyring->home_ = COFFER_TRY(home_in_tpm(keyring->header_.epoch_home));
  bool needs_repair = keyring->needs_repair_ || !are_equal(copies);
  for (const std::uint64_t slot : {0, 1}) {
    const Copies epoch = keyring->home_->read(slot);
    needs_repair = needs_repair || (is_any_whole(epoch) && !are_equal(epoch));
  }
  keyring->lacks_room_ = keyring->header_.epoch_home.empty() && lacks_room(path);
  keyring->needs_repair_ = needs_repair || keyring->lacks_room_;
  return keyring;
}

Result<void> Keyring::read_header() {
  const Copies copies = file_.read(kHeaderPart);
  if (!is_any_whole(copies)) return copies[1].error();
  header_ = COFFER_TRY(format::decode_keyring_header(copies[0] ? *copies[0] : *copies[1]));
  needs_repair_ = !are_equal(copies);
  return {};
}

// The first source that opens a slot wins. The log gets the errors of the others; if no source
// opens a slot, the error that says most is the answer.
Result<void> Keyring::unlock(std::span<const format::KeyringMaster> tables,
                             const Opening& opening) {
  StoredSources stored;
  std::span<const KeySource> sources = opening.sources;
  const bool by_store = sources.empty() && opening.try_stored;
  if (by_store) {
    stored = stored_sources(tables.front(), opening);
    sources = stored.followed;
  }
  const auto refused = [&](Error error) {
    return with_other_ways(std::move(error), tables.front(), sources, !stored.not_followed.empty());
  };
  if (sources.empty()) return refused(no_key(stored.not_followed));
  // The caller may name any number of passphrases. The store may not: all the slots that it names
  // share one budget for stretching.
  std::optional<crypto::StretchBudget> budget;
  std::optional<Error> telling;
  for (const KeySource& source : sources) {
    if (!budget || !by_store) budget.emplace();
    auto unlocked = unlock_with(tables, source, by_store ? NamedBy::store : NamedBy::caller);
    if (unlocked) {
      if (opening.log)
        opening.log("info", "opened the store", "key slot " + std::to_string(opened_by_));
      return {};
    }
    if (opening.log && sources.size() > 1)
      opening.log("warn", unlocked.error().text(), source.uri());
    // A damaged slot or a missing key says more than another slot's "not this key".
    if (!telling || unlocked.error().code() != ErrorCode::wrong_key ||
        telling->code() == ErrorCode::wrong_key)
      telling = std::move(unlocked).error();
  }
  return refused(std::move(*telling));
}

// The older of two tables serves only if the newer one is damaged: a removed key must not open
// the store by the older table.
Result<void> Keyring::unlock_with(std::span<const format::KeyringMaster> tables,
                                  const KeySource& source, NamedBy named_by) {
  const SourceMaterial material = COFFER_TRY(obtain(source, {.named_by = named_by}));
  std::optional<Error> telling;
  for (const format::KeyringMaster& table : tables) {
    auto unlocked = unlock_table(table, material);
    if (unlocked) return {};
    const ErrorCode code = unlocked.error().code();
    if (!telling || code != ErrorCode::wrong_key) telling = std::move(unlocked).error();
    if (code == ErrorCode::wrong_key || code == ErrorCode::key_unavailable) break;
  }
  if (telling->code() == ErrorCode::wrong_key)
    if (const auto oddity = oddity_of(material.passphrase))
      return std::move(*telling).with_hint(*oddity);
  return *telling;
}

// A provider that is down is not asked again for the next slot. A slot with the source's own URI
// goes first, because another slot would probably call a service or stretch a passphrase in vain.
Result<void> Keyring::unlock_table(const format::KeyringMaster& table,
                                   const SourceMaterial& material) {
  std::optional<Error> telling;
  std::vector<const format::KeySlot*> slots;
  for (const format::KeySlot& slot : table.slots) slots.push_back(&slot);
  std::stable_partition(slots.begin(), slots.end(), [&](const format::KeySlot* slot) {
    return slot->uri == material.source->uri();
  });
  for (const format::KeySlot* each : slots) {
    const format::KeySlot& slot = *each;
    const bool is_of_scheme = slot.scheme == material.source->scheme();
    auto opener = opener_for(material, slot);
    auto key = opener ? unwrap_master(*opener, {header_.store_id, slot.number}, slot)
                      : Result<crypto::Key>(opener.error());
    if (key) {
      opened_by_ = slot.number;
      opener_ = std::move(*opener);
      use_noted_at_ms_ = std::max(slot.created_at_ms, slot.last_used_at_ms);
      return adopt_master(std::move(*key), table);
    }
    const ErrorCode code = key.error().code();
    if (!telling || is_of_scheme) {
      const bool says_less =
          telling && code == ErrorCode::wrong_key && telling->code() != ErrorCode::wrong_key;
      if (!says_less) telling = std::move(key).error();
    }
    if (code == ErrorCode::key_unavailable) break;
  }
  return *telling;
}

Result<void> Keyring::adopt_master(crypto::Key master_key, const format::KeyringMaster& table) {
  if (!is_genuine(table, header_, master_key)) return altered_table();
  const crypto::Key root_secret = COFFER_TRY(unwrap_root(table, header_.store_id, master_key));
  if (table.previous)
    previous_key_ = COFFER_TRY(unwrap_previous(table, header_.store_id, master_key));
  master_key_ = std::move(master_key);
  generation_ = table.generation;
  index_keys_ = derive_index_keys(root_secret);
  return {};
}

// Readers use keys that come from the root secret, so a new master key must wrap the same root.
Result<void> Keyring::adopt_newer(crypto::Key master_key, const format::KeyringMaster& table) {
  if (!is_genuine(table, header_, master_key)) return altered_table();
  const IndexKeys keys =
      derive_index_keys(COFFER_TRY(unwrap_root(table, header_.store_id, master_key)));
  if (!equal_in_constant_time(keys.root.view(), index_keys_.root.view())) return damaged_keyring();
  std::optional<crypto::Key> previous;
  if (table.previous) previous = COFFER_TRY(unwrap_previous(table, header_.store_id, master_key));
  const std::lock_guard lock(mutex_);
  previous_key_ = std::move(previous);
  master_key_ = std::move(master_key);
  generation_ = table.generation;
  behind_ = false;
  return {};
}

// Otherwise the next write of the table would begin with the only whole copy.
Result<void> Keyring::repair() {
  const std::lock_guard lock(mutex_);
  COFFER_TRY(file_.make_equal(kHeaderPart, format::encode_keyring_header(header_)));
  COFFER_TRY(read_table_for_change());
  const bool has_first = is_any_whole(home_->read(0));
  const bool has_second = is_any_whole(home_->read(1));
  if (has_first != has_second) COFFER_TRY(repair_epoch(has_first ? 0 : 1));
  // Erasing an epoch slot that was never written gives it disk blocks. If the disk is full, this
  // fails and the store works on as before.
  if (lacks_room_ && has_first != has_second) (void)file_.erase(epoch_part(has_first ? 1 : 0));
  lacks_room_ = false;
  needs_repair_ = false;
  return {};
}

}  // namespace coffer::keys

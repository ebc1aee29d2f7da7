#include "keys/keyring.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/private_file.h"
#include "crypto/aead.h"
#include "crypto/random.h"

namespace coffer::keys {
namespace {

Bytes be64(std::uint64_t value) {
  Bytes out(8);
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  return out;
}

Bytes root_context(const format::StoreId& store, std::uint64_t generation) {
  return format::seal_context(format::Domain::root_secret, store, be64(generation));
}

crypto::Hash mac_of(const crypto::Key& master_key, const format::KeyringHeader& header,
                    const format::KeyringMaster& master) {
  const crypto::Key key = crypto::derive(master_key.view(), 1, "cofslots");
  return crypto::hash(key.view(), format::master_mac_input(header, master));
}

IndexKeys derive_index_keys(const crypto::Key& root_secret) {
  return {crypto::derive(root_secret.view(), 1, "cofpaths"),
          crypto::derive(root_secret.view(), 2, "cofdigst"),
          crypto::derive(root_secret.view(), 3, "cofnames"),
          crypto::derive(root_secret.view(), 4, "cofroot_")};
}

Error damaged() {
  return {ErrorCode::corrupt, "the keyring file is damaged", "restore it from a copy"};
}

}  // namespace

// --- frames -----------------------------------------------------------------------------

Result<Bytes> Keyring::read_frame(format::FramePlace place) {
  Bytes bytes(place.bytes);
  COFFER_TRY(read_fully(file_.get(), bytes, place.offset));
  const format::Frame frame = COFFER_TRY(format::decode_frame(bytes));
  if (crypto::hash({}, frame.payload) != frame.checksum) return damaged();
  return Bytes(frame.payload.begin(), frame.payload.end());
}

// Power cut: the place is torn and its checksum fails; the part's other place stands.
Result<void> Keyring::write_frame(format::FramePlace place, ByteView payload) {
  const Bytes bytes = format::encode_frame(payload, crypto::hash({}, payload), place.bytes);
  COFFER_TRY(write_fully(file_.get(), bytes, place.offset));
  if (::fdatasync(file_.get()) != 0)
    return Error{ErrorCode::io, "the keyring cannot be synced"}.with_errno(errno);
  return {};
}

Result<void> Keyring::read_header() {
  auto payload = read_frame(format::header_place(0));
  if (!payload) payload = read_frame(format::header_place(1));
  if (!payload) return std::move(payload).error();
  header_ = COFFER_TRY(format::decode_keyring_header(*payload));
  return {};
}

Result<format::KeyringMaster> Keyring::read_master() {
  auto first = read_frame(format::master_place(0));
  auto second = read_frame(format::master_place(1));
  auto a = first ? format::decode_master(*first) : std::move(first).error();
  auto b = second ? format::decode_master(*second) : std::move(second).error();
  if (a && (!b || a->revision >= b->revision)) return a;
  if (b) return b;
  return a;
}

// Both places, one after the other: afterwards no copy of an older table is left.
Result<void> Keyring::write_master(format::KeyringMaster& master) {
  ++master.revision;
  master.mac = mac_of(master_key_, header_, master);
  const Bytes payload = format::encode_master(master);
  COFFER_TRY(write_frame(format::master_place(0), payload));
  return write_frame(format::master_place(1), payload);
}

// --- create and open ------------------------------------------------------------------------

Result<std::unique_ptr<Keyring>> Keyring::create(const std::string& path,
                                                 std::span<const KeySource> sources,
                                                 std::int64_t now_ms) {
  if (sources.empty())
    return Error{ErrorCode::usage, "a store needs at least one key",
                 "give one: --key file:///PATH or --key passphrase:"};
  if (sources.size() > format::kKeySlotsMax)
    return Error{ErrorCode::limit, "a store has at most this many key slots"}.with_number(
        format::kKeySlotsMax);
  FileDescriptor file(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.ok()) return Error{ErrorCode::io, "the keyring cannot be made"}.with_errno(errno);
  std::unique_ptr<Keyring> keyring(new Keyring(std::move(file)));
  crypto::system_random().fill(keyring->header_.store_id);
  keyring->header_.created_at_ms = now_ms;
  format::KeyringMaster master;
  crypto::Key master_key = crypto::Key::random();
  for (const KeySource& source : sources) {
    const SlotContext context{keyring->header_.store_id, master.next_slot++};
    master.slots.push_back(COFFER_TRY(wrap_master(source, context, master_key, now_ms)));
  }
  const crypto::Key root_secret = crypto::Key::random();
  crypto::wrap(master_key.view(), root_context(keyring->header_.store_id, master.generation),
               root_secret.view(), master.wrapped_root);
  keyring->master_key_ = std::move(master_key);
  keyring->index_keys_ = derive_index_keys(root_secret);
  const Bytes header = format::encode_keyring_header(keyring->header_);
  COFFER_TRY(keyring->write_frame(format::header_place(0), header));
  COFFER_TRY(keyring->write_frame(format::header_place(1), header));
  COFFER_TRY(keyring->add_epoch(1));
  COFFER_TRY(keyring->write_master(master));
  return keyring;
}

Result<std::unique_ptr<Keyring>> Keyring::open(const std::string& path,
                                               std::span<const KeySource> sources,
                                               const LogSink& log) {
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!file.ok()) {
    if (errno == ENOENT)
      return Error{ErrorCode::corrupt, "the store's keyring file is missing",
                   "without it nothing can be opened: restore it from a copy"};
    return Error{ErrorCode::io, "the keyring file cannot be opened for writing",
                 "run as the owner of the store, on a file system that can be written"}
        .with_errno(errno);
  }
  struct stat status {};
  if (fstat(file.get(), &status) != 0)
    return Error{ErrorCode::io, "the keyring file cannot be read"}.with_errno(errno);
  COFFER_TRY(check_private_file(status));
  std::unique_ptr<Keyring> keyring(new Keyring(std::move(file)));
  COFFER_TRY(keyring->read_header());
  const format::KeyringMaster master = COFFER_TRY(keyring->read_master());
  COFFER_TRY(keyring->unlock(master, sources, log));
  return keyring;
}

// The first source that opens a slot wins. What the others failed with is told; the most
// telling of their errors is the answer where none opens.
Result<void> Keyring::unlock(const format::KeyringMaster& master,
                             std::span<const KeySource> sources, const LogSink& log) {
  if (sources.empty())
    return Error{ErrorCode::usage, "no key was given", "give one with --key or COFFER_KEY"};
  std::optional<Error> last;
  for (const KeySource& source : sources) {
    auto material = obtain(source, false);
    if (!material) {
      if (log && sources.size() > 1) log("warn", "a key could not be had", source.uri());
      last = std::move(material).error();
      continue;
    }
    for (const format::KeySlot& slot : master.slots) {
      auto key = unwrap_master(*material, {header_.store_id, slot.number}, slot);
      if (key) return adopt_master(std::move(*key), master);
      // A damaged slot says more than another slot's plain "not this key".
      if (!last || key.error().code() != ErrorCode::wrong_key ||
          last->code() == ErrorCode::wrong_key)
        last = std::move(key).error();
    }
    if (log && sources.size() > 1) log("warn", "a key opens no slot of this store", source.uri());
  }
  return *last;
}

Result<void> Keyring::adopt_master(crypto::Key master_key, const format::KeyringMaster& master) {
  if (!equal_in_constant_time(mac_of(master_key, header_, master), master.mac))
    return Error{ErrorCode::corrupt, "the table of key slots was altered",
                 "restore the keyring file from a copy"};
  crypto::Key root_secret;
  if (!crypto::unwrap(master_key.view(), root_context(header_.store_id, master.generation),
                      master.wrapped_root, root_secret.mutable_bytes()))
    return damaged();
  master_key_ = std::move(master_key);
  generation_ = master.generation;
  index_keys_ = derive_index_keys(root_secret);
  return {};
}

// --- epochs -----------------------------------------------------------------------------------

Bytes Keyring::epoch_context(std::uint64_t epoch, std::uint64_t generation) const {
  Bytes rest = be64(epoch);
  const Bytes second = be64(generation);
  rest.insert(rest.end(), second.begin(), second.end());
  return format::seal_context(format::Domain::epoch_key, header_.store_id, rest);
}

Result<format::EpochRecord> Keyring::read_epoch_slot(int slot) {
  auto payload = read_frame(format::epoch_place(slot, 0));
  if (!payload) payload = read_frame(format::epoch_place(slot, 1));
  if (!payload) return std::move(payload).error();
  return format::decode_epoch(*payload);
}

Result<Keyring::EpochKey> Keyring::epoch_key(std::uint64_t epoch) {
  const std::lock_guard lock(mutex_);
  if (const auto known = epochs_.find(epoch); known != epochs_.end()) return known->second;
  auto record = read_epoch_slot(static_cast<int>(epoch % 2));
  if (!record) {
    if (record.error().code() == ErrorCode::io) return std::move(record).error();
    return Error{ErrorCode::not_found, "the keyring does not hold the key of this epoch"};
  }
  if (record->epoch != epoch)
    return Error{ErrorCode::not_found, "the keyring does not hold the key of this epoch"};
  auto key = std::make_shared<crypto::Key>();
  if (!crypto::unwrap(master_key_.view(), epoch_context(epoch, record->master_generation),
                      record->wrapped, key->mutable_bytes()))
    return damaged();
  while (epochs_.size() > 2) epochs_.erase(epochs_.begin());
  epochs_[epoch] = key;
  return EpochKey(key);
}

Result<std::vector<std::uint64_t>> Keyring::stored_epochs() {
  const std::lock_guard lock(mutex_);
  std::vector<std::uint64_t> epochs;
  for (const int slot : {0, 1}) {
    auto record = read_epoch_slot(slot);
    if (record) epochs.push_back(record->epoch);
    if (!record && record.error().code() == ErrorCode::io) return std::move(record).error();
  }
  return epochs;
}

Result<Keyring::EpochKey> Keyring::add_epoch(std::uint64_t epoch) {
  const std::lock_guard lock(mutex_);
  auto key = std::make_shared<crypto::Key>(crypto::Key::random());
  format::EpochRecord record;
  record.epoch = epoch;
  record.master_generation = generation_;
  crypto::wrap(master_key_.view(), epoch_context(epoch, generation_), key->view(), record.wrapped);
  const Bytes payload = format::encode_epoch(record);
  const int slot = static_cast<int>(epoch % 2);
  COFFER_TRY(write_frame(format::epoch_place(slot, 0), payload));
  COFFER_TRY(write_frame(format::epoch_place(slot, 1), payload));
  while (epochs_.size() > 2) epochs_.erase(epochs_.begin());
  epochs_[epoch] = key;
  return EpochKey(key);
}

// Power cut: a slot is whole, half overwritten (its checksum fails: erased for every
// reader) or overwritten; the next open overwrites it again.
Result<void> Keyring::erase_epochs_except(std::uint64_t epoch) {
  const std::lock_guard lock(mutex_);
  const int other = static_cast<int>((epoch + 1) % 2);
  Bytes noise(format::kKeyringBlock);
  for (const int copy : {0, 1}) {
    crypto::system_random().fill(noise);
    COFFER_TRY(write_fully(file_.get(), noise, format::epoch_place(other, copy).offset));
  }
  if (::fdatasync(file_.get()) != 0)
    return Error{ErrorCode::io, "the old epoch key could not be erased",
                 "the next open tries again"}
        .with_errno(errno);
  std::erase_if(epochs_, [epoch](const auto& entry) { return entry.first != epoch; });
  return {};
}

// --- slots --------------------------------------------------------------------------------------

Result<std::vector<KeySlotInfo>> Keyring::slots() {
  const std::lock_guard lock(mutex_);
  const format::KeyringMaster master = COFFER_TRY(read_master());
  std::vector<KeySlotInfo> infos;
  for (const format::KeySlot& slot : master.slots) {
    KeySlotInfo info;
    info.slot = static_cast<int>(slot.number);
    info.provider = slot.scheme == format::SlotScheme::file ? "file" : "passphrase";
    info.uri = slot.uri;
    info.key_id = slot.key_id;
    info.created_at_ms = slot.created_at_ms;
    infos.push_back(std::move(info));
  }
  return infos;
}

Result<int> Keyring::add_slot(const KeySource& source, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  format::KeyringMaster master = COFFER_TRY(read_master());
  if (master.slots.size() == format::kKeySlotsMax)
    return Error{ErrorCode::limit, "every key slot is taken", "remove one: coffer key remove SLOT"}
        .with_number(format::kKeySlotsMax);
  const SlotContext context{header_.store_id, master.next_slot++};
  master.slots.push_back(COFFER_TRY(wrap_master(source, context, master_key_, now_ms)));
  COFFER_TRY(write_master(master));
  return static_cast<int>(context.number);
}

Result<void> Keyring::remove_slot(int number) {
  const std::lock_guard lock(mutex_);
  format::KeyringMaster master = COFFER_TRY(read_master());
  const auto slot = std::find_if(master.slots.begin(), master.slots.end(), [number](const auto& s) {
    return static_cast<int>(s.number) == number;
  });
  if (slot == master.slots.end())
    return Error{ErrorCode::not_found, "there is no such key slot", "see: coffer key list"};
  if (master.slots.size() == 1)
    return Error{ErrorCode::in_use, "this is the last key slot: without it nothing opens the store",
                 "add another first: coffer key add URI"};
  master.slots.erase(slot);
  return write_master(master);
}

Result<void> Keyring::test_slot(int number, const KeySource& source) {
  const format::KeyringMaster master = COFFER_TRY(read_master());
  for (const format::KeySlot& slot : master.slots) {
    if (static_cast<int>(slot.number) != number) continue;
    const SourceMaterial material = COFFER_TRY(obtain(source, false));
    const crypto::Key key =
        COFFER_TRY(unwrap_master(material, {header_.store_id, slot.number}, slot));
    if (!equal_in_constant_time(key.view(), master_key_.view())) return damaged();
    return {};
  }
  return Error{ErrorCode::not_found, "there is no such key slot", "see: coffer key list"};
}

}  // namespace coffer::keys

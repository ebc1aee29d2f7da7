// Who holds the current master key and every byte of the files: looks for a way to a
// version's data key by trying, at every byte offset, every key that he has come by.
//
// He is given more than the files tell: the associated data of what he is after, as it
// was while it lived. What he cannot open, nobody can.
#pragma once

#include <coffer/store.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "crypto/aead.h"
#include "format/records.h"
#include "keys/keyring.h"
#include "keys/slot.h"
#include "secrets/cipher.h"
#include "storage/environment.h"
#include "storage/txn.h"
#include "tests/scratch.h"

namespace coffer::test {

/// A version (or document) as it stood before it was destroyed.
struct Victim {
  format::PathHash hash{};
  std::uint64_t version = 0;
  format::VersionHeader header;
};

inline std::unique_ptr<keys::Keyring> open_keyring(const std::string& path, const KeySource& key) {
  const std::vector<KeySource> sources = {key};
  auto keyring = keys::Keyring::open(path, sources, {});
  must(keyring.ok(), "Keyring::open");
  return std::move(*keyring);
}

/// Reads the newest version of a name (or the one given), past the engine.
inline Victim look_at(const ScratchStore& scratch, format::Kind kind, std::string_view name,
                      std::uint64_t version) {
  const auto keyring = open_keyring(scratch.file("keyring"), scratch.key());
  const secrets::Cipher cipher(*keyring);
  const auto environment = storage::Environment::open(scratch.path(), {});
  must(environment.ok(), "Environment::open");
  storage::ReadTxn txn(*environment);
  must(txn.renew().ok(), "renew");
  Victim victim{cipher.hash(kind, name), version, {}};
  const auto found =
      txn.get(storage::Table::history, format::history_key(victim.hash, version)).value();
  must(found.has_value(), "the version is there");
  victim.header = format::decode_version(*found).value().header;
  must((victim.header.flags & format::kFlagDestroyed) == 0, "the version lives");
  return victim;
}

class Adversary {
 public:
  /// `keyring_path` may be a copy from an earlier day: then he has its epoch keys as well.
  Adversary(const ScratchStore& scratch, const std::string& keyring_path)
      : keyring_(open_keyring(keyring_path, scratch.key())),
        data_(read_whole_file(scratch.file("data.mdb"))) {
    find_epoch_keys(scratch, keyring_path);
  }

  std::size_t epoch_key_count() const { return epoch_keys_.size(); }

  /// Whether any bytes of the data file are the victim's wrapped data key, under any key.
  bool finds(const Victim& victim) {
    const std::uint8_t bucket = victim.hash[0];
    if (!bucket_keys_.contains(bucket)) find_bucket_keys(bucket);
    std::array<std::uint8_t, 32> dek;
    for (const auto& [made_in_epoch, key] : bucket_keys_[bucket]) {
      const format::DekContext context = format::dek_context(
          keyring_->store_id(), victim.hash, victim.version, made_in_epoch, victim.header);
      for (std::size_t at = 0; at + format::kWrappedKeyBytes <= data_.size(); ++at)
        if (crypto::unwrap(key.view(), context, wrapped_at(at), dek)) return true;
    }
    return false;
  }

 private:
  ByteView wrapped_at(std::size_t at) const {
    return ByteView(data_).subspan(at, format::kWrappedKeyBytes);
  }

  static void append(Bytes& bytes, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes.push_back(static_cast<std::uint8_t>(number >> shift));
  }

  // The master key by the store's own slot, then every offset of both files under it.
  void find_epoch_keys(const ScratchStore& scratch, const std::string& keyring_path) {
    Bytes both = read_whole_file(keyring_path);
    const Bytes table(both.begin() + static_cast<std::ptrdiff_t>(format::master_place(0).offset),
                      both.end());
    const auto frame = format::decode_frame(ByteView(table).first(format::kKeyringMasterBytes));
    const auto master = format::decode_master(frame.value().payload);
    const KeySource source = scratch.key();
    const auto material = keys::obtain(source, false);
    const format::KeySlot& slot = master.value().slots.front();
    const auto master_key =
        keys::unwrap_master(material.value(), {keyring_->store_id(), slot.number}, slot);
    both.insert(both.end(), data_.begin(), data_.end());
    for (std::uint64_t epoch = 1; epoch <= kEpochsMax; ++epoch) {
      Bytes rest;
      append(rest, epoch);
      append(rest, master->generation);
      const Bytes context =
          format::seal_context(format::Domain::epoch_key, keyring_->store_id(), rest);
      for (std::size_t at = 0; at + format::kWrappedKeyBytes <= both.size(); ++at) {
        crypto::Key key;
        if (!crypto::unwrap(master_key.value().view(), context,
                            ByteView(both).subspan(at, format::kWrappedKeyBytes),
                            key.mutable_bytes()))
          continue;
        epoch_keys_.emplace(epoch, std::move(key));
        break;  // The other copy is the same key.
      }
    }
  }

  void find_bucket_keys(std::uint8_t bucket) {
    auto& found = bucket_keys_[bucket];
    std::set<Bytes> known;
    for (const auto& [epoch, epoch_key] : epoch_keys_) {
      for (std::uint64_t made_in = 1; made_in <= epoch; ++made_in) {
        Bytes rest{bucket};
        append(rest, made_in);
        append(rest, epoch);
        const Bytes context =
            format::seal_context(format::Domain::bucket_key, keyring_->store_id(), rest);
        for (std::size_t at = 0; at + format::kWrappedKeyBytes <= data_.size(); ++at) {
          crypto::Key key;
          if (!crypto::unwrap(epoch_key.view(), context, wrapped_at(at), key.mutable_bytes()))
            continue;
          if (known.emplace(key.view().begin(), key.view().end()).second)
            found.emplace_back(made_in, std::move(key));
        }
      }
    }
  }

  static constexpr std::uint64_t kEpochsMax = 6;
  std::unique_ptr<keys::Keyring> keyring_;
  Bytes data_;
  std::map<std::uint64_t, crypto::Key> epoch_keys_;
  std::map<std::uint8_t, std::vector<std::pair<std::uint64_t, crypto::Key>>> bucket_keys_;
};

}  // namespace coffer::test

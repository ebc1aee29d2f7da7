// An attacker who holds the current master key and every byte of the files. He looks for a way to a
// version's data key: at every byte offset he tries every key that he has found.
//
// He knows more than the files say: the associated data of the version he wants, from the time when
// it lived. If he cannot open it, nobody can.
#pragma once

#include <coffer/store.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "crypto/aead.h"
#include "format/records.h"
#include "keys/keyring/keyring.h"
#include "keys/keyring/slot.h"
#include "secrets/cipher.h"
#include "storage/environment.h"
#include "storage/txn.h"
#include "tests/scratch.h"

namespace coffer::test {

/// A version (or document) as it was before it was destroyed.
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

/// Reads one version of a name from the store in `directory`, past the engine.
inline Victim look_at(const std::string& directory, const KeySource& key, format::Kind kind,
                      std::string_view name, std::uint64_t version) {
  const auto keyring = open_keyring(directory + "/keyring", key);
  const secrets::Cipher cipher(*keyring);
  const auto environment = storage::Environment::open(directory, {});
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

inline Victim look_at(const ScratchStore& scratch, format::Kind kind, std::string_view name,
                      std::uint64_t version) {
  return look_at(scratch.path(), scratch.key(), kind, name, version);
}

class Adversary {
 public:
  /// `keyring_path` may be an earlier copy; then the attacker also has its epoch keys.
  Adversary(const ScratchStore& scratch, const std::string& keyring_path)
      : Adversary(scratch.key(), keyring_path, read_whole_file(scratch.file("data.mdb"))) {}

  /// An attacker with any bytes that may contain the store's: looks for every wrap in `data`, and
  /// for epoch keys also in the keyring.
  Adversary(const KeySource& key, const std::string& keyring_path, Bytes data)
      : keyring_(open_keyring(keyring_path, key)), data_(std::move(data)) {
    find_epoch_keys(key, read_whole_file(keyring_path));
  }

  std::size_t epoch_key_count() const { return epoch_keys_.size(); }

  /// Whether the victim's wrapped data key is anywhere in the data, under any key.
  bool finds(const Victim& victim) {
    const std::uint8_t bucket = victim.hash[0];
    if (!bucket_keys_.contains(bucket)) find_bucket_keys(bucket);
    for (const auto& [made_in_epoch, key] : bucket_keys_[bucket])
      if (opens_somewhere(key.view(), victim, made_in_epoch)) return true;
    for (const auto& leaves : leaf_keys_[bucket]) {
      const secrets::WrappingKey leaf = leaves.at(victim.hash[1]);
      if (opens_somewhere(leaf.key, victim, leaf.made_in_epoch)) return true;
    }
    return false;
  }

  /// How often the bucket's leaves were found under one of its keys, old keys included.
  std::size_t leaves_found(std::uint8_t bucket) const {
    const auto found = leaf_keys_.find(bucket);
    return found == leaf_keys_.end() ? 0 : found->second.size();
  }

  /// Whether the victim's data key is wrapped under a key that should never wrap one: the master
  /// key, a key derived from the root secret, an epoch's, or a bucket's for an epoch it was not
  /// made in.
  bool finds_astray(const Victim& victim) {
    std::vector<const crypto::Key*> others = {&*master_key_};
    const keys::IndexKeys& index = keyring_->index_keys();
    for (const crypto::Key* key :
         {&index.path_hash, &index.digest, &index.names, &index.root, &index.audit})
      others.push_back(key);
    for (const auto& [epoch, key] : epoch_keys_) others.push_back(&key);
    for (const auto& [bucket, found] : bucket_keys_)
      for (const auto& [made_in_epoch, key] : found) others.push_back(&key);
    for (const crypto::Key* key : others)
      for (std::uint64_t epoch = 0; epoch <= kEpochsMax; ++epoch)
        if (opens_somewhere(key->view(), victim, epoch)) return true;
    return false;
  }

 private:
  /// A wrap never begins with twelve zeros, since its nonce is random; file system images often do.
  static bool is_empty(ByteView bytes) {
    return std::all_of(bytes.begin(), bytes.begin() + 12, [](std::uint8_t b) { return b == 0; });
  }

  template <typename Taken>
  static void unwrap_everywhere(ByteView bytes, crypto::KeyView key, ByteView context,
                                const Taken& taken) {
    crypto::Key found;
    for (std::size_t at = 0; at + format::kWrappedKeyBytes <= bytes.size(); ++at) {
      const ByteView wrapped = bytes.subspan(at, format::kWrappedKeyBytes);
      if (is_empty(wrapped) || !crypto::unwrap(key, context, wrapped, found.mutable_bytes()))
        continue;
      if (!taken(crypto::Key::copy_of(found.view()))) return;
    }
  }

  bool opens_somewhere(crypto::KeyView key, const Victim& victim, std::uint64_t epoch) const {
    bool opened = false;
    const format::DekContext context = format::dek_context(keyring_->store_id(), victim.hash,
                                                           victim.version, epoch, victim.header);
    unwrap_everywhere(data_, key, context, [&](const crypto::Key&) {
      opened = true;
      return false;
    });
    return opened;
  }

  static void append(Bytes& bytes, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes.push_back(static_cast<std::uint8_t>(number >> shift));
  }

  // Opens the master key by the store's own slot, then tries it at every offset of both files.
  void find_epoch_keys(const KeySource& source, Bytes keyring) {
    const format::FramePlace place = format::master_place(0);
    const auto frame = format::decode_frame(ByteView(keyring).subspan(place.offset, place.bytes));
    const auto master = format::decode_master(frame.value().payload);
    const auto material = keys::obtain(source);
    const format::KeySlot& slot = master.value().slots.front();
    auto master_key =
        keys::unwrap_master(material.value(), {keyring_->store_id(), slot.number}, slot);
    master_key_ = std::move(master_key.value());
    for (std::uint64_t epoch = 1; epoch <= kEpochsMax; ++epoch) {
      Bytes rest;
      append(rest, epoch);
      append(rest, master->generation);
      const Bytes context =
          format::seal_context(format::Domain::epoch_key, keyring_->store_id(), rest);
      // The second copy holds the same key.
      const auto take = [&](crypto::Key key) {
        epoch_keys_.emplace(epoch, std::move(key));
        return false;
      };
      unwrap_everywhere(keyring, master_key_->view(), context, take);
      if (!epoch_keys_.contains(epoch))
        unwrap_everywhere(data_, master_key_->view(), context, take);
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
        unwrap_everywhere(data_, epoch_key.view(), context, [&](crypto::Key key) {
          if (!known.emplace(key.view().begin(), key.view().end()).second) return true;
          find_leaf_keys(bucket, made_in, key);
          found.emplace_back(made_in, std::move(key));
          return true;
        });
      }
    }
  }

  // A record of this size begins a page, so every sixteenth offset is enough. Keeps the leaves of
  // every key, not only those that a root refers to.
  void find_leaf_keys(std::uint8_t bucket, std::uint64_t made_in, const crypto::Key& bucket_key) {
    constexpr std::size_t kSealedBytes = format::kLeafKeysBytes + format::kWrapOverhead;
    Bytes rest{bucket};
    append(rest, made_in);
    const Bytes context =
        format::seal_context(format::Domain::leaf_keys, keyring_->store_id(), rest);
    SecretBytes plain(format::kLeafKeysBytes);
    for (std::size_t at = 0; at + kSealedBytes <= data_.size(); at += 16) {
      const ByteView sealed = ByteView(data_).subspan(at, kSealedBytes);
      if (is_empty(sealed) || !crypto::unwrap(bucket_key.view(), context, sealed, plain.bytes()))
        continue;
      secrets::LeafKeys& leaves = leaf_keys_[bucket].emplace_back();
      for (std::size_t leaf = 0; leaf < format::kLeafCount; ++leaf)
        leaves.set(static_cast<std::uint8_t>(leaf), format::leaf_made_in_epoch(plain.bytes(), leaf),
                   format::leaf_key(plain.bytes(), leaf));
    }
  }

  static constexpr std::uint64_t kEpochsMax = 6;
  std::unique_ptr<keys::Keyring> keyring_;
  Bytes data_;
  std::optional<crypto::Key> master_key_;
  std::map<std::uint64_t, crypto::Key> epoch_keys_;
  std::map<std::uint8_t, std::vector<std::pair<std::uint64_t, crypto::Key>>> bucket_keys_;
  std::map<std::uint8_t, std::vector<secrets::LeafKeys>> leaf_keys_;
};

}  // namespace coffer::test

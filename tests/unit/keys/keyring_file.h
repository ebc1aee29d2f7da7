// A keyring file of a test's own, and an attacker's pen to rewrite it with: everything but
// the keys is his, so checksums come out right and only what is authenticated can stop him.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "crypto/hash.h"
#include "format/keyring_records.h"
#include "keys/keyring/keyring.h"
#include "tests/scratch.h"

namespace coffer::test {

using keys::Keyring;
using OpenedKeyring = Result<std::unique_ptr<Keyring>>;

inline void put_frame(Bytes& file, format::FramePlace place, ByteView payload) {
  const Bytes frame = format::encode_frame(payload, crypto::hash({}, payload), place.bytes);
  std::copy(frame.begin(), frame.end(), file.begin() + static_cast<std::ptrdiff_t>(place.offset));
}

inline Bytes payload_at(const Bytes& file, format::FramePlace place) {
  const auto frame = format::decode_frame(ByteView(file).subspan(place.offset, place.bytes));
  must(frame.ok(), "decode_frame");
  return {frame->payload.begin(), frame->payload.end()};
}

class KeyringFile {
 public:
  explicit KeyringFile(int key_count = 2) {
    std::vector<KeySource> sources;
    for (int i = 1; i <= key_count; ++i) {
      must(create_key_file(key_file(i)).ok(), "create_key_file");
      sources.push_back(key(i));
    }
    must(Keyring::create(path(), sources, 1'700'000'000'000).ok(), "Keyring::create");
    must(::chmod(path().c_str(), 0600) == 0, "chmod");
    original_ = read_whole_file(path());
  }

  std::string path() const { return directory_.in("keyring"); }
  std::string key_file(int number) const { return directory_.in("key" + std::to_string(number)); }
  KeySource key(int number) const { return KeySource::file(key_file(number)); }
  const ScratchDirectory& directory() const { return directory_; }
  const Bytes& original() const { return original_; }

  OpenedKeyring open(int key_number = 1) const { return open_with(key(key_number)); }
  OpenedKeyring open_with(const KeySource& source) const {
    const std::vector<KeySource> sources = {source};
    return Keyring::open(path(), sources, {});
  }
  OpenedKeyring open_as(const Bytes& content, int key_number = 1) const {
    write_whole_file(path(), content);
    return open(key_number);
  }

  /// The file with both copies of its slot table changed, the checksums right.
  Bytes with_master(const std::function<void(format::KeyringMaster&)>& change) const {
    return with_master_of(original_, change);
  }
  static Bytes with_master_of(Bytes file,
                              const std::function<void(format::KeyringMaster&)>& change) {
    auto master = format::decode_master(payload_at(file, format::master_place(0)));
    must(master.ok(), "decode_master");
    change(*master);
    const Bytes payload = format::encode_master(*master);
    for (const int copy : {0, 1}) put_frame(file, format::master_place(copy), payload);
    return file;
  }

 private:
  ScratchDirectory directory_;
  Bytes original_;
};

inline bool same_key(const crypto::Key& a, const crypto::Key& b) {
  return equal_in_constant_time(a.view(), b.view());
}

/// Whether two keyrings would open the same records.
inline bool same_keys(Keyring& a, Keyring& b) {
  return a.store_id() == b.store_id() &&
         same_key(a.index_keys().path_hash, b.index_keys().path_hash) &&
         same_key(a.index_keys().digest, b.index_keys().digest) &&
         same_key(a.index_keys().names, b.index_keys().names) &&
         same_key(a.index_keys().root, b.index_keys().root);
}

}  // namespace coffer::test

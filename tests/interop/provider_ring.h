// A keyring whose only slot is kept by a provider, and functions that alter the file as a thief
// could.
#pragma once

#include <catch2/catch.hpp>

#include "tests/unit/keys/keyring_file.h"

namespace coffer::test {

inline constexpr std::int64_t kNow = 1'700'000'000'000;
inline constexpr int kOpens = 0;
inline constexpr int kUsage = 2;
inline constexpr int kWrongKey = 11;
inline constexpr int kUnavailable = 12;
inline constexpr int kCorrupt = 13;

inline KeySource source_of(const std::string& uri) {
  auto source = KeySource::parse(uri);
  INFO(uri);
  REQUIRE(source.ok());
  return *source;
}

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE_FALSE(result.ok());
  return result.error().code();
}

struct ProviderRing {
  explicit ProviderRing(const std::string& uri) {
    const auto made = Keyring::create(path(), std::vector<KeySource>{source_of(uri)}, kNow);
    if (!made) throw std::runtime_error(describe(made.error()));
    must(::chmod(path().c_str(), 0600) == 0, "chmod");
  }
  std::string path() const { return directory.in("keyring"); }
  OpenedKeyring open(const std::string& uri) const {
    return Keyring::open(path(), std::vector<KeySource>{source_of(uri)}, {});
  }
  /// 0 if it opens, else the error's code.
  int outcome(const std::string& uri) const {
    const auto opened = open(uri);
    return opened ? kOpens : static_cast<int>(opened.error().code());
  }
  Bytes blob() const {
    const Bytes payload = payload_at(read_whole_file(path()), format::master_place(0));
    return format::decode_master(payload).value().slots[0].blob;
  }
  /// Alters the file as a thief could: the checksums are right.
  void change(const std::function<void(format::KeyringMaster&)>& how) const {
    write_whole_file(path(), KeyringFile::with_master_of(read_whole_file(path()), how));
  }
  void put_blob(const Bytes& blob) const {
    change([&](format::KeyringMaster& master) { master.slots[0].blob = blob; });
  }
  ScratchDirectory directory;
};

}  // namespace coffer::test

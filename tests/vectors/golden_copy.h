// A private copy of the golden store: a checkout has different mode bits, and opening may write.
#pragma once

#include <coffer/store.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/vectors/golden.h"

namespace golden {

class Copy {
 public:
  explicit Copy(std::int64_t now_ms = kMadeAtMs + 3600 * 1000) : clock_(now_ms) {
    namespace fs = std::filesystem;
    std::string name = (fs::temp_directory_path() / "coffer-golden-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    root_ = name;
    const fs::path source = fs::path(COFFER_SOURCE_DIR) / "tests" / "vectors" / "golden";
    fs::create_directory(root_ / "store");
    fs::permissions(root_ / "store", fs::perms::owner_all);
    copy(source / "store-v1" / "keyring", root_ / "store" / "keyring");
    copy(source / "store-v1" / "data.mdb", root_ / "store" / "data.mdb");
    copy(source / "store-v1.key", root_ / "key");
  }
  ~Copy() { std::filesystem::remove_all(root_); }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  std::string directory() const { return (root_ / "store").string(); }
  std::string keyring() const { return (root_ / "store" / "keyring").string(); }
  std::string data() const { return (root_ / "store" / "data.mdb").string(); }
  std::string key_file() const { return (root_ / "key").string(); }
  const coffer::Clock& clock() const { return clock_; }
  coffer::KeySource key() const { return coffer::KeySource::file(key_file()); }
  coffer::Result<coffer::Store> try_open() const {
    coffer::OpenOptions options;
    options.clock = &clock_;
    return coffer::Store::open(directory(), key(), options);
  }
  coffer::Store open() const {
    auto store = try_open();
    INFO((store ? "" : coffer::describe(store.error())));
    REQUIRE(store.ok());
    return std::move(*store);
  }

 private:
  static void copy(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::copy_file(from, to);
    std::filesystem::permissions(
        to, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  FixedClock clock_;
  std::filesystem::path root_;
};

inline std::vector<std::string> problems_of(const Copy& copy) {
  return copy.open().verify().value().problems;
}

}  // namespace golden

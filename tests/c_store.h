// A store through the C interface alone.
#pragma once

#include <coffer/coffer.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "tests/scratch.h"

namespace coffer::test {

/// Makes a store and opens it, each with one key.
inline coffer_code c_create(const std::string& path, const std::string& key_uri) {
  const char* uris[] = {key_uri.c_str()};
  coffer_create_options options = COFFER_CREATE_OPTIONS_INIT;
  options.key_uris = uris;
  options.key_count = 1;
  return coffer_create(path.c_str(), &options, nullptr);
}
inline coffer_code c_open(const std::string& path, const std::string& key_uri, coffer_store** store,
                          coffer_open_options options = COFFER_OPEN_OPTIONS_INIT) {
  const char* uris[] = {key_uri.c_str()};
  options.key_uris = uris;
  options.key_count = 1;
  return coffer_open(path.c_str(), &options, store, nullptr);
}

/// Puts a text; any version may be there.
inline coffer_code c_put(coffer_store* store, const char* path, const char* value,
                         std::uint64_t if_version = 0, bool is_json = false) {
  coffer_put_options options = COFFER_PUT_OPTIONS_INIT;
  options.if_version = if_version;
  options.is_json = is_json ? 1 : 0;
  return coffer_put(store, path, value, std::strlen(value), &options, nullptr, nullptr);
}

/// What a call handed out, taken and freed.
inline std::string text_of(coffer_bytes* bytes) {
  REQUIRE(bytes != nullptr);
  std::string text(static_cast<const char*>(coffer_bytes_data(bytes)), coffer_bytes_size(bytes));
  CHECK(static_cast<const char*>(coffer_bytes_data(bytes))[text.size()] == 0);
  coffer_bytes_free(bytes);
  return text;
}

/// A store made and opened through C alone.
class CStore {
 public:
  CStore() {
    const std::string key = directory_.in("key");
    must(coffer_key_file_create(key.c_str(), nullptr) == COFFER_OK, "coffer_key_file_create");
    must(c_create(path(), "file://" + key) == COFFER_OK, "coffer_create");
    must(c_open(path(), "file://" + key, &store_) == COFFER_OK, "coffer_open");
  }
  ~CStore() { coffer_close(store_); }
  CStore(const CStore&) = delete;
  CStore& operator=(const CStore&) = delete;

  coffer_store* get() const { return store_; }
  std::string path() const { return directory_.in("store"); }
  void put(const char* path, const char* value, bool is_json = false) const {
    REQUIRE(c_put(store_, path, value, 0, is_json) == COFFER_OK);
  }
  std::string value_of(const char* path) const {
    coffer_bytes* bytes = nullptr;
    REQUIRE(coffer_get(store_, path, 0, &bytes, nullptr, nullptr) == COFFER_OK);
    return text_of(bytes);
  }

 private:
  ScratchDirectory directory_;
  coffer_store* store_ = nullptr;
};

}  // namespace coffer::test

// A store through the C interface alone.
#pragma once

#include <coffer/coffer.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "tests/scratch.h"

namespace coffer::test {

inline const std::uint8_t* bytes_of(const char* text) {
  return reinterpret_cast<const std::uint8_t*>(text);
}

/// A store made and opened through C alone.
class CStore {
 public:
  CStore() {
    must(create_key_file(directory_.in("key")).ok(), "create_key_file");
    const std::string uri = "file://" + directory_.in("key");
    const char* uris[] = {uri.c_str()};
    const std::string path = directory_.in("store");
    must(coffer_create(path.c_str(), uris, 1, nullptr) == COFFER_OK, "coffer_create");
    must(coffer_open(path.c_str(), uris, 1, &store_, nullptr) == COFFER_OK, "coffer_open");
  }
  ~CStore() { coffer_close(store_); }
  CStore(const CStore&) = delete;
  CStore& operator=(const CStore&) = delete;

  coffer_store* get() const { return store_; }
  void put(const char* path, const char* value, bool is_json = false) const {
    REQUIRE(coffer_put(store_, path, bytes_of(value), std::strlen(value), is_json ? 1 : 0,
                       COFFER_ANY_VERSION, 0, nullptr, nullptr) == COFFER_OK);
  }
  std::string value_of(const char* path) const {
    coffer_bytes* bytes = nullptr;
    REQUIRE(coffer_get(store_, path, 0, &bytes, nullptr, nullptr) == COFFER_OK);
    return text_of(bytes);
  }
  static std::string text_of(coffer_bytes* bytes) {
    std::string text(reinterpret_cast<const char*>(coffer_bytes_data(bytes)),
                     coffer_bytes_size(bytes));
    coffer_bytes_free(bytes);
    return text;
  }

 private:
  ScratchDirectory directory_;
  coffer_store* store_ = nullptr;
};

}  // namespace coffer::test

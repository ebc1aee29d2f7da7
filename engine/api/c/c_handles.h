// What the files of the C interface share: its handles, and the way from C++ to codes.
#pragma once

#include <coffer/coffer.h>
#include <coffer/store.h>

#include <new>
#include <string_view>
#include <vector>

struct coffer_store {
  coffer::Store store;
  coffer::Actor actor = {};  ///< For whom it was opened.
};
struct coffer_bytes {
  coffer::SecretBytes bytes;
};
struct coffer_transaction {
  coffer::Transaction& transaction;
};

namespace coffer::c_api {

void copy_text(char* out, std::size_t size, std::string_view text);
coffer_code report(const Error& error, coffer_error* out);
void report_no_memory(coffer_error* out);

// Runs a body that yields a Result<void>; memory that runs out becomes an error as well.
template <typename Body>
coffer_code run(coffer_error* error, Body&& body) noexcept {
  try {
    const Result<void> result = body();
    return result ? COFFER_OK : report(result.error(), error);
  } catch (const std::bad_alloc&) {
    report_no_memory(error);
    return COFFER_LIMIT;
  }
}

Error null_argument();
Result<std::vector<KeySource>> parse_keys(const char* const* uris, std::size_t count);

template <typename... Pointers>
Result<void> require(const Pointers*... pointers) {
  if ((... || !pointers)) return null_argument();
  return {};
}

void fill(coffer_version* out, const VersionInfo& info);
Result<Value> to_value(const std::uint8_t* value, std::size_t size, int is_json);
PutOptions to_options(std::uint64_t cas, std::int64_t ttl_ms);
Result<std::vector<std::uint64_t>> to_versions(const std::uint64_t* versions, std::size_t count);
Result<std::vector<std::uint64_t>> some_versions(const std::uint64_t* versions, std::size_t count);

}  // namespace coffer::c_api

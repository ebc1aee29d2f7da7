
#include "keys/services/library/curl_library.h"

#include <coffer/secret_bytes.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/shared_library.h"

namespace coffer::keys {
namespace {

// libcurl copies tokens, keys and bodies about: what it gives back is wiped first. If the
// program has started libcurl before, its own allocator stays, and this has no effect.
void free_wiped(void* memory) {
  if (memory != nullptr) wipe(memory, ::malloc_usable_size(memory));
  std::free(memory);  // NOLINT(cppcoreguidelines-no-malloc): the callbacks are C's.
}

void* move_wiped(void* memory, std::size_t size) {
  void* moved = std::malloc(size);
  if (moved == nullptr) return nullptr;
  if (memory != nullptr) std::memcpy(moved, memory, std::min(size, ::malloc_usable_size(memory)));
  free_wiped(memory);
  return moved;
}

char* copy_text(const char* text) { return ::strdup(text); }

bool load(CurlLibrary& curl) {
  auto library = SharedLibrary::load("libcurl.so.4");
  if (!library) library = SharedLibrary::load("libcurl-gnutls.so.4");
  if (!library) return false;
  decltype(&curl_global_init_mem) global_init = nullptr;
  decltype(&curl_version_info) version_info = nullptr;
  if (!library->find("curl_global_init_mem", global_init) ||
      !library->find("curl_version_info", version_info) ||
      !library->find("curl_easy_init", curl.easy_init) ||
      !library->find("curl_easy_cleanup", curl.easy_cleanup) ||
      !library->find("curl_easy_perform", curl.easy_perform) ||
      !library->find("curl_easy_setopt", curl.easy_setopt) ||
      !library->find("curl_easy_getinfo", curl.easy_getinfo) ||
      !library->find("curl_slist_append", curl.slist_append) ||
      !library->find("curl_slist_free_all", curl.slist_free_all))
    return false;
  // 7.85: CURLOPT_PROTOCOLS_STR, signatures that AWS accepts, `localhost` never asked of DNS.
  if (version_info(CURLVERSION_NOW)->version_num < 0x075500) return false;
  return global_init(CURL_GLOBAL_DEFAULT, std::malloc, free_wiped, move_wiped, copy_text,
                     std::calloc) == CURLE_OK;
}

}  // namespace

Result<const CurlLibrary*> curl_library() {
  static CurlLibrary curl;
  static const bool loaded = load(curl);
  if (!loaded)
    return Error(ErrorCode::key_unavailable, "libcurl 7.85 or newer is not installed",
                 "install it (Debian: libcurl4): key services are asked through it");
  return &curl;
}

}  // namespace coffer::keys

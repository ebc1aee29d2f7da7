#ifdef COFFER_CURL

#include "keys/curl_library.h"

#include <coffer/secret_bytes.h>
#include <dlfcn.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

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

template <typename Function>
bool find(void* library, const char* name, Function& function) {
  void* const found = ::dlsym(library, name);
  std::memcpy(&function, &found, sizeof function);
  return found != nullptr;
}

bool load(CurlLibrary& curl) {
  // Never closed again: other threads may be inside.
  void* library = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) library = ::dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return false;
  decltype(&curl_global_init_mem) global_init = nullptr;
  decltype(&curl_version_info) version_info = nullptr;
  if (!find(library, "curl_global_init_mem", global_init) ||
      !find(library, "curl_version_info", version_info) ||
      !find(library, "curl_easy_init", curl.easy_init) ||
      !find(library, "curl_easy_cleanup", curl.easy_cleanup) ||
      !find(library, "curl_easy_perform", curl.easy_perform) ||
      !find(library, "curl_easy_setopt", curl.easy_setopt) ||
      !find(library, "curl_easy_getinfo", curl.easy_getinfo) ||
      !find(library, "curl_slist_append", curl.slist_append) ||
      !find(library, "curl_slist_free_all", curl.slist_free_all))
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
    return Error{ErrorCode::key_unavailable, "libcurl 7.85 or newer is not here",
                 "install it (Debian: libcurl4): key services are asked through it"};
  return &curl;
}

}  // namespace coffer::keys

#endif  // COFFER_CURL

// libcurl, loaded when the first key service is asked: nothing links to it.
#pragma once

#include <coffer/result.h>
#include <curl/curl.h>

namespace coffer::keys {

/// What is used of libcurl. Options are set through it too: the variadic call is libcurl's own.
struct CurlLibrary {
  CURL* (*easy_init)() = nullptr;
  void (*easy_cleanup)(CURL*) = nullptr;
  CURLcode (*easy_perform)(CURL*) = nullptr;
  CURLcode (*easy_setopt)(CURL*, CURLoption, ...) = nullptr;
  CURLcode (*easy_getinfo)(CURL*, CURLINFO, ...) = nullptr;
  curl_slist* (*slist_append)(curl_slist*, const char*) = nullptr;
  void (*slist_free_all)(curl_slist*) = nullptr;
};

/// Loaded once for the process. Errors: key_unavailable (no libcurl, or too old a one).
Result<const CurlLibrary*> curl_library();

}  // namespace coffer::keys

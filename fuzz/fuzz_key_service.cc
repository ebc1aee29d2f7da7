// Any bytes as a key's URI, a service's address and its answer: an accepted one keeps its promises,
// and nothing may crash.
#include <coffer/key_source.h>

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "keys/services/http.h"
#include "keys/services/service_body.h"

namespace {

using namespace coffer;

void check_uri(std::string_view text) {
  const auto source = KeySource::parse(text);
  if (!source) return;
  COFFER_CHECK(source->uri() == text);
  const auto again = KeySource::parse(source->uri());
  COFFER_CHECK(again.ok() && again->scheme() == source->scheme());
}

void check_address(std::string_view text) {
  for (const keys::Reach reach : {keys::Reach::service, keys::Reach::metadata}) {
    const auto url = keys::check_base_url(text, reach);
    if (!url) continue;
    COFFER_CHECK(url->starts_with("https://") || keys::is_near(*url));
    COFFER_CHECK(url->find_first_of("@?#\\ \r\n") == std::string::npos);
    COFFER_CHECK(keys::check_base_url(*url, reach).ok());
  }
}

void check_answer(std::string_view text) {
  keys::HttpResponse response;
  response.header_lines = SecretBytes::copy_of(text);
  const std::string_view value = response.header("grpc-status");
  COFFER_CHECK(value.find_first_of("\r\n") == std::string_view::npos);
  const auto answer = keys::JsonAnswer::read(SecretBytes::copy_of(text));
  if (!answer) return;
  const auto said = answer->text({"data", "ciphertext"});
  COFFER_CHECK(!said || answer->raw({"data", "ciphertext"}).size() >= said->size());
  (void)answer->base64({"Plaintext"});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_uri(text);
  check_address(text);
  check_answer(text);
  return 0;
}

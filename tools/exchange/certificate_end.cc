#include "tools/exchange/certificate_end.h"

#include <openssl/x509.h>
#include <time.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "base/base64.h"
#include "base/shared_library.h"
#include "text/json.h"

namespace coffer::tools {
namespace {

struct LibCrypto {
  decltype(&::d2i_X509) read = nullptr;
  decltype(&::X509_free) free = nullptr;
  decltype(&::X509_get0_notAfter) end_of = nullptr;
  decltype(&::X509_cmp_current_time) compare_to_now = nullptr;
  decltype(&::ASN1_TIME_to_tm) split_time = nullptr;
};

bool load(LibCrypto& crypto) {
  const auto library = SharedLibrary::load("libcrypto.so.3");
  return library && library->find("d2i_X509", crypto.read) &&
         library->find("X509_free", crypto.free) &&
         library->find("X509_get0_notAfter", crypto.end_of) &&
         library->find("X509_cmp_current_time", crypto.compare_to_now) &&
         library->find("ASN1_TIME_to_tm", crypto.split_time);
}

Result<const LibCrypto*> lib_crypto() {
  static LibCrypto crypto;
  static const bool loaded = load(crypto);
  if (!loaded)
    return Error(ErrorCode::failed, "OpenSSL's libcrypto 3 is not installed",
                 "install it (Debian: libssl3) to read certificates");
  return &crypto;
}

std::optional<std::int64_t> end_of(const LibCrypto& crypto, ByteView der) {
  const unsigned char* at = der.data();
  const std::unique_ptr<X509, decltype(crypto.free)> certificate(
      crypto.read(nullptr, &at, static_cast<long>(der.size())), crypto.free);
  if (!certificate || at != der.data() + der.size()) return std::nullopt;
  const ASN1_TIME* const end = crypto.end_of(certificate.get());
  // ASN1_TIME_to_tm accepts times that RFC 5280 forbids; the comparison refuses them.
  tm parts{};
  if (crypto.compare_to_now(end) == 0 || crypto.split_time(end, &parts) != 1) return std::nullopt;
  return std::int64_t{::timegm(&parts)} * 1000;
}

// The earliest end found so far. One unreadable certificate makes the answer unknown.
struct Ends {
  const LibCrypto& crypto;
  std::optional<std::int64_t> earliest;
  bool unreadable = false;

  void add(std::optional<std::int64_t> end) {
    if (!end) unreadable = true;
    if (end) earliest = std::min(*end, earliest.value_or(*end));
  }
};

std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Gives the library only the certificate blocks, never the rest of the text, which may hold private
// keys.
void look_into_text(std::string_view text, Ends& ends) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  for (std::size_t at = text.find(kBegin); at != std::string_view::npos;
       at = text.find(kBegin, at)) {
    at += kBegin.size();
    const std::size_t end = text.find(kEnd, at);
    if (end == std::string_view::npos) {
      ends.unreadable = true;
      return;
    }
    // Kept in locked memory, because the block need not be a certificate.
    SecretBytes body;
    for (const char c : text.substr(at, end - at))
      if (c != '\n' && c != '\r' && c != ' ' && c != '\t')
        body.push_back(static_cast<std::uint8_t>(c));
    const auto der = decode_base64(body.text());
    ends.add(der ? end_of(ends.crypto, der->bytes()) : std::nullopt);
    at = end;
  }
}

// Bytes that are not a certificate, such as a keystore, do not count.
void look_into_bytes(ByteView bytes, Ends& ends) {
  const auto end = end_of(ends.crypto, bytes);
  if (end) ends.add(end);
  look_into_text(as_text(bytes), ends);
}

void look_into(const json::Document& document, json::NodeId node, Ends& ends) {
  if (document.type(node) == json::Type::string) look_into_text(document.string(node), ends);
  for (json::NodeId child = document.first_child(node); child != json::kNoNode;
       child = document.next_sibling(child)) {
    const bool is_file = document.type(node) == json::Type::object &&
                         document.key(child) == "value_base64" &&
                         document.type(child) == json::Type::string;
    const auto bytes = is_file ? decode_base64(document.string(child)) : std::nullopt;
    if (bytes) look_into_bytes(bytes->bytes(), ends);
    if (!bytes) look_into(document, child, ends);
  }
}

}  // namespace

Result<std::optional<std::int64_t>> certificate_end(ByteView der) {
  return end_of(*COFFER_TRY(lib_crypto()), der);
}

Result<std::optional<std::int64_t>> earliest_end(const Value& value) {
  Ends ends{*COFFER_TRY(lib_crypto()), std::nullopt};
  if (value.is_json()) {
    const auto document = json::Document::parse(value.text());
    if (document) look_into(*document, 0, ends);
  } else {
    look_into_bytes(value.bytes().bytes(), ends);
  }
  if (ends.unreadable) ends.earliest.reset();
  return ends.earliest;
}

}  // namespace coffer::tools

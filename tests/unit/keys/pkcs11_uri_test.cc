// pkcs11: URIs: a token by its name, a key, a module; no slot number, no PIN.
#include <coffer/key_source.h>

#include <catch2/catch.hpp>

#include "keys/pkcs11/pkcs11_uri.h"

namespace coffer::test::pkcs11_uri_test {

using keys::parse_pkcs11_uri;

TEST_CASE("a pkcs11: URI names a token, a key and a module") {
  const auto parsed = parse_pkcs11_uri(
      "pkcs11:token=A%20B;object=k;type=secret-key?module-path=/m.so&pin-source=file:/p&timeout=2");
  REQUIRE(parsed.ok());
  CHECK((parsed->path == "pkcs11:token=A%20B;object=k;type=secret-key"));
  CHECK((parsed->module_path == "/m.so" && parsed->pin_file == "/p"));
  CHECK((parsed->patience_ms == 2000 && parsed->may_be_secret_key && !parsed->may_be_key_pair));
  const auto pair = parse_pkcs11_uri("pkcs11:serial=1;id=%01%FF;type=private?module-path=/m.so");
  REQUIRE(pair.ok());
  CHECK((!pair->may_be_secret_key && pair->may_be_key_pair && pair->pin_file.empty()));
  CHECK(KeySource::parse("pkcs11:token=T;id=%01?module-path=/m.so").value().scheme() ==
        KeySource::Scheme::pkcs11);
}

TEST_CASE("a pkcs11: URI that says anything else is refused") {
  for (const char* uri :
       {"pkcs11:", "pkcs11:token=T;object=O", "pkcs11:token=T;object=O?",
        "pkcs11:token=T;object=O?module-path=m.so", "pkcs11:token=T?module-path=/m.so",
        "pkcs11:object=O?module-path=/m.so", "pkcs11:slot-id=1;object=O?module-path=/m.so",
        "pkcs11:token=T;object=O;type=cert?module-path=/m.so",
        "pkcs11:token=T;token=U;object=O?module-path=/m.so",
        "pkcs11:token=T;object=O?module-path=/m.so&pin-value=hunter2",
        "pkcs11:token=T;object=O?module-path=/m.so&pin-source=hunter2",
        "pkcs11:token=T;object=O?module-path=/m.so&pin-source=|hunter2",
        "pkcs11:token=T;object=O?module-path=/m.so;pin-value=hunter2",
        "pkcs11:token=T;object=a b?module-path=/m.so", "pkcs11:token=T;object=?module-path=/m.so",
        "pkcs11:token=T;object=%0?module-path=/m.so", "pkcs11:token=T;id=1?module-path=/m.so&x=1",
        "PKCS11:token=T;id=1?module-path=/m.so"}) {
    INFO(uri);
    const auto refused = KeySource::parse(uri);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code() == ErrorCode::usage);
    CHECK(describe(refused.error()).find("hunter2") == std::string::npos);
  }
}

}  // namespace coffer::test::pkcs11_uri_test

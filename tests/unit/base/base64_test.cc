// base64: RFC 4648's own examples, and that nothing but what is written is read.
#include "base/base64.h"

#include <catch2/catch.hpp>

namespace base64_test {

using coffer::append_base64;
using coffer::as_bytes;
using coffer::decode_base64;
using coffer::SecretBytes;

namespace {

std::string encode(std::string_view bytes) {
  SecretBytes out;
  append_base64(out, as_bytes(bytes));
  return std::string(out.text());
}

}  // namespace

TEST_CASE("base64 agrees with the examples of RFC 4648, both ways") {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [plain, encoded] : cases) {
    CHECK(encode(plain) == encoded);
    const auto decoded = decode_base64(encoded);
    REQUIRE(decoded.has_value());
    CHECK(decoded->text() == plain);
  }
}

TEST_CASE("every byte goes through base64") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (std::size_t size = 0; size <= all.size(); ++size) {
    const auto decoded = decode_base64(encode(all.substr(0, size)));
    REQUIRE(decoded.has_value());
    CHECK(decoded->text() == all.substr(0, size));
  }
}

TEST_CASE("other spellings of base64 are refused") {
  for (const std::string_view text :
       {"Z", "Zg", "Zg=", "Zg===", "====", "=", "Zh==", "Zm9=", "Zm9v\n", "Zm 9", "Zm-_",
        "Zg==Zg==", "Z===", "Zm=v", "\xC3\xBCZm"}) {
    INFO(text);
    CHECK_FALSE(decode_base64(text).has_value());
  }
}

TEST_CASE("the URL alphabet is its own, and has no padding") {
  using coffer::Base64;
  using coffer::encode_base64;
  CHECK(encode_base64(Base64::url, as_bytes("\xfb\xff")).text() == "-_8");
  CHECK(encode_base64(Base64::url, as_bytes("f")).text() == "Zg");
  for (const std::string_view text : {"Zg==", "-_8=", "+/8", "Z", "Zh", "-_9", "Zg\n"}) {
    INFO(text);
    CHECK_FALSE(decode_base64(text, Base64::url).has_value());
  }
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (std::size_t size = 0; size <= all.size(); ++size) {
    const auto text = encode_base64(Base64::url, as_bytes(all.substr(0, size)));
    CHECK(decode_base64(text.text(), Base64::url)->text() == all.substr(0, size));
  }
}

TEST_CASE("of all single characters only the alphabet's are read") {
  for (const auto alphabet : {coffer::Base64::standard, coffer::Base64::url}) {
    int read = 0;
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = "AAA";
      text += static_cast<char>(byte);
      read += decode_base64(text, alphabet).has_value();
    }
    // A lone '=' ends the standard one where a digit could, with no bits left over.
    CHECK(read == (alphabet == coffer::Base64::standard ? 65 : 64));
  }
}

}  // namespace base64_test

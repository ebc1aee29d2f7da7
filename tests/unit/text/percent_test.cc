#include "text/percent.h"

#include <coffer/secret_bytes.h>

#include <catch2/catch.hpp>
#include <random>

namespace coffer::percent::percent_test {
namespace {

TEST_CASE("letters, digits and what is kept stand as they are") {
  CHECK(encoded("aZ09-._~") == "aZ09-._~");
  CHECK(encoded("a/b c%") == "a%2Fb%20c%25");
  CHECK(encoded("a/b", "-._~/") == "a/b");
  CHECK(encoded("-._~", "") == "%2D%2E%5F%7E");
  CHECK(encoded(std::string_view("\0\xFF", 2)) == "%00%FF");
  CHECK(encoded("") == "");
}

TEST_CASE("a text may be encoded in locked memory") {
  SecretBytes out;
  append_encoded(out, "p w");
  append_escape(out, '\xAB', ascii::kLowerHex);
  CHECK(out.text() == "p%20w%ab");
}

TEST_CASE("escapes of either case are decoded, to any byte") {
  CHECK(decoded("%41%4a%4Aa") == "AJJa");
  CHECK(decoded("%00") == std::string(1, '\0'));
  CHECK(decoded("%ff") == "\xFF");
  CHECK(decoded("%2541") == "%41");
  CHECK(decoded("") == "");
}

TEST_CASE("a stray % is refused, or kept where asked") {
  for (const char* text : {"%", "a%", "%4", "%g0", "%0g", "%%41", "% 1", "%-1", "%+1"}) {
    CAPTURE(text);
    CHECK_FALSE(decoded(text));
  }
  CHECK(decoded("%", Stray::keep) == "%");
  CHECK(decoded("5%4", Stray::keep) == "5%4");
  CHECK(decoded("%%41%zz", Stray::keep) == "%A%zz");
}

TEST_CASE("whatever is encoded decodes to itself") {
  std::mt19937 random(20261202);
  for (int round = 0; round < 1000; ++round) {
    std::string text;
    for (std::size_t left = random() % 20; left > 0; --left)
      text += static_cast<char>(random() % 0x100);
    CHECK(decoded(encoded(text)) == text);
    CHECK(decoded(encoded(text, "-._~/?#")) == text);
  }
}

}  // namespace
}  // namespace coffer::percent::percent_test

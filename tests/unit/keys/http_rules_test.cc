// Where a request to a key service may go, judged without a network.
#include <catch2/catch.hpp>

#include "base/base64.h"
#include "keys/services/http.h"

namespace coffer::http_rules_test {
namespace {

using keys::check_base_url;
using keys::Reach;

bool passes(std::string_view url, Reach reach = Reach::service) {
  return check_base_url(url, reach).ok();
}

}  // namespace

TEST_CASE("https goes anywhere, plain http to this machine only") {
  for (const char* url :
       {"https://kms.eu-west-1.amazonaws.com", "https://vault.example:8200/prefix", "https://[::1]",
        "https://192.0.2.7:8443", "http://127.0.0.1:8200", "http://127.9.8.7", "http://localhost:1",
        "http://[::1]:8200/v1"}) {
    INFO(url);
    CHECK(passes(url));
  }
  for (const char* url : {"http://vault.example:8200", "http://192.0.2.7", "http://128.0.0.1",
                          "http://localhost.example", "http://127.0.0.1.example", "http://[::2]",
                          "http://127.1", "http://0177.0.0.1", "http://2130706433",
                          "http://169.254.169.254", "http://[fd00:ec2::254]"}) {
    INFO(url);
    CHECK_FALSE(passes(url));
  }
}

TEST_CASE("a metadata service may stand at an address of the link") {
  for (const char* url : {"http://169.254.169.254", "http://169.254.170.2/v2/credentials",
                          "http://[fd00:ec2::254]", "http://127.0.0.1:99", "https://example"}) {
    INFO(url);
    CHECK(passes(url, Reach::metadata));
  }
  CHECK_FALSE(passes("http://169.253.0.1", Reach::metadata));
  CHECK_FALSE(passes("http://10.0.0.1", Reach::metadata));
}

TEST_CASE("an address holds no user, no query, no fragment and nothing odd") {
  for (const char* url : {"", "https://", "https:///path", "ftp://example", "https://u:p@example",
                          "https://example?a=b", "https://example#a", "https://exa mple",
                          "https://example:", "https://example:0", "https://example:65536",
                          "https://example:8a", "https://[::1", "https://example/\r\nHost: other",
                          "https://example\\other", "//example", "example"}) {
    INFO(url);
    CHECK_FALSE(passes(url));
  }
  CHECK(check_base_url("https://example/a//", Reach::service).value() == "https://example/a");
}

TEST_CASE("what is near is told by the host alone") {
  CHECK(keys::is_near("https://localhost:1/x?y"));
  CHECK(keys::is_near("http://169.254.169.254/latest?x"));
  CHECK_FALSE(keys::is_near("https://example/localhost"));
  CHECK_FALSE(keys::is_near("https://example?127.0.0.1"));
}

TEST_CASE("base64 is read in one spelling only") {
  const auto bytes = [](std::string_view text) { return as_bytes(text); };
  CHECK(encode_base64(Base64::standard, bytes("\xfb\xff")).text() == "+/8=");
  CHECK(encode_base64(Base64::url, bytes("\xfb\xff")).text() == "-_8");
  CHECK(encode_base64(Base64::standard, {}).empty());
  CHECK(decode_base64("+/8=", Base64::standard)->text() == "\xfb\xff");
  CHECK(decode_base64("-_8", Base64::url)->text() == "\xfb\xff");
  CHECK(decode_base64("", Base64::url)->empty());
  for (const char* text : {"+/8", "-_8=", "+/9=", "+/8=\n", " +/8=", "+/8==", "+", "%"}) {
    INFO(text);
    CHECK_FALSE(decode_base64(text, Base64::standard).has_value());
  }
}

}  // namespace coffer::http_rules_test

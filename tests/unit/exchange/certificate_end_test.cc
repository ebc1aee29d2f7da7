// When certificates end: real ones, made up ones, and what only looks like one.
#include "tools/exchange/certificate_end.h"

#include <catch2/catch.hpp>
#include <string>

#include "base/base64.h"
#include "text/time_text.h"

namespace certificate_end_test {

using namespace coffer;
using namespace coffer::tools;

namespace {

// Made by OpenSSL 3.0: notAfter=Nov 22 09:19:12 2036 GMT.
constexpr const char* kReal =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBaTCCARCgAwIBAgIBBzAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsZWFmLnRl\n"
    "c3QwHhcNMjYxMTI1MDkxOTEyWhcNMzYxMTIyMDkxOTEyWjAUMRIwEAYDVQQDDAls\n"
    "ZWFmLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASfdyjz2vTV6CMt4Wkk\n"
    "J4lz6ZcdUG1Ru+EGmcHmlXXfv+1YoUExLMgYqF3O/FQPC8cniRgO/j3HGnJS2fOO\n"
    "ePmFo1MwUTAdBgNVHQ4EFgQUvTAyGUKQqlMPuIk38nbpB4Yv6C0wHwYDVR0jBBgw\n"
    "FoAUvTAyGUKQqlMPuIk38nbpB4Yv6C0wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjO\n"
    "PQQDAgNHADBEAiAUoisMnjgnEAoq69UY1oPbiIPJ+rvSxb5kGbn3BawjEwIgBCmr\n"
    "GcVRYF3G+icBs7/sraS2o3cDhIUUFqER/eBZGTI=\n"
    "-----END CERTIFICATE-----\n";
constexpr const char* kRealEnd = "2036-11-22T09:19:12.000Z";

// Tag, length and content, the length in the form that DER wants.
std::string der(char tag, const std::string& content) {
  std::string out(1, tag);
  if (content.size() >= 0x80) out += '\x82', out += static_cast<char>(content.size() >> 8);
  return out + static_cast<char>(content.size() & 0xFF) + content;
}

std::string utc(const std::string& text) { return der('\x17', text); }
std::string generalized(const std::string& text) { return der('\x18', text); }

std::string sequence(const std::string& content) { return der('\x30', content); }

std::string certificate(const std::string& not_after, bool with_version = true) {
  const std::string version = with_version ? der('\xA0', der('\x02', "\x02")) : "";
  const std::string algorithm = sequence(der('\x06', "\x2A\x03\x04"));
  const std::string name = sequence(
      der('\x31', sequence(der('\x06', "\x55\x04\x03") + der('\x0C', std::string(200, 'i')))));
  const std::string bits = der('\x03', std::string(1, '\0') + "bits");
  const std::string validity = sequence(utc("200101000000Z") + not_after);
  return sequence(sequence(version + der('\x02', "\x07") + algorithm + name + validity + name +
                           sequence(algorithm + bits)) +
                  algorithm + bits);
}

std::string pem(const std::string& content) {
  return "-----BEGIN CERTIFICATE-----\n" +
         std::string(encode_base64(Base64::standard, as_bytes(content)).text()) +
         "\n-----END CERTIFICATE-----\n";
}

std::string printed(std::optional<std::int64_t> end) {
  return end ? text::print_time(*end) : "unknown";
}
std::string end_of(const std::string& content) {
  return printed(certificate_end(as_bytes(content)).value());
}
std::string end_in(const std::string& text) {
  return printed(earliest_end(Value::opaque(text)).value());
}
std::string end_in_json(const std::string& text) {
  return printed(earliest_end(Value::json(text).value()).value());
}

std::string quoted_pem(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '\n' ? std::string("\\n") : std::string(1, c);
  return out + "\"";
}

}  // namespace

TEST_CASE("a certificate's end is read in both spellings, and in the right century") {
  CHECK(end_of(certificate(utc("361122091912Z"))) == "2036-11-22T09:19:12.000Z");
  CHECK(end_of(certificate(utc("491231235959Z"), false)) == "2049-12-31T23:59:59.000Z");
  CHECK(end_of(certificate(utc("500101000000Z"))) == "1950-01-01T00:00:00.000Z");
  CHECK(end_of(certificate(generalized("99991231235959Z"))) == "9999-12-31T23:59:59.000Z");
  for (const std::string& strange :
       {utc("3611220919Z"), utc("361122091912"), utc("361322091912Z"), utc("36112209191xZ"),
        utc("361122091912+0100"), generalized("361122091912Z"), generalized("20361122091912.5Z"),
        generalized("20360230000000Z"), der('\x16', "361122091912Z"), std::string()}) {
    CHECK(end_of(certificate(strange)) == "unknown");
  }
}

TEST_CASE("the earliest end counts, wherever the certificates stand") {
  const std::string early = pem(certificate(utc("300101000000Z")));
  const std::string late = pem(certificate(utc("400101000000Z")));
  CHECK(end_in(kReal) == kRealEnd);
  CHECK(end_in(late + "text between\n" + kReal + late) == kRealEnd);
  CHECK(end_in(std::string(kReal) + early) == "2030-01-01T00:00:00.000Z");
  CHECK(end_in("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" + late) ==
        "2040-01-01T00:00:00.000Z");
  std::string with_other_line_ends;
  for (const char* c = kReal; *c != '\0'; ++c)
    with_other_line_ends += *c == '\n' ? std::string("\r\n") : std::string(1, *c);
  CHECK(end_in(with_other_line_ends) == kRealEnd);
  CHECK(end_in(certificate(utc("300101000000Z"))) == "2030-01-01T00:00:00.000Z");
  CHECK(end_in_json(quoted_pem(kReal)) == kRealEnd);
  CHECK(end_in_json("{\"ca\": [" + quoted_pem(late) + "], \"tls\": {\"crt\": " + quoted_pem(kReal) +
                    ", \"n\": 1}}") == kRealEnd);
  const std::string as_file = std::string(
      encode_base64(Base64::standard, as_bytes(certificate(utc("300101000000Z")))).text());
  CHECK(end_in_json("{\"trust\": {\"value_base64\": \"" + as_file +
                    "\"}, \"ca\": " + quoted_pem(kReal) + "}") == "2030-01-01T00:00:00.000Z");
}

TEST_CASE("where one certificate cannot be read, or there is none, the end is not known") {
  const std::string broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  for (const std::string& text :
       {std::string(), std::string("no certificate"), broken, kReal + broken, broken + kReal,
        kReal + std::string("-----BEGIN CERTIFICATE-----\nMIIB"),
        std::string("-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n"),
        certificate(utc("300101000000Z")) + "behind it"}) {
    INFO(text);
    CHECK(end_in(text) == "unknown");
  }
  CHECK(end_in_json(R"({"trust": {"value_base64": "/u3+7QAAAAI="}})") == "unknown");
  CHECK(end_in_json(R"({"n": 1})") == "unknown");
}

TEST_CASE("no cut and no flipped bit is read beyond, and no length is believed") {
  const std::string whole = certificate(utc("361122091912Z"));
  for (std::size_t size = 0; size < whole.size(); ++size)
    REQUIRE(end_of(whole.substr(0, size)) == "unknown");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      // In memory of its own, to the byte: what reads beyond is found by the sanitizers.
      const std::vector<std::uint8_t> flipped = [&] {
        std::vector<std::uint8_t> bytes(whole.begin(), whole.end());
        bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1 << bit));
        return bytes;
      }();
      const auto end = certificate_end(flipped).value();
      if (end) REQUIRE(text::print_time(*end).size() == std::string_view(kRealEnd).size());
    }
  }
  for (const char* length : {"\x80", "\x84\xFF\xFF\xFF\xFF", "\x85\x01\x01\x01\x01\x01", "\xFF",
                             "\x84\x7F\xFF\xFF\xFF", "\x83\xFF"})
    CHECK(end_of("\x30" + std::string(length) + whole) == "unknown");
}

}  // namespace certificate_end_test

// The seals against published vectors, and against anyone who changes a bit.
#include "crypto/aead.h"

#include <catch2/catch.hpp>
#include <string>

namespace coffer::crypto::aead_test {
namespace {

Bytes from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  Bytes bytes(hex.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  return bytes;
}

Key key_of(std::string_view hex) {
  const Bytes bytes = from_hex(hex);
  return Key::copy_of(KeyView(bytes.data(), kKeyBytes));
}

constexpr std::string_view kZeroKey =
    "0000000000000000000000000000000000000000000000000000000000000000";
// Key, associated data and text of RFC 8439, 2.8.2, and of the XChaCha draft, A.3.1.
constexpr std::string_view kKey =
    "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f";
constexpr std::string_view kContext = "50515253c0c1c2c3c4c5c6c7";
constexpr std::string_view kText =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
    "sunscreen would be it.";

struct Vector {
  SealAlgorithm algorithm;
  std::string_view key;
  std::string_view context;
  Bytes plaintext;
  std::string_view ciphertext;
  std::string_view tag;
};

// The nonce is zero, as everywhere here. The first ciphertext is the key stream of RFC 8439,
// A.1, vector 2; the third and fourth are test cases 13 and 14 of the GCM paper; tags and the
// rest were computed by two implementations that share nothing with ours.
std::vector<Vector> vectors() {
  const Bytes text(as_bytes(kText).begin(), as_bytes(kText).end());
  return {
      {SealAlgorithm::chacha20_poly1305, kZeroKey, "", Bytes(64),
       "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
       "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f",
       "75c5180ef52d6921037a3d0af9f0dac8"},
      {SealAlgorithm::chacha20_poly1305, kKey, kContext, text,
       "663d7ec45b29ceaaa35505b8c1b3d94613a50fd7e315a748d35a378670746af8"
       "67ab3404fe7b7655b904162b408190f3f8c781815bb8724e4ac22ea6351d3846"
       "8cd370aa8ffb19e96edc915893cc6e1861c2af01ab0fb02df97ea145499bb87d"
       "44ec7d738272327290570a03658b27b11666",
       "5c21ea189f9450ff121509fd8142befc"},
      {SealAlgorithm::aes_256_gcm, kZeroKey, "", Bytes(), "", "530f8afbc74536b9a963b4f1c4cb738b"},
      {SealAlgorithm::aes_256_gcm, kZeroKey, "", Bytes(16), "cea7403d4d606b6e074ec5d3baf39d18",
       "d0d1c8a799996bf0265b98b5d48ab919"},
      {SealAlgorithm::aes_256_gcm, kKey, kContext, text,
       "3b2492882358d4364545577d14f1418205db1856215e971169f64de4b9d06c10"
       "aaca0aa0527876b415d8cd2a05ed9226dcb41b6b5932238591f44341aaf4c537"
       "bf5bf36b85dbf41c45d5bbc7a11bbbd52a6ba235984491bc3768ba1cefdfc312"
       "626c0279ec1ae4170d3f5cdbc930ab32a84d",
       "fcde504c441ee77a6f963071109fb7f5"},
  };
}

}  // namespace

TEST_CASE("a seal is what the standards say, and opens again") {
  for (const Vector& vector : vectors()) {
    if (!is_available(vector.algorithm)) continue;
    INFO("algorithm " << int{static_cast<std::uint8_t>(vector.algorithm)} << ", "
                      << vector.plaintext.size() << " bytes");
    const Key key = key_of(vector.key);
    const Bytes context = from_hex(vector.context);
    Bytes ciphertext;
    Bytes opened;
    for (Bytes* out : {&ciphertext, &opened}) {
      out->reserve(1);  // libsodium wants an address even for no bytes.
      out->resize(vector.plaintext.size(), 0x5A);
    }
    Bytes tag(kTagBytes);
    seal(vector.algorithm, key.view(), context, vector.plaintext, ciphertext, tag);
    CHECK(ciphertext == from_hex(vector.ciphertext));
    CHECK(tag == from_hex(vector.tag));
    CHECK(open(vector.algorithm, key.view(), context, ciphertext, tag, opened));
    CHECK(opened == vector.plaintext);
  }
}

TEST_CASE("a seal with any bit changed does not open, and shows nothing") {
  for (const SealAlgorithm algorithm :
       {SealAlgorithm::chacha20_poly1305, SealAlgorithm::aes_256_gcm}) {
    if (!is_available(algorithm)) continue;
    const Key key = Key::random();
    Bytes context = from_hex(kContext);
    const Bytes text(as_bytes(kText).begin(), as_bytes(kText).end());
    Bytes ciphertext(text.size());
    Bytes tag(kTagBytes);
    seal(algorithm, key.view(), context, text, ciphertext, tag);
    const auto refused = [&](const Key& with) {
      Bytes opened(ciphertext.size());
      const bool is_open = open(algorithm, with.view(), context, ciphertext, tag, opened);
      return !is_open && opened != text;
    };
    REQUIRE_FALSE(refused(key));
    for (Bytes* part : {&context, &ciphertext, &tag}) {
      for (std::size_t bit = 0; bit < part->size() * 8; ++bit) {
        auto& byte = (*part)[bit / 8];
        const auto mask = static_cast<std::uint8_t>(1U << bit % 8);
        byte = static_cast<std::uint8_t>(byte ^ mask);
        CHECK(refused(key));
        byte = static_cast<std::uint8_t>(byte ^ mask);
      }
    }
    for (std::size_t bit = 0; bit < kKeyBytes * 8; ++bit) {
      Key other = Key::copy_of(key.view());
      std::uint8_t& byte = other.mutable_bytes()[bit / 8];
      byte = static_cast<std::uint8_t>(byte ^ 1U << bit % 8);
      CHECK(refused(other));
    }
    Bytes opened(text.size());
    context.pop_back();
    CHECK_FALSE(open(algorithm, key.view(), context, ciphertext, tag, opened));
    tag.pop_back();
    CHECK_FALSE(open(algorithm, key.view(), from_hex(kContext), ciphertext, tag, opened));
  }
}

TEST_CASE("a wrap of the XChaCha draft opens") {
  Bytes wrapped = from_hex("404142434445464748494a4b4c4d4e4f5051525354555657");
  for (const std::string_view part :
       {"bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb",
        "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452",
        "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9",
        "21f9664c97637da9768812f615c68b13b52e", "c0875924c1c7987947deafd8780acf49"}) {
    const Bytes bytes = from_hex(part);
    wrapped.insert(wrapped.end(), bytes.begin(), bytes.end());
  }
  const Key key = key_of(kKey);
  Bytes opened(wrapped.size() - kWrapOverhead);
  REQUIRE(unwrap(key.view(), from_hex(kContext), wrapped, opened));
  CHECK(as_text(opened) == kText);
}

TEST_CASE("a wrap has a nonce of its own each time and does not open when changed or cut") {
  const Key key = Key::random();
  Bytes context = from_hex(kContext);
  const Bytes secret(32, 0xC5);
  Bytes wrapped(secret.size() + kWrapOverhead);
  Bytes again(wrapped.size());
  wrap(key.view(), context, secret, wrapped);
  wrap(key.view(), context, secret, again);
  CHECK(Bytes(wrapped.begin(), wrapped.begin() + kNonceBytes) !=
        Bytes(again.begin(), again.begin() + kNonceBytes));
  Bytes opened(secret.size());
  REQUIRE(unwrap(key.view(), context, wrapped, opened));
  CHECK(opened == secret);
  for (Bytes* part : {&context, &wrapped}) {
    for (std::size_t bit = 0; bit < part->size() * 8; ++bit) {
      const auto mask = static_cast<std::uint8_t>(1U << bit % 8);
      std::uint8_t& byte = (*part)[bit / 8];
      byte = static_cast<std::uint8_t>(byte ^ mask);
      CHECK_FALSE(unwrap(key.view(), context, wrapped, opened));
      byte = static_cast<std::uint8_t>(byte ^ mask);
    }
  }
  for (std::size_t size = 0; size < wrapped.size(); ++size) {
    Bytes out(size < kWrapOverhead ? 0 : size - kWrapOverhead);
    CHECK_FALSE(unwrap(key.view(), context, ByteView(wrapped).first(size), out));
  }
  Bytes longer(secret.size() + 1);
  CHECK_FALSE(unwrap(key.view(), context, wrapped, longer));
}

}  // namespace coffer::crypto::aead_test

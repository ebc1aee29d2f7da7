// Cryptography for the fakes, by sodium: hashes, base64, sealed blobs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fakes {

std::string sha256(std::string_view text);
std::string hmac_sha256(std::string_view key, std::string_view text);
std::string hex(std::string_view bytes);
std::string random_bytes(std::size_t size);
std::string to_base64(std::string_view bytes);
std::string to_base64url(std::string_view bytes);
/// Accept only canonical text.
std::optional<std::string> from_base64(std::string_view text);
std::optional<std::string> from_base64url(std::string_view text);
/// Authenticated encryption with the nonce in front.
std::string seal(const std::string& key, std::string_view context, std::string_view plaintext);
std::optional<std::string> open(const std::string& key, std::string_view context,
                                std::string_view sealed);

}  // namespace fakes

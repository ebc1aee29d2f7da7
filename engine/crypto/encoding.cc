#include "crypto/encoding.h"

#include <cstring>

#include "base/check.h"
#include "crypto/key.h"
#include "crypto/sodium.h"

namespace coffer::crypto {

bool decode_key_text(ByteView content, MutableByteView key) {
  COFFER_CHECK(key.size() == kKeyBytes);
  if (content.size() == kKeyBytes) {
    std::memcpy(key.data(), content.data(), kKeyBytes);
    return true;
  }
  const std::string_view text = as_text(content);
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  if (last == std::string_view::npos) return false;
  const std::size_t size = last + 1;
  std::size_t decoded = 0;
  const char* end = nullptr;
  if (size == 2 * kKeyBytes &&
      sodium_hex2bin(key.data(), key.size(), text.data(), size, nullptr, &decoded, &end) == 0)
    return decoded == kKeyBytes;
  for (const int variant :
       {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
        sodium_base64_VARIANT_URLSAFE, sodium_base64_VARIANT_URLSAFE_NO_PADDING}) {
    if (sodium_base642bin(key.data(), key.size(), text.data(), size, nullptr, &decoded, &end,
                          variant) == 0 &&
        decoded == kKeyBytes && end == text.data() + size)
      return true;
  }
  sodium_memzero(key.data(), key.size());
  return false;
}

}  // namespace coffer::crypto

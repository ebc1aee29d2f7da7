// Standard base64 with padding (RFC 4648 section 4), for values that are no text.
#pragma once

#include <coffer/secret_bytes.h>

#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace coffer::tools {

void append_base64(SecretBytes& out, ByteView bytes);

/// Nothing where `text` is not what append_base64 writes: no white space, no other alphabet, no
/// padding left away, no bits that are thrown away.
std::optional<SecretBytes> decode_base64(std::string_view text);

}  // namespace coffer::tools

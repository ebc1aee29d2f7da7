// Keys that people keep on paper: recovery keys, and shares of one.
//
//   4F2K-9QXD-...   groups of four letters and digits; the alphabet has no I, L, O or U. Reading
//                   also takes small letters, blanks, I and L for 1, and O for 0
//
// The text encodes: kind (1) || body || the first four bytes of their BLAKE2b hash, which reveals a
// typing mistake before the key is used. SPEC.md section 4.5.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string_view>

#include "base/bytes.h"

namespace coffer::keys {

enum class PrintedKind : std::uint8_t { recovery = 1, share = 2 };

SecretBytes print_key(PrintedKind kind, ByteView body);
/// Returns the body. Errors: wrong_key (not such a text, a typing mistake, the other kind).
Result<SecretBytes> read_printed_key(PrintedKind kind, std::size_t body_bytes,
                                     std::string_view text);

}  // namespace coffer::keys

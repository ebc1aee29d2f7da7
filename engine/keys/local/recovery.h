// Slots whose key is made here, shown once, and kept on paper: `recovery:` as one text,
// `shamir:` as shares.
#pragma once

#include <coffer/key_source.h>
#include <coffer/result.h>

#include <string>
#include <string_view>

#include "crypto/key.h"
#include "keys/file_io.h"

namespace coffer::keys {

/// What such a URI says behind its scheme: where its texts are read from, empty: from a person.
/// Errors: usage.
Result<std::string> parse_recovery(std::string_view rest);
Result<std::string> parse_shamir(std::string_view rest);

struct FreshKey {
  crypto::Key key;
  std::string key_id;  ///< Of shares the set, as it is told by nothing but their own texts.
};
/// Makes a key and has it shown. Errors: usage (nothing to show it on, no plan), key_unavailable,
/// those of the one who shows it.
Result<FreshKey> make_printed_key(const KeySource& source);
/// Errors: wrong_key, key_unavailable, declined.
Result<crypto::Key> read_printed_key(const KeySource& source, NamedBy named_by = NamedBy::caller);

}  // namespace coffer::keys

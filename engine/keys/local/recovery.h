// What the kinds have in common whose key is made here, shown once, and kept on paper:
// `recovery:` as one text, `shamir:` as shares.
#pragma once

#include <coffer/key_source.h>
#include <coffer/result.h>

#include <string>
#include <string_view>

namespace coffer::keys {

inline constexpr std::string_view kSourceQuery = "?source=";

Error bad_printed_key_source();
/// Where the texts are read from, as the URI says behind its scheme; empty: from a person.
/// Errors: usage.
Result<std::string> printed_key_location(std::string_view query);
/// Whether a new key can be shown. Errors: usage (the source has no printer).
Result<void> check_can_be_shown(const KeySource& source);

}  // namespace coffer::keys

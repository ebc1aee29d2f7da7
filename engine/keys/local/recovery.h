// Shared by the kinds `recovery:` (one text) and `shamir:` (shares): coffer makes their key, shows
// it once, and people keep it on paper.
#pragma once

#include <coffer/key_source.h>
#include <coffer/result.h>

#include <string>
#include <string_view>

namespace coffer::keys {

inline constexpr std::string_view kSourceQuery = "?source=";

Error bad_printed_key_source();
/// The place that the texts are read from, from the URI after its scheme; empty: a person is asked.
/// Errors: usage.
Result<std::string> printed_key_location(std::string_view query);
/// Whether a new key can be shown. Errors: usage (the source has no printer).
Result<void> check_can_be_shown(const KeySource& source);

}  // namespace coffer::keys

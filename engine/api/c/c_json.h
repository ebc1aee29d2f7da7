// Metadata and settings as the JSON objects of the C interface.
#pragma once

#include <coffer/metadata.h>
#include <coffer/result.h>
#include <coffer/settings.h>
#include <coffer/value.h>

#include <string>
#include <string_view>

namespace coffer::c_api {

std::string print_metadata(const Metadata& metadata);
/// Errors: usage (no JSON object, an unknown member, one of the wrong type).
Result<MetadataChange> parse_metadata(std::string_view text);

std::string print_settings(const StoreSettings& settings);
/// Changes in `settings` what `text` names. Errors: as parse_metadata.
Result<void> apply_settings(std::string_view text, StoreSettings& settings);

}  // namespace coffer::c_api

// Rules for names in addition to those of every path: what a product accepts as a name, for the
// part of the store that is kept for this product.
#pragma once

#include <coffer/result.h>
#include <coffer/settings.h>

#include <string_view>

namespace coffer::format {

/// Checks `below`, the path without the scope that the profile is set for. Errors: usage.
Result<void> check_name_by(NameProfile profile, std::string_view below);
/// Checks the name of a member of a JSON object. Errors: usage.
Result<void> check_field_name_by(NameProfile profile, std::string_view name);

}  // namespace coffer::format

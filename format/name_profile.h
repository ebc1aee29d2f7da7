// Rules for names beyond those of every path: what the products that a part of the store is
// kept for take as a name.
#pragma once

#include <coffer/result.h>
#include <coffer/settings.h>

#include <string_view>

namespace coffer::format {

/// `below`: the path from below the scope that the profile is set for. Errors: usage.
Result<void> check_name_by(NameProfile profile, std::string_view below);
/// The name of a member of a JSON object. Errors: usage.
Result<void> check_field_name_by(NameProfile profile, std::string_view name);

}  // namespace coffer::format

// Variables of the environment in a manifest, so that no value need stand in it.
//
//   $NAME, ${NAME}   the variable's value; one that is not set is refused
//   $$               a dollar sign
//
// Only strings are looked at, after the document has been read: a value stays one string,
// whatever is in it. An error names the place and no name: what looks like one may be a part of
// a password.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string_view>

#include "text/json.h"

namespace coffer::tools {

/// The document with every string filled in. Errors: usage; about PLACE#/json/pointer.
Result<SecretBytes> interpolated(const json::Document& document, std::string_view place);

}  // namespace coffer::tools

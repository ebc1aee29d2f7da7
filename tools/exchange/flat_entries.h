// A secret as rows of key and text, for stores that hold nothing else: each field becomes a row
// PATH/FIELD. A value without fields, or with the only field `value`, becomes one row under its
// path.
#pragma once

#include <coffer/result.h>

#include <functional>
#include <string>
#include <string_view>

#include "tools/exchange/images.h"

namespace coffer::tools {

using TakeEntry = std::function<Result<void>(const std::string& key, std::string_view text)>;

/// A JSON string gives its characters, any other JSON value its text. Does nothing if the secret
/// has no live value. Errors: usage, about the key (the value is not text: such a store would
/// change it).
Result<void> each_flat_entry(const SecretImage& secret, const TakeEntry& take);

/// A row read in: an opaque text under PREFIX/KEY.
SecretImage image_of_entry(std::string_view prefix, std::string_view key, std::string_view text);

}  // namespace coffer::tools

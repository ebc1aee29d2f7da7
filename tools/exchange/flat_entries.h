// A secret as rows of key and text, for stores that know nothing else: each field a row of its
// own under PATH/FIELD, a value without fields, or with `value` as its only one, one row under its
// path.
#pragma once

#include <coffer/result.h>

#include <functional>
#include <string>
#include <string_view>

#include "tools/exchange/images.h"

namespace coffer::tools {

using TakeEntry = std::function<Result<void>(const std::string& key, std::string_view text)>;

/// A JSON string stands for its characters, any other JSON value for its text. Nothing where the
/// secret has no live value. Errors: usage, about the key (no text: such a store would change it).
Result<void> each_flat_entry(const SecretImage& secret, const TakeEntry& take);

/// A row on its way in: an opaque text under PREFIX/KEY.
SecretImage image_of_entry(std::string_view prefix, std::string_view key, std::string_view text);

}  // namespace coffer::tools

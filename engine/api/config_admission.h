// What a policy says to configs beyond their own ids.
#pragma once

#include <string_view>

#include "configs/hydrate.h"
#include "format/json.h"
#include "secrets/transaction.h"

namespace coffer::api {

/// Of a document that is to become the config's: each secret of this store that it names, the
/// config does not hold yet and no check minted, must be one that the caller may use; else a
/// config would be a way to any value whose coordinate is known. Errors: denied.
Result<void> check_brought_in(const secrets::View& view, std::string_view id,
                              const json::Document& document);

/// Of a config whose values are to stand under another name too, or from now on: `use` or `remove`
/// of the one and `write` of the other. Who may use or reveal the second must be one who may do so
/// with the first, or a new name would be a way to values that are denied. Errors: denied.
Result<void> check_copied(const secrets::View& view, std::string_view from, std::string_view to);
Result<void> check_renamed(const secrets::View& view, std::string_view from, std::string_view to);

/// `reveal`, for coordinates that the caller may use.
configs::Reveal reveal_usable(const secrets::View& view);

}  // namespace coffer::api

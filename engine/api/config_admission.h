// What a policy says to configs beyond their own ids.
#pragma once

#include <coffer/configs.h>

#include <string_view>

#include "configs/documents.h"
#include "configs/operations/hydrate.h"
#include "configs/rights.h"
#include "secrets/transaction.h"
#include "text/json.h"

namespace coffer::api {

/// What the caller may do with secrets on the way of a call to this config; valid while the view
/// is. A value may be known where `use` or `reveal` of the config is allowed. A coordinate that the
/// config does not hold may be brought in where `use` of its secret is, or where a check of this
/// very id minted it. Whatever a config allows, no rule that denies the secret itself is passed.
Result<configs::ConfigRights> rights_in(const secrets::View& view, std::string_view id);

/// The values of a config's secrets are to be handed out by `use_case` of the config: no rule may
/// deny it of any of them. Errors: denied.
Result<void> check_no_deny(const secrets::View& view, UseCase use_case,
                           const configs::ConfigRecord& record);

/// Takes out of a report what only those may see who may list the config: its document, and what
/// became of places that the caller did not give. `given`: his document; null: he gave none.
Result<void> hide_unlisted(const secrets::View& view, std::string_view id,
                           const json::Document* given, ConfigPutReport& report);

/// Before a document may bring in a coordinate that the config does not hold yet: `use` of that
/// secret, or a check of this id that minted it. Errors: denied.
Result<void> check_brought_in(const secrets::View& view, std::string_view id,
                              const json::Document& document);

/// Of a config whose values are to stand under another name too, or from now on: `use` or `remove`
/// of the one and, as for a plain secret, `reveal`, for others may see what has the new name; and
/// `write` of the other. Who may list or use the second must be one who may do so with the first.
/// Errors: denied.
Result<void> check_copied(const secrets::View& view, std::string_view from, std::string_view to);
Result<void> check_renamed(const secrets::View& view, std::string_view from, std::string_view to);

/// `reveal`, for coordinates that the caller may use.
configs::Reveal reveal_usable(const secrets::View& view);

}  // namespace coffer::api

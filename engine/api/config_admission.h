// What a policy decides about configs beyond their own ids.
#pragma once

#include <coffer/configs.h>

#include <string_view>

#include "configs/documents.h"
#include "configs/operations/hydrate.h"
#include "configs/rights.h"
#include "secrets/transaction.h"
#include "text/json.h"

namespace coffer::api {

/// The caller's rights to secrets in a call on this config; valid while the view is. The caller may
/// know a value if `use` or `reveal` of the config is allowed, and may bring in a coordinate that
/// the config does not hold if `use` of its secret is allowed, or if a check of the same id minted
/// it. A rule that denies the secret itself always wins.
Result<configs::ConfigRights> rights_in(const secrets::View& view, std::string_view id);

/// Before the values of a config's secrets are returned by `use_case` of the config: fails if a
/// rule denies `use_case` on any of them. Errors: denied.
Result<void> check_no_deny(const secrets::View& view, UseCase use_case,
                           const configs::ConfigRecord& record);

/// Unless the caller may list the config, removes from a report the document and the outcomes of
/// places that the caller did not give. `given`: the caller's document; null: none was given.
Result<void> hide_unlisted(const secrets::View& view, std::string_view id,
                           const json::Document* given, ConfigPutReport& report);

/// Fails if the document brings in a coordinate that the config does not hold, unless the caller
/// has `use` of its secret or a check of this id minted it. Errors: denied.
Result<void> check_brought_in(const secrets::View& view, std::string_view id,
                              const json::Document& document);

/// Before the values of config `from` get a second or a new name `to`: a copy needs `use` and a
/// rename `delete` of `from`; both need `reveal` of `from`, because others may see the new name,
/// and `write` of `to`. A caller who may list or use `to` must have the same right to `from`.
/// Errors: denied.
Result<void> check_copied(const secrets::View& view, std::string_view from, std::string_view to);
Result<void> check_renamed(const secrets::View& view, std::string_view from, std::string_view to);

/// A Reveal that returns values only for coordinates that the caller may use.
configs::Reveal reveal_usable(const secrets::View& view);

}  // namespace coffer::api

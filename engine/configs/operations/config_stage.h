// A put in two steps, for platforms that keep the document in their own database, and the early
// end of a check.
#pragma once

#include <coffer/configs.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "configs/operations/config_put.h"

namespace coffer::configs {

// Errors: see Configs.
Result<ConfigPutReport> stage_in(secrets::Transaction& transaction, std::string_view id,
                                 const PutInput& input, const ConfigPutOptions& options,
                                 std::int64_t lease_ms);
Result<ConfigPutReport> commit_in(secrets::Transaction& transaction, std::string_view id,
                                  std::string_view stage, const ConfigCommitOptions& options,
                                  const ConfigRights* rights = nullptr);
Result<std::vector<std::string>> abandon_in(secrets::Transaction& transaction, std::string_view id,
                                            std::string_view stage);

/// Destroys the secrets in `partial` that a check minted. `may_end` refuses the id of a config
/// whose check the caller may not end; the id is empty for a check without one. Unset: all allowed.
Result<std::vector<std::string>> end_check_in(
    secrets::Transaction& transaction, const json::Document& partial,
    const std::function<Result<void>(std::string_view id)>& may_end = {});
/// Ends the last check of this config.
Result<std::vector<std::string>> end_check_of(secrets::Transaction& transaction,
                                              std::string_view id);

}  // namespace coffer::configs

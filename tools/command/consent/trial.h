// A dry run: does everything in a transaction, then rolls it back.
#pragma once

#include <coffer/store.h>
#include <coffer/transaction.h>

#include <functional>

namespace coffer::tools {

/// Runs `body` in one transaction, perhaps more than once. A trial is rolled back after `body`
/// succeeded, and its report is empty. Errors: those of `body` and of the commit.
Result<TransactionReport> write_or_try(Store& store, bool is_trial,
                                       const std::function<Result<void>(Transaction&)>& body);

}  // namespace coffer::tools

#include "tools/command/consent/trial.h"

namespace coffer::tools {

Result<TransactionReport> write_or_try(Store& store, bool is_trial,
                                       const std::function<Result<void>(Transaction&)>& body) {
  bool whole = false;
  Result<TransactionReport> report = store.transaction([&](Transaction& txn) -> Result<void> {
    whole = false;
    COFFER_TRY(body(txn));
    whole = true;
    // An error rolls the transaction back.
    if (is_trial) return Error(ErrorCode::declined, "a dry run writes nothing");
    return {};
  });
  if (!report && whole && is_trial) return TransactionReport();
  return report;
}

}  // namespace coffer::tools

// Wraps every public call that changes a store by more than a Transaction's operations: if the call
// is refused, by a check of its arguments or inside its transaction, one record is written.
#pragma once

#include <utility>

#include "base/guarded.h"
#include "records/vault/vault.h"

namespace coffer::records {

/// Calls `body(intent)`, which passes the intent to Vault::write.
template <typename Body>
auto recorded(Vault& vault, Intent intent, const Body& body)
    -> std::invoke_result_t<Body, Intent*> {
  return guarded([&]() -> std::invoke_result_t<Body, Intent*> {
    auto result = body(&intent);
    if (!result) vault.record_refusal(intent, result.error());
    return result;
  });
}

}  // namespace coffer::records

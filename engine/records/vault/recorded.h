// The edge of every public call that changes a store by more than a Transaction's operations:
// where it is refused, whether by a look at what it was given or inside its transaction, there
// is one record of that.
#pragma once

#include <utility>

#include "base/guarded.h"
#include "records/vault/vault.h"

namespace coffer::records {

/// Runs `body(intent)`, which hands the intent to Vault::write.
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

// What stands behind the public Transaction.
#pragma once

#include <coffer/transaction.h>

#include <functional>
#include <optional>

#include "policy/object.h"
#include "secrets/transaction.h"

namespace coffer {

/// What an operation needs, by the store's policy.
struct Needs {
  UseCase use_case;
  policy::Object object;
};

struct Transaction::Impl {
  secrets::Transaction& txn;
  /// Set while an operation runs, and left set by one that failed after its first write: such
  /// a transaction is not committed, whatever its body says.
  bool is_torn = false;

  /// Errors: the body's; failed, where the body went on after an operation that was torn.
  static Result<void> run(secrets::Transaction& txn,
                          const std::function<Result<void>(Transaction&)>& body);

  /// One operation: what is refused of it is on record, whatever the body makes of it.
  /// Without `needs` the body asks by itself.
  template <typename Body>
  auto change(format::Action action, const std::optional<Needs>& needs, std::string_view path,
              std::uint64_t version, const Body& body) -> decltype(body());
  template <typename Body>
  Result<void> relocate(format::Action action, std::string_view from, std::string_view to,
                        const Body& body);
};

}  // namespace coffer

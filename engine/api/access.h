// The facade's way into the public classes: it alone makes facets and runs transactions.
#pragma once

#include <coffer/facet.h>
#include <coffer/transaction.h>

#include <functional>
#include <type_traits>

#include "base/answer_of.h"
#include "base/guarded.h"
#include "secrets/engine.h"

namespace coffer::api {

struct Access {
  template <typename Kind>
  static Kind facet(secrets::Engine& engine) {
    return Kind(engine);
  }
  /// Runs one transaction; its body may run again from the start. Errors: the body's; failed, if
  /// the body went on after an operation that broke off halfway.
  static Result<secrets::WriteReport> write(secrets::Engine& engine,
                                            const std::function<Result<void>(Transaction&)>& body);
  /// Runs one operation as a transaction of its own; returns the result of the operation.
  template <typename Body>
  static auto operate(secrets::Engine& engine, const Body& body)
      -> std::invoke_result_t<const Body&, Transaction&> {
    const auto run = [&engine](const auto& each) { return write(engine, each); };
    return guarded([&] { return answer_of<Transaction&>(run, body); });
  }
};

}  // namespace coffer::api

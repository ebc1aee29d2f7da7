// What the facade reaches of the public classes that nothing else does: it makes facets, and runs
// transactions.
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
  /// One transaction; its body may run again from the start. Errors: the body's; failed, where
  /// the body went on after an operation that broke off halfway.
  static Result<secrets::WriteReport> write(secrets::Engine& engine,
                                            const std::function<Result<void>(Transaction&)>& body);
  /// One operation as a transaction of its own; returns what the operation yields.
  template <typename Body>
  static auto operate(secrets::Engine& engine, const Body& body)
      -> std::invoke_result_t<const Body&, Transaction&> {
    const auto run = [&engine](const auto& each) { return write(engine, each); };
    return guarded([&] { return answer_of<Transaction&>(run, body); });
  }
};

}  // namespace coffer::api

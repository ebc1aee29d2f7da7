// Runs a body that returns a value through a function that accepts only bodies without one.
#pragma once

#include <coffer/result.h>

#include <type_traits>

namespace coffer {

/// Calls `run` with a function of `Argument` that calls `body`, and returns the answer of the last
/// call of `body`. An error of `run` itself takes precedence.
template <typename Argument, typename Run, typename Body>
auto answer_of(const Run& run, const Body& body) -> std::invoke_result_t<const Body&, Argument> {
  std::invoke_result_t<const Body&, Argument> answer =
      Error(ErrorCode::failed, "the body of a call did not run");
  COFFER_TRY(run([&](Argument argument) -> Result<void> {
    answer = body(argument);
    if (answer) return {};
    return answer.error();
  }));
  return answer;
}

}  // namespace coffer

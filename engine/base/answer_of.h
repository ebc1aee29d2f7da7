// Runs a body that yields something where only a body that yields nothing can be run.
#pragma once

#include <coffer/result.h>

#include <type_traits>

namespace coffer {

/// Calls `run` with a function of `Argument` that returns Result<void>, and returns what `body`
/// answered in it: of several runs what the last one did. An error of `run` itself goes before.
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

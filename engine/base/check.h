// COFFER_CHECK: our own bug stops the process, in release builds too, for going
// on would write garbage or reuse a nonce. Never for input: input gets an Error.
#pragma once

namespace coffer::detail {
[[noreturn]] void check_failed(const char* expression, const char* file, int line);
}

#define COFFER_CHECK(expression) \
  ((expression) ? void(0) : ::coffer::detail::check_failed(#expression, __FILE__, __LINE__))

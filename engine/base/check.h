// COFFER_CHECK: a bug of ours stops the process, in release builds too, because going on could
// write garbage or reuse a nonce. Never use it for input: bad input gets an Error.
#pragma once

namespace coffer::detail {
[[noreturn]] void check_failed(const char* expression, const char* file, int line);
}

#define COFFER_CHECK(expression) \
  ((expression) ? void(0) : ::coffer::detail::check_failed(#expression, __FILE__, __LINE__))

// Wraps every public call: turns the standard library's exceptions for a lack of memory into an
// Error. Other exceptions are bugs of ours and end the process.
#pragma once

#include <coffer/result.h>

#include <new>
#include <stdexcept>
#include <type_traits>

namespace coffer {

template <typename Body>
auto guarded(Body&& body) noexcept -> std::invoke_result_t<Body> {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::limit, "not enough memory; nothing was changed");
  }
}

}  // namespace coffer

// The edge of the public calls: what the standard library throws for want of memory becomes
// an Error here.
// Nothing else is caught: another exception is our own bug and ends the process.
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

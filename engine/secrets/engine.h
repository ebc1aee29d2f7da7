// One open store: where transactions begin, commit and, where they destroyed
// something, shred.
#pragma once

#include <coffer/clock.h>
#include <coffer/result.h>

#include <functional>
#include <memory>
#include <string>

#include "secrets/transaction.h"

namespace coffer::secrets {

class Engine {
 public:
  /// Runs `body` against one consistent snapshot.
  Result<void> read(const std::function<Result<void>(const View&)>& body);
  /// Runs `body` alone among writers, of all processes, and commits what it did if it
  /// returned no error; durable, and shredded where it destroyed, when this returns.
  Result<void> write(const std::function<Result<void>(Transaction&)>& body);
};

}  // namespace coffer::secrets

// LMDB's and the system's codes as Errors. Internal to storage.
#pragma once

#include <coffer/error.h>

namespace coffer::storage {

Error lmdb_error(int code);

}  // namespace coffer::storage

// A secret's versions: their description, the error of their state, the reason why one is missing.
#pragma once

#include <coffer/error.h>
#include <coffer/result.h>
#include <coffer/value.h>

#include <string_view>

#include "records/reading.h"
#include "records/root_record.h"
#include "records/writing.h"
#include "secrets/transaction.h"

namespace coffer::secrets {

// Names of the floor below that this floor uses.
using records::Cipher;
using records::Count;
using records::KeptVersion;
using records::Located;
using records::lost;
using records::Reading;
using records::WrappingKey;
using records::Writing;

VersionInfo info_of(const Located& located);
/// Refuses a version whose state forbids reading it, and notes the time if it has expired.
/// Errors: destroyed, expired, deleted.
Result<void> check_state(const Reading& reading, const Located& located,
                         Deleted deleted = Deleted::refuse);
Error no_such_secret();
Error no_such_version(std::uint64_t version);
/// The error for a missing version: corrupt if the version should exist, else not_found.
Error absent(const Reading& reading, const format::PathHash& hash, std::string_view path,
             std::uint64_t version);

}  // namespace coffer::secrets

// A secret's versions: what is told of one, what its state forbids, why one is not there.
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

// What the files of this floor have from the floor below.
using records::Cipher;
using records::Count;
using records::KeptVersion;
using records::Located;
using records::lost;
using records::Reading;
using records::WrappingKey;
using records::Writing;

VersionInfo info_of(const Located& located);
/// The state's error, or none. Notes that something was seen to be expired. Errors: destroyed,
/// expired, deleted.
Result<void> check_state(const Reading& reading, const Located& located,
                         Deleted deleted = Deleted::refuse);
Error no_such_secret();
Error no_such_version(std::uint64_t version);
/// Why there is no such version. Errors: corrupt (there should be one), else what to answer.
Error absent(const Reading& reading, const format::PathHash& hash, std::string_view path,
             std::uint64_t version);

}  // namespace coffer::secrets

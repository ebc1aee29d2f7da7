// All that a store lets be seen, as text: two stores with the same text are in the same state.
#pragma once

#include <coffer/store.h>

#include <string>

namespace coffer::test {

/// Names, metadata, every version with its value or the error in its place, configs in every
/// form, references, counts; and what verify has to complain of.
std::string fingerprint(Store& store);

/// The same with the random names of minted secrets replaced by what tells them apart, so that
/// two runs of one program can be compared.
std::string without_chance(const std::string& fingerprint);

}  // namespace coffer::test

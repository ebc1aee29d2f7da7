// Everything visible in a store, as text: two stores with the same text are in the same state.
#pragma once

#include <coffer/store.h>

#include <string>

namespace coffer::test {

/// Names, metadata, every version with its value or its error, configs in every form, references,
/// counts, and the problems that verify reports.
std::string fingerprint(Store& store);

/// The fingerprint with random names of minted secrets replaced by distinguishing texts, so that
/// two runs of a program can be compared.
std::string without_chance(const std::string& fingerprint);

}  // namespace coffer::test

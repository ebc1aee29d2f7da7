// What refers to what, worked out anew from the documents, against what the indexes say.
//
// References and marks of what is unreachable are kept up to date by every change, and the
// sweep goes by them. Should they ever lie, this finds it: verify names each difference, and
// a full sweep mends them before anything is destroyed.
#pragma once

#include <coffer/options.h>
#include <coffer/reports.h>
#include <coffer/result.h>

#include <functional>
#include <string>
#include <vector>

#include "secrets/engine.h"
#include "secrets/transaction.h"

namespace coffer::configs {

struct Difference {
  enum class Kind : std::uint8_t {
    unnoted,    ///< A document holds it, and no reference says so.
    unfounded,  ///< A reference says that a document holds it, and none does.
    gone,       ///< A document holds it, and it is not there any more.
    orphan,     ///< Nobody holds it, and no sweep would ever take it.
  };
  Kind kind = Kind::unnoted;
  secrets::Reference reference;  ///< Of an orphan: without a user.
};

/// One line for people: names and coordinates only.
std::string describe(const Difference& difference);

/// Holds one document in memory at a time, and what it found to be unnoted.
/// Errors: corrupt (a document or record that cannot be read).
Result<void> each_difference(const secrets::View& view,
                             const std::function<Result<void>(const Difference&)>& visit);

/// Adds to a report what each_difference finds; a document that cannot be read is a problem too.
Result<void> verify_reachability(secrets::Engine& engine, VerifyReport& report);

/// Mends the differences, then sweeps. Of a dry run: tells both.
Result<SweepReport> sweep_in_full(secrets::Engine& engine, const SweepOptions& options);

}  // namespace coffer::configs

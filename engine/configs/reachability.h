// Recomputes from the documents which secrets each config refers to, and compares the result with
// the stored references.
//
// Every change updates the references and the marks of unreachable versions, and the sweep relies
// on them. If they are ever wrong, verify reports each difference, and a full sweep repairs them
// before it destroys anything.
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
    unnoted,    ///< A document holds the version, but no reference says so.
    unfounded,  ///< A reference says that a document holds the version, but it does not.
    gone,       ///< A document holds the version, but it no longer exists.
    orphan,     ///< Nobody holds the version, but no sweep would ever destroy it.
  };
  Kind kind = Kind::unnoted;
  secrets::Reference reference;  ///< An orphan's has no user.
};

/// One line for people, with names and coordinates but no secret.
std::string describe(const Difference& difference);

/// Calls `visit` for each difference. Keeps one document at a time in memory, and the unnoted
/// versions. Errors: corrupt (a document or record cannot be read), and those of `visit`.
Result<void> each_difference(const secrets::View& view,
                             const std::function<Result<void>(const Difference&)>& visit);

/// Adds each difference to the report, and a problem if a document cannot be read.
Result<void> verify_reachability(secrets::Engine& engine, VerifyReport& report);

/// Repairs the differences, then sweeps. A dry run changes nothing and reports both.
Result<SweepReport> sweep_in_full(secrets::Engine& engine, const SweepOptions& options);

}  // namespace coffer::configs

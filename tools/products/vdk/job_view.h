// How a job's secrets are shown: as VDK shows them.
#pragma once

#include <vector>

#include "tools/products/vdk/job_secrets.h"

namespace coffer::tools {

using JobMembers = std::vector<const JobSecrets::Member*>;

/// A table under a dashed rule, of names alone or with values; "No Data." where there is nothing.
/// Errors: io.
Result<void> write_job_table(const JobMembers& members, bool with_values);

/// One line of JSON; masks in the place of the values where only names are wanted. Errors: io.
Result<void> write_job_json(const JobMembers& members, bool with_values);

}  // namespace coffer::tools

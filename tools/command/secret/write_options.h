// The options of put and patch, the verbs that write a version.
#pragma once

#include <coffer/operations.h>
#include <coffer/result.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/command/opening/context.h"
#include "tools/command/syntax.h"

namespace coffer::tools {

struct WriteWords {
  std::optional<std::string> cas, ttl, expires_at, kind, description, owner;
  std::vector<std::string> metadata, tags;
};
void describe_write_options(Syntax& syntax, WriteWords& words);

/// Errors: usage, limit; about the option.
Result<PutOptions> parse_write_options(const WriteWords& words);

/// Parses k=v words, each k given once. Errors: usage, about the option.
Result<std::map<std::string, std::string>> parse_pairs(std::string_view option,
                                                       const std::vector<std::string>& words);

/// Prints what put, patch and rollback answer. Errors: io.
Result<void> write_new_version(const Context& context, const std::string& path,
                               const VersionInfo& version);

}  // namespace coffer::tools

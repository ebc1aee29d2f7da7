#include "tools/environment.h"

#include <unistd.h>

#include <algorithm>

#include "tools/hygiene.h"

namespace coffer::tools {
namespace {

// The kernel takes no longer NAME=value (MAX_ARG_STRLEN: 32 pages).
constexpr std::size_t kEntryBytesMax = std::size_t{128} << 10;

bool is_variable_name(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

Result<void> Environment::set(std::string_view name, std::string_view value,
                              std::string_view origin) {
  if (!is_variable_name(name)) {
    return Error(ErrorCode::usage, "cannot be the name of an environment variable",
                 "give it another one: --map NAME=coffer://PATH#FIELD, or choose by --only")
        .about(Subject::Kind::name, name);
  }
  if (value.find('\0') != std::string_view::npos) {
    return Error(ErrorCode::usage, "holds a NUL byte, which no environment variable can")
        .about(Subject::Kind::path, origin);
  }
  if (name.size() + value.size() + 2 > kEntryBytesMax) {
    return Error(ErrorCode::limit, "is too large for an environment variable (128 KiB)")
        .about(Subject::Kind::path, origin);
  }
  for (const Variable& variable : variables_) {
    if (variable.name != name) continue;
    if (variable.origin == origin) return {};
    return Error(ErrorCode::usage, "two secrets are given for one variable",
                 "choose by --only, or name them apart by --map")
        .about(Subject::Kind::name, name);
  }
  SecretBytes entry;
  entry.reserve(name.size() + value.size() + 2);
  entry.append(name);
  entry.push_back('=');
  entry.append(value);
  entry.push_back(0);
  variables_.push_back({std::string(name), std::string(origin), std::move(entry)});
  return {};
}

char* const* Environment::block() {
  block_.clear();
  for (char** inherited = environ; inherited != nullptr && *inherited != nullptr; ++inherited) {
    const std::string_view entry = *inherited;
    const std::string_view name = entry.substr(0, entry.find('='));
    const bool beaten =
        std::any_of(variables_.begin(), variables_.end(),
                    [name](const Variable& variable) { return variable.name == name; });
    if (!beaten && !is_own_variable(entry)) block_.push_back(*inherited);
  }
  for (Variable& variable : variables_) {
    block_.push_back(reinterpret_cast<char*>(variable.entry.data()));
  }
  block_.push_back(nullptr);
  return block_.data();
}

void Environment::wipe() {
  block_.clear();
  variables_.clear();
}

}  // namespace coffer::tools

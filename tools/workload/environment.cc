#include "tools/workload/environment.h"

#include <algorithm>

#include "tools/command/opening/key_environment.h"

namespace coffer::tools {
namespace {

// The kernel's limit for one NAME=value (MAX_ARG_STRLEN: 32 pages).
constexpr std::size_t kEntryBytesMax = std::size_t{128} << 10;

// Variables that programs expect in every environment.
bool is_basic(std::string_view name) {
  static constexpr std::string_view kBasic[] = {"PATH", "HOME", "USER", "LOGNAME", "SHELL",
                                                "TERM", "LANG", "TZ",   "TMPDIR"};
  return name.starts_with("LC_") ||
         std::find(std::begin(kBasic), std::end(kBasic), name) != std::end(kBasic);
}

}  // namespace

Result<void> Environment::set(std::string_view name, std::string_view value,
                              std::string_view origin) {
  COFFER_TRY(check_variable_name(name));
  if (value.find('\0') != std::string_view::npos) {
    return Error(ErrorCode::usage, "contains a NUL byte, which no environment variable can hold")
        .about(Subject::Kind::path, origin);
  }
  if (name.size() + value.size() + 2 > kEntryBytesMax) {
    return Error(ErrorCode::limit, "is too large for an environment variable (128 KiB)")
        .with_size(name.size() + value.size() + 2, kEntryBytesMax)
        .about(Subject::Kind::path, origin);
  }
  if (is_set(name)) {
    return Error(ErrorCode::usage, "this variable is given two values",
                 "rename one by --map, or remove one from the env file")
        .about(Subject::Kind::name, name);
  }
  SecretBytes entry;
  entry.reserve(name.size() + value.size() + 2);
  entry.append(name);
  entry.push_back('=');
  entry.append(value);
  entry.push_back(0);
  entries_.push_back({std::string(name), std::move(entry)});
  names_.emplace(name);
  return {};
}

Result<void> Environment::set_all(const Bindings& bindings) {
  const std::size_t before = entries_.size();
  for (const Binding& binding : bindings.all()) {
    auto added = set(binding.name, binding.value.text(), binding.origin);
    if (added) continue;
    for (; entries_.size() > before; entries_.pop_back()) names_.erase(entries_.back().name);
    return added;
  }
  return {};
}

char* const* Environment::block() {
  block_.clear();
  inherited_ = inherited_environment(keeps_keys_);
  for (std::string& entry : inherited_) {
    const std::string_view name = std::string_view(entry).substr(0, entry.find('='));
    if (pristine_ && !is_basic(name) && !(keeps_keys_ && is_key_variable(name))) continue;
    if (!is_set(name)) block_.push_back(entry.data());
  }
  for (Entry& entry : entries_) block_.push_back(reinterpret_cast<char*>(entry.text.data()));
  block_.push_back(nullptr);
  return block_.data();
}

void Environment::wipe() {
  block_.clear();
  entries_.clear();
  names_.clear();
  inherited_.clear();
}

}  // namespace coffer::tools

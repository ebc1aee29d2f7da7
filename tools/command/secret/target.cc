#include "tools/command/secret/target.h"

namespace coffer::tools {

Result<Target> parse_target(std::string_view text) { return format::parse_ref(text); }

bool is_gone(const Error& error) {
  if (error.is_clock_behind()) return false;
  const ErrorCode code = error.code();
  return code == ErrorCode::not_found || code == ErrorCode::deleted || code == ErrorCode::expired ||
         code == ErrorCode::destroyed;
}

Error about_absent(Error error, std::string_view path) {
  if (error.code() == ErrorCode::not_found && path.find_first_of("#?") != std::string_view::npos) {
    error = std::move(error).with_hint(
        "in a plain path # and ? are ordinary letters; a field or version is written "
        "coffer://PATH#FIELD, coffer://PATH?version=N");
  }
  return std::move(error).about(Subject::Kind::path, path);
}

Result<Target> parse_versioned(std::string_view text) {
  Target target = COFFER_TRY(parse_target(text));
  if (target.field) {
    return Error(ErrorCode::usage, "names a field, but a whole secret is needed")
        .about(Subject::Kind::path, target.path);
  }
  return target;
}

Result<std::string> parse_whole(std::string_view text) {
  Target target = COFFER_TRY(parse_versioned(text));
  if (target.version != 0) {
    return Error(ErrorCode::usage, "names one version, but the whole secret is needed",
                 "leave the version out; in a coordinate the version is the end, _vN")
        .about(Subject::Kind::path, target.path);
  }
  return std::move(target.path);
}

Result<void> check_names_folder(std::string_view prefix, Literal hint) {
  if (prefix.find_first_not_of('/') != std::string_view::npos) return {};
  return Error(ErrorCode::usage, "the prefix does not name a folder", hint);
}

Result<void> check_sees_all(const Result<bool>& hides, std::string_view prefix) {
  if (!hides) return hides.error();
  if (!*hides) return {};
  Error error(ErrorCode::denied,
              "the policy hides a part of it from you, so the result would be incomplete",
              "a rule denies you `list`, or no rule allows it: see coffer policy show");
  if (prefix.empty()) return error;
  return std::move(error).about(Subject::Kind::path, prefix);
}

}  // namespace coffer::tools

// The secrets of one data job: one JSON object, changed key by key.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>
#include <coffer/value.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::tools {

/// The longest text of a job's object, even if the store would take more.
inline constexpr std::size_t kJobSecretsBytesMax = std::size_t{1} << 20;

/// Where a job's object is kept: TEAM/JOB, all but letters, digits and "-._~" percent-escaped, so
/// that no two jobs share one. Errors: usage (blank, not UTF-8).
Result<std::string> job_path(std::string_view team, std::string_view job);

class JobSecrets {
 public:
  struct Member {
    std::string name;
    SecretBytes json;  ///< Its exact text.
  };

  JobSecrets() = default;
  /// Errors: usage (no JSON object).
  static Result<JobSecrets> parse(const Value& value);

  /// A new key is a string; one that is there keeps its type: int, float, bool or string.
  /// Errors: usage (not of that type, a list or an object stands there); about the key.
  Result<void> set(std::string_view name, std::string_view text);
  /// Errors: not_found; about the key.
  Result<void> remove(std::string_view name);
  void clear() { members_.clear(); }
  const Member* find(std::string_view name) const;
  const std::vector<Member>& members() const { return members_; }
  JobSecrets clone() const;
  SecretBytes text() const;

 private:
  std::vector<Member> members_;
};

/// The text that replaces `present`: `document` to the byte, but that a mask in the place of a
/// value keeps the value that is there. Errors: usage (no JSON object, a mask that stands for
/// nothing); about SOURCE:LINE:COLUMN or the key.
Result<SecretBytes> overwritten(const JobSecrets& present, SecretBytes document,
                                std::string_view source);

}  // namespace coffer::tools

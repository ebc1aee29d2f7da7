// The parameters of a key URI, `a=b&c=d`: each known, each once, percent-decoded.
#pragma once

#include <coffer/result.h>

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace coffer::keys {

/// How many milliseconds one call of a provider may take if its URI has no `timeout=`.
inline constexpr int kProviderPatienceMs = 10'000;

class UriParameters {
 public:
  /// `separator` separates parameters. Errors: usage (unknown, given twice, without `=`,
  /// empty, bad escapes, control characters). An error repeats only the names of parameters: a
  /// value may be a secret in the wrong place.
  static Result<UriParameters> parse(std::string_view text, char separator,
                                     std::span<const std::string_view> known);

  bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
  /// Empty if it was not given; a value that was given is never empty.
  std::string_view get(std::string_view name) const;
  /// The value of `name`, which is `file:` and an absolute path or `credential:NAME`: "/PATH" or
  /// "credential:NAME"; empty if it was not given. Errors: usage.
  Result<std::string> file(std::string_view name) const;
  /// `timeout`, in seconds, or `500ms`; kProviderPatienceMs if it was not given.
  /// Errors: usage (not a number, 0, more than 600 seconds).
  Result<int> patience_ms() const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

/// Whether every byte is printable ASCII other than space, as a URI's must be.
bool is_uri_text(std::string_view text);

}  // namespace coffer::keys

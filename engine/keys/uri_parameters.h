// The parameters of a key URI, `a=b&c=d`: each known, each once, percent-decoded.
#pragma once

#include <coffer/result.h>

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace coffer::keys {

/// How long one question to a provider may take where its URI does not say `timeout=`.
inline constexpr int kProviderPatienceMs = 10'000;

class UriParameters {
 public:
  /// `separator` stands between parameters. Errors: usage (unknown, given twice, without `=`,
  /// empty, bad escapes, control characters). Of a text that is refused only the names of
  /// parameters are repeated: a value may be a secret in the wrong place.
  static Result<UriParameters> parse(std::string_view text, char separator,
                                     std::span<const std::string_view> known);

  bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
  /// Empty where it was not given: what is given is not empty.
  std::string_view get(std::string_view name) const;
  /// The value of `name`, which is `file:` and an absolute path or `credential:NAME`: "/PATH" or
  /// "credential:NAME"; empty where it was not given. Errors: usage.
  Result<std::string> file(std::string_view name) const;
  /// `timeout`, in seconds, or `500ms`; kProviderPatienceMs where it was not given.
  /// Errors: usage (not a number, 0, more than 600 seconds).
  Result<int> patience_ms() const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

/// Whether every byte is printable ASCII other than space, as a URI's must be.
bool is_uri_text(std::string_view text);

}  // namespace coffer::keys

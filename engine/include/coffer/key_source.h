// Where a store's key comes from: one URI a way in.
//
//   file:///etc/app/master.key              32 random bytes, raw, or as hex or base64 text
//   passphrase:                             asked for, through the prompt given here
//   passphrase:?source=file:/run/pass       the file's bytes, one trailing newline dropped
//   passphrase:?source=fd:3                 the same from an inherited descriptor
//
// Unknown schemes and parameters are refused; a secret never stands in a URI.
#pragma once

#include <coffer/export.h>
#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace coffer {

/// Asks a person for a passphrase. `confirm`: a new one, to be typed twice.
using PassphrasePrompt = std::function<Result<SecretBytes>(bool confirm)>;

class COFFER_API KeySource {
 public:
  /// Errors: usage (unknown scheme or parameter, relative path, a secret in the URI).
  static Result<KeySource> parse(std::string_view uri, PassphrasePrompt prompt = {});
  static KeySource file(std::string_view absolute_path);
  static KeySource passphrase(SecretBytes passphrase);

  enum class Scheme : std::uint8_t { file, passphrase };
  Scheme scheme() const { return scheme_; }
  /// As it is kept in the slot: holds nothing secret.
  const std::string& uri() const { return uri_; }
  /// The file's or descriptor's name, where the URI has one.
  const std::string& location() const { return location_; }
  const PassphrasePrompt& prompt() const { return prompt_; }

 private:
  KeySource(Scheme scheme, std::string uri, std::string location, PassphrasePrompt prompt)
      : scheme_(scheme),
        uri_(std::move(uri)),
        location_(std::move(location)),
        prompt_(std::move(prompt)) {}
  Scheme scheme_;
  std::string uri_;
  std::string location_;
  PassphrasePrompt prompt_;
};

/// Writes 32 random bytes to a new file of mode 0600, durably; never over an existing one.
/// Errors: conflict (it exists), io.
COFFER_API Result<void> create_key_file(std::string_view path);

}  // namespace coffer

// Where a store's key comes from: one URI a way in.
//
//   file:///etc/app/master.key              32 random bytes, raw, or as hex or base64 text
//   file:?credential=NAME                   the same, in the service manager's credentials
//   passphrase:                             asked for, through the prompt given here
//   passphrase:?source=file:/run/pass       the file's bytes, one trailing newline dropped
//   passphrase:?source=fd:3                 the same from an inherited descriptor
//   recovery:                               made and shown once when a slot is added; then
//                                           asked for, or ?source=file:PATH or ?source=fd:N
//   shamir:?shares=5&threshold=3            the same in shares, one a line if it is a file
//   pkcs11:token=T;object=O?module-path=/M.so&pin-source=file:/P       a key in an HSM or token
//   tpm2:device=/dev/tpmrm0?pcrs=sha256:7&auth-source=file:/A          sealed by this machine's TPM
//
// Unknown schemes and parameters are refused; a URI never holds a secret. If a provider is asked,
// `timeout=SECONDS` (default 10) bounds how long one request may take.
#pragma once

#include <coffer/export.h>
#include <coffer/key_scheme.h>
#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coffer {

/// Asks a person for a passphrase. `confirm`: it is a new passphrase and must be typed twice.
using PassphrasePrompt = std::function<Result<SecretBytes>(bool confirm)>;

/// Shows a key that was made for a new slot: one text, or its shares. The engine keeps none of
/// them. If the printer fails, the slot is not added; adding the slot may also fail after it.
using KeyPrinter = std::function<Result<void>(const std::vector<SecretBytes>& texts)>;

/// Returns the value of a variable; empty if it is not set. Some providers take their credentials
/// from variables. The library itself never reads the environment: give it this function, or
/// process_environment. The answer must stay valid until the call that asked returns. An open store
/// keeps the function and may ask again, to open its slot after another process rotated the key.
using EnvironmentLookup = std::function<std::string_view(const char* name)>;
inline std::string_view process_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

class COFFER_API KeySource {
 public:
  /// Errors: usage (unknown scheme or parameter, relative path, a secret in the URI), limit.
  static Result<KeySource> parse(std::string_view uri, PassphrasePrompt prompt = {},
                                 EnvironmentLookup environment = {});
  static KeySource file(std::string_view absolute_path);
  static KeySource passphrase(SecretBytes passphrase);

  using Scheme = KeyScheme;
  Scheme scheme() const { return scheme_; }
  /// As the slot keeps it; holds no secret.
  const std::string& uri() const { return uri_; }
  /// For `file:` the path or `credential:NAME`; for `passphrase:` its source.
  const std::string& location() const { return location_; }
  const PassphrasePrompt& prompt() const { return prompt_; }
  /// What a person must be asked for, as in "Recovery key"; empty: nobody is asked.
  std::string_view asks_for() const;
  /// Asks by `prompt`. No effect if asks_for() is empty.
  void ask_by(PassphrasePrompt prompt);
  const EnvironmentLookup& environment() const { return environment_; }
  /// For recovery: and shamir:, when a slot is added.
  void print_by(KeyPrinter printer) { printer_ = std::move(printer); }
  const KeyPrinter& printer() const { return printer_; }

 private:
  KeySource(Scheme scheme, std::string uri, std::string location, PassphrasePrompt prompt,
            EnvironmentLookup environment)
      : scheme_(scheme),
        uri_(std::move(uri)),
        location_(std::move(location)),
        prompt_(std::move(prompt)),
        environment_(std::move(environment)) {}
  Scheme scheme_;
  std::string uri_;
  std::string location_;
  PassphrasePrompt prompt_;
  EnvironmentLookup environment_;
  KeyPrinter printer_;
};

/// One kind of key URI, for help texts.
struct KeyKind {
  std::string_view name;  ///< As `key list` shows it.
  std::string_view form;  ///< The form of its URI.
  std::string_view what;  ///< One line.
  bool is_built = false;  ///< Whether this build of the library can use it.
};
/// The kinds, in the order in which to show them.
COFFER_API std::size_t key_kind_count();
COFFER_API KeyKind key_kind(std::size_t index);

/// Writes 32 random bytes to a new file of mode 0600, durably; never over an existing file.
/// Errors: conflict (it exists), io.
COFFER_API Result<void> create_key_file(std::string_view path);

}  // namespace coffer

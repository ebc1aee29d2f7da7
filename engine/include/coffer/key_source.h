// Where a store's key comes from: one URI a way in.
//
//   file:///etc/app/master.key              32 random bytes, raw, or as hex or base64 text
//   file:?credential=NAME                   the same, in the service manager's credentials
//   passphrase:                             asked for, through the prompt given here
//   passphrase:?source=file:/run/pass       the file's bytes, one trailing newline dropped
//   passphrase:?source=fd:3                 the same from an inherited descriptor
//   recovery:                               made, and shown once, where a slot is added; then
//                                           asked for, or ?source=file:PATH or ?source=fd:N
//   shamir:?shares=5&threshold=3            the same in shares, one a line where it is a file
//   pkcs11:token=T;object=O?module-path=/M.so&pin-source=file:/P       a key in an HSM or token
//   tpm2:device=/dev/tpmrm0?pcrs=sha256:7&auth-source=file:/A          sealed by this machine's TPM
//
// Unknown schemes and parameters are refused; a secret never stands in a URI. Where a provider
// is asked, `timeout=SECONDS` (10 where nothing is said) bounds how long one question may take.
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

/// Asks a person for a passphrase. `confirm`: a new one, to be typed twice.
using PassphrasePrompt = std::function<Result<SecretBytes>(bool confirm)>;

/// Shows a key that was made for a new slot, as texts of which none is kept: one, or its shares.
/// What it fails with ends the adding of the slot. A slot may still fail to be added after it.
using KeyPrinter = std::function<Result<void>(const std::vector<SecretBytes>& texts)>;

/// Tells the value of a variable; empty where it is not set. Some providers take their
/// credentials from there. The library itself never reads the environment: give it this, or
/// process_environment. What it answers must stay valid until the call that asked returns. An
/// open store keeps it and may ask again, to open its slot anew after a rotation elsewhere.
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
  /// As it is kept in the slot: holds nothing secret.
  const std::string& uri() const { return uri_; }
  /// Of `file:` the path, or `credential:NAME`; of `passphrase:` what its source says.
  const std::string& location() const { return location_; }
  const PassphrasePrompt& prompt() const { return prompt_; }
  /// What a person has to be asked for, as in "Recovery key"; empty: the key is read elsewhere.
  std::string_view asks_for() const;
  /// Asks by `prompt`. Without effect where asks_for() is empty.
  void ask_by(PassphrasePrompt prompt);
  const EnvironmentLookup& environment() const { return environment_; }
  /// For recovery: and shamir: where a slot is added.
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
  std::string_view form;  ///< How its URI is written.
  std::string_view what;  ///< One line.
  bool is_built = false;  ///< Whether this build of the library can use it.
};
/// Every kind, in the order in which to show them.
COFFER_API std::size_t key_kind_count();
COFFER_API KeyKind key_kind(std::size_t index);

/// Writes 32 random bytes to a new file of mode 0600, durably; never over an existing one.
/// Errors: conflict (it exists), io.
COFFER_API Result<void> create_key_file(std::string_view path);

}  // namespace coffer

// Key URIs: parsed strictly, since they are stored in slots and shown.
#include <coffer/key_source.h>

#include <algorithm>
#include <memory>

#include "format/limits.h"
#include "keys/passphrase.h"
#include "keys/provider.h"
#include "keys/recovery.h"
#include "keys/uri_parameters.h"

namespace coffer {
namespace {

Error bad_uri(Literal text, Literal hint, std::string_view uri) {
  return Error{ErrorCode::usage, text, hint}.about(Subject::Kind::uri, uri);
}

// A URI that is no key URI may be a key somebody pasted: then it is not repeated.
Error unknown_scheme() {
  return {ErrorCode::usage, "this is no key URI that coffer knows",
          "use file:///PATH or passphrase:, or a kind that `coffer key add --help` shows"};
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F && c != '?' && c != '#';
  });
}

bool is_credential_name(std::string_view text) {
  return !text.empty() && text.size() <= 255 && text != "." && text != ".." &&
         text.find('/') == std::string_view::npos && keys::is_uri_text(text) && is_plain(text);
}

/// Where the file of a file: URI is.
Result<std::string> parse_file(std::string_view uri) {
  constexpr std::string_view kFile = "file://";
  constexpr std::string_view kCredential = "file:?credential=";
  if (uri.starts_with(kCredential)) {
    const std::string_view name = uri.substr(kCredential.size());
    if (!is_credential_name(name))
      return bad_uri("a credential is named by one word", "as in file:?credential=coffer.key", uri);
    return "credential:" + std::string(name);
  }
  if (!uri.starts_with(kFile)) return unknown_scheme();
  const std::string_view path = uri.substr(kFile.size());
  if (!path.starts_with('/'))
    return bad_uri("a key file needs an absolute path", "write file:///PATH, three slashes", uri);
  if (!is_plain(path)) return bad_uri("a file: URI takes no parameters", "only file:///PATH", uri);
  return std::string(path);
}

/// Where the passphrase comes from; empty: from a person.
Result<std::string> parse_passphrase(std::string_view rest) {
  constexpr std::string_view kSource = "?source=";
  if (rest.empty()) return std::string();
  // What follows `passphrase:` may be a passphrase typed in the wrong place: never shown.
  if (!rest.starts_with(kSource))
    return Error{ErrorCode::usage, "passphrase: takes only ?source=file:PATH or ?source=fd:N",
                 "never write a passphrase into a URI: it is stored and shown"};
  rest.remove_prefix(kSource.size());
  if (!keys::is_secret_source(rest))
    return Error{ErrorCode::usage, "passphrase: takes only ?source=file:PATH or ?source=fd:N",
                 "the path is absolute, the descriptor a number"};
  return std::string(rest);
}

}  // namespace

Result<KeySource> KeySource::parse(std::string_view uri, PassphrasePrompt prompt,
                                   EnvironmentLookup environment) {
  constexpr std::string_view kPassphrase = "passphrase:";
  if (uri.size() > format::kSlotUriBytesMax)
    return Error{ErrorCode::limit, "the key URI is too long"};
  std::string kept(uri);
  if (uri.starts_with("file:")) {
    std::string location = COFFER_TRY(parse_file(uri));
    return KeySource(Scheme::file, std::move(kept), std::move(location), {},
                     std::move(environment));
  }
  if (uri.starts_with(kPassphrase)) {
    std::string location = COFFER_TRY(parse_passphrase(uri.substr(kPassphrase.size())));
    if (!location.empty()) prompt = {};
    return KeySource(Scheme::passphrase, std::move(kept), std::move(location), std::move(prompt),
                     std::move(environment));
  }
  constexpr std::string_view kRecovery = "recovery:";
  constexpr std::string_view kShamir = "shamir:";
  if (uri.starts_with(kRecovery) || uri.starts_with(kShamir)) {
    const bool is_recovery = uri.starts_with(kRecovery);
    std::string location =
        COFFER_TRY(is_recovery ? keys::parse_recovery(uri.substr(kRecovery.size()))
                               : keys::parse_shamir(uri.substr(kShamir.size())));
    if (!location.empty()) prompt = {};
    return KeySource(is_recovery ? Scheme::recovery : Scheme::shamir, std::move(kept),
                     std::move(location), std::move(prompt), std::move(environment));
  }
  const keys::ProviderKind* kind = keys::provider_kind_of_uri(uri);
  if (kind == nullptr) return unknown_scheme();
  COFFER_TRY(kind->check(uri));
  return KeySource(kind->scheme, std::move(kept), "", {}, std::move(environment));
}

KeySource KeySource::file(std::string_view absolute_path) {
  return {Scheme::file, "file://" + std::string(absolute_path), std::string(absolute_path), {}, {}};
}

KeySource KeySource::passphrase(SecretBytes passphrase) {
  auto kept = std::make_shared<SecretBytes>(std::move(passphrase));
  return {Scheme::passphrase,
          "passphrase:",
          "",
          [kept](bool) -> Result<SecretBytes> { return kept->clone(); },
          {}};
}

}  // namespace coffer

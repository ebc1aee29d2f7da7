// Key URIs: parsed strictly, since they are stored in slots and shown.
#include <coffer/key_source.h>

#include <memory>
#include <utility>

#include "engine/text/percent.h"
#include "format/limits.h"
#include "keys/local/passphrase.h"
#include "keys/local/recovery.h"
#include "keys/provider.h"
#include "keys/secret_source.h"

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

/// A path as it stands in a file: URI.
std::string encoded_path(std::string_view path) {
  std::string out;
  percent::append_encoded_unless(
      out, path, [](char c) { return !ascii::is_control(c) && c != '%' && c != '?' && c != '#'; });
  return out;
}

/// Where the file of a file: URI is.
Result<std::string> parse_file(std::string_view uri) {
  constexpr std::string_view kQuery = "file:?";
  if (uri.starts_with(kQuery)) {
    std::string name(uri.substr(kQuery.size()));
    constexpr std::string_view kCredential = "credential=";
    if (!name.starts_with(kCredential)) return unknown_scheme();
    name[kCredential.size() - 1] = ':';
    if (!keys::is_credential(name))
      return bad_uri("a credential is named by one word", "as in file:?credential=coffer.key", uri);
    return name;
  }
  if (auto path = keys::path_in_file_uri(uri)) return std::move(*path);
  std::string_view rest = uri.substr(sizeof "file:" - 1);
  if (!rest.starts_with('/')) return unknown_scheme();
  while (rest.starts_with('/')) rest.remove_prefix(1);
  if (rest.starts_with('~'))
    return bad_uri("a shell does not turn ~ inside a URI into the home directory",
                   "write file://$HOME/PATH, or the path alone: ~/PATH", uri);
  if (rest.find_first_of("?#") != std::string_view::npos)
    return bad_uri("a file: URI takes no parameters", "only file:///PATH; ? is %3F, # is %23", uri);
  if (uri.starts_with("file:///") || !uri.starts_with("file://"))
    return bad_uri("the path of a file: URI holds what none may hold",
                   "write controls and % itself as %XX, as in file:///a%25b", uri);
  return bad_uri("a key file needs an absolute path", "write file:///PATH, three slashes", uri);
}

/// Where the passphrase comes from; empty: from a person.
Result<std::string> parse_passphrase(std::string_view rest) {
  constexpr std::string_view kSource = "?source=";
  if (rest.empty()) return std::string();
  // What follows `passphrase:` may be a passphrase typed in the wrong place: never shown.
  if (!rest.starts_with(kSource))
    return Error{
        ErrorCode::usage,
        "passphrase: takes only ?source=file:PATH, ?source=credential:NAME or ?source=fd:N",
        "never write a passphrase into a URI: it is stored and shown"};
  auto source = keys::secret_source_of(rest.substr(kSource.size()));
  if (!source)
    return Error{
        ErrorCode::usage,
        "passphrase: takes only ?source=file:PATH, ?source=credential:NAME or ?source=fd:N",
        "the path is absolute, the descriptor a number"};
  return std::move(*source);
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
  return {
      Scheme::file, "file://" + encoded_path(absolute_path), std::string(absolute_path), {}, {}};
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

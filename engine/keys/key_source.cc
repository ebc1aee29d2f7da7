// Key URIs are parsed strictly, because slots store them and commands show them.
#include <coffer/key_source.h>

#include <memory>
#include <utility>

#include "format/limits.h"
#include "keys/kind.h"
#include "text/percent.h"

namespace coffer {
namespace {

// The path as a file: URI writes it.
std::string encoded_path(std::string_view path) {
  std::string out;
  percent::append_encoded_unless(
      out, path, [](char c) { return !ascii::is_control(c) && c != '%' && c != '?' && c != '#'; });
  return out;
}

}  // namespace

Result<KeySource> KeySource::parse(std::string_view uri, PassphrasePrompt prompt,
                                   EnvironmentLookup environment) {
  if (uri.size() > format::kSlotUriBytesMax)
    return Error(ErrorCode::limit, "the key URI is too long");
  const keys::Kind* kind = keys::kind_of_uri(uri);
  if (kind == nullptr) return keys::no_key_uri();
  std::string location = COFFER_TRY(kind->parse(uri));
  KeySource source(kind->scheme, std::string(uri), std::move(location), {}, std::move(environment));
  source.ask_by(std::move(prompt));
  return source;
}

std::string_view KeySource::asks_for() const {
  return location_.empty() ? keys::kind_of(scheme_).asks_for : std::string_view();
}

void KeySource::ask_by(PassphrasePrompt prompt) {
  if (!asks_for().empty()) prompt_ = std::move(prompt);
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

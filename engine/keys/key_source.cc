// Key URIs are parsed strictly, because slots store them and commands show them.
#include <coffer/key_source.h>

#include <memory>
#include <utility>

#include "format/limits.h"
#include "keys/kind.h"

namespace coffer {
namespace {

// The path as a file: URI writes it.
std::string encoded_path(std::string_view path) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F && c != '%' && c != '?' && c != '#') {
      out.push_back(c);
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
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

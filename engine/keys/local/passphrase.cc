#include "keys/local/passphrase.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>

#include "keys/file_io.h"
#include "keys/kind.h"
#include "keys/secret_source.h"
#include "text/ascii.h"

namespace coffer::keys {
namespace {

constexpr std::size_t kPassphraseBytesMax = 4096;
constexpr std::string_view kPrefix = "passphrase:";
constexpr std::string_view kFilePrefix = "file:";
constexpr std::string_view kDescriptorPrefix = "fd:";

// Sets close-on-exec, because a program that `coffer run` starts later must not read the
// passphrase from the descriptor again. Leaves standard streams open: without them, the next file
// that a program opens would become a standard stream.
void keep_from_programs(int fd) {
  const int flags = fd > STDERR_FILENO ? ::fcntl(fd, F_GETFD) : -1;
  if (flags >= 0) ::fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}

Result<SecretBytes> read_source(const KeySource& source, NamedBy named_by) {
  const std::string& location = source.location();
  if (!location.starts_with(kDescriptorPrefix))
    return read_secret_at(
        location.starts_with(kFilePrefix) ? location.substr(kFilePrefix.size()) : location,
        source.environment(), kPassphraseBytesMax, named_by);
  int number = -1;
  std::from_chars(location.data() + kDescriptorPrefix.size(), location.data() + location.size(),
                  number);
  keep_from_programs(number);
  // No time limit: a person may be typing.
  return read_secret(number, kPassphraseBytesMax, -1);
}

bool is_descriptor(std::string_view text) { return text.size() <= 6 && ascii::is_number(text); }

}  // namespace

std::optional<std::string> secret_source_of(std::string_view text) {
  if (text.starts_with(kDescriptorPrefix))
    return is_descriptor(text.substr(kDescriptorPrefix.size())) ? std::optional<std::string>(text)
                                                                : std::nullopt;
  if (is_credential(text)) return std::string(text);
  const auto path = path_in_file_uri(text);
  if (!path) return std::nullopt;
  return std::string(kFilePrefix) + *path;
}

std::optional<Literal> oddity_of(const SecretBytes& passphrase) {
  const std::string_view text = passphrase.text();
  if (text.starts_with("\xEF\xBB\xBF"))
    return Literal(
        "the passphrase begins with a byte order mark, which some editors add: save the "
        "text without it");
  // U+0300 to U+036F: combining marks, which follow their letter.
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto next = static_cast<unsigned char>(text[i + 1]);
    if ((text[i] == '\xCC' && next >= 0x80) || (text[i] == '\xCD' && next >= 0x80 && next <= 0xAF))
      return Literal(
          "the passphrase contains decomposed letters (Unicode NFD), which some systems "
          "write: the right one may be in composed form (NFC)");
  }
  return std::nullopt;
}

Result<SecretBytes> read_passphrase(const KeySource& source, bool confirm, NamedBy named_by) {
  SecretBytes passphrase;
  if (!source.location().empty()) {
    passphrase = COFFER_TRY(read_source(source, named_by));
    drop_line_end(passphrase);
  } else if (source.prompt()) {
    passphrase = COFFER_TRY(source.prompt()(confirm));
  } else {
    return Error(ErrorCode::key_unavailable, "nobody can be asked for the passphrase",
                 "use passphrase:?source=file:PATH, ?source=credential:NAME or ?source=fd:N");
  }
  if (passphrase.empty())
    return Error(ErrorCode::usage, "the passphrase is empty", "choose a long one");
  if (passphrase.size() > kPassphraseBytesMax)
    return Error(ErrorCode::limit, "the passphrase is too long");
  return passphrase;
}

bool is_read_from_file(const KeySource& source) {
  return source.location().starts_with("file:") || source.location().starts_with("credential:");
}

namespace {

// The place that the passphrase is read from; empty: a person is asked.
Result<std::string> parse(std::string_view uri) {
  const std::string_view rest = uri.substr(kPrefix.size());
  constexpr std::string_view kSource = "?source=";
  if (rest.empty()) return std::string();
  // Errors do not show the rest, because it may be a passphrase typed in the wrong place.
  if (!rest.starts_with(kSource))
    return Error(
        ErrorCode::usage,
        "passphrase: takes only ?source=file:PATH, ?source=credential:NAME or ?source=fd:N",
        "never write a passphrase into a URI: it is stored and shown");
  auto source = secret_source_of(rest.substr(kSource.size()));
  if (!source)
    return Error(
        ErrorCode::usage,
        "passphrase: takes only ?source=file:PATH, ?source=credential:NAME or ?source=fd:N",
        "the path must be absolute, the descriptor a number");
  return std::move(*source);
}

Result<SourceMaterial> obtain(const KeySource& source, const Purpose& purpose) {
  SourceMaterial material;
  material.passphrase = COFFER_TRY(read_passphrase(source, purpose.is_new, purpose.named_by));
  return material;
}

}  // namespace

extern constinit const Kind kPassphraseKind = {
    .scheme = KeyScheme::passphrase,
    .name = "passphrase",
    .prefix = kPrefix,
    .form = {"passphrase:", "asked for on the terminal"},
    .other_form = {"passphrase:?source=file:PATH", "or ?source=fd:N: read from there"},
    .asks_for = "Passphrase",
    .parse = parse,
    .may_follow_unasked = is_read_from_file,
    .obtain = obtain,
};

}  // namespace coffer::keys

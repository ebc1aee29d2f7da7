#include "keys/passphrase.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "keys/file_io.h"

namespace coffer::keys {
namespace {

constexpr std::size_t kPassphraseBytesMax = 4096;
constexpr std::string_view kFilePrefix = "file:";
constexpr std::string_view kDescriptorPrefix = "fd:";

// A program that is started later (`coffer run`) must not find the passphrase there: a file
// can be read again. The standard streams are left as they are, since a program that starts
// without them takes the next file it opens for one.
void keep_from_programs(int fd) {
  const int flags = fd > STDERR_FILENO ? ::fcntl(fd, F_GETFD) : -1;
  if (flags >= 0) ::fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}

Result<SecretBytes> read_source(const std::string& location, NamedBy named_by) {
  if (location.starts_with(kFilePrefix))
    return read_secret_file(location.substr(kFilePrefix.size()), kPassphraseBytesMax, kPatienceMs,
                            OpenTo::owner, named_by);
  int number = -1;
  std::from_chars(location.data() + kDescriptorPrefix.size(), location.data() + location.size(),
                  number);
  keep_from_programs(number);
  // Without end: a person may be typing there.
  return read_secret(number, kPassphraseBytesMax, -1);
}

bool is_descriptor(std::string_view text) {
  return !text.empty() && text.size() <= 6 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F && c != '?' && c != '#';
  });
}

}  // namespace

bool is_secret_source(std::string_view text) {
  if (text.starts_with(kDescriptorPrefix))
    return is_descriptor(text.substr(kDescriptorPrefix.size()));
  return text.starts_with("file:/") && is_plain(text);
}

Result<SecretBytes> read_passphrase(const KeySource& source, bool confirm, NamedBy named_by) {
  SecretBytes passphrase;
  if (!source.location().empty()) {
    passphrase = COFFER_TRY(read_source(source.location(), named_by));
    drop_line_end(passphrase);
  } else if (source.prompt()) {
    passphrase = COFFER_TRY(source.prompt()(confirm));
  } else {
    return Error{ErrorCode::key_unavailable, "there is nobody to ask for the passphrase",
                 "use passphrase:?source=file:PATH or ?source=fd:N"};
  }
  if (passphrase.empty())
    return Error{ErrorCode::usage, "the passphrase is empty", "choose one of some length"};
  if (passphrase.size() > kPassphraseBytesMax)
    return Error{ErrorCode::limit, "the passphrase is too long"};
  return passphrase;
}

}  // namespace coffer::keys

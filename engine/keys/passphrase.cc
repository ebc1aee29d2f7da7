#include "keys/passphrase.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "keys/file_io.h"

namespace coffer::keys {
namespace {

constexpr std::size_t kPassphraseBytesMax = 4096;
constexpr std::string_view kFilePrefix = "file:";
constexpr std::string_view kDescriptorPrefix = "fd:";

Result<SecretBytes> read_source(const std::string& location) {
  if (location.starts_with(kFilePrefix)) {
    const std::string path = location.substr(kFilePrefix.size());
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file.ok())
      return Error{ErrorCode::key_unavailable, "the passphrase file cannot be read"}
          .with_errno(errno)
          .about(Subject::Kind::file, path);
    return read_secret(file.get(), kPassphraseBytesMax);
  }
  int number = -1;
  std::from_chars(location.data() + kDescriptorPrefix.size(), location.data() + location.size(),
                  number);
  return read_secret(number, kPassphraseBytesMax);
}

}  // namespace

Result<SecretBytes> read_passphrase(const KeySource& source, bool confirm) {
  SecretBytes passphrase;
  if (!source.location().empty()) {
    passphrase = COFFER_TRY(read_source(source.location()));
    // One line end, as an editor or echo leaves it, is not part of the passphrase.
    if (passphrase.text().ends_with('\n')) passphrase.resize(passphrase.size() - 1);
    if (passphrase.text().ends_with('\r')) passphrase.resize(passphrase.size() - 1);
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

#include "keys/key_file.h"

#include <coffer/key_source.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "crypto/encoding.h"
#include "crypto/random.h"
#include "keys/file_io.h"

namespace coffer {
namespace keys {
namespace {

constexpr std::size_t kKeyFileBytesMax = 256;
constexpr std::string_view kCredential = "credential:";

Result<crypto::Key> decode_key_file(const std::string& path, OpenTo open_to, NamedBy named_by) {
  const SecretBytes content =
      COFFER_TRY(read_secret_file(path, kKeyFileBytesMax, kPatienceMs, open_to, named_by));
  crypto::Key key;
  if (!crypto::decode_key_text(content.bytes(), key.mutable_bytes()))
    return Error{ErrorCode::wrong_key, "the key file does not hold 32 bytes, raw, hex or base64",
                 "make one: coffer init --key file:///PATH makes it where there is none"}
        .about(Subject::Kind::file, path);
  return key;
}

}  // namespace

Result<crypto::Key> read_key_file(const std::string& path, NamedBy named_by) {
  return decode_key_file(path, OpenTo::owner, named_by);
}

// The service manager gives each service a directory of its own; where it lets the service in
// by an access list, the mode shows that as a right of the group.
Result<crypto::Key> read_key_file(const KeySource& source, NamedBy named_by) {
  const std::string& location = source.location();
  if (!location.starts_with(kCredential)) return read_key_file(location, named_by);
  std::string_view directory;
  if (source.environment()) directory = source.environment()("CREDENTIALS_DIRECTORY");
  if (!directory.starts_with('/'))
    return Error{ErrorCode::key_unavailable, "no directory of credentials is there",
                 "run it as a service with LoadCredential=, which sets CREDENTIALS_DIRECTORY"}
        .about(Subject::Kind::uri, source.uri());
  return decode_key_file(std::string(directory) + "/" + location.substr(kCredential.size()),
                         OpenTo::service, named_by);
}

}  // namespace keys

// Power cut: O_EXCL makes the name; before fsync an empty or short file may be left, which
// opens nothing and is refused as no key; after fsync of file and directory it is whole.
Result<void> create_key_file(std::string_view path) {
  const std::string name(path);
  const keys::FileDescriptor file(
      ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.ok()) {
    if (errno == EEXIST)
      return Error{ErrorCode::conflict, "there is such a file already"}.about(Subject::Kind::file,
                                                                              path);
    return Error{ErrorCode::io, "the key file cannot be made"}.with_errno(errno).about(
        Subject::Kind::file, path);
  }
  crypto::Key key = crypto::Key::random();
  auto written = keys::write_fully(file.get(), key.view(), 0);
  if (written) written = keys::sync_file_and_parent(file.get(), name);
  if (!written) {
    ::unlink(name.c_str());
    return std::move(written).error().about(Subject::Kind::file, path);
  }
  return {};
}

}  // namespace coffer

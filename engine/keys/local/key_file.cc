#include "keys/local/key_file.h"

#include <coffer/key_source.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/files.h"
#include "crypto/encoding.h"
#include "crypto/random.h"
#include "keys/file_io.h"
#include "keys/secret_source.h"

namespace coffer {
namespace keys {
namespace {

constexpr std::size_t kKeyFileBytesMax = 256;

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

Result<crypto::Key> read_key_file(const KeySource& source, NamedBy named_by) {
  const SecretFile file = COFFER_TRY(locate_secret(source.location(), source.environment()));
  return decode_key_file(file.path, file.open_to, named_by);
}

}  // namespace keys

// Power cut: O_EXCL makes the name; before fsync an empty or short file may be left, which
// opens nothing and is refused as no key; after fsync of file and directory it is whole.
Result<void> create_key_file(std::string_view path) {
  const std::string name(path);
  const FileDescriptor file(
      ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.ok()) {
    if (errno == EEXIST)
      return Error{ErrorCode::conflict, "there is such a file already"}.about(Subject::Kind::file,
                                                                              path);
    if (errno == ENOENT || errno == ENOTDIR)
      return Error{ErrorCode::io, "the directory of the key file is not there",
                   "make it first: mkdir -p -m 700 DIRECTORY"}
          .about(Subject::Kind::file, path.substr(0, std::max<std::size_t>(path.rfind('/'), 1)));
    return Error{ErrorCode::io, "the key file cannot be made", "see who may write its directory"}
        .with_errno(errno)
        .about(Subject::Kind::file, path);
  }
  crypto::Key key = crypto::Key::random();
  auto written = write_fully(file.get(), key.view(), 0);
  if (written) written = sync_file_and_parent(file.get(), name);
  if (!written) {
    ::unlink(name.c_str());
    return std::move(written).error().about(Subject::Kind::file, path);
  }
  return {};
}

}  // namespace coffer

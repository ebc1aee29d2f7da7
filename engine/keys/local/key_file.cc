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
#include "keys/kind.h"
#include "keys/secret_source.h"

namespace coffer {
namespace keys {
namespace {

constexpr std::size_t kKeyFileBytesMax = 256;

Error bad_uri(Literal text, Literal hint, std::string_view uri) {
  return Error(ErrorCode::usage, text, hint).about(Subject::Kind::uri, uri);
}

Result<std::string> parse(std::string_view uri) {
  constexpr std::string_view kQuery = "file:?";
  if (uri.starts_with(kQuery)) {
    std::string name(uri.substr(kQuery.size()));
    constexpr std::string_view kCredential = "credential=";
    if (!name.starts_with(kCredential)) return no_key_uri();
    name[kCredential.size() - 1] = ':';
    if (!is_credential(name))
      return bad_uri("a credential's name must be one word", "as in file:?credential=coffer.key",
                     uri);
    return name;
  }
  if (auto path = path_in_file_uri(uri)) return std::move(*path);
  std::string_view rest = uri.substr(sizeof "file:" - 1);
  if (!rest.starts_with('/')) return no_key_uri();
  while (rest.starts_with('/')) rest.remove_prefix(1);
  if (rest.starts_with('~'))
    return bad_uri("a shell does not turn ~ inside a URI into the home directory",
                   "write file://$HOME/PATH, or the path alone: ~/PATH", uri);
  if (rest.find_first_of("?#") != std::string_view::npos)
    return bad_uri("a file: URI takes no parameters", "only file:///PATH; ? is %3F, # is %23", uri);
  if (uri.starts_with("file:///") || !uri.starts_with("file://"))
    return bad_uri("the path of a file: URI contains a forbidden character",
                   "write control characters and % itself as %XX, as in file:///a%25b", uri);
  return bad_uri("a key file needs an absolute path", "write file:///PATH, three slashes", uri);
}

Result<SourceMaterial> obtain(const KeySource& source, const Purpose& purpose) {
  SourceMaterial material;
  const SecretFile file = COFFER_TRY(locate_secret(source.location(), source.environment()));
  material.key = COFFER_TRY(read_key_file(file.path, file.open_to, purpose.named_by));
  return material;
}

}  // namespace

Result<crypto::Key> read_key_file(const std::string& path, OpenTo open_to, NamedBy named_by) {
  const SecretBytes content =
      COFFER_TRY(read_secret_file(path, kKeyFileBytesMax, kPatienceMs, open_to, named_by));
  crypto::Key key;
  if (!crypto::decode_key_text(content.bytes(), key.mutable_bytes()))
    return Error(ErrorCode::wrong_key, "the key file does not hold 32 bytes, raw, hex or base64",
                 Advice::make_key_file)
        .about(Subject::Kind::file, path);
  return key;
}

extern constinit const Kind kFileKind = {
    .scheme = KeyScheme::file,
    .name = "file",
    .prefix = "file:",
    .form = {"file:///PATH", "a file of 32 random bytes, made if missing"},
    .other_form = {"file:?credential=NAME", "the same, from the service manager's credentials"},
    .parse = parse,
    // A trusted file (NamedBy::store) is only read, up to a limit, and tried as a key: this
    // discloses nothing to anybody.
    .may_follow_unasked = [](const KeySource&) { return true; },
    .obtain = obtain,
};

}  // namespace keys

// Power cut: before the sync an empty or short file may be left, which reading refuses as no key;
// after the sync the file is whole.
Result<void> create_key_file(std::string_view path) {
  const std::string name(path);
  const FileDescriptor file(
      ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.ok()) {
    if (errno == EEXIST)
      return Error(ErrorCode::conflict, "a file of this name exists already")
          .about(Subject::Kind::file, path);
    if (errno == ENOENT || errno == ENOTDIR)
      return Error(ErrorCode::io, "the key file's directory does not exist",
                   "make it first: mkdir -p -m 700 DIRECTORY")
          .about(Subject::Kind::file, path.substr(0, std::max<std::size_t>(path.rfind('/'), 1)));
    return Error(ErrorCode::io, "the key file cannot be created", "see who may write its directory")
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

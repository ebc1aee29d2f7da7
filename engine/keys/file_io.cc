#include "keys/file_io.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/files.h"

namespace coffer::keys {

namespace {

Error unreadable(int error) {
  return Error(ErrorCode::key_unavailable, "the key cannot be read", "check its path and its owner")
      .with_errno(error);
}

// poll() also reports an end or a failure: the read that follows tells which.
Result<void> wait_for_data(int fd, int patience_ms) {
  pollfd wait{fd, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&wait, 1, patience_ms);
  } while (ready < 0 && errno == EINTR);
  if (ready < 0) return unreadable(errno);
  if (ready == 0)
    return Error(ErrorCode::key_unavailable, "no key arrived: the pipe or device stayed silent",
                 "its writer did not begin, or did not end");
  return {};
}

// A file that other users can read holds no secret key. A pipe (`<(...)`) or a file of root's is
// fine if the caller named it. If only the store names it, it is not: a forger could make a store
// that names his own pipe or file, and the store must not open by that key unasked.
Result<void> check_access(int fd, OpenTo open_to, NamedBy named_by) {
  const mode_t refused = open_to == OpenTo::owner ? 077 : 037;
  struct stat status {};
  if (fstat(fd, &status) != 0) return unreadable(errno);
  const bool is_trusted =
      S_ISREG(status.st_mode) && (status.st_uid == geteuid() || status.st_uid == 0);
  if (named_by == NamedBy::store && !is_trusted)
    return Error(ErrorCode::key_unavailable,
                 "the key that the store names is not a regular file of this user or of root",
                 Advice::name_key_yourself);
  if (S_ISREG(status.st_mode) && (status.st_mode & refused) != 0)
    return Error(ErrorCode::key_unavailable, "other users may read the key", "chmod 600 it");
  return {};
}

}  // namespace

Result<SecretBytes> read_secret(int fd, std::size_t bytes_max, int patience_ms) {
  SecretBytes content(bytes_max + 1);
  std::size_t size = 0;
  while (size <= bytes_max) {
    COFFER_TRY(wait_for_data(fd, patience_ms));
    const ssize_t got = ::read(fd, content.data() + size, content.size() - size);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return unreadable(errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > bytes_max) return Error(ErrorCode::limit, "the file is too long");
  content.resize(size);
  return content;
}

// The file is opened without blocking, so that a pipe without a writer cannot hang the caller.
// read_secret() waits for data before it reads: an earlier read would look like the file's end.
Result<SecretBytes> read_secret_file(const std::string& path, std::size_t bytes_max,
                                     int patience_ms, OpenTo open_to, NamedBy named_by) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file.ok()) return unreadable(errno).about(Subject::Kind::file, path);
  auto allowed = check_access(file.get(), open_to, named_by);
  if (!allowed) return std::move(allowed).error().about(Subject::Kind::file, path);
  auto content = read_secret(file.get(), bytes_max, patience_ms);
  if (!content) return std::move(content).error().about(Subject::Kind::file, path);
  return content;
}

void drop_line_end(SecretBytes& content) {
  if (content.text().ends_with('\n')) content.resize(content.size() - 1);
  if (content.text().ends_with('\r')) content.resize(content.size() - 1);
}

}  // namespace coffer::keys

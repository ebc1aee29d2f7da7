#include "tools/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "tools/output.h"

namespace coffer::tools {
namespace {

Error cannot(const std::string& path, int error_number) {
  return Error(ErrorCode::io, "cannot write", "see that the folder is there and has room")
      .about(Subject::Kind::file, path)
      .with_errno(error_number);
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

// A name is given to the file once all of it is on disk: nobody sees half of one, and a
// power cut before leaves a file without a name, which is gone.
Result<void> link_as(int fd, const std::string& path) {
  const std::string self = "/proc/self/fd/" + std::to_string(fd);
  if (linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0) return {};
  if (errno == EEXIST) {
    return Error(ErrorCode::conflict, "is there already; nothing was written",
                 "choose another name, or replace it with --force")
        .about(Subject::Kind::file, path);
  }
  return cannot(path, errno);
}

}  // namespace

Result<void> write_new_file(const std::string& path, ByteView bytes, bool force) {
  const std::string folder = folder_of(path);
  const File file(open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.fd() < 0) return cannot(path, errno);
  if (!write_all(file.fd(), bytes) || fsync(file.fd()) != 0) return cannot(path, errno);
  if (!force) {
    COFFER_TRY(link_as(file.fd(), path));
  } else {
    const std::string beside = path + ".coffer-" + std::to_string(getpid());
    COFFER_TRY(link_as(file.fd(), beside));
    if (rename(beside.c_str(), path.c_str()) != 0) {
      const int error_number = errno;
      unlink(beside.c_str());
      return cannot(path, error_number);
    }
  }
  const File directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.fd() < 0 || fsync(directory.fd()) != 0) return cannot(path, errno);
  return {};
}

}  // namespace coffer::tools

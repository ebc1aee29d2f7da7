#include "tools/workload/private_files.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <filesystem>

#include "tools/command/opening/store_folder.h"
#include "tools/command/streams/output.h"

namespace coffer::tools {
namespace {

Error cannot(const std::string& path, int error_number) {
  return Error(ErrorCode::io, "cannot write")
      .about(Subject::Kind::file, path)
      .with_errno(error_number);
}

bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() <= NAME_MAX && name != "." && name != ".." &&
         name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

Result<void> write_file(const std::string& path, ByteView bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return cannot(path, errno);
  const bool written = write_all(fd, bytes);
  const int error_number = errno;
  close(fd);
  if (!written) return cannot(path, error_number);
  return {};
}

}  // namespace

Result<PrivateFiles> PrivateFiles::make(const std::string& directory) {
  COFFER_TRY(check_outside_stores(directory));
  if (mkdir(directory.c_str(), 0700) != 0) {
    if (errno != EEXIST) return cannot(directory, errno);
    return Error(ErrorCode::usage, "exists already", "name a directory that does not exist yet")
        .about(Subject::Kind::file, directory);
  }
  // The command may change its directory, and we must remove exactly what we made.
  char resolved[PATH_MAX];
  PrivateFiles files(realpath(directory.c_str(), resolved) == nullptr ? directory : resolved);
  struct statfs system {};
  if (statfs(files.path_.c_str(), &system) != 0) return cannot(directory, errno);
  if (system.f_type != TMPFS_MAGIC && system.f_type != RAMFS_MAGIC) {
    return Error(ErrorCode::usage, "is on a disk, where values could be recovered later",
                 "choose a directory in memory, below /dev/shm or /run/user/UID")
        .about(Subject::Kind::file, directory);
  }
  return files;
}

PrivateFiles::~PrivateFiles() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Result<void> PrivateFiles::write_all(const Bindings& bindings) {
  for (const Binding& binding : bindings.all()) {
    if (!is_file_name(binding.name)) {
      return Error(ErrorCode::usage, "cannot be the name of a file",
                   "choose the field by --only coffer://PATH#FIELD, or rename it")
          .about(Subject::Kind::name, binding.name);
    }
    COFFER_TRY(write_file(path_ + "/" + binding.name, binding.value.bytes()));
  }
  return {};
}

}  // namespace coffer::tools

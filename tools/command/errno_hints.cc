#include "tools/command/errno_hints.h"

#include <cerrno>

namespace coffer::tools {

std::string_view hint_for_errno(int number) {
  switch (number) {
    case ENOSPC:
    case EDQUOT: return "the disk or the quota is full: free some space";
    case EFBIG: return "the file would exceed a size limit: see ulimit -f";
    case EROFS: return "the file system is read-only: mount it for writing, or use another one";
    case EACCES:
    case EPERM: return "check the owner of the file and its directories, and run as that user";
    case EMFILE: return "this process may open no more files: raise ulimit -n";
    case ENFILE: return "the machine has too many open files: close some, or raise fs.file-max";
    case ENOMEM: return "memory or address space ran out: see ulimit -v and the memory limit";
    case EAGAIN: return "the system is short of a resource, such as locked memory; try again later";
    case ENOLCK:
    case ENOSYS:
    case EOPNOTSUPP:
      return "this file system does not support locks: put the store on a local disk";
    case EIO:
      return "the disk is failing: see the kernel's log, and copy the store to another disk";
    case ENOENT:
    case ENOTDIR: return "check the path: the file, or a directory above it, does not exist";
    case ENAMETOOLONG: return "the name is too long for the file system";
    case ELOOP: return "too many symbolic links, or a link instead of a plain file";
    case EISDIR: return "this is a directory; a file is needed";
    case EBUSY: return "something is using it, such as a mount: find out what";
    default: return "";
  }
}

}  // namespace coffer::tools

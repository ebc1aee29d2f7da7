#include "tools/command/errno_hints.h"

#include <cerrno>

namespace coffer::tools {

std::string_view hint_for_errno(int number) {
  switch (number) {
    case ENOSPC:
    case EDQUOT: return "there is no room left: free some on the disk, or in the quota";
    case EFBIG: return "a limit of file sizes is in the way: see ulimit -f";
    case EROFS: return "the file system is read-only: mount it for writing, or use another";
    case EACCES:
    case EPERM: return "see whose the file and its directories are, and run as that user";
    case EMFILE: return "this process may open no more files: raise ulimit -n";
    case ENFILE: return "the machine has too many open files: close some, or raise fs.file-max";
    case ENOMEM:
      return "there is no memory, or no address space: see ulimit -v and the memory limit";
    case EAGAIN: return "the system lacks something just now, such as locked memory; try again";
    case ENOLCK:
    case ENOSYS:
    case EOPNOTSUPP: return "this file system keeps no locks: put the store on a local disk";
    case EIO: return "the disk itself fails: see the kernel's log, and copy the store off it";
    case ENOENT:
    case ENOTDIR:
      return "see that the path is right: what it names, or a directory on the way, is not there";
    case ENAMETOOLONG: return "the name is too long for the file system";
    case ELOOP: return "too many symbolic links, or one where a plain file must be";
    case EISDIR: return "a directory is there where a file must be";
    case EBUSY: return "something holds it, such as a mount: see what uses it";
    default: return "";
  }
}

}  // namespace coffer::tools

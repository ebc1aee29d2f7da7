#include "storage/file_system.h"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>

namespace coffer::storage {
namespace {

constexpr std::uint64_t kFuse = 0x65735546;
// Network and cluster file systems, and folders that a virtual machine shares with its host. On
// them flock, shared memory or both work within one machine only.
constexpr std::array<std::uint64_t, 20> kShared = {
    NFS_SUPER_MAGIC, V9FS_MAGIC,
    0xFF534D42,  // CIFS
    0xFE534D42,  // SMB2
    0x0000517B,  // SMB1
    0x00C36400,  // Ceph
    0x0BD00BD0,  // Lustre
    0x47504653,  // GPFS
    0x5346414F,  // AFS
    0x6B414653,  // AFS, the kernel's own
    0x7461636F,  // OCFS2
    0x01161970,  // GFS2
    0x19830326,  // BeeGFS
    0x20030528,  // OrangeFS
    0xAAD7AAEA,  // PanFS
    0x61636673,  // ACFS
    0x73757245,  // Coda
    0x786F4256,  // VirtualBox's folders
    0xBACBACBC,  // VMware's folders
    0x7C7C6673,  // Parallels' folders
};

}  // namespace

Locks locks_of(std::uint64_t type) {
  if (std::find(kShared.begin(), kShared.end(), type) != kShared.end()) return Locks::none;
  return type == kFuse ? Locks::by_server : Locks::local;
}

std::string lock_promise(const std::string& directory) {
  struct statfs fs {};
  const bool is_fuse =
      statfs(directory.c_str(), &fs) == 0 &&
      locks_of(static_cast<std::uint64_t>(static_cast<unsigned>(fs.f_type))) == Locks::by_server;
  return is_fuse ? "fuse" : "local";
}

}  // namespace coffer::storage

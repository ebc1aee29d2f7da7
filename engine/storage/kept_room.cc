// Room behind the data file's end, so that what expired or leaked can be destroyed on a full disk:
// a copy-on-write tree needs new pages even to remove something.
#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>

#include "storage/environment.h"

namespace coffer::storage {
namespace {

// The pages of two shreddings of a small store, and more than one of a large store writes anew.
constexpr off_t kRoomBytes = 256 << 10;

}  // namespace

// Called by a writer after its commit, under writer_mutex_. The file's size stays as it is; a power
// cut leaves blocks that nothing names, or no blocks. A file system that cannot do it, or has no
// room left, is no error: the commit is done, and the room was a provision.
void Environment::keep_room() {
  mdb_filehandle_t fd = -1;
  struct stat status {};
  if (mdb_env_get_fd(env_, &fd) != 0 || fstat(fd, &status) != 0) return;
  if (status.st_size + kRoomBytes / 2 <= kept_until_) return;
  kept_until_ = status.st_size + kRoomBytes;
  (void)fallocate(fd, FALLOC_FL_KEEP_SIZE, status.st_size, kRoomBytes);
}

}  // namespace coffer::storage

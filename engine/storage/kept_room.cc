// Disk space kept beyond the data file's end, so that expired or leaked secrets can be destroyed on
// a full disk: a copy-on-write tree needs new pages even to remove an entry.
#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>

#include "base/check.h"
#include "storage/environment.h"

namespace coffer::storage {
namespace {

// Enough for two shreddings of a small store, and for one of a large store.
constexpr off_t kRoomBytes = 256 << 10;

}  // namespace

// A writer calls this after its commit, under writer_mutex_. The file's size does not change, and a
// power cut leaves unused blocks at worst. A failure is no error: the commit is done, and the room
// is only a precaution.
void Environment::keep_room() {
  COFFER_CHECK(env_ != nullptr);
  mdb_filehandle_t fd = -1;
  struct stat status {};
  if (mdb_env_get_fd(env_, &fd) != 0 || fstat(fd, &status) != 0) return;
  if (status.st_size + kRoomBytes / 2 <= kept_until_) return;
  kept_until_ = status.st_size + kRoomBytes;
  (void)fallocate(fd, FALLOC_FL_KEEP_SIZE, status.st_size, kRoomBytes);
}

}  // namespace coffer::storage

#include <coffer/store_directory.h>
#include <sys/stat.h>

#include "base/guarded.h"
#include "keys/keyring/unproven_slots.h"
#include "storage/file_system.h"

namespace coffer {
namespace {

bool is_there(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

}  // namespace

Result<std::vector<KeySlotInfo>> unproven_key_slots(std::string_view directory) {
  return guarded([&]() -> Result<std::vector<KeySlotInfo>> {
    const std::string store(directory);
    if (!is_there(store + "/keyring") && !is_there(store + "/data.mdb"))
      return Error(ErrorCode::no_store, "there is no store here", Advice::make_store)
          .about(Subject::Kind::file, directory);
    return keys::unproven_slots(store + "/keyring");
  });
}

std::string lock_promise(std::string_view directory) {
  return storage::lock_promise(std::string(directory));
}

}  // namespace coffer

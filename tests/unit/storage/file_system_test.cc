// What is made of the number of a file system's kind.
#include "storage/file_system.h"

#include <catch2/catch.hpp>

namespace coffer::storage::file_system_test {

TEST_CASE("file systems of several machines have no locks, a FUSE one those of its server") {
  for (const std::uint64_t type : {0x6969, 0x01021997, 0x517B, 0x0BD00BD0, 0x47504653, 0x5346414F,
                                   0x7461636F, 0x01161970, 0x19830326, 0x73757245, 0x786F4256})
    CHECK(locks_of(type) == Locks::none);
  CHECK(locks_of(0xFF534D42) == Locks::none);
  CHECK(locks_of(0x65735546) == Locks::by_server);
  for (const std::uint64_t type : {0xEF53, 0x01021994, 0x58465342})  // ext4, tmpfs, xfs
    CHECK(locks_of(type) == Locks::local);
  CHECK(lock_promise("/nowhere/at/all") == "local");
}

}  // namespace coffer::storage::file_system_test

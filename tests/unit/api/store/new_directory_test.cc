// Where a new store is put: every level on the way to it is there, and durably so.
#include "api/new_directory.h"

#include <sys/syscall.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "tests/scratch.h"

namespace {

std::vector<std::string>& synced() {
  static std::vector<std::string> names;
  return names;
}

}  // namespace

// In place of the C library's: notes which directory or file was synced.
extern "C" int fsync(int fd) {
  std::error_code error;
  const auto name = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), error);
  if (!error) synced().push_back(name.string());
  return static_cast<int>(syscall(SYS_fsync, fd));
}

namespace coffer::test {
namespace {

bool was_synced(const std::string& path) {
  const std::string name = std::filesystem::canonical(path).string();
  return std::find(synced().begin(), synced().end(), name) != synced().end();
}

}  // namespace

TEST_CASE("each directory that is made on the way is synced into the one above it") {
  const ScratchDirectory box;
  synced().clear();
  const auto fresh = api::NewDirectory::for_store(box.in("a/b/c/store"));
  REQUIRE(fresh.ok());
  CHECK(std::filesystem::is_directory(box.in("a/b/c")));
  for (const std::string& above : {box.path(), box.in("a"), box.in("a/b")}) {
    INFO(above);
    CHECK(was_synced(above));
  }
  // Nothing is made there, and nothing synced, a second time.
  synced().clear();
  CHECK(api::NewDirectory::for_store(box.in("a/b/c/other")).ok());
  CHECK(synced().empty());
}

TEST_CASE("a store's directory may be named relative to the current one") {
  const ScratchDirectory box;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(box.path());
  synced().clear();
  const bool made = api::NewDirectory::for_store("x/y/../z/store").ok();
  std::filesystem::current_path(before);
  CHECK(made);
  CHECK(std::filesystem::is_directory(box.in("x/z")));
  CHECK(was_synced(box.path()));
  CHECK(was_synced(box.in("x")));
}

TEST_CASE("a file in the way is an error, and stays") {
  const ScratchDirectory box;
  write_whole_file(box.in("file"), as_bytes("mine"));
  for (const std::string& target : {box.in("file/store"), box.in("file/deep/store")}) {
    const auto fresh = api::NewDirectory::for_store(target);
    REQUIRE_FALSE(fresh.ok());
    CHECK(fresh.error().code() == ErrorCode::io);
  }
  CHECK(read_whole_file(box.in("file")).size() == 4);
}

}  // namespace coffer::test

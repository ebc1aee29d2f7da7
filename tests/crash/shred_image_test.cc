// The shredding proof below the file system: destroys in a store on a loop mount, then reads every
// block of the raw image as a thief reads a disk. The result must match the promise in `status`:
// with verified-in-place the image holds one epoch key, with best-effort the earlier one is found.
// So the promise is neither too strong nor too weak.
//
// Needs root, free loop devices and the mkfs programs; reports what it skips if one is missing.
#include <sys/mount.h>
#include <sys/wait.h>

#include <spawn.h>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "tests/crash/adversary.h"

namespace coffer::test::shred_image_test {
namespace {

int run(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&quiet, 1, 2);
  // mkfs and losetup are in directories that only root's PATH contains.
  std::string path = "PATH=/usr/sbin:/sbin:/usr/bin:/bin";
  char* environment[] = {path.data(), nullptr};
  std::string program;
  for (const char* folder : {"/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/"})
    if (program.empty() && ::access((folder + words[0]).c_str(), X_OK) == 0)
      program = folder + words[0];
  pid_t child = -1;
  const int failed = program.empty() ? ENOENT
                                     : ::posix_spawn(&child, program.c_str(), &quiet, nullptr,
                                                     argv.data(), environment);
  posix_spawn_file_actions_destroy(&quiet);
  int status = 0;
  if (failed != 0 || ::waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct FileSystem {
  const char* name;
  const char* image_bytes;
  std::vector<std::string> make;
  const char* options;
  bool is_in_place;  ///< Whether the file system overwrites in place, and status must say so.
};

// An image with a file system of this kind.
class Image {
 public:
  explicit Image(FileSystem kind) : kind_(std::move(kind)) { ::mkdir(mount_point().c_str(), 0700); }
  ~Image() { unmount(); }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  // False, with the reason on standard output, if this machine cannot do it.
  bool make() {
    if (::geteuid() != 0) return cannot("mounting needs root");
    if (run({"truncate", "-s", kind_.image_bytes, file()}) != 0) return cannot("no truncate");
    std::vector<std::string> words = kind_.make;
    words.push_back(file());
    if (run(words) != 0) return cannot("its mkfs is not installed, or failed");
    if (!mount()) return cannot("it cannot be mounted over a loop device");
    return true;
  }
  bool mount() {
    mounted_ = run({"mount", "-t", kind_.name, "-o", std::string("loop,") + kind_.options, file(),
                    mount_point()}) == 0;
    return mounted_;
  }
  void unmount() {
    if (mounted_) must(::umount(mount_point().c_str()) == 0, "umount");
    mounted_ = false;
  }
  std::string mount_point() const { return directory_.in("mounted"); }

  // Every block that is not all zeros, in the order of the image.
  Bytes blocks() const {
    constexpr std::size_t kBlock = 4096;
    Bytes kept;
    const int fd = ::open(file().c_str(), O_RDONLY | O_CLOEXEC);
    must(fd >= 0, "open the image");
    Bytes block(kBlock);
    for (off_t at = 0; (at = ::lseek(fd, at, SEEK_DATA)) >= 0;) {
      const off_t end = ::lseek(fd, at, SEEK_HOLE);
      for (; at < end; at += static_cast<off_t>(kBlock)) {
        const ssize_t got = ::pread(fd, block.data(), kBlock, at);
        if (got <= 0) break;
        if (std::any_of(block.begin(), block.begin() + got, [](std::uint8_t b) { return b != 0; }))
          kept.insert(kept.end(), block.begin(), block.begin() + got);
      }
      at = end;
    }
    ::close(fd);
    return kept;
  }

 private:
  bool cannot(const char* why) const {
    std::printf("SKIPPED: raw images of %s: %s\n", kind_.name, why);
    return false;
  }
  std::string file() const { return directory_.in("image"); }
  FileSystem kind_;
  ScratchDirectory directory_;
  bool mounted_ = false;
};

void check_image(const FileSystem& kind) {
  INFO(kind.name);
  Image image(kind);
  if (!image.make()) return;
  const ScratchDirectory outside;
  const std::string key_file = outside.in("key");
  REQUIRE(create_key_file(key_file).ok());
  const KeySource key = KeySource::file(key_file);
  const std::string directory = image.mount_point() + "/store";
  const auto open = [&] {
    auto store = Store::open(directory, key);
    REQUIRE(store.ok());
    return std::move(*store);
  };
  const auto take_keyring = [&](const char* name) {
    std::filesystem::copy_file(directory + "/keyring", outside.in(name));
    return outside.in(name);
  };

  REQUIRE(Store::create(directory, {key}).ok());
  {
    Store store = open();
    for (int i = 0; i < 20; ++i)
      REQUIRE(store.put("others/" + std::to_string(i), Value::opaque("o")).ok());
    REQUIRE(store.put("victim", Value::opaque("v")).ok());
  }
  const Victim victim = look_at(directory, key, format::Kind::secret, "victim", 1);
  const Victim stays = look_at(directory, key, format::Kind::secret, "others/7", 1);
  const std::string before = take_keyring("before");
  image.unmount();
  CHECK(Adversary(key, before, image.blocks()).finds(victim));

  REQUIRE(image.mount());
  std::string promise;
  {
    Store store = open();
    const auto receipt = store.destroy_all("victim");
    REQUIRE(receipt.ok());
    promise = store.status()->erase;
    CHECK(receipt->erase == promise);
  }
  const std::string after = take_keyring("after");
  image.unmount();
  const Bytes blocks = image.blocks();
  Adversary late(key, after, blocks);
  CHECK(late.finds(stays));
  CHECK(promise == (kind.is_in_place ? "verified-in-place" : "best-effort"));
  const bool is_gone = late.epoch_key_count() == 1 && !late.finds(victim);
  std::printf("%s: %zu bytes of blocks, status says %s, the destroyed version is %s\n", kind.name,
              blocks.size(), promise.c_str(), is_gone ? "gone" : "found");
  CHECK(is_gone == (promise == "verified-in-place"));
  // With the old keyring the search finds the victim: without the erasing it would succeed.
  CHECK(Adversary(key, before, blocks).finds(victim));
}

}  // namespace

TEST_CASE("on ext4 the raw image holds nothing of what was destroyed") {
  check_image({"ext4", "32M", {"mkfs.ext4", "-q", "-F"}, "nodiscard", true});
}

TEST_CASE("on xfs the raw image holds nothing of what was destroyed") {
  check_image({"xfs", "320M", {"mkfs.xfs", "-q", "-f"}, "nodiscard", true});
}

TEST_CASE("on btrfs, which copies on write, status promises nothing, and rightly") {
  check_image({"btrfs", "128M", {"mkfs.btrfs", "-q", "-f", "-m", "single"}, "nodiscard", false});
}

}  // namespace coffer::test::shred_image_test

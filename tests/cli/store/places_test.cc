// Where a store may be created and used: mount points, read-only parents, links, kernels without
// some features, unsuitable file systems.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <optional>

#include "tests/cli/command.h"

namespace places_test {

namespace {

using cli::Outcome;
using cli::Sandbox;
namespace fs = std::filesystem;

// Runs a line of shell in its own mount namespace, with D for the store's place and $0 for the
// command. nullopt: the machine does not allow it.
std::optional<Outcome> in_own_mounts(const Sandbox& box, const std::string& line) {
  const std::string begin = "D=" + box.store() + "; mkdir -p $D; export COFFER_STORE=$D; ";
  const auto run = [&](const std::string& rest) {
    return box.run_program(
        {"/usr/bin/unshare", "-m", "/bin/sh", "-c", "set -e; " + begin + rest, COFFER_BIN});
  };
  if (run("mount -t tmpfs -o mode=700 none $D").exit_code != 0) return std::nullopt;
  return run(line);
}

TEST_CASE("a store is made in a directory that is a mount point") {
  const Sandbox box;
  const auto made = in_own_mounts(
      box,
      "mount -t tmpfs -o mode=755 none $D; mkdir $D/lost+found; \"$0\" init; \"$0\" put a x=1; "
      "\"$0\" get a --field x; ls -A $D | sort | tr '\n' ' '; stat -c %a $D");
  if (!made) return;
  INFO(made->err);
  CHECK(made->exit_code == 0);
  CHECK(made->out.find("\n1data.mdb keyring lock.mdb lost+found 700\n") != std::string::npos);
  const auto bound = in_own_mounts(
      box, "mkdir -p $D/../other; mount --bind $D/../other $D; \"$0\" init; \"$0\" status");
  CHECK(bound->exit_code == 0);
}

TEST_CASE("a store is made in an empty directory of a read-only one") {
  const Sandbox box;
  const auto made = in_own_mounts(
      box,
      "mount -t tmpfs none $D; mkdir $D/vol; mount -t tmpfs none $D/vol; "
      "mount -o remount,ro $D; export COFFER_STORE=$D/vol; \"$0\" init; \"$0\" put a x=1; "
      "\"$0\" get a --field x");
  if (!made) return;
  INFO(made->err);
  CHECK(made->exit_code == 0);
  CHECK(made->out.ends_with("1"));
}

TEST_CASE("an init that was cut short in a mount point is begun anew, a store is never touched") {
  Sandbox box;
  fs::create_directory(box.store());
  fs::create_directory(box.store() + "/lost+found");
  fs::create_directory(box.store() + "/.coffer-new-abcdef");
  box.write("store/.coffer-new-abcdef/keyring", "of the one that was cut short");
  box.write("store/data.mdb", "moved already");
  box.init();
  box.expect(0, {"put", "a", "x=1"});
  CHECK(box.expect(0, {"get", "a", "--field", "x"}).out == "1");
  CHECK_FALSE(fs::exists(box.store() + "/.coffer-new-abcdef"));
  CHECK(box.expect(18, {"init"}).says(box.store()));
  // A data file without its keyring can get the keyring back from a copy.
  fs::rename(box.store() + "/keyring", box.path("keyring"));
  box.expect(18, {"init"});
  fs::rename(box.path("keyring"), box.store() + "/keyring");
  CHECK(box.expect(0, {"get", "a", "--field", "x"}).out == "1");
  fs::create_directory(box.path("other"));
  box.write("other/notes", "mine");
  box.expect(18, {"--store", box.path("other"), "init"});
  CHECK(cli::read_file(box.path("other/notes")) == "mine");
}

TEST_CASE("a link to an empty directory stands for it") {
  const Sandbox box;
  fs::create_directory(box.path("real"));
  fs::create_directory_symlink(box.path("real"), box.store());
  box.init();
  CHECK(fs::is_symlink(box.store()));
  CHECK(fs::exists(box.path("real/keyring")));
  box.expect(0, {"put", "a", "x=1"});
}

TEST_CASE("init takes all of the keyring's room, which erasing on a full disk cannot have") {
  const Sandbox box;
  box.init();
  struct stat status {};
  REQUIRE(stat((box.store() + "/keyring").c_str(), &status) == 0);
  CHECK(status.st_blocks * 512 >= status.st_size);
}

// Makes madvise() fail from now on, as on a kernel without MADV_WIPEONFORK.
bool refuse_madvise() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter = {std::size(program), program};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

TEST_CASE("a kernel that wipes no page for a child is no reason to end") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "x=1"});
  const pid_t child = fork();
  if (child == 0) {
    if (!refuse_madvise()) _exit(99);
    const Outcome got = box.run({"get", "a", "--field", "x"});
    _exit(got.exit_code == 0 && got.out == "1" ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  const int code = cli::exit_code_of(status);
  if (code != 99) CHECK(code == 0);  // 99: this machine does not allow a filter.
}

}  // namespace

}  // namespace places_test

// Somebody changes a store's files while processes have it open: a restore by rename, a moved
// directory, bytes changed in place; also places that lack locks or disk space.
#include <coffer/store.h>
#include <signal.h>

#include <chrono>
#include <random>
#include <thread>

#include "tests/cli/command.h"
#include "tests/cli/own_mounts.h"

namespace replaced_files_test {

namespace {

using cli::Outcome;
using cli::Sandbox;
namespace fs = std::filesystem;

// As rsync, tar and editors do: another file under the same name.
void put_in_place(const fs::path& from, const fs::path& to) {
  const fs::path fresh = to.string() + ".fresh";
  fs::copy_file(from, fresh);
  fs::rename(fresh, to);
}

// A process of the command that keeps the store open.
class Watch {
 public:
  explicit Watch(const Sandbox& box) : box_(box), out_(box.path("watched")) {
    pid_ = box.start({COFFER_BIN, "watch", "--from", "0"}, "/dev/null", out_);
    for (int tries = 0; tries < 200 && cli::read_file(out_).empty(); ++tries) wait_a_moment();
    REQUIRE_FALSE(cli::read_file(out_).empty());
  }
  ~Watch() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // The exit code, if the process ends soon by itself.
  int ended_with() {
    for (int tries = 0; tries < 100; ++tries, wait_a_moment()) {
      int status = 0;
      if (waitpid(pid_, &status, WNOHANG) != pid_) continue;
      pid_ = -1;
      return cli::exit_code_of(status);
    }
    return -1;
  }
  static void wait_a_moment() { std::this_thread::sleep_for(std::chrono::milliseconds(50)); }

 private:
  const Sandbox& box_;
  std::string out_;
  pid_t pid_ = -1;
};

coffer::Store open_in_process(const Sandbox& box) {
  auto store = coffer::Store::open(box.store(), coffer::KeySource::file(box.path("master.key")));
  REQUIRE(store.ok());
  return std::move(*store);
}

bool is_root(const char* why) {
  if (geteuid() == 0) return true;
  WARN("not tested: " << why);
  return false;
}

}  // namespace

TEST_CASE("F-170: a keyring that was replaced under an open store is not shredded into") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "k", "a=1"});
  box.expect(0, {"put", "other", "a=1"});
  coffer::Store store = open_in_process(box);
  REQUIRE(store.get("k").ok());
  put_in_place(box.store() + "/keyring", box.store() + "/keyring");
  const auto destroyed = store.destroy_all("k");
  REQUIRE_FALSE(destroyed.ok());
  CHECK(destroyed.error().code() == coffer::ErrorCode::failed);
  CHECK(describe(destroyed.error()).find("keyring file was replaced") != std::string::npos);
  CHECK_FALSE(store.put("new", *coffer::Value::fields({{"a", "1"}})).ok());
  CHECK(box.expect(0, {"get", "other", "--field", "a"}).out == "1");
  CHECK(box.expect(0, {"get", "k", "--field", "a"}).out == "1");
  box.expect(0, {"destroy", "k", "--all", "-y"});
  box.expect(0, {"verify"});
}

TEST_CASE("F-170, F-171: a restore by rename under a watch loses nothing, silently or not") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "k1", "a=1"});
  box.expect(0, {"put", "k2", "a=1"});
  fs::copy(box.store(), box.path("bak"), fs::copy_options::recursive);
  box.expect(0, {"put", "late", "a=1"});
  const bool odd = GENERATE(true, false);  // Whether the odd meta page is the newest.
  if (!odd) box.expect(0, {"put", "later", "a=1"});
  coffer::Store store = open_in_process(box);
  REQUIRE(store.put("mine", *coffer::Value::fields({{"a", "1"}})).ok());
  {
    Watch watch(box);
    for (const char* name : {"keyring", "data.mdb"})
      put_in_place(box.path("bak") + "/" + name, box.store() + "/" + name);
    const Outcome listed = box.run({"list"});
    INFO(listed.out << listed.err);
    CHECK(listed.exit_code == 16);
    CHECK(listed.out.empty());
    CHECK(listed.says("data file was replaced"));
    CHECK(box.run({"put", "new", "a=1"}).exit_code == 16);
    const auto written = store.put("mine", *coffer::Value::fields({{"a", "2"}}));
    REQUIRE_FALSE(written.ok());
    CHECK(written.error().code() == coffer::ErrorCode::failed);
    CHECK(watch.ended_with() == 1);
  }
  { const coffer::Store closed = std::move(store); }
  CHECK(box.expect(0, {"list"}).out == "k1\nk2\n");
  box.expect(0, {"put", "new", "a=1"});
  CHECK(box.expect(0, {"list"}).out == "k1\nk2\nnew\n");
  box.expect(0, {"verify"});
}

TEST_CASE("F-174: watch ends with an error when the store is moved away or its data replaced") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "k", "a=1"});
  Watch watch(box);
  SECTION("the directory, with another in its place") {
    fs::rename(box.store(), box.path("old"));
    fs::copy(box.path("old"), box.store(), fs::copy_options::recursive);
    fs::permissions(box.store(), fs::perms::owner_all);
  }
  SECTION("the directory, with none in its place") { fs::rename(box.store(), box.path("old")); }
  SECTION("the data file") { put_in_place(box.store() + "/data.mdb", box.store() + "/data.mdb"); }
  SECTION("the keyring") { put_in_place(box.store() + "/keyring", box.store() + "/keyring"); }
  CHECK(watch.ended_with() == 1);
  CHECK(cli::read_file(box.path(".err")).find("while it was open") != std::string::npos);
}

TEST_CASE("F-171: a lock file that was removed under an open store lets no second writer in") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "k", "a=1"});
  {
    coffer::Store store = open_in_process(box);
    fs::remove(box.store() + "/lock.mdb");
    const Outcome refused = box.run({"put", "k", "a=2"});
    CHECK(refused.exit_code == 16);
    CHECK(refused.says("lock file"));
    CHECK_FALSE(store.put("k", *coffer::Value::fields({{"a", "3"}})).ok());
  }
  box.expect(0, {"put", "k", "a=2"});
}

TEST_CASE("F-172: bytes changed in place under a watch are refused or read right, by every verb") {
  const Sandbox box;
  box.init();
  for (int i = 0; i < 12; ++i) box.expect(0, {"put", "folder/p" + std::to_string(i), "a=1"});
  box.expect(0, {"put", "kept", "a=right"});
  const std::string data = box.store() + "/data.mdb";
  const std::string healthy = cli::read_file(data);
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Watch watch(box);
  int refused = 0;
  for (int round = 0; round < 60; ++round) {
    std::string bytes = healthy;
    for (int i = 0; i < 40; ++i) {
      const auto at = std::uniform_int_distribution<std::size_t>(0, bytes.size() - 1)(random);
      bytes[at / 4096 * 4096 + at % (round % 2 == 0 ? 4096 : 64)] ^= static_cast<char>(1 << at % 8);
    }
    {
      std::fstream file(data, std::ios::in | std::ios::out | std::ios::binary);
      file << bytes;
    }
    const cli::Words words = round % 3 == 0   ? cli::Words{"get", "kept", "--field", "a"}
                             : round % 3 == 1 ? cli::Words{"list", "--recursive"}
                                              : cli::Words{"verify"};
    const Outcome outcome = box.run(words);
    INFO(round << ": " << words[0] << " " << outcome.exit_code << " " << outcome.err);
    REQUIRE(outcome.exit_code < 128);
    if (outcome.exit_code != 0) ++refused;
    if (words[0] == "get" && outcome.exit_code == 0) CHECK(outcome.out == "right");
    // Reading a changed file through its mapping cannot be made safe, so the watch may have died.
    std::fstream file(data, std::ios::in | std::ios::out | std::ios::binary);
    file << healthy;
  }
  CHECK(refused > 20);
}

TEST_CASE("F-173: on a full disk a store without its lock file is an error, never a signal") {
  if (!is_root("a small file system is mounted by root only")) return;
  const Sandbox box;
  fs::create_directory(box.path("small"));
  const std::string script =
      "set -e; mount -t tmpfs -o size=600k,mode=700 none \"$1/small\"\n"
      "export COFFER_STORE=\"$1/small/store\"\n"
      "\"$0\" init; \"$0\" put k a=1 >/dev/null; rm \"$COFFER_STORE/lock.mdb\"\n"
      "dd if=/dev/zero of=\"$1/small/filler\" bs=4k 2>/dev/null || true\n"
      "set +e; \"$0\" get k --field a; echo \" full: $?\"; \"$0\" list; echo \"full: $?\"\n"
      "rm \"$1/small/filler\"; \"$0\" get k --field a; echo \" room: $?\"\n"
      // With its lock file, reading needs no disk space.
      "dd if=/dev/zero of=\"$1/small/filler\" bs=4k 2>/dev/null\n"
      "\"$0\" get k --field a; echo \" full again: $?\"\n";
  const std::optional<Outcome> outcome = cli::run_with_mounts(box, script);
  if (!outcome) return;
  INFO(outcome->out << outcome->err);
  CHECK(outcome->out == " full: 17\nfull: 17\n1 room: 0\n1 full again: 0\n");
  CHECK(outcome->says("no space left"));
}

TEST_CASE("F-175: a process of the same number in another PID namespace is waited for, and told") {
  if (!is_root("a PID namespace is made by root only")) return;
  Sandbox box;
  box.init();
  box.expect(0, {"put", "k", "a=1"});
  const cli::Words alone = {"/usr/bin/unshare", "-p", "-f", "--kill-child", COFFER_BIN};
  const auto in_namespace = [&](std::initializer_list<std::string> words) {
    cli::Words all = alone;
    all.insert(all.end(), words.begin(), words.end());
    return all;
  };
  if (box.run_program(in_namespace({"get", "k"})).says("unshare failed")) {
    WARN("not tested: no PID namespace is to be had here");
    return;
  }
  SECTION("one that stays") {
    const std::string out = box.path("watched");
    const pid_t holder = box.start(in_namespace({"watch", "--from", "0"}), "/dev/null", out);
    for (int tries = 0; tries < 200 && cli::read_file(out).empty(); ++tries) Watch::wait_a_moment();
    const Outcome refused = box.run_program(in_namespace({"get", "k"}));
    INFO(refused.err);
    CHECK(refused.exit_code == 16);
    CHECK(refused.says("PID namespace"));
    CHECK(box.expect(0, {"get", "k", "--field", "a"}).out == "1");  // Another inode number.
    kill(holder, SIGKILL);
    waitpid(holder, nullptr, 0);
  }
  SECTION("many that end") {
    const std::string script =
        "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do\n"
        "  unshare -p -f --kill-child \"$0\" get k --field a >/dev/null & all=\"$all $!\"\n"
        "done\n"
        "for pid in $all; do wait $pid || echo \"$?\"; done\n";
    const Outcome outcome = box.run_program({"/bin/bash", "-c", script, COFFER_BIN});
    INFO(outcome.err);
    CHECK(outcome.out.empty());
  }
}

}  // namespace replaced_files_test

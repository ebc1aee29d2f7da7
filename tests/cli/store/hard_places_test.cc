// Bad disks and bad files: each gives a clear error and an exit code, changes nothing, and ends by
// no signal and with no wrong value.
#include <random>
#include <set>

#include "tests/cli/command.h"
#include "tests/cli/own_mounts.h"

namespace hard_places_test {

namespace {

using cli::Outcome;
using cli::Sandbox;
namespace fs = std::filesystem;

constexpr std::uintmax_t kPage = 4096;

std::string old_value() { return std::string(3000, 'o'); }

// A store with a few secrets, among them the one that the tests read.
void fill(const Sandbox& box) {
  box.init();
  for (int i = 0; i < 12; ++i)
    box.expect(0, {"put", std::string("folder/p").append(std::to_string(i)), "a=1"});
  box.expect(0, {"put", "kept", "--value", "-"}, old_value());
}

void flip_bits(const std::string& path, std::uintmax_t offset, char bits) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const char byte = static_cast<char>(file.get());
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(byte ^ bits));
}

TEST_CASE("data.mdb cut at any length is refused or whole, never a crash") {
  const Sandbox box;
  fill(box);
  const std::string data = box.store() + "/data.mdb";
  const std::string whole = cli::read_file(data);
  std::set<std::uintmax_t> lengths{0, 1, 15, 16, kPage - 1, kPage + 1};
  for (std::uintmax_t length = 0; length < whole.size(); length += kPage / 2)
    lengths.insert({length, length + 1, length + 511});
  for (const std::uintmax_t length : lengths) {
    if (length >= whole.size()) continue;
    box.write("store/data.mdb", whole);
    fs::resize_file(data, length);
    const Outcome outcome = box.run({"get", "kept"});
    INFO("length " << length << ": " << outcome.err);
    CHECK((outcome.exit_code == 13 || (outcome.exit_code == 0 && outcome.out == old_value())));
    CHECK(fs::file_size(data) == length);
  }
  box.write("store/data.mdb", whole);
  CHECK(box.expect(0, {"get", "kept"}).out == old_value());
}

TEST_CASE("a flipped byte anywhere gives an error or the right value, never another") {
  const Sandbox box;
  fill(box);
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (const char* name : {"data.mdb", "keyring"}) {
    const std::string path = box.store() + "/" + name;
    const std::string whole = cli::read_file(path);
    for (int round = 0; round < 150; ++round) {
      const auto offset = std::uniform_int_distribution<std::size_t>(0, whole.size() - 1)(random);
      flip_bits(path, offset, static_cast<char>(1 << (round % 8)));
      const Outcome outcome = box.run({"get", "kept"});
      INFO(name << " at " << offset << ": " << outcome.exit_code << " " << outcome.err);
      if (outcome.exit_code == 0) {
        CHECK(outcome.out == old_value());
      } else {
        CHECK(outcome.out.empty());
        CHECK((outcome.exit_code == 13 || outcome.exit_code == 14 || outcome.exit_code == 19 ||
               outcome.exit_code == 11 || outcome.exit_code == 4));
      }
      box.write(std::string("store/") + name, whole);
    }
  }
}

TEST_CASE("a keyring half written is refused, at any length") {
  const Sandbox box;
  fill(box);
  const std::string path = box.store() + "/keyring";
  const std::string whole = cli::read_file(path);
  for (std::size_t length = 0; length < whole.size(); length += kPage) {
    fs::resize_file(path, length);
    const Outcome outcome = box.run({"get", "kept"});
    INFO("length " << length << ": " << outcome.err);
    CHECK((outcome.exit_code == 13 || (outcome.exit_code == 0 && outcome.out == old_value())));
    box.write("store/keyring", whole);
  }
}

TEST_CASE("a full disk is an error, and the old value stays") {
  const Sandbox box;
  fill(box);
  const std::string large = box.write("large", std::string(900'000, 'n'));
  // The limit on file size plays a full disk: a write beyond it fails like ENOSPC.
  const Outcome outcome = box.run_program(
      {"/bin/bash", "-c", "ulimit -f 256; exec \"$0\" put kept --file \"$1\"", COFFER_BIN, large});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 17);
  CHECK(outcome.says("disk"));
  CHECK(box.expect(0, {"get", "kept"}).out == old_value());
  box.expect(0, {"verify"});
  box.expect(0, {"put", "kept", "--file", large});
}

TEST_CASE("a directory that may not be written is an error, and nothing changes") {
  if (geteuid() == 0) {
    // Root may write everywhere, so the test runs as another user, who owns the store.
    const Sandbox box;
    fs::permissions(box.path(""), fs::perms::all);
    const cli::Words as_nobody = {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534",
                                  "--clear-groups", COFFER_BIN};
    const auto run = [&](const cli::Words& words) {
      cli::Words all = as_nobody;
      all.insert(all.end(), words.begin(), words.end());
      return box.run_program(all);
    };
    const Outcome made = run({"init"});
    if (made.exit_code == 126 || made.exit_code == 127) {
      WARN("the command is out of an ordinary user's reach here: not tested");
      return;
    }
    INFO(made.err);
    REQUIRE(made.exit_code == 0);
    REQUIRE(run({"put", "kept", "a=1"}).exit_code == 0);
    for (const char* name : {"data.mdb", "lock.mdb", "keyring"})
      fs::permissions(box.store() + "/" + name, fs::perms::owner_read);
    fs::permissions(box.store(), fs::perms::owner_read | fs::perms::owner_exec);
    const std::string before = cli::read_file(box.store() + "/data.mdb");
    for (const cli::Words& words : {cli::Words{"put", "kept", "a=2"}, cli::Words{"get", "kept"}}) {
      const Outcome outcome = run(words);
      INFO(outcome.err);
      CHECK(outcome.exit_code == 17);
      CHECK(outcome.out.empty());
    }
    CHECK(cli::read_file(box.store() + "/data.mdb") == before);
    fs::permissions(box.store(), fs::perms::owner_all);
  }
}

TEST_CASE("on a full disk a secret of a fresh store can be destroyed, and what expired is swept") {
  if (geteuid() != 0) {
    WARN("not tested: a small file system is mounted by root only");
    return;
  }
  const Sandbox box;
  fs::create_directory(box.path("small"));
  const std::string script =
      "set -e; mount -t tmpfs -o size=2m,mode=700 none \"$1/small\"\n"
      "export COFFER_STORE=\"$1/small/store\"\n"
      "\"$0\" init 2>/dev/null; for i in 1 2 3 4 5 6; do \"$0\" put s$i a=$i >/dev/null; done\n"
      "\"$0\" put short a=1 --ttl 1 >/dev/null; sleep 1.1\n"
      "dd if=/dev/zero of=\"$1/small/filler\" bs=4k 2>/dev/null || true\n"
      "set +e; \"$0\" destroy s1 --all -y >/dev/null; echo \"destroy $?\"\n"
      "\"$0\" sweep >/dev/null; echo \"sweep $?\"\n"
      "\"$0\" get s1 >/dev/null 2>&1; echo \"get $?\"; \"$0\" get s2 --field a; echo\n"
      "\"$0\" verify >/dev/null; echo \"verify $?\"\n";
  const std::optional<Outcome> outcome = cli::run_with_mounts(box, script);
  if (!outcome) return;
  INFO(outcome->out << outcome->err);
  CHECK(outcome->out == "destroy 0\nsweep 0\nget 7\n2\nverify 0\n");
}

}  // namespace

}  // namespace hard_places_test

// key rewrap and key rotate, as an administrator uses them.
#include "tests/cli/command.h"

namespace key_rotation_test {

using cli::Outcome;
using cli::Sandbox;

namespace {

std::string passphrase_of(const Sandbox& box, const std::string& words) {
  const std::string file = box.write("pass", words);
  chmod(file.c_str(), 0600);
  return "passphrase:?source=file:" + file;
}

}  // namespace

TEST_CASE("key rotate puts a new master key in place, and what it gives up opens nothing") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "x=kept"});
  const std::string spare = "file://" + box.path("spare.key");
  box.expect(0, {"key", "add", spare});
  const std::string paper = box.expect(0, {"key", "add", "recovery:"}).out;
  // Nobody can be asked for the recovery key.
  const Outcome refused = box.expect(12, {"key", "rotate"});
  CHECK(refused.says("key slot 3"));
  CHECK(refused.says("--without SLOT"));
  CHECK(refused.out.empty());
  const std::string file = box.write("paper", paper.substr(0, paper.find('\n')));
  chmod(file.c_str(), 0600);
  const std::string recovery = "recovery:?source=file:" + file;
  const cli::Json told = box.expect(0, {"--key", box.key(), "--key", recovery, "key", "rotate",
                                        "--without", "2", "--format", "json"})
                             .json();
  CHECK(told["generation"] == 2);
  CHECK(told["slots"] == cli::Json::array({1, 3}));
  CHECK(told["given_up"] == cli::Json::array({2}));
  CHECK(box.expect(0, {"get", "a", "--field", "x"}).out == "kept");
  CHECK(box.expect(0, {"--key", recovery, "get", "a", "--field", "x"}).out == "kept");
  box.expect(11, {"--key", spare, "get", "a"});
  const Outcome done = box.expect(0, {"key", "rotate", "--without", "3"});
  CHECK(done.out.empty());
  CHECK(done.says("opens by 1 key slot"));
  box.expect(9, {"key", "rotate", "--without", "1"});
  box.expect(4, {"key", "rotate", "--without", "7"});
  box.expect(2, {"key", "rotate", "--without", "x"});
  box.expect(0, {"verify"});
}

TEST_CASE("key rewrap tells of each slot what became of it") {
  const Sandbox box;
  box.init();
  const std::string words = passphrase_of(box, "correct horse");
  box.expect(0, {"key", "add", words});
  box.expect(0, {"key", "add", "recovery:"});
  const cli::Json all = box.expect(0, {"key", "rewrap", "--format", "json"}).json()["slots"];
  REQUIRE(all.size() == 3);
  CHECK((all[0]["outcome"] == "rewrapped" && all[0]["slot"] == 1 && all[0]["code"] == ""));
  CHECK(all[1]["outcome"] == "rewrapped");
  CHECK((all[2]["outcome"] == "skipped" && all[2]["code"] == "key_unavailable"));
  CHECK(box.expect(0, {"key", "rewrap"}).out.find("skipped") != std::string::npos);
  box.expect(0, {"key", "rewrap", "2"});
  box.expect(12, {"key", "rewrap", "3"});
  box.expect(4, {"key", "rewrap", "9"});
  box.expect(2, {"key", "rewrap", "0"});
  box.expect(0, {"--key", words, "list"});
  const cli::Json records =
      box.expect(0, {"audit", "list", "--action", "key.rewrap", "--format", "json"}).json();
  CHECK(records["records"].size() == 6);
}

}  // namespace key_rotation_test

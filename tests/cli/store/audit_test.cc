// audit and watch, and the actor that they record.
#include <pwd.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <sstream>
#include <thread>

#include "tests/cli/command.h"

namespace audit_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;

namespace {

Json records_of(const Sandbox& box, cli::Words words = {}) {
  words.insert(words.begin(), {"audit", "list", "--format", "json"});
  return box.expect(0, words).json()["records"];
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::string line;
  for (std::istringstream in(text); std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool wait_for(const std::function<bool()>& holds) {
  for (int i = 0; i < 600; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

}  // namespace

TEST_CASE("audit list tells who did what, and never a value") {
  Sandbox box;
  box.init();
  box.expect(
      0, {"put", "team/db", "password=hidden-value", "--actor", "alice", "--reason", "ticket 7"});
  box.environment.push_back("COFFER_ACTOR=cron");
  box.environment.push_back("COFFER_REASON=nightly");
  box.expect(0, {"--actor", "bob", "put", "team/db", "password=other"});
  box.expect(0, {"delete", "team/db"});
  box.expect(8, {"put", "team/db", "k=v", "--cas", "9"});
  const Json records = records_of(box);
  REQUIRE(records.size() == 4);
  CHECK(records[0]["number"] == 1);
  CHECK(records[0]["actor"] == "alice");
  CHECK(records[0]["reason"] == "ticket 7");
  CHECK(records[0]["program"] == "coffer");
  CHECK(records[0]["uid"] == getuid());
  CHECK(records[0]["outcome"] == "allowed");
  CHECK(records[0]["items"] ==
        Json::array({{{"action", "put"}, {"path", "team/db"}, {"version", 1}}}));
  CHECK(records[1]["actor"] == "bob");
  CHECK(records[1]["reason"] == "nightly");
  CHECK(records[2]["actor"] == "cron");
  CHECK(records[3]["outcome"] == "conflict");
  const Outcome table = box.expect(0, {"audit", "list"});
  CHECK(table.out.starts_with("NUMBER"));
  CHECK(table.out.find("alice (") != std::string::npos);
  CHECK(table.out.find("hidden-value") == std::string::npos);
  CHECK(records_of(box, {"--actor", "alice"}).size() == 1);
  CHECK(records_of(box, {"--refused"}).size() == 1);
  CHECK(records_of(box, {"--path", "team/db"}).size() == 4);
  CHECK(records_of(box, {"--prefix", "tea"}).empty());
  CHECK(records_of(box, {"--prefix", "team", "--action", "delete"}).size() == 1);
  CHECK(records_of(box, {"--since", "1h"}).size() == 4);
  CHECK(records_of(box, {"--until", "1h"}).empty());
  CHECK(records_of(box, {"--since", "2020-01-01T00:00:00Z"}).size() == 4);
  CHECK(records_of(box, {"--after", "3"}).size() == 1);
  CHECK(records_of(box, {"--limit", "1"})[0]["number"] == 4);
  CHECK(box.expect(2, {"audit", "list", "--action", "puts"}).says("action"));
  CHECK(box.expect(2, {"audit", "list", "--since", "soon"}).says("--since"));
  box.expect(2, {"audit", "list", "--limit", "0"});
  box.expect(2, {"put", "a", "k=v", "--actor", "two\nlines"});
}

TEST_CASE("audit list tells whose process it was, and what belongs together") {
  Sandbox box;
  box.init();
  // Without a label the record names the process's user, not only its program.
  box.expect(0, {"put", "unlabelled", "k=v", "--correlation", "request-7"});
  const Outcome last = box.expect(0, {"audit", "list", "--limit", "1"});
  const passwd* own = getpwuid(getuid());
  const std::string me = own == nullptr ? "#" + std::to_string(getuid()) : own->pw_name;
  CHECK(last.out.find(" " + me + " ") != std::string::npos);
  CHECK(records_of(box, {"--path", "unlabelled"})[0]["correlation"] == "request-7");
  box.environment.push_back("COFFER_CORRELATION=request-8");
  box.expect(0, {"put", "unlabelled", "k=w"});
  CHECK(records_of(box, {"--path", "unlabelled"})[1]["correlation"] == "request-8");
}

TEST_CASE("audit verify and prune say what is there, and what is broken") {
  const Sandbox box;
  box.init();
  CHECK(box.expect(0, {"audit", "verify"}).out == "the audit log is empty\n");
  for (int i = 0; i < 5; ++i) box.expect(0, {"put", "a", "k=v"});
  CHECK(box.expect(0, {"audit", "verify"}).out == "the audit log is whole: records 1 to 5\n");
  CHECK(box.expect(0, {"audit", "prune", "--keep", "3", "--format", "json"}).json() ==
        Json{{"removed", 2}, {"first_kept", 3}});
  const Json report = box.expect(0, {"audit", "verify", "--format", "json"}).json();
  CHECK((report["ok"] == true && report["first"] == 3 && report["last"] == 6));
  box.expect(2, {"audit", "prune"});
  box.expect(2, {"audit", "prune", "--keep", "1", "--before", "1d"});
  CHECK(box.expect(0, {"help", "audit", "list"}).out.find("Example:") != std::string::npos);
}

TEST_CASE("reads are recorded and old records go where the settings say so") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "k=v"});
  box.expect(0, {"settings", "put", "--audit-reads", "on", "--audit-keep", "30d"});
  const Json settings = box.expect(0, {"settings", "get", "--format", "json"}).json();
  CHECK((settings["audit_reads"] == true && settings["audit_keep"] == "30d"));
  box.expect(0, {"get", "a", "--field", "k", "--reason", "a look"});
  const Json reads = records_of(box, {"--action", "read"});
  REQUIRE(reads.size() == 1);
  CHECK(reads[0]["reason"] == "a look");
  box.expect(0, {"settings", "put", "--audit-reads", "off", "--audit-keep", "2"});
  box.expect(0, {"sweep"});
  CHECK(records_of(box).size() == 2);
  box.expect(2, {"settings", "put", "--audit-reads", "sometimes"});
  box.expect(2, {"settings", "put", "--audit-keep", "for ever"});
}

TEST_CASE("watch --once tells what happened, and its cursor where it was") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a/x", "k=v"});
  box.expect(0, {"put", "b", "k=v"});
  const std::string cursor = box.path("cursor");
  Outcome told =
      box.expect(0, {"watch", "--once", "--from", "0", "--format", "json", "--cursor", cursor});
  auto lines = lines_of(told.out);
  REQUIRE(lines.size() == 2);
  const Json first = Json::parse(lines[0]);
  CHECK((first["what"] == "put" && first["path"] == "a/x" && first["version"] == 1));
  CHECK(first["time"].get<std::string>().ends_with("Z"));
  CHECK(box.expect(0, {"watch", "--once", "--cursor", cursor}).out.empty());
  box.expect(0, {"delete", "b"});
  lines = lines_of(box.expect(0, {"watch", "--once", "--cursor", cursor}).out);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].ends_with("delete  b  1"));
  lines = lines_of(box.expect(0, {"watch", "a", "--once", "--from", "0"}).out);
  CHECK(lines.size() == 1);
  CHECK(box.expect(0, {"watch", "--once"}).out.empty());  // It begins now.
  box.write("other", "no cursor");
  CHECK(box.expect(2, {"watch", "--once", "--cursor", box.path("other")}).says("cursor"));
  box.expect(0, {"audit", "prune", "--keep", "1"});
  CHECK(box.expect(4, {"watch", "--once", "--from", "0"}).says("no longer kept"));
}

TEST_CASE("watch --exec gives each event to a command until it takes it") {
  const Sandbox box;
  box.init();
  const std::string cursor = box.path("cursor");
  box.expect(0, {"watch", "--once", "--cursor", cursor});
  box.expect(0, {"put", "a path; with $(words)", "k=v"});
  box.expect(0, {"put", "b", "k=v"});
  const std::string log = box.path("log");
  const std::string tell =
      "printf '%s|%s|%s\\n' \"$COFFER_EVENT_WHAT\" \"$COFFER_EVENT_PATH\" "
      "\"$COFFER_EVENT_VERSION\" >> " +
      log;
  // The first event fails every time, so no later event is delivered.
  Outcome failed =
      box.expect(1, {"watch", "--once", "--cursor", cursor, "--exec", tell + "; exit 3"});
  CHECK(failed.says("did not take"));
  const auto tries = lines_of(cli::read_file(log));
  REQUIRE(tries.size() == 3);
  CHECK(tries[2] == "put|a path; with $(words)|1");
  std::filesystem::remove(log);
  box.expect(0, {"watch", "--once", "--cursor", cursor, "--exec", tell});
  CHECK(cli::read_file(log) == "put|a path; with $(words)|1\nput|b|1\n");
  box.expect(0, {"watch", "--once", "--cursor", cursor, "--exec", tell});
  CHECK(lines_of(cli::read_file(log)).size() == 2);
}

TEST_CASE("watch goes on until it is told to end, and ends cleanly") {
  const Sandbox box;
  box.init();
  const std::string out = box.path("events");
  const std::string cursor = box.path("cursor");
  for (const int number : {SIGTERM, SIGINT}) {
    std::filesystem::remove(cursor);
    const pid_t pid =
        box.start({COFFER_BIN, "watch", "--cursor", cursor}, box.write("none", ""), out);
    CHECK(wait_for([&] { return std::filesystem::exists(cursor); }));
    box.expect(0, {"put", "live", "k=v"});
    CHECK(wait_for([&] { return cli::read_file(out).find("put  live") != std::string::npos; }));
    REQUIRE(kill(pid, number) == 0);
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK(cli::exit_code_of(status) == 0);
  }
}

}  // namespace audit_test

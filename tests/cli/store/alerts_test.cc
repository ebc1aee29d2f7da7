// How users of an outdated secret are found, and how the loss of a secret is reported.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <thread>

#include "tests/cli/command.h"
#include "tests/cli/left_behind.h"

namespace alerts_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

// Takes one request after another on this machine and answers each with the next status.
class Hook {
 public:
  explicit Hook(std::vector<std::string> statuses) : statuses_(std::move(statuses)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(listen(listener_, 8) == 0);
    REQUIRE(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Hook() { finish(); }
  Hook(const Hook&) = delete;
  Hook& operator=(const Hook&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/t0ken"; }
  // The requests, after every status was used or no more requests come.
  const std::vector<std::string>& finish() {
    if (thread_.joinable()) {
      shutdown(listener_, SHUT_RDWR);
      thread_.join();
      close(listener_);
    }
    return requests_;
  }

 private:
  void serve() {
    for (const std::string& status : statuses_) {
      const int peer = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (peer < 0) return;
      std::string request;
      std::array<char, 4096> bytes{};
      while (!is_whole(request)) {
        const ssize_t got = read(peer, bytes.data(), bytes.size());
        if (got <= 0) break;
        request.append(bytes.data(), static_cast<std::size_t>(got));
      }
      requests_.push_back(request);
      const std::string reply = "HTTP/1.1 " + status +
                                "\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n"
                                "Connection: close\r\n\r\n";
      if (write(peer, reply.data(), reply.size()) < 0) requests_.emplace_back("no reply");
      close(peer);
    }
  }
  static bool is_whole(const std::string& request) {
    const std::size_t head = request.find("\r\n\r\n");
    const std::size_t length = request.find("Content-Length: ");
    if (head == std::string::npos || length == std::string::npos) return false;
    return request.size() >= head + 4 + std::stoul(request.substr(length + 16));
  }

  std::vector<std::string> statuses_;
  std::vector<std::string> requests_;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

std::string rule(const std::string& rest) { return "rules:\n  - {name: gone, " + rest + "}\n"; }

}  // namespace

TEST_CASE("a user of an older version is found, until it is noted with the new one") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "team/db", "user=a"});
  box.expect(0, {"put", "team/other", "user=a"});
  box.expect(0, {"refs", "add", "coffer://team/db?version=1", "nightly report"});
  box.expect(0, {"refs", "add", "team/db", "whatever is current"});
  box.expect(0, {"refs", "add", "coffer://team/other?version=1", "nightly report"});
  const std::string none = "PATH  VERSION  CURRENT  KIND  USER\n";
  CHECK(box.expect(0, {"refs", "--stale"}).out == none);
  box.expect(0, {"put", "team/db", "user=b"});
  CHECK(box.expect(0, {"refs", "--stale"}).out ==
        "PATH     VERSION  CURRENT  KIND      USER\n"
        "team/db  1        2        external  nightly report\n");
  CHECK(box.expect(0, {"refs", "--stale", "team/db"}).out.find("nightly") != std::string::npos);
  CHECK(box.expect(0, {"refs", "team/other", "--stale"}).out == none);
  CHECK(box.expect(0, {"refs", "--stale", "--format", "json"}).json()["references"][0] ==
        Json::parse(R"({"path":"team/db","version":1,"current_version":2,)"
                    R"("user_kind":"external","user":"nightly report"})"));
  box.expect(9, {"destroy", "team/db", "--versions", "1"});
  box.expect(0, {"refs", "remove", "coffer://team/db?version=1", "nightly report"});
  box.expect(0, {"refs", "add", "coffer://team/db?version=2", "nightly report"});
  CHECK(box.expect(0, {"refs", "--stale"}).out == none);
  box.expect(2, {"refs"});
  box.expect(2, {"refs", "add", "team/db", "x", "--stale"});
}

TEST_CASE("a deletion is told to a file and a command, once it is committed") {
  const Sandbox box;
  box.init();
  const std::string cursor = box.path("cursor");
  box.expect(0, {"watch", "--once", "--cursor", cursor});
  box.expect(0, {"put", "a/one", "k=Zwetschge"});
  box.expect(0, {"put", "b/two", "k=Zwetschge"});
  box.expect(0, {"destroy", "a/one", "--all"});
  box.expect(0, {"delete", "b/two"});
  const std::string told = box.path("alerts.jsonl");
  const std::string rules = box.write(
      "rules.yaml",
      "rules:\n"
      "  - name: secret-deleted\n    what: [deleted]\n    severity: high\n    file: " +
          told + "\n  - name: destroyed\n    what: [destroy]\n    prefix: a\n    file: " + told +
          "\n    body: '{\"text\": \"{{path}} {{what}} {{severity}}\"}'\n"
          "  - name: by command\n    what: [destroy, put]\n    prefix: a/one\n    exec: >-\n"
          "      echo \"$COFFER_EVENT_RULE $COFFER_EVENT_WHAT $COFFER_EVENT_PATH\" >> " +
          box.path("commands") + "\n");
  const Outcome watched =
      box.expect(0, {"-v", "watch", "--once", "--cursor", cursor, "--rules", rules});
  CHECK(watched.out.empty());
  const std::string lines = cli::read_file(told);
  CHECK(lines.find(R"({"rule":"secret-deleted","severity":"high","what":"destroy","path":"a/one",)"
                   R"("version":1,)") == 0);
  CHECK(lines.find("{\"text\": \"a/one destroy \"}\n") != std::string::npos);
  CHECK(lines.find("\"what\":\"delete\",\"path\":\"b/two\"") != std::string::npos);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 3);
  CHECK(cli::read_file(box.path("commands")) == "by command put a/one\nby command destroy a/one\n");
  // Delivered once: the cursor remembers.
  box.expect(0, {"watch", "--once", "--cursor", cursor, "--rules", rules});
  CHECK(cli::read_file(told) == lines);
  CHECK(cli::files_holding(box.path("."), "Zwetschge").empty());
}

TEST_CASE("a rule may ask for reads, and is warned where none is on record") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a/one", "k=Zwetschge"});
  const std::string cursor = box.path("cursor"), told = box.path("told");
  const std::string rules =
      box.write("rules.yaml", "rules:\n  - {name: read, what: [read], prefix: a, file: " + told +
                                  "}\n  - {name: changed, file: " + box.path("changed") + "}\n");
  const Words watch = {"watch", "--once", "--cursor", cursor, "--rules", rules};
  CHECK(box.expect(0, watch).says("coffer settings put --audit-reads on"));
  box.expect(0, {"settings", "put", "--audit-reads", "on"});
  box.expect(0, {"get", "a/one"});
  box.expect(0, {"put", "a/two", "k=Zwetschge"});
  CHECK(box.expect(0, watch).err.empty());
  const Json event = Json::parse(cli::read_file(told));
  CHECK(event["what"] == "read");
  CHECK(event["path"] == "a/one");
  CHECK(event["version"] == 1);
  CHECK(event["outcome"] == "done");
  // A rule without `what` still gets every change.
  const std::string changed = cli::read_file(box.path("changed"));
  CHECK(changed.find(R"("what":"put","path":"a/two")") != std::string::npos);
  CHECK(changed.find("\"read\"") == std::string::npos);
  CHECK(cli::files_holding(box.path("."), "Zwetschge").empty());
}

TEST_CASE("a rule may ask for what was refused, and for what the policy denied") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a/one", "k=Zwetschge"});
  const std::string cursor = box.path("cursor");
  box.expect(0, {"watch", "--once", "--cursor", cursor});
  box.expect(8, {"put", "a/one", "k=v", "--cas", "7"});
  box.expect(0, {"policy", "allow", "*", "all", "**"});
  box.expect(0, {"policy", "write-only", "a/**"});
  box.expect(15, {"get", "a/one"});
  const std::string rules = box.write(
      "rules.yaml", "rules:\n  - {name: denied, what: [denied], file: " + box.path("denied") +
                        "}\n  - {name: refused, what: [refused], prefix: a, exec: 'echo "
                        "$COFFER_EVENT_WHAT $COFFER_EVENT_PATH $COFFER_EVENT_OUTCOME >> " +
                        box.path("refused") + "'}\n  - {name: puts, what: [put], file: " +
                        box.path("puts") + ", body: '{{outcome}}'}\n");
  box.expect(0, {"watch", "--once", "--cursor", cursor, "--rules", rules});
  const Json event = Json::parse(cli::read_file(box.path("denied")));
  CHECK(event["path"] == "a/one");
  CHECK(event["outcome"] == "denied");
  CHECK(cli::read_file(box.path("refused")) ==
        "put a/one conflict\n" + event["what"].get<std::string>() + " a/one denied\n");
  CHECK_FALSE(std::ifstream(box.path("puts")).good());
}

TEST_CASE("a rule for what a watch never tells is refused, with what it tells") {
  const Sandbox box;
  box.init();
  const std::string what = GENERATE("key.add", "audit.prune", "anchor.set", "look", "audit.look");
  const std::string rules = box.write("rules.yaml", rule("what: [" + what + "], exec: 'true'"));
  const Outcome refused = box.expect(2, {"watch", "--once", "--rules", rules});
  CHECK(refused.says("rules.yaml#/rules/0/what: "));
  CHECK(refused.says("coffer audit list --action"));
  CHECK(refused.says("`denied`"));
}

TEST_CASE("a webhook is asked until it takes the event, and never lost") {
  const Sandbox box;
  box.init();
  const std::string cursor = box.path("cursor");
  box.expect(0, {"watch", "--once", "--cursor", cursor});
  box.expect(0, {"put", "a/\"quoted\\", "k=Zwetschge"});
  box.expect(0, {"destroy", "a/\"quoted\\", "--all"});
  Hook hook({"500 No", "302 Elsewhere", "204 Well"});
  const std::string rules = box.write(
      "rules.yaml", rule("what: [deleted], webhook: '" + hook.url() +
                         "', body: '@{\"text\": \"{{path}} is gone\", \"n\": \"{{version}}\"}'"));
  const Outcome told = box.expect(0, {"watch", "--once", "--cursor", cursor, "--rules", rules});
  CHECK(told.says("the rule gone failed"));
  CHECK_FALSE(told.says("t0ken"));
  const std::vector<std::string>& requests = hook.finish();
  REQUIRE(requests.size() == 3);
  for (const std::string& request : requests) {
    CHECK(request.find("POST /t0ken HTTP/1.1\r\n") == 0);
    CHECK(request.find("Content-Type: application/json\r\n") != std::string::npos);
    CHECK(request.ends_with("\r\n\r\n@{\"text\": \"a/\\\"quoted\\\\ is gone\", \"n\": \"1\"}"));
  }
  // Nobody answers, so the event waits for the next watch.
  box.expect(0, {"put", "b", "k=v"});
  box.expect(0, {"destroy", "b", "--all"});
  const Outcome failed = box.expect(1, {"watch", "--once", "--cursor", cursor, "--rules", rules});
  CHECK(failed.says("did not take an event"));
  const std::string file = box.write("file.yaml", rule("file: " + box.path("told")));
  box.expect(0, {"watch", "--once", "--cursor", cursor, "--rules", file});
  CHECK(cli::read_file(box.path("told")).find("\"what\":\"destroy\",\"path\":\"b\"") !=
        std::string::npos);
}

TEST_CASE("rules that cannot be kept are refused by their place") {
  const Sandbox box;
  box.init();
  for (const auto& [text, says] : std::vector<std::pair<std::string, std::string>>{
           {"rules: []\n", "holds no rule"},
           {"rules:\n  - {file: x}\n", "/rules/0/name: is missing"},
           {rule("what: [gone], file: x"), "/rules/0/what: there is no such event"},
           {rule("what: [deleted]"), "has no receiver"},
           {rule("file: x, exec: y"), "cannot be combined"},
           {rule("webhook: 'ftp://x'"), "is not an http or https URL"},
           {rule("webhook: 'http://x y'"), "is not an http or https URL"},
           {rule("exec: y, body: z"), "a command has no body"},
           {rule("file: x, body: '{{value}}'"), "has an unknown name"},
           {rule("file: x, body: \"a\\nb\""), "must be one line"},
           {rule("file: x, sevrity: high"), "this member is unknown"},
           {rule("file: x, sevrity: high"),
            "hint: the known members are: name (required), severity, "},
           {"{}\n", "hint: the known members are: rules (required)"},
           {"rules: [\n", "rules.yaml:"}}) {
    INFO(text);
    const Outcome refused =
        box.expect(2, {"watch", "--once", "--rules", box.write("rules.yaml", text)});
    CHECK(refused.says("rules.yaml"));
    CHECK(refused.says(says));
  }
  box.expect(2, {"watch", "--once", "--rules", box.path("rules.yaml"), "--exec", "true"});
  box.expect(17, {"watch", "--once", "--rules", box.path("none")});
}

TEST_CASE("a rule's file is a regular file of ours, and never where a link leads") {
  const Sandbox box;
  box.init();
  const std::string cursor = box.path("cursor"), told = box.path("told");
  box.expect(0, {"watch", "--once", "--cursor", cursor});
  box.expect(0, {"put", "a", "k=v"});
  const std::string elsewhere = box.write("elsewhere", "kept\n");
  const std::string rules = box.write("rules.yaml", rule("file: " + told));
  const Words watch = {"watch", "--once", "--cursor", cursor, "--rules", rules};
  REQUIRE(symlink(elsewhere.c_str(), told.c_str()) == 0);
  CHECK(box.expect(1, watch).says(told));
  REQUIRE(unlink(told.c_str()) == 0);
  REQUIRE(mkfifo(told.c_str(), 0600) == 0);
  CHECK(box.expect(1, watch).says(told));
  const int reader = open(told.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  CHECK(box.expect(1, watch).says(told));
  char byte = 0;
  CHECK(read(reader, &byte, 1) == 0);
  close(reader);
  CHECK(cli::read_file(elsewhere) == "kept\n");
  REQUIRE(unlink(told.c_str()) == 0);
  box.expect(0, watch);
  CHECK(cli::read_file(told).find("\"path\":\"a\"") != std::string::npos);
}

TEST_CASE("a command of watch begins with the signals and the mask that watch was given") {
  const Sandbox box;
  box.init();
  const std::string cursor = box.path("cursor");
  box.expect(0, {"watch", "--once", "--cursor", cursor});
  box.expect(0, {"put", "a", "k=v"});
  const std::string script = "umask; grep ^SigIgn: /proc/self/status";
  const std::string before =
      box.run_program({"/bin/sh", "-c", "umask 027; trap '' USR1; " + script}).out;
  REQUIRE(before.find("0027") == 0);
  const std::string watched = "umask 027; trap '' USR1; exec " + std::string(COFFER_BIN) +
                              " watch --once --cursor " + cursor + " --exec '{ " + script +
                              "; } > " + box.path("seen") + "'";
  CHECK(box.run_program({"/bin/sh", "-c", watched}).exit_code == 0);
  CHECK(cli::read_file(box.path("seen")) == before);
  // The process that posts to a webhook begins with them too.
  std::filesystem::create_directory(box.path("bin"));
  box.write("bin/curl", "#!/bin/sh\n{ " + script + "; } > " + box.path("posted") +
                            "\ncat > /dev/null\nprintf 200\n");
  REQUIRE(chmod(box.path("bin/curl").c_str(), 0755) == 0);
  box.expect(0, {"put", "a", "k=v"});
  const std::string rules = box.write("rules.yaml", rule("webhook: 'http://127.0.0.1:1/x'"));
  const std::string posting = "PATH=" + box.path("bin") + ":$PATH; umask 027; trap '' USR1; exec " +
                              COFFER_BIN + " watch --once --cursor " + cursor + " --rules " + rules;
  CHECK(box.run_program({"/bin/sh", "-c", posting}).exit_code == 0);
  CHECK(cli::read_file(box.path("posted")) == before);
  // Files that watch creates stay closed to others.
  struct stat status {};
  REQUIRE(stat(cursor.c_str(), &status) == 0);
  CHECK((status.st_mode & 077) == 0);
}

TEST_CASE("what watch starts gets no key of the store's, unless a command is let to") {
  const Sandbox box;
  box.init();
  const std::string cursor = box.path("cursor");
  box.expect(0, {"watch", "--once", "--cursor", cursor});
  box.expect(0, {"put", "a", "k=v"});
  const std::string exec = "env >> " + box.path("seen");
  box.expect(0, {"watch", "--once", "--from", "0", "--exec", exec});
  CHECK(cli::read_file(box.path("seen")).find("COFFER_EVENT_PATH=a") != std::string::npos);
  for (const char* name : {"COFFER_KEY=", "COFFER_STORE="})
    CHECK(cli::read_file(box.path("seen")).find(name) == std::string::npos);
  std::filesystem::create_directory(box.path("bin"));
  box.write("bin/curl",
            "#!/bin/sh\nenv > " + box.path("posted") + "\ncat > /dev/null\nprintf 200\n");
  REQUIRE(chmod(box.path("bin/curl").c_str(), 0755) == 0);
  const std::string rules = box.write("rules.yaml", rule("webhook: 'http://127.0.0.1:1/x'"));
  const std::string posting = "PATH=" + box.path("bin") + ":$PATH; exec " + COFFER_BIN +
                              " watch --once --keep-keys --from 0 --rules " + rules;
  CHECK(box.run_program({"/bin/sh", "-c", posting}).exit_code == 0);
  CHECK(cli::read_file(box.path("posted")).find("PATH=") != std::string::npos);
  CHECK(cli::read_file(box.path("posted")).find("COFFER_KEY=") == std::string::npos);
  std::filesystem::remove(box.path("seen"));
  box.expect(0, {"watch", "--once", "--keep-keys", "--from", "0", "--exec", exec});
  CHECK(cli::read_file(box.path("seen")).find("COFFER_KEY=" + box.key()) != std::string::npos);
}

TEST_CASE("what a kill left of a cursor stands in nobody's way") {
  const Sandbox box;
  box.init();
  const std::string cursor = box.path("cursor");
  // In a container process numbers repeat; here the next process gets the same number.
  const std::string killed = ": > " + cursor + ".coffer-$$; exec " + std::string(COFFER_BIN) +
                             " watch --once --cursor " + cursor;
  const Outcome outcome = box.run_program({"/bin/sh", "-c", killed});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(cli::read_file(cursor).starts_with("coffer-watch 1 "));
}

}  // namespace alerts_test

// run: secrets in a child's environment, and the child's end passed on.
#include "tests/cli/command.h"

using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

void fill(const Sandbox& box) {
  box.init();
  box.expect(0, {"put", "app/db", "DB_USER=foo", "DB_PASSWORD=s p a c e", "PORT:=5439"});
  box.expect(0, {"put", "app/token", "--value", "-"}, "opaque-bytes");
  box.expect(0, {"put", "other", "OTHER=1"});
}

std::string shell(const Sandbox& box, Words words, const std::string& script) {
  words.insert(words.begin(), "run");
  words.insert(words.end(), {"--", "/bin/sh", "-c", script});
  return box.expect(0, words).out;
}

// Waits until the child has said in the file that it is ready.
void wait_for(const std::string& file) {
  for (int i = 0; i < 3000 && cli::read_file(file).empty(); ++i) usleep(10'000);
  REQUIRE_FALSE(cli::read_file(file).empty());
}

}  // namespace

TEST_CASE("fields become variables, a secret beats what was inherited") {
  Sandbox box;
  fill(box);
  box.environment.emplace_back("DB_USER=inherited");
  box.environment.emplace_back("KEPT=yes");
  CHECK(shell(box, {"--only", "app/db"}, "echo $DB_USER/$DB_PASSWORD/$PORT/$KEPT/$OTHER") ==
        "foo/s p a c e/5439/yes/\n");
  CHECK(shell(box, {"--only", "coffer://app/db#PORT"}, "echo $DB_USER/$PORT") ==
        "inherited/5439\n");
  CHECK(shell(box, {"--only", "app/db", "--only=other"}, "echo $OTHER$PORT") == "15439\n");
  CHECK(shell(box, {"--map", "T=app/token", "--map", "U=coffer://app/db#DB_USER"},
              "echo $T/$U/$PORT") == "opaque-bytes/foo/\n");
  CHECK(shell(box, {"--prefix", "app", "--map", "T=app/token"}, "echo $T/$PORT/$OTHER") ==
        "opaque-bytes/5439/\n");
  CHECK(shell(box, {"--only", "app/db", "--prefix", "other"}, "env | grep -c ^DB_USER=") == "1\n");
  CHECK(box.expect(0, {"exec", "--only", "other", "--", "/usr/bin/printenv", "OTHER"}).out ==
        "1\n");
}

TEST_CASE("a mapped JSON string is its characters") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "--json", "-"}, "\"a\\u0041\\\"\"");
  CHECK(shell(box, {"--map", "P=p"}, "printf %s \"$P\"") == "aA\"");
}

TEST_CASE("what cannot be a variable is refused before anything runs") {
  const Sandbox box;
  fill(box);
  const std::string mark = box.path("ran");
  const auto refused = [&](int code, Words words) {
    words.insert(words.begin(), "run");
    words.insert(words.end(), {"--", "/bin/touch", mark});
    const Outcome outcome = box.expect(code, words);
    CHECK_FALSE(std::filesystem::exists(mark));
    CHECK_FALSE(outcome.says("opaque-bytes"));
    return outcome;
  };
  CHECK(refused(2, {"--only", "app/token"}).says("--map"));
  refused(2, {"--prefix", "app"});
  refused(2, {});
  refused(2, {"--map", "app/token"});
  refused(2, {"--map", "1X=app/token"});
  refused(2, {"--map", "A-B=app/token"});
  refused(2, {"--map", "OTHER=app/token", "--only", "other"});
  refused(4, {"--only", "absent"});
  refused(4, {"--only", "coffer://app/db#absent"});
  box.expect(0, {"put", "bad", "with space=1"});
  refused(2, {"--only", "bad"});
  box.expect(0, {"put", "twin", "OTHER=2"});
  CHECK(refused(2, {"--only", "other", "--only", "twin"}).says("OTHER"));
  box.expect(0, {"put", "nul", "N:=\"a\\u0000b\""});
  refused(2, {"--only", "nul"});
  box.expect(0, {"put", "huge", "--value", "-"}, std::string(200'000, 'h'));
  refused(10, {"--map", "H=huge"});
  box.expect(2, {"run", "--only", "other"});
  box.expect(2, {"run", "--only", "other", "--"});
  box.expect(2, {"run", "--only", "other", "true"});
}

TEST_CASE("the child's exit code is the command's") {
  const Sandbox box;
  fill(box);
  for (const int code : {0, 1, 7, 255}) {
    box.expect(code, {"run", "--only", "other", "--", "sh", "-c", "exit " + std::to_string(code)});
  }
  box.expect(128 + 9, {"run", "--only", "other", "--", "sh", "-c", "kill -9 $$"});
  box.expect(128 + 15, {"run", "--only", "other", "--", "sh", "-c", "kill -15 $$"});
  CHECK(
      box.expect(127, {"run", "--only", "other", "--", "no-such-program"}).says("coffer: error:"));
  box.expect(127, {"run", "--only", "other", "--", "/no/such/program"});
  box.expect(126, {"run", "--only", "other", "--", box.write("plain", "text")});
}

TEST_CASE("arguments and standard input go to the child as they are") {
  const Sandbox box;
  fill(box);
  CHECK(box.expect(0, {"run", "--only", "other", "--", "printf", "%s|", "--help", "--", "a=b", ""})
            .out == "--help|--|a=b||");
  CHECK(box.expect(0, {"run", "--only", "other", "--", "cat"}, "through").out == "through");
}

TEST_CASE("the child starts with the caller's signals and file mode, and without the store") {
  const Sandbox box;
  fill(box);
  const mode_t before = umask(027);
  const std::string mask = shell(box, {"--only", "other"}, "umask");
  umask(before);
  CHECK(mask == "0027\n");
  CHECK(shell(box, {"--only", "other"}, "grep SigBlk /proc/self/status").find("0000000000000000") !=
        std::string::npos);
  CHECK(shell(box, {"--only", "other"}, "ls -l /proc/self/fd").find("data.mdb") ==
        std::string::npos);
  // Only one process at a time can keep a lock: the parent must have let the store go.
  CHECK(shell(box, {"--only", "other"}, "ls -l /proc/$PPID/fd").find("data.mdb") ==
        std::string::npos);
}

TEST_CASE("signals reach the child, and its answer comes back") {
  const Sandbox box;
  fill(box);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH}) {
    const std::string ready = box.path("ready");
    std::filesystem::remove(ready);
    const std::string script = "trap 'exit 42' TERM INT HUP QUIT USR1 USR2 WINCH; echo 1 >" +
                               ready + "; while :; do sleep 0.02; done";
    const pid_t pid = box.start({COFFER_BIN, "run", "--only", "other", "--", "sh", "-c", script},
                                "/dev/null", box.path(".out"));
    wait_for(ready);
    kill(pid, number);
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    INFO("signal " << number);
    CHECK(cli::exit_code_of(status) == 42);
  }
}

TEST_CASE("--pristine leaves only what every program needs") {
  Sandbox box;
  fill(box);
  box.environment.emplace_back("KEPT=yes");
  const std::string out = shell(box, {"--pristine", "--only", "other"}, "env");
  CHECK(out.find("OTHER=1") != std::string::npos);
  CHECK(out.find("HOME=") != std::string::npos);
  CHECK(out.find("KEPT") == std::string::npos);
  CHECK(out.find("COFFER_KEY") == std::string::npos);
}

TEST_CASE("an env file brings variables, references in it are resolved") {
  const Sandbox box;
  fill(box);
  const std::string file = box.write(
      ".env", "PLAIN=one\nWHOLE=coffer://app/token\nURL='db://{{ coffer://app/db#DB_USER }}@h'\n");
  CHECK(shell(box, {"--env-file", file}, "echo $PLAIN/$WHOLE/$URL/$OTHER") ==
        "one/opaque-bytes/db://foo@h/\n");
  CHECK(shell(box, {"--env-file", file, "--only", "other"}, "echo $PLAIN/$OTHER") == "one/1\n");
  box.expect(4, {"run", "--env-file", box.write("bad", "X=coffer://absent\n"), "--", "/bin/true"});
  box.expect(2, {"run", "--env-file", box.write("worse", "not a line\n"), "--", "/bin/true"});
  box.expect(17, {"run", "--env-file", box.path("none"), "--", "/bin/true"});
}

TEST_CASE("a signal while run makes its files leaves none of them behind") {
  const Sandbox box;
  fill(box);
  const std::string directory = "/dev/shm/coffer-early-" + std::to_string(getpid());
  const std::string ran = box.path("ran");
  int ended = 0;
  for (int i = 0; i < 60; ++i) {
    const pid_t pid = box.start({COFFER_BIN, "run", "--files", directory, "--only", "other", "--",
                                 "sh", "-c", "sleep 0.01; echo 1 >" + ran},
                                "/dev/null", box.path(".out"));
    // The directory is there for some ten milliseconds: looked for without a pause.
    int status = 0;
    bool gone = false;
    while (!gone && access(directory.c_str(), F_OK) != 0)
      gone = waitpid(pid, &status, WNOHANG) == pid;
    if (!gone) {
      kill(pid, SIGTERM);
      REQUIRE(waitpid(pid, &status, 0) == pid);
    }
    ended += cli::exit_code_of(status) == 128 + SIGTERM ? 1 : 0;
    REQUIRE_FALSE(std::filesystem::exists(directory));
  }
  CHECK(ended > 0);
}

TEST_CASE("values as files in memory, gone when the command ends") {
  const Sandbox box;
  fill(box);
  const std::string directory = "/dev/shm/coffer-test-" + std::to_string(getpid());
  const std::string out =
      shell(box, {"--files", directory, "--prefix", "app", "--map", "T=app/token"},
            "cd \"$COFFER_FILES_DIR\" && ls && stat -c %a . db_DB_PASSWORD && cat db_DB_PASSWORD "
            "token && echo /$DB_USER/$T");
  CHECK(out ==
        "db_DB_PASSWORD\ndb_DB_USER\ndb_PORT\ntoken\n700\n600\ns p a c eopaque-bytes//"
        "opaque-bytes\n");
  CHECK_FALSE(std::filesystem::exists(directory));
  // A command that fails or is killed leaves nothing either.
  box.expect(137,
             {"run", "--files", directory, "--only", "other", "--", "/bin/sh", "-c", "kill -9 $$"});
  CHECK_FALSE(std::filesystem::exists(directory));
  box.expect(127, {"run", "--files", directory, "--only", "other", "--", "/none"});
  CHECK_FALSE(std::filesystem::exists(directory));
  REQUIRE(mkdir(directory.c_str(), 0700) == 0);
  box.expect(2, {"run", "--files", directory, "--only", "other", "--", "/bin/true"});
  CHECK(std::filesystem::exists(directory));
  std::filesystem::remove(directory);
  box.expect(0, {"put", "other/db", "DB_PASSWORD=2"});
  CHECK(box.expect(2, {"run", "--files", directory, "--only", "app/db", "--only", "other/db", "--",
                       "/bin/true"})
            .says("two secrets"));
}

TEST_CASE("--redact shows asterisks for values, whatever writes them") {
  const Sandbox box;
  fill(box);
  const Outcome outcome = box.expect(
      3, {"run", "--redact", "--only", "app/db", "--map", "T=app/token", "--", "/bin/sh", "-c",
          "echo \"<$T>\"; printf 'opaque-'; sleep 0.05; echo bytes; echo \"$DB_PASSWORD\" >&2; "
          "echo plain; exit 3"});
  CHECK(outcome.out == "<**********>\n**********\nplain\n");
  CHECK(outcome.err.find("s p a c e") == std::string::npos);
  CHECK(outcome.err.find("**********") != std::string::npos);
}

TEST_CASE("--redact hides what is inside a whole object, too") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "whole", "--value", "-"},
             R"({"user":"ada","deep":[{"password":"tab\there \u00e9"}],"pin":271828,"on":true})");
  const Outcome outcome =
      box.expect(0, {"run", "--redact", "--map", "ALL=whole", "--", "/bin/sh", "-c",
                     "printf '%s\\n' \"$ALL\"; printf 'tab\there \303\251.\n271828 ada true\n'"});
  CHECK(outcome.out == "**********\n**********.\n********** ada true\n");
}

TEST_CASE("what a review found in run stays mended") {
  const Sandbox box;
  fill(box);
  // Two values for one variable are refused, wherever they come from.
  const std::string file = box.write("one", "OTHER=plain\n");
  CHECK(box.expect(2, {"run", "--only", "other", "--env-file", file, "--", "/bin/true"})
            .says("two values"));
  // A reference inside a value is redacted on its own, and a pause does not let it through.
  const std::string url = box.write("url", "URL='x://{{ coffer://app/token }}@h'\n");
  const Outcome outcome =
      box.expect(0, {"run", "--redact", "--env-file", url, "--", "/bin/sh", "-c",
                     "printf 'opaque-'; sleep 0.4; echo bytes; yes >/dev/null & kill $!"});
  CHECK(outcome.out == "**********\n");
}

TEST_CASE("under --redact a reader that is slow, stops or goes away is met as by a pipe") {
  const Sandbox box;
  fill(box);
  const std::string run = std::string(COFFER_BIN) + " run --redact --map T=app/token -- ";
  const auto shell = [&](const std::string& line) {
    return box.run_program({"/bin/sh", "-c", line}).out;
  };
  // The end of a pipe reaches the command: without it `yes` would write for ever.
  CHECK(shell(run + "/bin/sh -c 'yes \"$T\"' | head -n 1") == "**********\n");
  // A slow reader gets everything, though the command ended long before.
  CHECK(shell(run + "/bin/sh -c 'head -c 300000 /dev/zero; echo $T' | (sleep 0.3; tail -c 11)") ==
        "**********\n");
  // A signal is heard while the reader has stopped: whoever holds this fifo open never reads.
  const std::string fifo = box.path("fifo");
  CHECK(shell("mkfifo " + fifo + "; exec 5<>" + fifo + "; " + run +
              "/usr/bin/yes >&5 & sleep 0.5; kill -TERM $!; wait $!; echo $?") == "143\n");
}

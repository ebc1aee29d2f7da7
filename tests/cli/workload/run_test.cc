// run: secrets in a child's environment, and the child's end passed on.
#include "tests/cli/command.h"

namespace run_test {

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

// Waits until the child has written to the file that it is ready.
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
  CHECK(shell(box, {"--only", "app/db", "--prefix", "app", "--map", "T=app/token"},
              "env | grep -c ^DB_USER=") == "1\n");
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
  for (const int code : {0, 1, 7, 255})
    box.expect(code, {"run", "--only", "other", "--", "sh", "-c", "exit " + std::to_string(code)});
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
  // Only one process at a time can hold a lock, so the parent must have closed the store.
  CHECK(shell(box, {"--only", "other"}, "ls -l /proc/$PPID/fd").find("data.mdb") ==
        std::string::npos);
}

TEST_CASE("signals reach the child, and its answer comes back") {
  const Sandbox box;
  fill(box);
  const std::string directory = "/dev/shm/coffer-signals-" + std::to_string(getpid());
  for (int number = 1; number <= SIGRTMAX; ++number) {
    // Cannot be caught, or coffer or the shell handles it itself.
    if (number == SIGKILL || number == SIGSTOP || number == SIGCHLD) continue;
    if (number > SIGSYS && number < SIGRTMIN) continue;
    if (number > SIGRTMIN + 3 && number < SIGRTMAX) continue;  // The others behave alike.
    const std::string ready = box.path("ready");
    std::filesystem::remove(ready);
    // Python, because no shell can catch all of them. The handler raises no exception, which would
    // be swallowed if a file object were being disposed of.
    const std::string script = "import os,signal,sys,time\nsignal.signal(" +
                               std::to_string(number) +
                               ", lambda *_: sys.exit(42))\nos.write(os.open('" + ready +
                               "',os.O_CREAT|os.O_WRONLY),b'1')\nwhile 1: time.sleep(9)";
    const pid_t pid = box.start({COFFER_BIN, "run", "--files", directory, "--only", "other", "--",
                                 "/usr/bin/python3", "-S", "-c", script},
                                "/dev/null", box.path(".out"));
    wait_for(ready);
    kill(pid, number);
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    INFO("signal " << number);
    CHECK(cli::exit_code_of(status) == 42);
    CHECK_FALSE(std::filesystem::exists(directory));
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

TEST_CASE("a command inherits no key of the store's, and no credential that coffer used") {
  Sandbox box;
  fill(box);
  box.environment.emplace_back("COFFER_ANCHOR=");
  for (const char* variable :
       {"VAULT_TOKEN=Marzipan", "AWS_SECRET_ACCESS_KEY=Marzipan", "COFFER_ACTOR=ann"})
    box.environment.emplace_back(variable);
  const std::string out = shell(box, {"--only", "other"}, "env");
  for (const char* name : {"COFFER_KEY=", "COFFER_ANCHOR=", "COFFER_STORE="})
    CHECK(out.find(name) == std::string::npos);
  // No key service was used, so these variables belong to the command.
  CHECK(out.find("VAULT_TOKEN=") != std::string::npos);
  CHECK(out.find("COFFER_ACTOR=ann") != std::string::npos);
  const std::string kept = shell(box, {"--keep-keys", "--only", "other"}, "env");
  CHECK(kept.find("COFFER_KEY=" + box.key()) != std::string::npos);
  CHECK(shell(box, {"--keep-keys", "--pristine", "--only", "other"}, "env")
            .find("COFFER_KEY=" + box.key()) != std::string::npos);
  // The variables that held the key are removed; variables that no key used stay.
  Sandbox service;
  std::filesystem::create_directory(service.path("credentials"));
  chmod(service.write("credentials/store", std::string(32, 'k')).c_str(), 0600);
  service.environment.back() = "COFFER_KEY=file:?credential=store";
  service.environment.push_back("CREDENTIALS_DIRECTORY=" + service.path("credentials"));
  service.environment.emplace_back("AWS_SESSION_TOKEN=Marzipan");
  fill(service);
  const std::string asked = shell(service, {"--only", "other"}, "env");
  CHECK(asked.find("CREDENTIALS_DIRECTORY=") == std::string::npos);
  CHECK(asked.find("AWS_SESSION_TOKEN=") != std::string::npos);
  CHECK(shell(service, {"--keep-keys", "--only", "other"}, "env").find("CREDENTIALS_DIRECTORY=") !=
        std::string::npos);
  // The user asked for a secret of this name.
  box.expect(0, {"put", "aws", "AWS_SECRET_ACCESS_KEY=mine", "COFFER_KEY=other"});
  CHECK(shell(box, {"--only", "aws"}, "echo $AWS_SECRET_ACCESS_KEY $COFFER_KEY") == "mine other\n");
}

TEST_CASE("with --keep-keys a store named from here is found from elsewhere") {
  Sandbox box;
  fill(box);
  const std::string relative = std::filesystem::relative(box.store()).string();
  box.environment.emplace_back("COFFER_STORE=" + relative);
  std::swap(box.environment[3], box.environment.back());
  box.environment.pop_back();
  CHECK(shell(box, {"--keep-keys", "--only", "other"},
              "cd / && " + std::string(COFFER_BIN) + " get other --field OTHER") == "1");
}

TEST_CASE("a selection that selects nothing ends it, and the whole store is never meant") {
  const Sandbox box;
  fill(box);
  for (const Words& selection : std::vector<Words>{
           {"--prefix", "typo"}, {"--all-of", "typo"}, {"--only", "other", "--prefix", "typo"}}) {
    Words words{"run"};
    words.insert(words.end(), selection.begin(), selection.end());
    words.insert(words.end(), {"--", "/bin/true"});
    CHECK(box.expect(4, words).says("typo"));
    words[0] = "env";
    words.resize(words.size() - 2);
    CHECK(box.expect(4, words).says("typo"));
  }
  CHECK(
      box.expect(4, {"env", "--prefix", "typo", "--as", "kubernetes", "--name", "n"}).out.empty());
  box.expect(0, {"put", "empty", "--json", "-"}, "{}");
  box.expect(4, {"run", "--only", "empty", "--", "/bin/true"});
  CHECK(box.expect(2, {"run", "--", "/bin/true"}).says("coffer.env"));
  CHECK(box.expect(2, {"env"}).says("coffer.env"));
  box.expect(2, {"run", "--files", "/dev/shm/none", "--", "/bin/true"});
}

TEST_CASE("coffer.env is taken where nothing is selected, references in it without quotes") {
  const Sandbox box;
  fill(box);
  std::filesystem::create_directory(box.path("job"));
  const std::string file =
      box.write("job/coffer.env",
                "# of the job\nUSER_NAME=coffer://app/db#DB_USER\nMODE=fast # really\n"
                "WHOLE=coffer://app/token\nURL=db://{{coffer://app/db}}@h\n");
  const auto there = [&box](const std::string& line) {
    return box.run_program({"/bin/sh", "-c", "cd " + box.path("job") + " && " + COFFER_BIN + line});
  };
  CHECK(there(" run -- /bin/sh -c 'echo $USER_NAME'").says("several fields"));
  box.write("job/coffer.env", "USER_NAME=coffer://app/db#DB_USER\nMODE=fast # really\n");
  CHECK(there(" run -- /bin/sh -c 'echo $USER_NAME/$MODE/$OTHER'").out == "foo/fast/\n");
  CHECK(there(" env --as json").json() == cli::Json{{"USER_NAME", "foo"}, {"MODE", "fast"}});
  // Only the selected secrets come.
  CHECK(there(" run --only other -- /bin/sh -c 'echo $USER_NAME/$OTHER'").out == "/1\n");
  const Outcome wrong = box.expect(
      4, {"run", "--env-file", box.write("w", "A=1\nB=coffer://app/db#nope\n"), "--", "/bin/true"});
  CHECK(wrong.says("#B: coffer://app/db#nope"));
}

TEST_CASE("coffer.env is taken only where it is nobody else's, and that is told") {
  const Sandbox box;
  fill(box);
  const std::string folder = box.path("job");
  const std::string file = folder + "/coffer.env";
  std::filesystem::create_directory(folder);
  const auto there = [&box](int code, const std::string& line) {
    const Outcome outcome = box.run_program(
        {"/bin/sh", "-c", "cd " + box.path("job") + " && timeout 20 " + COFFER_BIN + line});
    INFO(line << "\n" << outcome.err);
    CHECK(outcome.exit_code == code);
    return outcome;
  };
  const auto both = [&](int code) {
    const Outcome ran = there(code, " run -- /bin/true");
    CHECK(ran.says("coffer.env"));
    CHECK(there(code, " env").says("coffer.env"));
    return ran;
  };
  box.write("job/coffer.env", "USER_NAME=coffer://app/db#DB_USER\n");
  CHECK(both(0).says("using ./coffer.env"));
  REQUIRE(chmod(file.c_str(), 0666) == 0);
  CHECK(both(2).says("--env-file"));
  CHECK(there(0, " run --env-file coffer.env -- /bin/true").err.empty());
  if (geteuid() == 0) {
    REQUIRE(chmod(file.c_str(), 0644) == 0);
    REQUIRE(chown(file.c_str(), 65534, 65534) == 0);
    both(2);
    std::filesystem::remove(file);
    std::filesystem::create_symlink(box.write("real", "A=1\n"), file);
    both(0);
    REQUIRE(lchown(file.c_str(), 65534, 65534) == 0);
    both(2);
  }
  std::filesystem::remove(file);
  REQUIRE(mkfifo(file.c_str(), 0600) == 0);
  both(2);
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  both(2);
  std::filesystem::remove(file);
  box.write("job/coffer.env", "# nothing\n");
  both(4);
}

TEST_CASE("an empty word for a folder or a secret is never the whole store") {
  const Sandbox box;
  fill(box);
  for (const Words& selection : std::vector<Words>{{"--prefix", ""},
                                                   {"--prefix", "/"},
                                                   {"--all-of", ""},
                                                   {"--all-of", "//"},
                                                   {"--only", ""},
                                                   {"--map", "A="},
                                                   {"--resource", ""},
                                                   {"--only", "other", "--prefix", ""}}) {
    Words words{"env"};
    words.insert(words.end(), selection.begin(), selection.end());
    CHECK(box.expect(2, words).out.empty());
    words[0] = "run";
    words.insert(words.end(), {"--", "/bin/true"});
    box.expect(2, words);
  }
  box.expect(2, {"run", "--prefix", "", "--files", "/dev/shm/none", "--", "/bin/true"});
  for (const char* word : {"", "/"}) {
    CHECK(box.expect(2, {"export", word, "--as", "json"}).out.empty());
    box.expect(2, {"certificates", word});
    box.expect(2, {"watch", word, "--once"});
    box.expect(2, {"audit", "list", "--prefix", word});
    box.expect(2, {"import", "-", "--as", "yaml", "--prefix", word}, "a: {k: v}\n");
    box.expect(2, {"migrate", word, "--from", box.path("none")});
  }
  box.expect(0, {"list", ""});  // As KV v2 lists its root.
}

TEST_CASE("what refers to no secret is told, as a selection that selects nothing is") {
  Sandbox box;
  fill(box);
  const std::string empty = box.write("empty.env", "# none\n");
  CHECK(box.expect(4, {"run", "--env-file", empty, "--", "/bin/true"}).says("empty.env"));
  CHECK(box.expect(4, {"env", "--env-file", empty}).says("empty.env"));
  box.expect(0, {"run", "--only", "other", "--env-file", empty, "--", "/bin/true"});
  CHECK(box.expect(4, {"run", "--resolve", "--", "/bin/true"}).says("--resolve"));
  box.expect(0, {"run", "--resolve", "--only", "other", "--", "/bin/true"});
  for (const char* text : {"", "plain {{ other }} ${HOME}\n"})
    CHECK(box.expect(4, {"inject"}, text).out.empty());
  CHECK(box.expect(0, {"inject"}, "\\{{ coffer://x }}").out == "{{ coffer://x }}");
}

TEST_CASE("a reference in an inherited variable is told of, or resolved where asked") {
  Sandbox box;
  fill(box);
  box.environment.emplace_back("FOO=coffer://app/db#DB_USER");
  const Outcome kept =
      box.expect(0, {"run", "--only", "other", "--", "/bin/sh", "-c", "echo $FOO"});
  CHECK(kept.out == "coffer://app/db#DB_USER\n");
  CHECK(kept.says("FOO"));
  CHECK(kept.says("--resolve"));
  const Outcome resolved = box.expect(0, {"run", "--resolve", "--", "/bin/sh", "-c", "echo $FOO"});
  CHECK(resolved.out == "foo\n");
  CHECK_FALSE(resolved.says("--resolve"));
  box.environment.back() = "FOO=coffer://absent";
  CHECK(box.expect(4, {"run", "--resolve", "--", "/bin/true"}).says("FOO"));
}

TEST_CASE("what no variable can tell is refused, what steers programs is told of") {
  const Sandbox box;
  fill(box);
  box.expect(0, {"put", "nil", "A=1", "B:=null"});
  for (const Words& words :
       std::vector<Words>{{"run", "--only", "nil", "--", "/bin/true"},
                          {"run", "--map", "B=coffer://nil#B", "--", "/bin/true"},
                          {"env", "--as", "json", "--only", "nil"}})
    CHECK(box.expect(2, words).says("nil#B"));
  CHECK(box.expect(2, {"inject"}, "x={{ coffer://nil#B }}").says("null"));
  CHECK(shell(box, {"--only", "coffer://nil#A"}, "echo $A$B") == "1\n");
  box.expect(0, {"put", "word", "W=null"});
  CHECK(shell(box, {"--only", "word"}, "echo $W") == "null\n");
  box.expect(0, {"put", "nameless", "--json", "-"}, R"({"":"v"})");
  box.expect(2, {"run", "--only", "nameless", "--", "/bin/true"});
  box.expect(2, {"env", "--only", "nameless"});
  box.expect(0, {"put", "steer", "LD_PRELOAD=/none.so", "BASH_ENV=x"});
  const std::string steering = box.write("steer.env", "LD_PRELOAD=/none.so\n");
  CHECK(box.expect(0, {"run", "--env-file", steering, "--", "/bin/true"}).says("LD_PRELOAD"));
  const Outcome told = box.expect(0, {"run", "--only", "steer", "--", "/bin/true"});
  CHECK(told.says("LD_PRELOAD"));
  CHECK(told.says("BASH_ENV"));
  CHECK_FALSE(box.expect(0, {"run", "--map", "BASH_ENV=coffer://steer#BASH_ENV", "--", "/bin/true"})
                  .says("BASH_ENV"));
}

TEST_CASE("slips are answered by what to write, and a value in their place is not repeated") {
  const Sandbox box;
  fill(box);
  for (const Words& words : std::vector<Words>{{"run", "--only", "other", "env"},
                                               {"run", "--only", "other", "sh", "-c", "true"}})
    CHECK(box.expect(2, words).says("after `--`"));
  const Outcome mapped = box.expect(4, {"run", "--map", "PASS=s3cret-w0rd", "--", "/bin/true"});
  CHECK_FALSE(mapped.says("s3cret"));
  CHECK(mapped.says("--map PASS"));
  CHECK_FALSE(
      box.expect(2, {"run", "--map", "PASS=s3cret//w0rd", "--", "/bin/true"}).says("s3cret"));
  for (int i = 0; i < 25; ++i)
    box.expect(0, {"put", "big/" + std::to_string(i),
                   "V" + std::to_string(i) + "=@" + box.write("v", std::string(100'000, 'v'))});
  CHECK(box.expect(126, {"run", "--prefix", "big", "--", "true"}).says("too large"));
  const std::string script = box.write("s", "echo hi\n");
  chmod(script.c_str(), 0700);
  CHECK(box.expect(126, {"run", "--only", "other", "--", script}).says("#!"));
}

TEST_CASE("many fields of one secret are handed over in one reading") {
  const Sandbox box;
  box.init();
  std::string file;
  for (int i = 0; i < 8000; ++i) file += "NAME_" + std::to_string(i) + "=value\n";
  box.expect(0, {"import", box.write("p.env", file), "--as", "dotenv", "--prefix", "p"});
  // If each field parsed the document again, this would take twenty seconds or more.
  CHECK(box.run_program(
               {"/usr/bin/timeout", "10", COFFER_BIN, "run", "--only", "p", "--", "/bin/true"})
            .exit_code == 0);
  CHECK(box.run_program({"/usr/bin/timeout", "10", COFFER_BIN, "env", "--only", "p"}).exit_code ==
        0);
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
    // The directory exists for about ten milliseconds, so the loop looks without a pause.
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

TEST_CASE("--redact hides each line of a key, however it is printed") {
  const Sandbox box;
  box.init();
  std::string pem = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  for (char c = 'a'; c < 'f'; ++c) pem += std::string(40, c) + "Marzipan\n";
  box.expect(0,
             {"put", "k", "pem=@" + box.write("key", pem + "-----END OPENSSH PRIVATE KEY-----\n"),
              "odd=it's $a \"b\" Marzipan"});
  for (const char* script :
       {"echo $pem", "echo \"$pem\" | sed 's/^/> /'", "echo \"$pem\" | sed -n 2p",
        "printf '%q' \"$odd\"", "set -x; : \"$odd\"", "printf %s \"$odd\" | base64"}) {
    const Outcome outcome =
        box.expect(0, {"run", "--redact", "--only", "k", "--", "/bin/bash", "-c", script});
    INFO(script << outcome.out << outcome.err);
    CHECK((outcome.out + outcome.err).find("Marzipan") == std::string::npos);
    CHECK((outcome.out + outcome.err).find("**********") != std::string::npos);
  }
}

TEST_CASE("under --redact what cannot be written is an error, but for a reader that went away") {
  const Sandbox box;
  fill(box);
  const std::string run = std::string(COFFER_BIN) + " run --redact --only other -- ";
  const auto shell = [&](const std::string& line) {
    return box.run_program({"/bin/sh", "-c", line});
  };
  const Outcome full = shell(run + "sh -c 'echo x' >/dev/full");
  CHECK(full.exit_code == 17);
  CHECK(full.says("standard output"));
  CHECK(shell(run + "sh -c 'echo x' >&-").exit_code == 17);
  CHECK(shell(run + "sh -c 'trap \"\" PIPE; echo x; exit 5' >/dev/full").exit_code == 5);
  CHECK_FALSE(shell(run + "sh -c 'echo x; sleep 0.2; echo y' | true").says("error"));
}

TEST_CASE("under --redact two outputs that go to one place keep their order") {
  const Sandbox box;
  fill(box);
  const std::string line =
      std::string(COFFER_BIN) +
      " run --redact --map T=app/token -- sh -c 'for i in 1 2 3 4 5 6 7 8 9; do "
      "echo o$i; echo e$i >&2; done' 2>&1 | tr '\\n' ' '";
  std::string expected;
  for (int i = 1; i <= 9; ++i) expected += "o" + std::to_string(i) + " e" + std::to_string(i) + " ";
  for (int round = 0; round < 10; ++round)
    CHECK(box.run_program({"/bin/sh", "-c", line}).out == expected);
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
  // A reference inside a value is redacted by itself, and a pause does not let it through.
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
  // The command notices that its reader is gone; otherwise `yes` would write for ever.
  CHECK(shell(run + "/bin/sh -c 'yes \"$T\"' | head -n 1") == "**********\n");
  // A slow reader gets everything, though the command ended long before.
  CHECK(shell(run + "/bin/sh -c 'head -c 300000 /dev/zero; echo $T' | (sleep 0.3; tail -c 11)") ==
        "**********\n");
  // A signal works although the reader has stopped: the process that holds this fifo open never
  // reads.
  const std::string fifo = box.path("fifo");
  CHECK(shell("mkfifo " + fifo + "; exec 5<>" + fifo + "; " + run +
              "/usr/bin/yes >&5 & sleep 0.5; kill -TERM $!; wait $!; echo $?") == "143\n");
}

}  // namespace run_test

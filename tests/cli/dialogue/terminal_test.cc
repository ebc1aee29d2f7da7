// Prompts: on the terminal, without echo, restored whatever happens.
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "tests/cli/command.h"

namespace terminal_test {

using cli::Sandbox;
using cli::Words;

namespace {

constexpr bool kAsItIs = true;

// Runs the command on a terminal of its own, as for a person.
class Session {
 public:
  Session(const Sandbox& box, Words words, winsize size = {24, 80, 0, 0})
      : Session(box, with_command(std::move(words)), kAsItIs, size) {}
  // Runs another program there.
  Session(const Sandbox& box, const Words& words, bool /*as it is*/,
          winsize size = {24, 80, 0, 0}) {
    std::vector<char*> argv = Sandbox::pointers(words);
    std::vector<char*> envp = Sandbox::pointers(box.environment);
    pid_ = forkpty(&fd_, nullptr, nullptr, &size);
    if (pid_ == 0) {
      execve(argv[0], argv.data(), envp.data());
      _exit(99);
    }
    REQUIRE(pid_ > 0);
  }
  ~Session() {
    if (pid_ > 0) kill(pid_, SIGKILL), wait();
    close(fd_);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Reads until `text` was shown. False if the command ended or hangs before.
  bool shows(std::string_view text) {
    while (shown_.find(text, seen_) == std::string::npos) {
      if (!read_some()) return false;
    }
    seen_ = shown_.find(text, seen_) + text.size();
    return true;
  }
  void type(std::string_view text) {
    REQUIRE(write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  bool echo() const {
    termios modes{};
    REQUIRE(tcgetattr(fd_, &modes) == 0);
    return (modes.c_lflag & ECHO) != 0 && (modes.c_lflag & ICANON) != 0;
  }
  void signal(int number) const { kill(pid_, number); }
  pid_t pid() const { return pid_; }
  int exit_code() {
    while (read_some()) continue;
    return wait();
  }
  const std::string& shown() const { return shown_; }

 private:
  static Words with_command(Words words) {
    words.insert(words.begin(), COFFER_BIN);
    return words;
  }
  bool read_some() {
    char bytes[4096];
    const ssize_t got = read(fd_, bytes, sizeof bytes);  // EIO at the end.
    if (got <= 0) return false;
    shown_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  int wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    pid_ = -1;
    return cli::exit_code_of(status);
  }
  int fd_ = -1;
  pid_t pid_ = -1;
  std::string shown_;
  std::size_t seen_ = 0;
};

}  // namespace

TEST_CASE("a bare put asks, shows nothing, and stores the line without its end") {
  const Sandbox box;
  box.init();
  Session session(box, {"put", "p"});
  REQUIRE(session.shows("Value: "));
  CHECK_FALSE(session.echo());
  session.type("Marzipan-7f3a\n");
  CHECK(session.exit_code() == 0);
  CHECK(session.shown().find("Marzipan") == std::string::npos);
  CHECK(box.expect(0, {"get", "p"}).out == "Marzipan-7f3a");
}

TEST_CASE("a policy that would end is asked about, and an anchor only where there is one") {
  const Sandbox box;
  box.init();
  for (const Words& words : std::vector<Words>{{"policy", "remove", "1"},
                                               {"policy", "remove", "--all"},
                                               {"policy", "set", box.write("none.json", "[]")}}) {
    INFO(words[1]);
    box.expect(0, {"policy", "allow", "*", "all", "**"});
    Session asked(box, words);
    REQUIRE(asked.shows("May everybody do everything?"));
    asked.type("n\n");
    CHECK(asked.exit_code() == 3);
    Words sure = words;
    sure.emplace_back("-y");
    Session unasked(box, sure);
    CHECK(unasked.exit_code() == 0);
    CHECK(unasked.shown().find("everybody may do everything now") != std::string::npos);
  }
  for (const char* verb : {"accept", "remove"}) {
    Session session(box, {"anchor", verb});
    CHECK(session.exit_code() == 4);
    CHECK(session.shown().find("the store has no anchor") != std::string::npos);
  }
}

TEST_CASE("a long line is stored whole, and corrections are heeded") {
  const Sandbox box;
  box.init();
  const std::string line(6000, 'x');
  Session session(box, {"put", "long"});
  REQUIRE(session.shows("Value: "));
  for (std::size_t i = 0; i < line.size(); i += 500) session.type(line.substr(i, 500));
  session.type("\n");
  CHECK(session.exit_code() == 0);
  CHECK(box.expect(0, {"get", "long"}).out == line);
  Session corrected(box, {"put", "corrected"});
  REQUIRE(corrected.shows("Value: "));
  corrected.type(
      "wrong\x15"
      "ab\xC3\xA9\x7F"
      "c\n");
  CHECK(corrected.exit_code() == 0);
  CHECK(box.expect(0, {"get", "corrected"}).out == "abc");
}

TEST_CASE("a prompt that is cut off declines and writes nothing") {
  const Sandbox box;
  box.init();
  for (const char* key : {"\x03", "\x04"}) {
    Session session(box, {"put", "p"});
    REQUIRE(session.shows("Value: "));
    session.type(key);
    CHECK(session.exit_code() == 3);
  }
  box.expect(4, {"get", "p"});
}

TEST_CASE("a signal at a prompt finds the terminal put back") {
  const Sandbox box;
  box.init();
  for (const int number : {SIGTERM, SIGHUP, SIGQUIT, SIGINT}) {
    Session session(box, {"put", "p"});
    REQUIRE(session.shows("Value: "));
    CHECK_FALSE(session.echo());
    session.signal(number);
    // The master side still gives the modes while the child is a zombie.
    siginfo_t info{};
    REQUIRE(waitid(P_PID, static_cast<id_t>(session.pid()), &info, WEXITED | WNOWAIT) == 0);
    INFO("signal " << number);
    CHECK(session.echo());
    CHECK(session.exit_code() == (number == SIGINT ? 3 : 128 + number));
  }
}

TEST_CASE("init without a key asks twice, and the passphrase opens the store") {
  Sandbox box;
  box.environment.pop_back();
  Session session(box, {"init"});
  REQUIRE(session.shows("Passphrase: "));
  CHECK_FALSE(session.echo());
  session.type("correct horse\n");
  REQUIRE(session.shows("again: "));
  session.type("correct horse\n");
  CHECK(session.exit_code() == 0);
  CHECK(session.shown().find("horse") == std::string::npos);
  Session reader(box, {"list"});
  REQUIRE(reader.shows("Passphrase: "));
  reader.type("correct horse\n");
  CHECK(reader.exit_code() == 0);
  Session wrong(box, {"--key", "passphrase:", "list"});
  REQUIRE(wrong.shows("Passphrase: "));
  wrong.type("wrong\n");
  CHECK(wrong.exit_code() == 11);
}

TEST_CASE("two different answers at init make no store") {
  Sandbox box;
  box.environment.pop_back();
  Session session(box, {"init"});
  REQUIRE(session.shows("Passphrase: "));
  session.type("one\n");
  REQUIRE(session.shows("again: "));
  session.type("other\n");
  CHECK(session.exit_code() == 3);
  CHECK_FALSE(std::filesystem::exists(box.store()));
}

TEST_CASE("what destroys everything asks on a terminal, and -y answers beforehand") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "a=1"});
  box.expect(0, {"key", "add", "file://" + box.path("spare.key")});
  box.expect(0, {"config", "put", "c", "--spec",
                 box.write("spec.json", R"({"properties":{"a":{"airbyte_secret":true}}})"),
                 "--input", box.write("full.json", R"({"a":"x"})")});
  for (const Words& words : std::vector<Words>{
           {"destroy", "p", "--all"}, {"key", "remove", "1"}, {"config", "delete", "c"}}) {
    for (const char* answer : {"n\n", "\n", "\x04"}) {
      Session session(box, words);
      REQUIRE(session.shows("[y/N] "));
      session.type(answer);
      CHECK(session.exit_code() == 3);
    }
  }
  CHECK(box.expect(0, {"get", "p", "--field", "a"}).out == "1");
  Session agreed(box, {"destroy", "p", "--all"});
  REQUIRE(agreed.shows("[y/N] "));
  agreed.type("y\n");
  CHECK(agreed.exit_code() == 0);
  box.expect(7, {"get", "p"});
  box.expect(0, {"put", "q", "a=1"});
  Session quiet(box, {"destroy", "q", "--all", "-y"});
  CHECK(quiet.exit_code() == 0);
  CHECK(quiet.shown().find("[y/N]") == std::string::npos);
}

TEST_CASE("what may be used and not be seen is shown on no terminal") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "app/db", "password=secret-word"});
  const std::string spec =
      box.write("spec", R"({"properties":{"key":{"type":"string","airbyte_secret":true}}})");
  const std::string full = box.write("full", R"({"key":"secret-key"})");
  const std::string partial = box.write(
      "partial", box.expect(0, {"config", "put", "c", "--spec", spec, "--input", full}).out);
  const std::string form = box.write("form", "{{ coffer://app/db#password }}\n");
  box.expect(0, {"policy", "allow", "*", "list,use,admin", "**"});
  const std::vector<Words> all = {{"inject", "-i", form},
                                  {"config", "hydrate", partial, "--id", "c"},
                                  {"config", "hydrate", partial, "--spec", spec},
                                  {"config", "hydrate", partial}};
  for (const Words& words : all) {
    Session session(box, words);
    CHECK(session.exit_code() == 15);
    CHECK(session.shown().find("secret-") == std::string::npos);
    CHECK(box.expect(0, words).out.find("secret-") != std::string::npos);
  }
  box.expect(0, {"policy", "allow", "*", "reveal", "**"});
  for (const Words& words : all) {
    Session session(box, words);
    CHECK(session.exit_code() == 0);
    CHECK(session.shown().find("secret-") != std::string::npos);
  }
}

TEST_CASE("a whole folder goes only where its name is typed, or said beforehand") {
  const Sandbox box;
  box.init();
  for (const char* path : {"team/a", "team/b"}) box.expect(0, {"put", path, "k=v"});
  for (const char* answer : {"y\n", "team/a\n", "Team\n", "\n", "\x04"}) {
    Session session(box, {"metadata", "delete", "team", "--recursive"});
    REQUIRE(session.shows("Type team to continue: "));
    session.type(answer);
    CHECK(session.exit_code() == 3);
  }
  CHECK(box.expect(0, {"list", "-r"}).out == "team/a\nteam/b\n");
  Session otherwise(box, {"metadata", "delete", "team", "-r", "--confirm", "teams"});
  CHECK(otherwise.exit_code() == 2);
  Session tried(box, {"metadata", "delete", "team", "-r", "--dry-run"});
  CHECK(tried.exit_code() == 0);
  CHECK(tried.shown().find("to continue") == std::string::npos);
  CHECK(box.expect(0, {"list", "-r"}).out == "team/a\nteam/b\n");
  Session typed(box, {"metadata", "delete", "team", "--recursive"});
  REQUIRE(typed.shows("to continue: "));
  typed.type("team\n");
  CHECK(typed.exit_code() == 0);
  CHECK(box.expect(0, {"list", "-r"}).out.empty());
  box.expect(0, {"put", "team/a", "k=v"});
  Session said(box, {"destroy", "team/a", "--all", "--confirm", "team/a"});
  CHECK(said.exit_code() == 0);
  CHECK(said.shown().find("[y/N]") == std::string::npos);
}

TEST_CASE("a value on a terminal gets a line end") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "a=1"});
  Session session(box, {"get", "p", "--field", "a"});
  CHECK(session.exit_code() == 0);
  CHECK(session.shown() == "1\r\n");
}

TEST_CASE("run leaves the terminal's own signals to the child") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "A=1"});
  Session session(box,
                  {"run", "--only", "p", "--", "sh", "-c",
                   "n=0; trap 'n=$((n+1)); echo got $n' INT; echo ready; "
                   "while [ $n -lt 1 ]; do sleep 0.05; done; sleep 0.3; echo last $n; exit 5"});
  REQUIRE(session.shows("ready"));
  session.type("\x03");
  REQUIRE(session.shows("last "));
  CHECK(session.exit_code() == 5);
  CHECK(session.shown().find("last 1") != std::string::npos);
}

TEST_CASE("under --redact a command has a terminal of its own, and values are hidden on it") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "t", "TOKEN=Marzipan-7f3a"});
  const std::string script =
      "test -t 0 && test -t 1 && test -t 2 && echo all terminals; stty size; "
      "printf 'Name: '; read name; echo \"$name has $TOKEN.\"; "
      "stty -echo; printf 'Again: '; read again; stty echo; echo \"$again\" | rev; "
      "echo \"$TOKEN\" > /dev/tty; exit 5";
  Session session(box, {"run", "--redact", "--only", "t", "--", "/bin/sh", "-c", script},
                  {31, 99, 0, 0});
  REQUIRE(session.shows("all terminals"));
  REQUIRE(session.shows("31 99"));
  REQUIRE(session.shows("Name: "));  // A prompt without a line end is shown soon.
  session.type("Ada\r");
  REQUIRE(session.shows("Ada has **********."));
  REQUIRE(session.shows("Again: "));
  session.type("unseen\r");
  REQUIRE(session.shows("neesnu"));
  siginfo_t info{};
  REQUIRE(waitid(P_PID, static_cast<id_t>(session.pid()), &info, WEXITED | WNOWAIT) == 0);
  CHECK(session.echo());  // Restored.
  CHECK(session.exit_code() == 5);
  CHECK(session.shown().find("Marzipan") == std::string::npos);
  CHECK(session.shown().find("unseen") == std::string::npos);
}

TEST_CASE("under --redact Ctrl-C reaches the command, and the terminal is put back") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "t", "TOKEN=Marzipan-7f3a"});
  Session session(box, {"run", "--redact", "--only", "t", "--", "/bin/sh", "-c",
                        "trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.1; done"});
  REQUIRE(session.shows("ready"));
  session.type("\x03");
  REQUIRE(session.shows("caught"));
  CHECK(session.exit_code() == 9);
}

TEST_CASE("several lines pasted at a prompt store nothing and reach no shell") {
  const Sandbox box;
  box.init();
  // A shell owns the terminal and would run any rest of the paste that coffer leaves.
  Session shell(box, Words{"/bin/sh", "-i"}, kAsItIs);
  shell.type(std::string(COFFER_BIN) + " put pasted; echo rc=$?\n");
  REQUIRE(shell.shows("Value: "));
  shell.type("-----BEGIN KEY-----\nTOPSECRETLINE\n-----END KEY-----\n");
  REQUIRE(shell.shows("rc=3"));
  shell.type("exit\n");
  shell.exit_code();
  CHECK(shell.shown().find("TOPSECRETLINE") == std::string::npos);
  CHECK(shell.shown().find("--value -") != std::string::npos);
  box.expect(4, {"get", "pasted"});
  Session fields(box, {"patch", "pasted", "k=-"});
  REQUIRE(fields.shows("k: "));
  fields.type("one\ntwo\n");
  CHECK(fields.exit_code() == 3);
}

TEST_CASE("at a hidden prompt keys edit as on the terminal, and control characters are refused") {
  const Sandbox box;
  box.init();
  const auto typed = [&box](std::string_view keys, int code) {
    Session session(box, {"put", "typed"});
    REQUIRE(session.shows("Value: "));
    session.type(keys);
    CHECK(session.exit_code() == code);
    return code == 0 ? box.expect(0, {"get", "typed"}).out : std::string();
  };
  CHECK(typed("ab \x17"
              "cd\n",
              0) == "cd");
  CHECK(typed("one two  \x17three\n", 0) == "one three");
  CHECK(typed("a\x16\x17"
              "b\n",
              0) ==
        "a\x17"
        "b");
  CHECK(typed("a\x16\x16"
              "b\x12\n",
              0) ==
        "a\x16"
        "b");
  typed("a\x1B[Db\n", 2);
  typed("a\x01\n", 2);
  CHECK(box.expect(0, {"history", "typed", "--format", "json"}).json()["current_version"] == 4);
}

TEST_CASE("k=- and --value - ask a person without echo, one prompt a field") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "a=1", "c=3"});
  Session patch(box, {"patch", "p", "a=-", "b=-"});
  REQUIRE(patch.shows("a: "));
  CHECK_FALSE(patch.echo());
  patch.type("Marzipan\n");
  REQUIRE(patch.shows("b: "));
  patch.type("Nougat\n");
  CHECK(patch.exit_code() == 0);
  CHECK(patch.shown().find("Marzipan") == std::string::npos);
  CHECK(box.expect(0, {"get", "p"}).json() ==
        cli::Json{{"a", "Marzipan"}, {"c", "3"}, {"b", "Nougat"}});
  Session put(box, {"put", "q", "--value", "-"});
  REQUIRE(put.shows("Value: "));
  put.type("Marzipan\n");
  CHECK(put.exit_code() == 0);
  CHECK(box.expect(0, {"get", "q"}).out == "Marzipan");
}

TEST_CASE("a pair where the secret's name should be is asked about") {
  const Sandbox box;
  box.init();
  Session no(box, {"put", "password=Marzipan"});
  REQUIRE(no.shows("[y/N] "));
  CHECK(no.shown().find("Marzipan") == std::string::npos);
  no.type("n\n");
  CHECK(no.exit_code() == 3);
  Session yes(box, {"put", "dt=2024"});
  REQUIRE(yes.shows("[y/N] "));
  yes.type("y\n");
  REQUIRE(yes.shows("Value: "));
  yes.type("v\n");
  CHECK(yes.exit_code() == 0);
  CHECK(box.expect(0, {"list"}).out == "dt=2024\n");
}

TEST_CASE("run stops and goes on with its command, as the shell wants it") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "t", "TOKEN=Marzipan-7f3a"});
  for (const char* redact : {"", " --redact"}) {
    Session shell(box, Words{"/bin/bash", "--norc", "-i"}, kAsItIs);
    // No shell here: a shell stopped between vfork and exec would leave its parent unable to stop.
    shell.type(
        "PS1='$ '; " + std::string(COFFER_BIN) + " run" + redact +
        " --only t -- /usr/bin/python3 -Sc 'import sys, time; print(\"be\" \"gun\", flush=True); "
        "time.sleep(1.5); print(\"do\" \"ne\"); sys.exit(7)'; echo r''c=$?\n");
    REQUIRE(shell.shows("begun"));
    shell.type("\x1A");
    REQUIRE(shell.shows("Stopped"));
    shell.type("echo sti''ll; fg\n");
    REQUIRE(shell.shows("still"));
    REQUIRE(shell.shows("done"));
    REQUIRE(shell.shows("$ "));  // Keys before it would be the command's.
    shell.type("stty -a > " + box.path("modes") + "; echo la''st\n");
    REQUIRE(shell.shows("last"));
    CHECK(cli::read_file(box.path("modes")).find(" icanon") != std::string::npos);
    CHECK(cli::read_file(box.path("modes")).find(" echo ") != std::string::npos);
    shell.type("exit\n");
    shell.exit_code();
  }
}

TEST_CASE("--redact in the background hinders nobody, and takes keys once it is in front") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "t", "TOKEN=Marzipan-7f3a"});
  const std::string run = std::string(COFFER_BIN) + " run --redact --map T=coffer://t#TOKEN -- ";
  Session script(
      box, Words{"/bin/bash", "-c", "timeout 20 " + run + "sh -c 'echo \"<$T>\"'; echo rc=$?"},
      kAsItIs);
  REQUIRE(script.shows("<**********>"));
  REQUIRE(script.shows("rc=0"));
  script.exit_code();
  Session shell(box, Words{"/bin/bash", "--norc", "-i"}, kAsItIs);
  shell.type("PS1='$ '; " + run + "sh -c 'echo be''gun; read x; echo \"got $x\"' &\n");
  REQUIRE(shell.shows("begun"));
  shell.type("fg\n");
  REQUIRE(shell.shows("sh -c"));
  usleep(700'000);
  shell.type("key\r");
  REQUIRE(shell.shows("got key"));
  REQUIRE(shell.shows("$ "));  // Keys before it would be the command's.
  shell.type("exit\n");
  shell.exit_code();
}

TEST_CASE("under --redact a line end on the terminal stays one") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "t", "TOKEN=Marzipan-7f3a"});
  Session shell(box,
                Words{"/bin/sh", "-c",
                      "echo abc | " + std::string(COFFER_BIN) + " run --redact --only t -- cat"},
                kAsItIs);
  shell.exit_code();
  CHECK(shell.shown() == "abc\r\n");
  Session direct(box, {"run", "--redact", "--only", "t", "--", "echo", "hi"});
  CHECK(direct.exit_code() == 0);
  CHECK(direct.shown() == "hi\r\n");
}

TEST_CASE("a job's secrets are asked for by their keys, without echo") {
  const Sandbox box;
  box.init();
  Session session(box, {"secrets", "--set", "db-password", "--set-prompt", "token"});
  REQUIRE(session.shows("Job Name: "));
  CHECK(session.echo());
  session.type("my-job\n");
  REQUIRE(session.shows("Job Team: "));
  session.type("ingestion\n");
  REQUIRE(session.shows("db-password: "));
  CHECK_FALSE(session.echo());
  session.type("Marzipan-7f3a\n");
  REQUIRE(session.shows("token: "));
  session.type("Nougat-91\n");
  CHECK(session.exit_code() == 0);
  CHECK(session.shown().find("Marzipan") == std::string::npos);
  CHECK(box.expect(0, {"get", "ingestion/my-job"}).out ==
        R"({"db-password":"Marzipan-7f3a","token":"Nougat-91"})");

  Session declined(box, {"secrets", "-t", "ingestion", "-n", "my-job", "--delete-all-job-secrets"});
  REQUIRE(declined.shows("[y/N] "));
  declined.type("n\n");
  CHECK(declined.exit_code() == 3);
  CHECK(box.expect(0, {"get", "ingestion/my-job"}).out.size() > 2);
}

TEST_CASE("nobody is asked whether to delete a config that is not there") {
  const Sandbox box;
  box.init();
  Session session(box, {"config", "delete", "nope"});
  CHECK(session.exit_code() == 4);
  CHECK(session.shown().find("[y/N]") == std::string::npos);
  CHECK(session.shown().find("nope: no such config") != std::string::npos);
}

}  // namespace terminal_test

// Prompts: on the terminal, without echo, put back whatever happens.
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "tests/cli/command.h"

using cli::Sandbox;
using cli::Words;

namespace {

/// The command on a terminal of its own, as a person has it.
class Session {
 public:
  Session(const Sandbox& box, Words words, winsize size = {24, 80, 0, 0}) {
    words.insert(words.begin(), COFFER_BIN);
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

  /// Reads until `text` has been shown. False when the command ended, or hangs, before.
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
    // The master side can still ask for the modes while the child is a zombie.
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

TEST_CASE("a whole folder goes only where its name is typed, or said beforehand") {
  const Sandbox box;
  box.init();
  for (const char* path : {"team/a", "team/b"}) box.expect(0, {"put", path, "k=v"});
  for (const char* answer : {"y\n", "team/a\n", "Team\n", "\n", "\x04"}) {
    Session session(box, {"metadata", "delete", "team", "--recursive"});
    REQUIRE(session.shows("Type team to go on: "));
    session.type(answer);
    CHECK(session.exit_code() == 3);
  }
  CHECK(box.expect(0, {"list", "-r"}).out == "team/a\nteam/b\n");
  Session otherwise(box, {"metadata", "delete", "team", "-r", "--confirm", "teams"});
  CHECK(otherwise.exit_code() == 2);
  Session tried(box, {"metadata", "delete", "team", "-r", "--dry-run"});
  CHECK(tried.exit_code() == 0);
  CHECK(tried.shown().find("to go on") == std::string::npos);
  CHECK(box.expect(0, {"list", "-r"}).out == "team/a\nteam/b\n");
  Session typed(box, {"metadata", "delete", "team", "--recursive"});
  REQUIRE(typed.shows("to go on: "));
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
  REQUIRE(session.shows("Name: "));  // A prompt without a line end is not held back for ever.
  session.type("Ada\r");
  REQUIRE(session.shows("Ada has **********."));
  REQUIRE(session.shows("Again: "));
  session.type("unseen\r");
  REQUIRE(session.shows("neesnu"));
  siginfo_t info{};
  REQUIRE(waitid(P_PID, static_cast<id_t>(session.pid()), &info, WEXITED | WNOWAIT) == 0);
  CHECK(session.echo());  // As it was found.
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

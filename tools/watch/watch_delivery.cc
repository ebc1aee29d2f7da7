#include "tools/watch/watch_delivery.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "text/time_text.h"
#include "tools/command/fail.h"
#include "tools/command/opening/key_environment.h"
#include "tools/command/streams/new_file.h"
#include "tools/command/streams/output.h"
#include "tools/command/streams/own_file.h"
#include "tools/workload/spawn.h"

namespace coffer::tools {
namespace {

constexpr std::int64_t kLookEveryMs = 200;  // How soon a signal ends a sleep.

std::atomic<int> signal_seen{0};
void on_signal(int number) { signal_seen.store(number); }

std::vector<std::string> environment_with(const Delivery& delivery, const Change& change,
                                          bool keep_keys) {
  std::vector<std::string> variables;
  for (std::string& variable : inherited_environment(keep_keys))
    if (!variable.starts_with("COFFER_EVENT_")) variables.push_back(std::move(variable));
  const auto add = [&](const char* name, const std::string& value) {
    variables.push_back("COFFER_EVENT_" + std::string(name) + "=" + value);
  };
  add("REVISION", std::to_string(change.revision));
  add("INDEX", std::to_string(change.index));
  add("TIME", text::print_time(change.at_ms));
  add("WHAT", change.what);
  add("PATH", change.path);
  add("VERSION", std::to_string(change.version));
  add("OUTCOME", std::string(outcome_of(change)));
  if (!delivery.rule.empty()) add("RULE", delivery.rule);
  if (!delivery.severity.empty()) add("SEVERITY", delivery.severity);
  return variables;
}

// The child's exit code, 128+N after signal N, or 127 if the code is unknown.
int wait_for(pid_t child) {
  for (bool told = false;;) {
    int status = 0;
    const pid_t gone = waitpid(child, &status, 0);
    if (gone == child) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (gone < 0 && errno != EINTR) return 127;
    if (must_end() && !told) kill(child, signal_seen.load());
    told = must_end();
  }
}

bool run_command(const Delivery& delivery, const Change& change, bool keep_keys) {
  std::vector<std::string> variables = environment_with(delivery, change, keep_keys);
  std::string shell = "/bin/sh", option = "-c", text = delivery.target;
  char* const words[] = {shell.data(), option.data(), text.data(), nullptr};
  pid_t child = -1;
  return spawn_as_inherited(child, shell.c_str(), nullptr, words, variables) == 0 &&
         wait_for(child) == 0;
}

bool append_line(const Delivery& delivery) {
  const Result<int> opened = open_own_file(delivery.target);
  if (!opened) {
    if (opened.error().code() == ErrorCode::usage)
      warn(
          "a rule's file must be a regular file, not a link, owned by this user and not writable "
          "by everybody: " +
          delivery.target);
    return false;
  }
  const int fd = *opened;
  struct stat before {};
  fstat(fd, &before);
  const bool is_new = before.st_size == 0;
  // One write, so that two watches do not mix their lines. The line counts as delivered once it is
  // on disk.
  const bool done = write_all(fd, as_bytes(delivery.text + "\n")) && fdatasync(fd) == 0 &&
                    // A new file's name must be on disk too.
                    (!is_new || sync_folder_of(delivery.target));
  return close(fd) == 0 && done;
}

std::string quoted_for_curl(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') out += "\\n";
    if (c == '\r') out += "\\r";
    if (c == '\t') out += "\\t";
    if (c != '\n' && c != '\r' && c != '\t') out += c;
  }
  return out + "\"";
}

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() {
    if (pipe2(ends, O_CLOEXEC) != 0) ends[0] = ends[1] = -1;
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  bool good() const { return ends[0] >= 0; }
  void close_end(int which) {
    if (ends[which] >= 0) close(ends[which]);
    ends[which] = -1;
  }
};

// Posts by curl, which knows TLS and proxies. Its options come by standard input, because a
// webhook's URL is often a secret. It follows no redirect, which would reveal the event to another
// service.
bool post(const Delivery& delivery) {
  const std::string config =
      "silent\nmax-time = 10\nproto = \"=http,https\"\noutput = \"/dev/null\"\n"
      "write-out = \"%{http_code}\"\n"
      "header = \"Content-Type: application/json\"\n"
      "url = " +
      quoted_for_curl(delivery.target) + "\ndata-raw = " + quoted_for_curl(delivery.text) + "\n";
  Pipe in, out;
  if (!in.good() || !out.good()) return false;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.ends[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
  std::string program = "curl", quiet = "-q", option = "--config", input = "-";
  char* const words[] = {program.data(), quiet.data(), option.data(), input.data(), nullptr};
  pid_t child = -1;
  std::vector<std::string> variables = inherited_environment(false);
  const int failed = spawn_as_inherited(child, "curl", &actions, words, variables);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return false;
  in.close_end(0);
  out.close_end(1);
  const bool asked = write_all(in.ends[1], as_bytes(config));
  in.close_end(1);
  const int exit_code = wait_for(child);
  char code[3] = {};
  const bool answered = read(out.ends[0], code, sizeof code) == sizeof code;
  return asked && exit_code == 0 && answered && code[0] == '2';
}

}  // namespace

void end_on_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &action, nullptr);
}

bool must_end() { return signal_seen.load() != 0; }

void sleep_ms(std::int64_t ms) {
  for (; ms > 0 && !must_end(); ms -= kLookEveryMs) {
    const std::int64_t part = std::min(ms, kLookEveryMs);
    const timespec duration = {0, static_cast<long>(part * 1'000'000)};
    nanosleep(&duration, nullptr);
  }
}

std::string_view outcome_of(const Change& change) {
  return change.refused_with ? code_name(*change.refused_with) : "done";
}

bool deliver_once(const Delivery& delivery, const Change& change, bool keep_keys) {
  switch (delivery.way) {
    case Delivery::Way::exec: return run_command(delivery, change, keep_keys);
    case Delivery::Way::file: return append_line(delivery);
    case Delivery::Way::webhook: return post(delivery);
  }
  return false;
}

}  // namespace coffer::tools

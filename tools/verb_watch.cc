// coffer watch
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "format/time_text.h"
#include "tools/context.h"
#include "tools/cursor_file.h"
#include "tools/fail.h"
#include "tools/numbers.h"
#include "tools/output.h"
#include "tools/verbs.h"

namespace coffer::tools {
namespace {

constexpr std::int64_t kLookEveryMs = 200;  // How soon a signal ends the sleep.
constexpr std::int64_t kRetryFirstMs = 500;
constexpr std::int64_t kRetryMaxMs = 60'000;
constexpr int kTriesOnce = 3;  // With --once nobody waits for better days.
constexpr std::size_t kBatch = 256;

std::atomic<int> signal_seen{0};
void on_signal(int number) { signal_seen.store(number); }

// Ends cleanly: what is under way is finished or given up, and the cursor is right.
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

std::string json_of(const Change& change) {
  JsonText json;
  json.open('{').key("revision").number(change.revision).key("index").number(change.index);
  json.key("time").time(change.at_ms).key("what").string(change.what);
  json.key("path").string(change.path).key("version").number(change.version).close('}');
  return std::string(json.text());
}

std::string line_of(const Change& change) {
  std::string line =
      format::print_time(change.at_ms) + "  " + change.what + "  " + printable(change.path);
  if (change.version != 0) line += "  " + std::to_string(change.version);
  return line;
}

// The event stands in the environment only: a name in the command's text would be code there.
class Command {
 public:
  explicit Command(std::string text) : text_(std::move(text)) {}

  /// The command's exit code, or 128+N; 127 where there is no shell.
  int run(const Change& change) const {
    std::vector<std::string> variables;
    for (char** at = environ; *at != nullptr; ++at)
      if (std::strncmp(*at, "COFFER_EVENT_", 13) != 0) variables.emplace_back(*at);
    const auto add = [&](const char* name, const std::string& value) {
      variables.push_back("COFFER_EVENT_" + std::string(name) + "=" + value);
    };
    add("REVISION", std::to_string(change.revision));
    add("INDEX", std::to_string(change.index));
    add("TIME", format::print_time(change.at_ms));
    add("WHAT", change.what);
    add("PATH", change.path);
    add("VERSION", std::to_string(change.version));
    std::vector<char*> environment;
    for (std::string& variable : variables) environment.push_back(variable.data());
    environment.push_back(nullptr);
    std::string shell = "/bin/sh", option = "-c", text = text_;
    char* const words[] = {shell.data(), option.data(), text.data(), nullptr};
    pid_t child = -1;
    if (posix_spawn(&child, shell.c_str(), nullptr, nullptr, words, environment.data()) != 0)
      return 127;
    return wait_for(child);
  }

 private:
  static int wait_for(pid_t child) {
    for (bool told = false;;) {
      int status = 0;
      const pid_t gone = waitpid(child, &status, 0);
      if (gone == child) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      if (gone < 0 && errno != EINTR) return 127;
      if (must_end() && !told) kill(child, signal_seen.load());
      told = must_end();
    }
  }
  std::string text_;
};

struct Watch {
  std::optional<Command> command;
  std::optional<CursorFile> cursor_file;
  std::string prefix;
  bool once = false;
  bool json = false;

  Result<void> keep(const WatchCursor& cursor) const {
    return cursor_file ? cursor_file->write(cursor) : Result<void>();
  }
  /// False where it was ended by a signal before it was delivered.
  Result<bool> deliver(const Change& change) const;
  Result<int> run(Store& store, WatchCursor cursor) const;
};

Result<bool> Watch::deliver(const Change& change) const {
  if (!command) {
    COFFER_TRY(write_line(json ? json_of(change) : line_of(change)));
    return true;
  }
  std::int64_t pause = kRetryFirstMs;
  for (int tries = 1; !must_end(); ++tries) {
    if (command->run(change) == 0) return true;
    if (must_end()) break;
    if (once && tries == kTriesOnce)
      return Error(ErrorCode::failed, "the command did not take an event",
                   "the next watch begins with it: run it again with the same --cursor")
          .with_number(change.revision);
    note("the command failed; the same event again in " + std::to_string(pause) + " ms");
    sleep_ms(pause);
    pause = std::min(pause * 2, kRetryMaxMs);
  }
  return false;
}

Result<int> Watch::run(Store& store, WatchCursor cursor) const {
  while (!must_end()) {
    const ChangeBatch batch =
        COFFER_TRY(store.changes(cursor.revision, {prefix, cursor.index}, kBatch));
    for (const Change& change : batch.changes) {
      if (must_end() || !COFFER_TRY(deliver(change))) return 0;
      cursor = {change.revision, change.index};
      // Lines are one delivery a batch; a command is one an event.
      if (command) COFFER_TRY(keep(cursor));
    }
    const bool moved = cursor.revision != batch.revision || cursor.index != kWholeRevision;
    cursor = {batch.revision, kWholeRevision};
    if (moved && (!batch.changes.empty() || once)) COFFER_TRY(keep(cursor));
    if (batch.more) continue;
    if (once) return 0;
    std::uint64_t now = cursor.revision;
    while (now <= cursor.revision && !must_end())
      now = COFFER_TRY(store.wait_for_changes(cursor.revision, kLookEveryMs));
  }
  return 0;
}

}  // namespace

VerbResult verb_watch(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> prefix, from, exec, cursor_path;
  Watch watch;
  Syntax syntax(arguments, text);
  syntax.optional_word("PREFIX", prefix, "Only what happens here and below");
  syntax.option("--from", from, "REVISION", "Begin after this revision; 0: from the beginning");
  syntax.option("--exec", exec, "COMMAND",
                "Run this for each event (by /bin/sh), until it exits with 0");
  syntax.option("--cursor", cursor_path, "FILE", "Keep in this file what was dealt with");
  syntax.flag("--once", watch.once, "End where there is nothing more to tell");
  syntax.explain(
      "An event is delivered at least once: when its line is written, or when the command exits "
      "with 0; a\nfailing command is run again, after longer and longer pauses. It finds the event "
      "in its environment:\nCOFFER_EVENT_WHAT, _PATH, _VERSION, _REVISION, _INDEX and _TIME; never "
      "a value. Without --from, and\nwithout a cursor yet, what happens from now on is told.");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  watch.prefix = prefix.value_or("");
  watch.json = context.json();
  if (exec) watch.command.emplace(*exec);
  std::optional<WatchCursor> cursor;
  if (from) cursor = WatchCursor{COFFER_TRY(parse_number("--from", *from)), kWholeRevision};
  Store store = COFFER_TRY(context.open());
  if (cursor_path) {
    watch.cursor_file.emplace(*cursor_path, COFFER_TRY(store.status()).store_id);
    if (auto kept = COFFER_TRY(watch.cursor_file->read())) cursor = *kept;
  }
  if (!cursor) cursor = WatchCursor{COFFER_TRY(store.status()).sequence, kWholeRevision};
  // From here on a restart goes on where this began, even if nothing happens meanwhile.
  COFFER_TRY(watch.keep(*cursor));
  end_on_signals();
  return watch.run(store, *cursor);
}

}  // namespace coffer::tools

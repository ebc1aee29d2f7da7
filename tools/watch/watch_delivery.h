// How an event of the change feed reaches whoever wants it: one try at a time.
#pragma once

#include <coffer/changes.h>
#include <coffer/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace coffer::tools {

/// From here on SIGINT, SIGTERM and SIGHUP end sleeps, and commands that are under way.
void end_on_signals();
bool must_end();
/// Shorter where a signal says to end.
void sleep_ms(std::int64_t ms);

/// Where an event goes, and as what.
struct Delivery {
  enum class Way { exec, file, webhook };
  Way way = Way::exec;
  std::string target;     ///< A command for /bin/sh, a file's path, an http or https URL.
  std::string rule = {};  ///< Whose delivery it is; empty: of no rule.
  std::string severity = {};
  std::string text = {};  ///< A file's line, a webhook's body.
};

/// "done", or the word for the error that it was refused with.
std::string_view outcome_of(const Change& change);

/// True where it has arrived: the command exited with 0, the line is on disk, the service answered
/// 2xx within ten seconds. A command finds the event in its environment, COFFER_EVENT_*: a name in
/// its text would be code there. Nothing of it stands in any process's arguments.
/// No process gets the store's key by its environment, unless `keep_keys` says that a command does.
bool deliver_once(const Delivery& delivery, const Change& change, bool keep_keys);

}  // namespace coffer::tools

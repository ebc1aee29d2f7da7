// Delivers an event of the change feed, one try at a time.
#pragma once

#include <coffer/changes.h>
#include <coffer/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace coffer::tools {

/// From now on SIGINT, SIGTERM and SIGHUP end sleeps and running commands.
void end_on_signals();
bool must_end();
/// Sleeps; returns early if a signal asks to end.
void sleep_ms(std::int64_t ms);

/// Where an event goes, and in what form.
struct Delivery {
  enum class Way { exec, file, webhook };
  Way way = Way::exec;
  std::string target;     ///< A command for /bin/sh, a file's path, an http or https URL.
  std::string rule = {};  ///< The rule that it belongs to; empty: none.
  std::string severity = {};
  std::string text = {};  ///< A file's line, a webhook's body.
};

/// "done", or the code name of the error that refused it.
std::string_view outcome_of(const Change& change);

/// True if it arrived: the command exited with 0, the line is on disk, or the service answered 2xx
/// within ten seconds. A command gets the event in its environment, COFFER_EVENT_*, because a name
/// in its text would be executed as code. Nothing of the event is in any process's arguments. No
/// process inherits the store's key, except a command with `keep_keys`.
bool deliver_once(const Delivery& delivery, const Change& change, bool keep_keys);

}  // namespace coffer::tools

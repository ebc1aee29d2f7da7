#include "tools/command/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <memory>
#include <string>

#include "tools/command/fail.h"

namespace coffer::tools {
namespace {

// Created at the first message, because most commands log none.
spdlog::logger& diagnostics() {
  static spdlog::logger logger = [] {
    spdlog::logger made("coffer", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made.set_pattern("coffer: %l: %v");
    made.set_level(spdlog::level::trace);
    made.flush_on(spdlog::level::trace);
    return made;
  }();
  return logger;
}

}  // namespace

LogSink stderr_log(bool verbose) {
  return [verbose](std::string_view level, std::string_view text, std::string_view subject) {
    std::string line;
    if (!subject.empty()) line = printable(subject) + ": ";
    line += text;
    if (level == "warn" || level == "error") {
      diagnostics().warn(line);
    } else if (verbose) {
      diagnostics().info(line);
    }
  };
}

}  // namespace coffer::tools

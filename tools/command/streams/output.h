// What goes to stdout: exact bytes, JSON, tables.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "text/json_writer.h"

namespace coffer::tools {

/// Writes all of it, in as many calls as needed; on false errno holds the cause.
bool write_all(int fd, ByteView bytes);
/// Writes exactly `bytes`. Errors: io.
Result<void> write_stdout(ByteView bytes);
/// Writes `bytes`, and a line end if the output is a terminal. Errors: io.
Result<void> write_value(ByteView bytes);
/// Writes `text` and a line end. Errors: io.
Result<void> write_line(std::string_view text);

/// JSON text for stdout.
class JsonText : public json::Writer {
 public:
  /// Writes the text and a line end. Errors: io.
  Result<void> write() const;
};

/// Columns for a person to read. Never holds a value.
class Table {
 public:
  explicit Table(std::vector<std::string> titles) { rows_.push_back(std::move(titles)); }
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Errors: io.
  Result<void> write() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace coffer::tools

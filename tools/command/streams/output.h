// What goes to stdout: exact bytes, JSON, tables.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace coffer::tools {

/// Writes all of it, in as many calls as needed; on false errno holds the cause.
bool write_all(int fd, ByteView bytes);
/// Writes exactly `bytes`. Errors: io.
Result<void> write_stdout(ByteView bytes);
/// Writes `bytes`, and a line end if the output is a terminal. Errors: io.
Result<void> write_value(ByteView bytes);
/// Writes `text` and a line end. Errors: io.
Result<void> write_line(std::string_view text);

/// Builds JSON text member by member, in locked memory, because it may hold a value.
class JsonText {
 public:
  JsonText& open(char bracket);
  JsonText& close(char bracket);
  JsonText& key(std::string_view name);
  JsonText& string(std::string_view text);
  JsonText& number(std::uint64_t value);
  JsonText& boolean(bool value);
  /// RFC 3339, or "" for 0.
  JsonText& time(std::int64_t ms);
  /// An array of strings.
  JsonText& strings(const std::vector<std::string>& texts);
  /// Adds `text`, which is JSON already.
  JsonText& raw(std::string_view text);

  std::string_view text() const { return text_.text(); }
  /// Writes the text and a line end. Errors: io.
  Result<void> write() const;

 private:
  void separate();
  SecretBytes text_;
  bool first_ = true;
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

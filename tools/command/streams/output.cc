#include "tools/command/streams/output.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "engine/text/json.h"
#include "engine/text/time_text.h"
#include "tools/command/fail.h"
#include "tools/command/streams/wrapped_text.h"

namespace coffer::tools {

bool write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

Result<void> write_stdout(ByteView bytes) {
  if (write_all(STDOUT_FILENO, bytes)) return {};
  return Error(ErrorCode::io, "cannot write")
      .about(Subject::Kind::file, "standard output")
      .with_errno(errno);
}

Result<void> write_value(ByteView bytes) {
  COFFER_TRY(write_stdout(bytes));
  if (isatty(STDOUT_FILENO) == 1) return write_stdout(as_bytes("\n"));
  return {};
}

Result<void> write_line(std::string_view text) {
  std::string line(text);
  line += '\n';
  return write_stdout(as_bytes(line));
}

void JsonText::separate() {
  if (!first_) text_.push_back(',');
  first_ = false;
}

JsonText& JsonText::open(char bracket) {
  separate();
  text_.push_back(static_cast<std::uint8_t>(bracket));
  first_ = true;
  return *this;
}

JsonText& JsonText::close(char bracket) {
  text_.push_back(static_cast<std::uint8_t>(bracket));
  first_ = false;
  return *this;
}

JsonText& JsonText::key(std::string_view name) {
  separate();
  json::append_quoted(text_, name);
  text_.push_back(':');
  first_ = true;
  return *this;
}

JsonText& JsonText::string(std::string_view text) {
  separate();
  json::append_quoted(text_, text);
  return *this;
}

JsonText& JsonText::raw(std::string_view text) {
  separate();
  text_.append(text);
  return *this;
}

JsonText& JsonText::number(std::uint64_t value) { return raw(std::to_string(value)); }
JsonText& JsonText::boolean(bool value) { return raw(value ? "true" : "false"); }
JsonText& JsonText::time(std::int64_t ms) { return string(text::print_time(ms)); }

JsonText& JsonText::strings(const std::vector<std::string>& texts) {
  open('[');
  for (const std::string& text : texts) string(text);
  return close(']');
}

Result<void> JsonText::write() const {
  SecretBytes line = text_.clone();
  line.push_back('\n');
  return write_stdout(line.bytes());
}

Result<void> Table::write() const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  std::vector<std::vector<std::string>> cells;
  for (const auto& row : rows_) {
    auto& shown = cells.emplace_back();
    for (std::size_t column = 0; column < row.size(); ++column) {
      shown.push_back(row[column].empty() ? "-" : printable(row[column]));
      widths[column] = std::max(widths[column], display_width(shown.back()));
    }
  }
  std::string text;
  for (const auto& row : cells) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      text += row[column];
      if (column + 1 == row.size()) break;
      text.append(widths[column] - display_width(row[column]) + 2, ' ');
    }
    text += '\n';
  }
  return write_stdout(as_bytes(text));
}

}  // namespace coffer::tools

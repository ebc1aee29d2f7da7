#include "tools/command/streams/output.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

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

Result<void> JsonText::write() const {
  SecretBytes line = SecretBytes::copy_of(text());
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

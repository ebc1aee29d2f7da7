#include "tools/watch/cursor_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "tools/command/streams/new_file.h"

namespace coffer::tools {
namespace {

constexpr std::string_view kHead = "coffer-watch 1 ";

// "REVISION INDEX\n", each in plain digits.
std::optional<WatchCursor> parse_cursor(std::string_view text) {
  WatchCursor cursor;
  const char* const end = text.data() + text.size();
  auto at = std::from_chars(text.data(), end, cursor.revision);
  if (at.ec != std::errc() || at.ptr == end || *at.ptr != ' ') return std::nullopt;
  at = std::from_chars(at.ptr + 1, end, cursor.index);
  if (at.ec != std::errc() || std::string_view(at.ptr, end) != "\n") return std::nullopt;
  return cursor;
}

}  // namespace

Result<std::optional<WatchCursor>> CursorFile::read() const {
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT) return std::optional<WatchCursor>();
  std::array<char, 256> buffer;
  const ssize_t size = fd < 0 ? -1 : ::read(fd, buffer.data(), buffer.size());
  const int error_number = errno;
  if (fd >= 0) ::close(fd);
  if (size < 0)
    return Error(ErrorCode::io, "the cursor file cannot be read")
        .about(Subject::Kind::file, path_)
        .with_errno(error_number);
  std::string_view text(buffer.data(), static_cast<std::size_t>(size));
  const auto not_ours = [this](Literal what) {
    return Error(ErrorCode::usage, what, "name another file with --cursor")
        .about(Subject::Kind::file, path_);
  };
  if (!text.starts_with(kHead)) return not_ours("this file is no cursor of a watcher");
  text.remove_prefix(kHead.size());
  if (!text.starts_with(store_id_ + " ")) return not_ours("this cursor belongs to another store");
  const auto cursor = parse_cursor(text.substr(store_id_.size() + 1));
  if (!cursor) return not_ours("this file is no cursor of a watcher");
  return cursor;
}

// Made durable before the next event, so a power cut repeats at most the one event that was
// delivered but not recorded.
Result<void> CursorFile::write(const WatchCursor& cursor) const {
  const std::string text = std::string(kHead) + store_id_ + " " + std::to_string(cursor.revision) +
                           " " + std::to_string(cursor.index) + "\n";
  NewFile file = COFFER_TRY(NewFile::create(path_, true));
  COFFER_TRY(file.write(as_bytes(text)));
  return file.finish();
}

}  // namespace coffer::tools

#include "tools/command/streams/chunked_input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "tools/command/streams/input.h"

namespace coffer::tools {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

}  // namespace

Result<ChunkedInput> ChunkedInput::open(std::string_view name) {
  const bool is_stdin = name == "-";
  const std::string_view shown = is_stdin ? std::string_view("standard input") : name;
  const int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                          : ::open(std::string(name).c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return cannot_read(shown, errno);
  ChunkedInput input(shown, fd, 0);
  struct stat status {};
  if (fstat(fd, &status) != 0) return cannot_read(shown, errno);
  if (S_ISREG(status.st_mode)) {
    // A part of standard input may have been read already.
    const off_t begin = is_stdin ? lseek(fd, 0, SEEK_CUR) : 0;
    if (begin < 0) return cannot_read(shown, errno);
    input.begin_ = begin;
    return input;
  }
  // A pipe can be read only once, so its content is kept for the second read.
  Result<SecretBytes> bytes = read_input(name);
  if (!bytes && bytes.error().code() == ErrorCode::limit) {
    return Error(ErrorCode::limit, "is a pipe and yields more than 64 MiB",
                 "give a file, which may have any size; for two stores use coffer migrate")
        .about(Subject::Kind::file, shown);
  }
  if (!bytes) return std::move(bytes).error();
  input.bytes_ = std::move(*bytes);
  close(std::exchange(input.fd_, -1));
  return input;
}

ChunkedInput::~ChunkedInput() {
  if (fd_ >= 0) close(fd_);
}

ChunkedInput::ChunkedInput(ChunkedInput&& other) noexcept
    : name_(std::move(other.name_)),
      fd_(std::exchange(other.fd_, -1)),
      begin_(other.begin_),
      bytes_(std::move(other.bytes_)) {}

Result<void> ChunkedInput::read(const std::function<Result<void>(std::string_view)>& take) const {
  if (fd_ < 0) return take(bytes_.text());
  SecretBytes chunk(kChunkBytes);
  for (std::int64_t at = begin_;;) {
    const ssize_t got = pread(fd_, chunk.data(), chunk.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(name_, errno);
    if (got == 0) return {};
    COFFER_TRY(take(chunk.text().substr(0, static_cast<std::size_t>(got))));
    at += got;
  }
}

}  // namespace coffer::tools

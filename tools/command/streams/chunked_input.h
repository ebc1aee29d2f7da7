// A document that is read from its beginning more than once and need not fit into memory.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace coffer::tools {

class ChunkedInput {
 public:
  /// Opens a file, or standard input for `-`. Standard input that is not a file is kept in memory,
  /// up to 64 MiB. Errors: io, usage (a directory), limit.
  static Result<ChunkedInput> open(std::string_view name);
  ~ChunkedInput();
  ChunkedInput(ChunkedInput&& other) noexcept;
  ChunkedInput& operator=(ChunkedInput&&) = delete;

  /// Reads all of it, each time from where it began. Errors: io, and those of `take`.
  Result<void> read(const std::function<Result<void>(std::string_view)>& take) const;

 private:
  ChunkedInput(std::string_view name, int fd, std::int64_t begin)
      : name_(name), fd_(fd), begin_(begin) {}

  std::string name_;
  int fd_ = -1;  // -1: the content is in `bytes_`.
  std::int64_t begin_ = 0;
  SecretBytes bytes_;
};

}  // namespace coffer::tools

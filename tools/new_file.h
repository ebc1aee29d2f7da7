// The file that -o names: new, closed to others, whole or not there.
#pragma once

#include <coffer/result.h>

#include <string>

#include "base/bytes.h"

namespace coffer::tools {

class NewFile {
 public:
  /// Makes the file with mode 0600. Where something stands there already: conflict, or, with
  /// `replace`, it is removed first if it is a regular file or a link. Errors: conflict, io.
  static Result<NewFile> create(const std::string& path, bool replace);

  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  /// Removes the file where finish() was not called, or failed.
  ~NewFile();

  // Errors of both: io.
  Result<void> write(ByteView bytes);
  /// On disk when this returns.
  Result<void> finish();

 private:
  NewFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  Error failed(int error_number) const;
  std::string path_;
  int fd_ = -1;
};

}  // namespace coffer::tools

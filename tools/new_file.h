// The file that -o names: new, closed to others, whole or not there.
#pragma once

#include <coffer/result.h>

#include <string>

#include "base/bytes.h"

namespace coffer::tools {

/// Makes the names in the folder of `path` durable. False: errno says why not.
bool sync_folder_of(const std::string& path);

class NewFile {
 public:
  /// Begins a file of mode 0600, which has no name until finish(). Where something stands under
  /// `path` already: conflict, or, with `replace`, it goes when the new one is whole.
  /// Errors: conflict, usage (what stands there is no file), io.
  static Result<NewFile> create(const std::string& path, bool replace);

  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  /// Errors: io.
  Result<void> write(ByteView bytes);
  /// Gives the file its name; on disk when this returns. A power cut before leaves nothing, or
  /// what was there. Errors: conflict (something stands there by now), io.
  Result<void> finish();

 private:
  NewFile(std::string path, bool replace, int fd)
      : path_(std::move(path)), replace_(replace), fd_(fd) {}
  Error failed(int error_number) const;
  Result<void> link_as(const std::string& name) const;
  std::string path_;
  bool replace_;
  int fd_ = -1;
};

}  // namespace coffer::tools

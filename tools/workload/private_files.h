// Values as files for a command: in memory only, for this user only, gone when it ends.
#pragma once

#include <coffer/result.h>

#include <string>

#include "tools/render/bindings.h"

namespace coffer::tools {

class PrivateFiles {
 public:
  /// Makes the directory (0700), which must not be there yet and must lie on a file system
  /// that is memory (tmpfs, ramfs). Errors: usage (elsewhere, it exists, in a store's folder), io.
  static Result<PrivateFiles> make(const std::string& directory);
  PrivateFiles(PrivateFiles&& other) noexcept { path_.swap(other.path_); }
  PrivateFiles& operator=(PrivateFiles&&) = delete;
  PrivateFiles(const PrivateFiles&) = delete;
  PrivateFiles& operator=(const PrivateFiles&) = delete;
  /// Removes it with all that is in it.
  ~PrivateFiles();

  /// One file a binding, of mode 0600 and named as it. Errors: usage (no name for a file), io.
  Result<void> write_all(const Bindings& bindings);
  const std::string& path() const { return path_; }

 private:
  explicit PrivateFiles(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace coffer::tools

// Gives a command values as files: in memory, readable by this user only, and removed when the
// command ends.
#pragma once

#include <coffer/result.h>

#include <string>

#include "tools/render/bindings.h"

namespace coffer::tools {

class PrivateFiles {
 public:
  /// Makes the directory (0700), which must not exist yet and must be on a file system in memory
  /// (tmpfs, ramfs). Errors: usage (on another file system, it exists, in a store's directory), io.
  static Result<PrivateFiles> make(const std::string& directory);
  PrivateFiles(PrivateFiles&& other) noexcept { path_.swap(other.path_); }
  PrivateFiles& operator=(PrivateFiles&&) = delete;
  PrivateFiles(const PrivateFiles&) = delete;
  PrivateFiles& operator=(const PrivateFiles&) = delete;
  /// Removes the directory and everything in it.
  ~PrivateFiles();

  /// Writes one file of mode 0600 for each binding, under its name. Errors: usage (invalid file
  /// name), io.
  Result<void> write_all(const Bindings& bindings);
  const std::string& path() const { return path_; }

 private:
  explicit PrivateFiles(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace coffer::tools

// The file that -o names: new, readable by its owner only, and either whole or absent.
#pragma once

#include <coffer/result.h>

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/files.h"

namespace coffer::tools {

/// Makes the names in the folder of `path` durable. On false errno holds the cause.
bool sync_folder_of(const std::string& path);

class NewFile {
 public:
  /// Begins a file of mode 0600, which has no name until finish(). If a file of this name exists,
  /// fails with conflict or, with `replace`, replaces it when the new file is whole. Only regular
  /// files are replaced, links never, and nothing is written into a store's directory. A file
  /// system that cannot create nameless files (NFS, FAT, FUSE) gives the file a temporary name
  /// beside `path`, which stays if this process is killed.
  /// Errors: conflict, usage (`path` is not a regular file; the folder is a store's), io.
  static Result<NewFile> create(const std::string& path, bool replace);

  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  /// Errors: io.
  Result<void> write(ByteView bytes);
  /// Gives the file its name and makes it durable. A power cut before that leaves what was there.
  /// Errors: conflict (the name is taken by now), io.
  Result<void> finish();

 private:
  NewFile(std::string path, bool replace) : path_(std::move(path)), replace_(replace) {}
  Error failed(int error_number) const;
  Result<void> open_beside();
  Result<void> copy_beside();
  Result<void> name_it();
  Result<void> place_new();
  Result<void> place_over();
  std::string path_;
  bool replace_;
  FileDescriptor file_;
  std::string beside_;  // Its name until it has its own; empty: it has none.
};

inline constexpr char kOutputFileHelp[] =
    "A new file (mode 0600); standard output if it is `-` or not given";

/// Resets `name` if it is `-`, which means standard output.
void leave_standard_output(std::optional<std::string>& name);

/// Writes a whole file at once. Errors: as NewFile.
Result<void> write_new_file(const std::string& path, bool replace, ByteView bytes);

}  // namespace coffer::tools

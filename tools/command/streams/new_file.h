// The file that -o names: new, closed to others, whole or not there.
#pragma once

#include <coffer/result.h>

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/files.h"

namespace coffer::tools {

/// Makes the names in the folder of `path` durable. False: errno says why not.
bool sync_folder_of(const std::string& path);

class NewFile {
 public:
  /// Begins a file of mode 0600, which has no name until finish(). Where a file stands under
  /// `path` already: conflict, or, with `replace`, it goes when the new one is whole. What is no
  /// regular file, a link too, is never replaced, and nothing is written into a store's folder.
  /// On a file system that makes no file without a name (NFS, FAT, FUSE) it has one of its own
  /// beside `path` until then, which stays where this process is killed.
  /// Errors: conflict, usage (what stands there is no file; the folder is a store's), io.
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
    "A new file (mode 0600); standard output where it is `-` or none is named";

/// `-` is standard output, and no file is named then.
void leave_standard_output(std::optional<std::string>& name);

/// All of a file at once. Errors: as NewFile.
Result<void> write_new_file(const std::string& path, bool replace, ByteView bytes);

}  // namespace coffer::tools

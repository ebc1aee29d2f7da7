// Records how far a watcher has come. The file is replaced durably and as a whole.
#pragma once

#include <coffer/changes.h>
#include <coffer/result.h>

#include <optional>
#include <string>

namespace coffer::tools {

struct WatchCursor {
  std::uint64_t revision = 0;
  std::uint32_t index = kWholeRevision;  ///< The last delivered item of the revision.
};

class CursorFile {
 public:
  /// The cursor of a watcher of the store with this id.
  CursorFile(std::string path, std::string store_id)
      : path_(std::move(path)), store_id_(std::move(store_id)) {}

  /// nullopt: there is no file yet. Errors: usage (not a cursor, or of another store), io.
  Result<std::optional<WatchCursor>> read() const;
  /// Errors: io; the old file then stays.
  Result<void> write(const WatchCursor& cursor) const;

 private:
  std::string path_;
  std::string store_id_;
};

}  // namespace coffer::tools

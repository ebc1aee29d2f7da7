// Where a watcher keeps what it has dealt with: replaced as a whole, durably, or not at all.
#pragma once

#include <coffer/changes.h>
#include <coffer/result.h>

#include <optional>
#include <string>

namespace coffer::tools {

struct WatchCursor {
  std::uint64_t revision = 0;
  std::uint32_t index = kWholeRevision;  ///< The last item of the revision that was dealt with.
};

class CursorFile {
 public:
  /// The cursor of a watcher of the store with this id.
  CursorFile(std::string path, std::string store_id)
      : path_(std::move(path)), store_id_(std::move(store_id)) {}

  /// None where there is no file yet. Errors: usage (of another store, or no cursor), io.
  Result<std::optional<WatchCursor>> read() const;
  /// Errors: io; then the old one stands.
  Result<void> write(const WatchCursor& cursor) const;

 private:
  std::string path_;
  std::string store_id_;
};

}  // namespace coffer::tools

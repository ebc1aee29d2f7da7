// The expected content of a store after any sequence of operations, and the expected answer of each
// operation: the rules written a second time, on plain maps.
//
// The model knows the engine's time exactly: the run asks the store for its status before each
// operation, and writes before it reopens the store (engine_model_test.cc tests the other cases).
#pragma once

#include <coffer/store.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace coffer::test {

/// No error.
inline constexpr auto kOk = static_cast<ErrorCode>(0);

struct ModelVersion {
  std::string bytes;
  bool json = false;
  std::int64_t created_at_ms = 0;
  std::int64_t deletion_at_ms = 0;
  std::int64_t expires_at_ms = 0;
  bool destroyed = false;
  bool reclaimed = false;
};

struct ModelSecret {
  std::map<std::uint64_t, ModelVersion> versions;
  bool has_head = false;
  Metadata head;
  std::int64_t created_at_ms = 0;

  std::uint64_t current() const { return versions.empty() ? 0 : versions.rbegin()->first; }
};

class SequenceModel {
 public:
  std::map<std::string, ModelSecret> secrets;
  StoreSettings settings;
  std::int64_t now_ms = 0;  ///< The latest time that any clock showed.
  bool clock_is_behind = false;
  std::uint64_t epoch = 1;
  std::size_t destroyed_now = 0;  ///< By the current transaction.

  ModelVersion* find(const std::string& path, std::uint64_t version);
  /// kOk if the value can be read.
  ErrorCode state_of(const ModelVersion& version) const;
  ErrorCode readable(const std::string& path, std::uint64_t version);

  ErrorCode put(const std::string& path, const std::string& bytes, bool json,
                const PutOptions& options);
  ErrorCode patch(const std::string& path, const std::string& patch, const PutOptions& options);
  ErrorCode rollback(const std::string& path, std::uint64_t to, const PutOptions& options);
  ErrorCode soft_delete(const std::string& path, const std::vector<std::uint64_t>& versions);
  ErrorCode undelete(const std::string& path, const std::vector<std::uint64_t>& versions);
  ErrorCode destroy(const std::string& path, const std::vector<std::uint64_t>& versions);
  ErrorCode destroy_all(const std::string& path);
  ErrorCode erase(const std::string& path);
  ErrorCode change_metadata(const std::string& path, const MetadataChange& change, bool must_exist);
  ErrorCode relocate(const std::string& from, const std::string& to, bool is_moved);
  std::set<std::pair<std::string, std::uint64_t>> due() const;
  /// Sets the time back to `to_ms`, which is before now_ms; the caller has removed what is due.
  /// Returns how many versions' expiry times moved.
  std::uint64_t accept_clock(std::int64_t to_ms);

  std::vector<std::string> list(const std::string& folder, bool recursive, ListState wanted) const;
  std::uint64_t record_count() const;

 private:
  struct Scope {
    std::uint64_t bytes_max;
    NameRules names;
    std::string below;
  };
  Scope scope_of(const std::string& path) const;
  bool name_is_allowed(const std::string& path) const;
  std::int64_t deletion_time(const ModelSecret* secret) const;
  ErrorCode resolve(const std::string& path, const std::vector<std::uint64_t>& versions,
                    std::set<std::uint64_t>& resolved);
  ErrorCode put_with(const std::string& path, const std::string& bytes, bool json,
                     const PutOptions& options, std::int64_t expires_at_ms);
  ErrorCode expiry_of(const PutOptions& options, std::int64_t& expires_at_ms) const;
  bool is_shown(const ModelSecret& secret, ListState wanted) const;
};

}  // namespace coffer::test

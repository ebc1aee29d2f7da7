// The expected content of a store in plain maps: the oracle of the model test.
//
// The engine's time never goes back, but its value before a restart is known here only as a range
// (a read notes the time, a commit stores it). So the model keeps the earliest and the latest value
// that the engine's "now" can have. If both give the same answer, which they do unless the clock is
// set back, the engine must give it too.
#pragma once

#include <coffer/store.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::test {

struct ModelVersion {
  std::string bytes;
  bool json = false;
  std::int64_t created_at_ms = 0;
  std::int64_t deletion_at_ms = 0;
  std::int64_t expires_at_ms = 0;
  bool destroyed = false;
  bool reclaimed = false;     ///< Destroyed after its expiry.
  bool told_expired = false;  ///< This answer must never be taken back.
};

struct ModelSecret {
  std::map<std::uint64_t, ModelVersion> versions;
  bool has_head = false;
  std::map<std::string, std::string> custom;
  std::int64_t created_at_ms = 0;
  std::int64_t updated_at_ms = 0;

  std::uint64_t current() const { return versions.empty() ? 0 : versions.rbegin()->first; }
};

enum class ModelState : std::uint8_t { live, deleted, expired, destroyed };

/// The engine distrusts a clock that is further behind the last seen time than this.
inline constexpr std::int64_t kClockBehindMaxMs = 300'000;

inline ModelState state_at(const ModelVersion& version, std::int64_t now, std::int64_t clock) {
  if (version.destroyed && !version.reclaimed) return ModelState::destroyed;
  if (version.reclaimed || version.told_expired ||
      (version.expires_at_ms != 0 && version.expires_at_ms <= now))
    return ModelState::expired;
  if (version.deletion_at_ms != 0 && version.deletion_at_ms <= now) return ModelState::deleted;
  if (version.expires_at_ms != 0 && now - clock > kClockBehindMaxMs) return ModelState::expired;
  return ModelState::live;
}

class StoreModel {
 public:
  std::map<std::string, ModelSecret> secrets;
  std::int64_t clock_ms = 0;
  std::int64_t written_ms = 0;  ///< The engine has certainly stored this time.
  std::int64_t highest_ms = 0;  ///< The highest time that any clock showed.

  std::int64_t now_low() const { return std::max(clock_ms, written_ms); }
  std::int64_t now_high() const { return std::max(clock_ms, highest_ms); }
  bool is_exact() const { return now_low() == now_high(); }
  bool may_be_now(std::int64_t time) const { return now_low() <= time && time <= now_high(); }

  bool clock_is_behind() const { return now_low() - clock_ms > kClockBehindMaxMs; }
  bool clock_may_be_behind() const { return now_high() - clock_ms > kClockBehindMaxMs; }

  void turn_clock(std::int64_t by_ms) {
    clock_ms += by_ms;
    highest_ms = std::max(highest_ms, clock_ms);
  }

  std::optional<ModelState> state_of(const ModelVersion& version) const {
    const ModelState early = state_at(version, now_low(), clock_ms);
    if (early == state_at(version, now_high(), clock_ms)) return early;
    return std::nullopt;
  }

  const ModelVersion* find(const std::string& path, std::uint64_t version) const {
    const auto secret = secrets.find(path);
    if (secret == secrets.end()) return nullptr;
    const std::uint64_t number = version == 0 ? secret->second.current() : version;
    const auto found = secret->second.versions.find(number);
    return found == secret->second.versions.end() ? nullptr : &found->second;
  }
  ModelVersion* find(const std::string& path, std::uint64_t version) {
    return const_cast<ModelVersion*>(std::as_const(*this).find(path, version));
  }

  /// The result of list() at a given time.
  std::vector<std::string> list(const std::string& folder, bool recursive, ListState wanted,
                                std::int64_t now) const {
    const std::string prefix = folder.empty() ? "" : folder + "/";
    std::set<std::string> names;
    for (const auto& [path, secret] : secrets) {
      if (!path.starts_with(prefix) || path.size() == prefix.size()) continue;
      if (!is_wanted(state_at(secret.versions.rbegin()->second, now, clock_ms), wanted)) continue;
      const std::string rest = path.substr(prefix.size());
      const std::size_t slash = rest.find('/');
      if (recursive) {
        names.insert(path);
      } else {
        names.insert(slash == std::string::npos ? rest : rest.substr(0, slash + 1));
      }
    }
    return {names.begin(), names.end()};
  }

  /// The number of records that the root counts: versions, heads, names with their folders, due
  /// times.
  std::uint64_t record_count() const {
    std::uint64_t count = 0;
    std::set<std::string> folders;
    for (const auto& [path, secret] : secrets) {
      count += 1 + secret.versions.size() + (secret.has_head ? 1 : 0);
      for (const auto& [number, version] : secret.versions)
        if (version.expires_at_ms != 0 && !version.destroyed) ++count;
      for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1))
        folders.insert(path.substr(0, at));
    }
    return count + folders.size();
  }

 private:
  static bool is_wanted(ModelState state, ListState wanted) {
    switch (wanted) {
      case ListState::standard: return state != ModelState::expired;
      case ListState::live: return state == ModelState::live;
      case ListState::deleted: return state == ModelState::deleted;
      case ListState::expired: return state == ModelState::expired;
      case ListState::all: return true;
    }
    return false;
  }
};

}  // namespace coffer::test

// A rule, and the steps that show that it holds. A step is an operation and its result: a code, or
// a short text that every driver can produce.
//
//   put, patch, rollback   the version's number
//   get                    the value
//   list                   the names, a blank between two
//   oldest                 the history's oldest_version
//   history                the versions, newest first: 3 2d 1x (d: deleted, x: destroyed)
//   metadata               what differs from the defaults: max=2 cas after=30s owner=me tags=a,b
//                          kind=key custom(a=b)
//   others                 nothing
#pragma once

#include <coffer/metadata.h>
#include <coffer/operations.h>
#include <coffer/settings.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kv {

enum class Verb {
  put,
  get,
  patch,
  rollback,
  remove,
  undelete,
  destroy,
  destroy_all,
  erase,
  list,
  history,
  oldest,
  get_metadata,
  put_metadata,
  patch_metadata,
  move,
  copy,
  settings,
  transaction,
  sweep,
  wait
};

struct Operation {
  Verb verb = Verb::get;
  std::string path = {};
  std::string to = {};    ///< For move and copy.
  std::string text = {};  ///< A value, or a patch.
  bool opaque = false;
  std::optional<std::uint64_t> cas = {};
  std::int64_t ttl_s = 0;
  std::int64_t expires_at_ms = 0;
  std::uint64_t version = 0;
  std::vector<std::uint64_t> versions = {};
  coffer::MetadataChange change = {};
  std::function<void(coffer::StoreSettings&)> set = {};  ///< For settings, in process
  std::vector<std::string> words = {};                   ///< and as words of the command.
  std::vector<Operation> group = {};                     ///< For a transaction.
  coffer::ListState state = coffer::ListState::standard;
  bool recursive = false;
  std::int64_t wait_ms = 0;
};

struct Seen {
  int code = 0;  ///< 0, or the error's.
  std::string text = {};
};

struct Step {
  Operation operation;
  Seen expected;
};

struct Rule {
  std::string words;  ///< The rule and its origin: "KV: ..." or "coffer: ...".
  std::vector<Step> steps;
};

std::vector<Rule> reading_rules();
std::vector<Rule> deleting_rules();
std::vector<Rule> metadata_rules();
std::vector<Rule> beyond_rules();

inline std::vector<Rule> all_rules() {
  std::vector<Rule> all;
  for (auto* rules : {&reading_rules, &deleting_rules, &metadata_rules, &beyond_rules}) {
    for (Rule& rule : rules()) all.push_back(std::move(rule));
  }
  return all;
}

/// Runs operations; each rule gets a fresh store.
class Driver {
 public:
  virtual ~Driver() = default;
  virtual Seen carry_out(const Operation& operation) = 0;
};

// --- how a rule is written down ------------------------------------------------------------

inline Seen sees(std::string text) { return {0, std::move(text)}; }
inline Seen done() { return {}; }

inline constexpr Seen kUsage{2};
inline constexpr Seen kNotFound{4};
inline constexpr Seen kDeleted{5};
inline constexpr Seen kExpired{6};
inline constexpr Seen kDestroyed{7};
inline constexpr Seen kConflict{8};
inline constexpr Seen kLimit{10};

inline Operation put(std::string path, std::string json) {
  return {.verb = Verb::put, .path = std::move(path), .text = std::move(json)};
}
inline Operation put_bytes(std::string path, std::string bytes) {
  Operation operation = put(std::move(path), std::move(bytes));
  operation.opaque = true;
  return operation;
}
inline Operation with_cas(std::uint64_t cas, Operation operation) {
  operation.cas = cas;
  return operation;
}
inline Operation with_ttl(std::int64_t seconds, Operation operation) {
  operation.ttl_s = seconds;
  return operation;
}
inline Operation get(std::string path, std::uint64_t version = 0) {
  return {.verb = Verb::get, .path = std::move(path), .version = version};
}
inline Operation patch(std::string path, std::string merge) {
  return {.verb = Verb::patch, .path = std::move(path), .text = std::move(merge)};
}
inline Operation rollback(std::string path, std::uint64_t to) {
  return {.verb = Verb::rollback, .path = std::move(path), .version = to};
}
inline Operation remove(std::string path, std::vector<std::uint64_t> versions = {}) {
  return {.verb = Verb::remove, .path = std::move(path), .versions = std::move(versions)};
}
inline Operation undelete(std::string path, std::vector<std::uint64_t> versions) {
  return {.verb = Verb::undelete, .path = std::move(path), .versions = std::move(versions)};
}
inline Operation destroy(std::string path, std::vector<std::uint64_t> versions) {
  return {.verb = Verb::destroy, .path = std::move(path), .versions = std::move(versions)};
}
inline Operation destroy_all(std::string path) {
  return {.verb = Verb::destroy_all, .path = std::move(path)};
}
inline Operation erase(std::string path) { return {.verb = Verb::erase, .path = std::move(path)}; }
inline Operation list(std::string prefix = "") {
  return {.verb = Verb::list, .path = std::move(prefix)};
}
inline Operation list_all(std::string prefix = "") {
  return {.verb = Verb::list, .path = std::move(prefix), .recursive = true};
}
inline Operation list_state(coffer::ListState state) {
  return {.verb = Verb::list, .state = state};
}
inline Operation history(std::string path) {
  return {.verb = Verb::history, .path = std::move(path)};
}
inline Operation oldest(std::string path) {
  return {.verb = Verb::oldest, .path = std::move(path)};
}
inline Operation get_metadata(std::string path) {
  return {.verb = Verb::get_metadata, .path = std::move(path)};
}
inline Operation put_metadata(std::string path, coffer::MetadataChange change) {
  return {.verb = Verb::put_metadata, .path = std::move(path), .change = std::move(change)};
}
inline Operation patch_metadata(std::string path, coffer::MetadataChange change) {
  return {.verb = Verb::patch_metadata, .path = std::move(path), .change = std::move(change)};
}
inline Operation move(std::string from, std::string to) {
  return {.verb = Verb::move, .path = std::move(from), .to = std::move(to)};
}
inline Operation copy(std::string from, std::string to) {
  return {.verb = Verb::copy, .path = std::move(from), .to = std::move(to)};
}
inline Operation together(std::vector<Operation> group) {
  return {.verb = Verb::transaction, .group = std::move(group)};
}
inline Operation sweep() { return {.verb = Verb::sweep}; }
/// Lets time pass: in process the clock is turned, for the command the test waits.
inline Operation wait_ms(std::int64_t ms) { return {.verb = Verb::wait, .wait_ms = ms}; }

inline Operation settings(std::vector<std::string> words,
                          std::function<void(coffer::StoreSettings&)> set) {
  return {.verb = Verb::settings, .set = std::move(set), .words = std::move(words)};
}
inline Operation store_max_versions(std::uint32_t number) {
  return settings({"--max-versions", std::to_string(number)},
                  [number](coffer::StoreSettings& s) { s.max_versions = number; });
}
inline Operation store_cas_required(bool required) {
  return settings({required ? "--cas-required" : "--cas-required=false"},
                  [required](coffer::StoreSettings& s) { s.cas_required = required; });
}
inline Operation store_deletes_after(std::int64_t seconds) {
  return settings({"--delete-version-after", seconds < 0 ? "never" : std::to_string(seconds) + "s"},
                  [seconds](coffer::StoreSettings& s) {
                    s.delete_version_after_ms = seconds < 0 ? -1 : seconds * 1000;
                  });
}
inline Operation store_value_limit(std::uint64_t bytes) {
  return settings({"--value-limit", std::to_string(bytes)},
                  [bytes](coffer::StoreSettings& s) { s.value_bytes_max = bytes; });
}
inline Operation scope_value_limit(std::string prefix, std::uint64_t bytes) {
  return settings({"--scope", prefix, "--value-limit", std::to_string(bytes)},
                  [prefix, bytes](coffer::StoreSettings& s) {
                    s.scopes.push_back({.prefix = prefix, .value_bytes_max = bytes});
                  });
}
inline Operation scope_names(std::string prefix, const coffer::NameRules& names, std::string word) {
  return settings({"--scope", prefix, "--names", std::move(word)},
                  [prefix, names](coffer::StoreSettings& s) {
                    s.scopes.push_back({.prefix = prefix, .names = names});
                  });
}

inline coffer::MetadataChange max_versions(std::uint32_t number) {
  coffer::MetadataChange change;
  change.max_versions = number;
  return change;
}
inline coffer::MetadataChange cas_required(bool required) {
  coffer::MetadataChange change;
  change.cas_required = required;
  return change;
}
inline coffer::MetadataChange deletes_after(std::int64_t seconds) {
  coffer::MetadataChange change;
  change.delete_version_after_ms = seconds * 1000;
  return change;
}
inline coffer::MetadataChange custom(std::map<std::string, std::string> pairs) {
  coffer::MetadataChange change;
  change.custom = std::move(pairs);
  return change;
}
inline coffer::MetadataChange custom_patch(
    std::map<std::string, std::optional<std::string>> pairs) {
  coffer::MetadataChange change;
  change.custom_patch = std::move(pairs);
  return change;
}

}  // namespace kv

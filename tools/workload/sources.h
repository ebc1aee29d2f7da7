// The stores that references may name: the command's own, and others with a label each. Each is
// read at one instant, and none is written.
#pragma once

#include <coffer/snapshot.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tools/command/opening/context.h"
#include "tools/command/secret/target.h"

namespace coffer::tools {

struct SourceWords {
  std::vector<std::string> stores, keys;
  /// Adds --source and --source-key to a verb. `meant` is the help text of --source.
  void describe(Syntax& syntax, const char* meant = "Another store, for coffer://PATH?store=LABEL");
};

class Sources {
 public:
  /// Errors: usage (no LABEL=..., a label twice, a key for an unknown label), as Context::open.
  static Result<Sources> open(const Context& context, const SourceWords& words);

  const Snapshot& own() const { return own_; }
  /// The store with this label; "" is the command's own. Errors: usage (no store has the label).
  Result<const Snapshot*> find(std::string_view label) const;
  /// Whether the caller may see this store's values, not only use them.
  bool shows_values_of(std::string_view label) const { return shown_.contains(label); }
  const std::map<std::string, Snapshot, std::less<>>& others() const { return others_; }

 private:
  explicit Sources(Snapshot own) : own_(std::move(own)) {}
  Result<void> note_rights(const std::string& label, Store& store, const Context& context);
  Snapshot own_;
  std::map<std::string, Snapshot, std::less<>> others_;
  std::set<std::string, std::less<>> shown_;  // Labels.
};

/// A secret in one of several stores.
struct Reference {
  std::string store;  ///< A label; "" is the command's own store.
  Target target;
};

/// Parses what parse_target takes, and also:
///   coffer://PATH?store=LABEL#FIELD                  (with version=N, in any order)
///   {"key":"PATH","source":{"type":"...","id":"LABEL"}}   as IOMETE writes it; no source: own
///   {"_secret":"COORDINATE"}                         as Airbyte does
/// Errors: usage, limit.
Result<Reference> parse_reference(std::string_view text);

}  // namespace coffer::tools

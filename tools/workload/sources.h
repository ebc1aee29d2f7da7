// The stores that references may mean: the command's own, and others beside it, each under a
// label. All are read at one instant each, and none is written.
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
  /// Adds --source and --source-key to a verb. `meant`: what the other stores are there for.
  void describe(Syntax& syntax,
                const char* meant = "Another store, meant by coffer://PATH?store=LABEL");
};

class Sources {
 public:
  /// Errors: usage (no LABEL=..., a label twice, a key of no store), as Context::open.
  static Result<Sources> open(const Context& context, const SourceWords& words);

  const Snapshot& own() const { return own_; }
  /// "": the command's own. Errors: usage (no store of that label).
  Result<const Snapshot*> find(std::string_view label) const;
  /// Whether whoever asks may see what the secrets of this store hold, and not only use it.
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

/// As parse_target, and besides:
///   coffer://PATH?store=LABEL#FIELD                  (with version=N, in any order)
///   {"key":"PATH","source":{"type":"...","id":"LABEL"}}   as IOMETE writes it; no source: own
///   {"_secret":"COORDINATE"}                         as Airbyte does
/// Errors: usage, limit.
Result<Reference> parse_reference(std::string_view text);

}  // namespace coffer::tools

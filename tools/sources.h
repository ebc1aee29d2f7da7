// The stores that references may mean: the command's own, and others beside it, each under a
// label. All are read at one instant each, and none is written.
#pragma once

#include <coffer/snapshot.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tools/context.h"
#include "tools/target.h"

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
  const std::map<std::string, Snapshot, std::less<>>& others() const { return others_; }

 private:
  explicit Sources(Snapshot own) : own_(std::move(own)) {}
  Snapshot own_;
  std::map<std::string, Snapshot, std::less<>> others_;
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

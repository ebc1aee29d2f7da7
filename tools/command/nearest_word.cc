#include "tools/command/nearest_word.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace coffer::tools {
namespace {

struct Synonym {
  std::string_view word;
  std::string_view verb;
};

constexpr Synonym kSynonyms[] = {
    {"rm", "delete"},
    {"remove", "delete"},
    {"del", "delete"},
    {"trash", "delete"},
    {"restore", "undelete"},
    {"recover", "undelete"},
    {"purge", "destroy"},
    {"shred", "destroy"},
    {"erase", "destroy"},
    {"wipe", "destroy"},
    {"cat", "get"},
    {"read", "get"},
    {"show", "get"},
    {"view", "get"},
    {"print", "get"},
    {"reveal", "get"},
    {"fetch", "get"},
    {"set", "put"},
    {"write", "put"},
    {"add", "put"},
    {"create", "put"},
    {"insert", "put"},
    {"store", "put"},
    {"save", "put"},
    {"new", "put"},
    {"edit", "patch"},
    {"update", "patch"},
    {"modify", "patch"},
    {"change", "patch"},
    {"ls", "list"},
    {"dir", "list"},
    {"tree", "list"},
    {"find", "list"},
    {"search", "list"},
    {"grep", "list"},
    {"log", "history"},
    {"versions", "history"},
    {"revert", "rollback"},
    {"undo", "rollback"},
    {"mv", "move"},
    {"rename", "move"},
    {"cp", "copy"},
    {"clone", "copy"},
    {"describe", "metadata get"},
    {"tag", "metadata patch"},
    {"setup", "init"},
    {"load", "import"},
    {"dump", "export"},
    {"backup", "migrate"},
    {"sync", "migrate"},
    {"render", "inject"},
    {"template", "inject"},
    {"use", "run"},
    {"with", "run"},
    {"exports", "env"},
    {"environment", "env"},
    {"gc", "sweep"},
    {"prune", "sweep"},
    {"clean", "sweep"},
    {"check", "verify"},
    {"fsck", "verify"},
    {"doctor", "verify"},
    {"info", "status"},
    {"stat", "status"},
    {"references", "refs"},
    {"rekey", "key rotate"},
    {"rotate", "key rotate"},
    {"keys", "key list"},
    {"slots", "key list"},
    {"configs", "config list"},
    {"logs", "audit list"},
    {"man", "help"},
    {"usage", "help"},
    // The second words of groups, and the names that Vault uses.
    {"kv", "list"},
    {"kv put", "put"},
    {"kv get", "get"},
    {"kv patch", "patch"},
    {"kv list", "list"},
    {"kv delete", "delete"},
    {"kv undelete", "undelete"},
    {"kv destroy", "destroy"},
    {"kv rollback", "rollback"},
    {"kv metadata", "metadata get"},
    {"key ls", "key list"},
    {"key rm", "key remove"},
    {"key delete", "key remove"},
    {"key new", "key add"},
    {"config rm", "config delete"},
    {"config remove", "config delete"},
    {"config ls", "config list"},
    {"config set", "config put"},
    {"config show", "config get"},
    {"config read", "config get"},
    {"config reveal", "config get"},
    {"config edit", "config patch"},
    {"config update", "config patch"},
    {"metadata rm", "metadata delete"},
    {"metadata remove", "metadata delete"},
    {"metadata show", "metadata get"},
    {"metadata read", "metadata get"},
    {"metadata set", "metadata put"},
    {"settings set", "settings put"},
    {"settings show", "settings get"},
    {"policy list", "policy show"},
    {"policy get", "policy show"},
    {"policy put", "policy set"},
    {"policy add", "policy allow"},
    {"policy rm", "policy remove"},
    {"policy delete", "policy remove"},
    {"audit show", "audit list"},
    {"audit log", "audit list"},
    {"anchor get", "anchor show"},
    {"anchor add", "anchor set"},
    {"anchor rm", "anchor remove"},
};

}  // namespace

// The Damerau-Levenshtein distance in which each pair of letters is swapped at most once.
std::size_t word_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before;
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string_view verb_called(std::string_view word) {
  for (const Synonym& synonym : kSynonyms)
    if (synonym.word == word) return synonym.verb;
  return {};
}

}  // namespace coffer::tools

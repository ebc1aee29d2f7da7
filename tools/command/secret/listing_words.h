// What `list` tells a person in addition to the names: which secrets are not live, and why nothing
// is listed.
#pragma once

#include <coffer/store.h>

#include <optional>
#include <string>
#include <vector>

namespace coffer::tools {

/// Selects secrets by name and description.
struct NameFilter {
  std::optional<std::string> match;        ///< A pattern for full paths: * ? [abc]; * takes any /.
  std::optional<std::string> description;  ///< Must be in the description, in any case.

  bool is_set() const { return match.has_value() || description.has_value(); }
  bool passes(const ListedSecret& secret) const;
};

/// Removes folders and the secrets that do not pass.
void keep_passing(std::vector<ListedSecret>& found, const NameFilter& filter);

/// The names that Store::list gives, each marked if its newest version is not live.
std::vector<std::string> marked_names(const std::vector<ListedSecret>& found,
                                      const std::string& prefix, bool recursive);

/// Says on stderr why nothing is listed.
void note_nothing_listed(Store& store, const std::string& prefix, bool is_filtered);

}  // namespace coffer::tools

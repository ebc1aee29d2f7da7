// What `list` tells a person beside the names: what is not live, and why nothing is listed.
#pragma once

#include <coffer/store.h>

#include <optional>
#include <string>
#include <vector>

namespace coffer::tools {

/// Which secrets are meant by their names and descriptions.
struct NameFilter {
  std::optional<std::string> match;        ///< A pattern for full paths: * ? [abc]; * takes any /.
  std::optional<std::string> description;  ///< Stands in the description, in whatever case.

  bool is_set() const { return match.has_value() || description.has_value(); }
  bool passes(const ListedSecret& secret) const;
};

/// Takes out what does not pass, and folders.
void keep_passing(std::vector<ListedSecret>& found, const NameFilter& filter);

/// The names that Store::list gives, each with a mark where its newest version is not live.
std::vector<std::string> marked_names(const std::vector<ListedSecret>& found,
                                      const std::string& prefix, bool recursive);

/// Says on stderr why nothing is listed.
void note_nothing_listed(Store& store, const std::string& prefix, bool is_filtered);

}  // namespace coffer::tools

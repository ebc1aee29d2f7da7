#include "tools/command/secret/listing_words.h"

#include <fnmatch.h>

#include <algorithm>
#include <string_view>

#include "text/ascii.h"
#include "tools/command/fail.h"

namespace coffer::tools {
namespace {

bool stands_in(std::string_view text, std::string_view words) {
  return std::search(text.begin(), text.end(), words.begin(), words.end(), ascii::is_same_letter) !=
         text.end();
}

}  // namespace

bool NameFilter::passes(const ListedSecret& secret) const {
  if (secret.folder) return false;
  if (match && fnmatch(match->c_str(), secret.path.c_str(), 0) != 0) return false;
  return !description || stands_in(secret.metadata.description, *description);
}

void keep_passing(std::vector<ListedSecret>& found, const NameFilter& filter) {
  found.erase(std::remove_if(found.begin(), found.end(),
                             [&](const ListedSecret& each) { return !filter.passes(each); }),
              found.end());
}

std::vector<std::string> marked_names(const std::vector<ListedSecret>& found,
                                      const std::string& prefix, bool recursive) {
  std::vector<std::string> names;
  for (const ListedSecret& each : found) {
    std::string_view name = each.path;
    if (!recursive && !prefix.empty()) {
      name.remove_prefix(std::min(prefix.size(), name.size()));
      if (name.starts_with('/')) name.remove_prefix(1);
    }
    std::string line(name);
    if (!each.folder && each.state == SecretState::empty)
      line += "  (no version)";
    else if (!each.folder && each.state != SecretState::live)
      line += "  (" + std::string(state_name(each.state)) + ")";
    names.push_back(std::move(line));
  }
  return names;
}

void note_nothing_listed(Store& store, const std::string& prefix, bool is_filtered) {
  if (is_filtered) return note("no secret matches all the conditions");
  if (prefix.empty()) return note("the store holds no secret that can be listed");
  if (store.metadata(prefix))
    return note(prefix + " is a secret, not a folder: coffer get " + prefix);
  if (prefix.find_first_of("*?") != std::string::npos)
    return note("there is no folder " + prefix + "; give a pattern by --match");
  note("there is nothing below " + prefix);
}

}  // namespace coffer::tools

#include "api/config_admission.h"

#include <set>
#include <vector>

#include "configs/config_store.h"
#include "configs/config_view.h"
#include "configs/marker.h"
#include "format/names.h"
#include "policy/check.h"

namespace coffer::api {
namespace {

Result<bool> was_minted_by_check(const secrets::View& view, std::string_view path) {
  const auto metadata = view.metadata(path);
  if (!metadata) {
    if (metadata.error().code() == ErrorCode::not_found) return false;
    return metadata.error();
  }
  const auto found = metadata->custom.find(secrets::kMintedByKey);
  return found != metadata->custom.end() && found->second == secrets::kMintedByCheck;
}

std::set<std::string> coordinates_in(const json::Document& document) {
  std::set<std::string> found;
  std::vector<json::NodeId> open{0};
  while (!open.empty()) {
    const json::NodeId node = open.back();
    open.pop_back();
    const configs::Marker marker = configs::marker_at(document, node, true);
    if (marker.kind == configs::Marker::Kind::coordinate) found.emplace(marker.name);
    if (document.type(node) != json::Type::object && document.type(node) != json::Type::array)
      continue;
    for (json::NodeId child = document.first_child(node); child != json::kNoNode;
         child = document.next_sibling(child))
      open.push_back(child);
  }
  return found;
}

/// Nobody is let at more of a config's values by calling it by another name.
Result<void> check_no_wider(const secrets::View& view, std::string_view from, std::string_view to) {
  for (const UseCase use_case : {UseCase::use, UseCase::reveal}) {
    if (!COFFER_TRY(policy::allows(view, use_case, policy::config(to)))) continue;
    COFFER_TRY(policy::check(view, use_case, policy::config(from)));
  }
  return {};
}

}  // namespace

Result<void> check_copied(const secrets::View& view, std::string_view from, std::string_view to) {
  COFFER_TRY(policy::check(view, UseCase::use, policy::config(from)));
  COFFER_TRY(policy::check(view, UseCase::write, policy::config(to)));
  return check_no_wider(view, from, to);
}

Result<void> check_renamed(const secrets::View& view, std::string_view from, std::string_view to) {
  COFFER_TRY(policy::check(view, UseCase::remove, policy::config(from)));
  COFFER_TRY(policy::check(view, UseCase::write, policy::config(to)));
  return check_no_wider(view, from, to);
}

Result<void> check_brought_in(const secrets::View& view, std::string_view id,
                              const json::Document& document) {
  if (COFFER_TRY(view.policy()) == nullptr) return {};
  std::set<std::string> held;
  if (const auto config = COFFER_TRY(configs::find_config(view, id))) {
    for (const configs::StoredPlace& place : config->record.places)
      if (!place.external) held.insert(place.coordinate);
  }
  for (const std::string& name : coordinates_in(document)) {
    const auto coordinate = format::parse_coordinate(name);
    if (!coordinate || held.contains(name)) continue;
    if (COFFER_TRY(was_minted_by_check(view, coordinate->base))) continue;
    COFFER_TRY(policy::check(view, UseCase::use, policy::secret(coordinate->base)));
  }
  return {};
}

configs::Reveal reveal_usable(const secrets::View& view) {
  return [&view,
          reveal = configs::reveal_managed(view)](std::string_view text) -> Result<SecretBytes> {
    if (COFFER_TRY(view.policy()) != nullptr) {
      if (const auto coordinate = format::parse_coordinate(text))
        COFFER_TRY(policy::check_read(view, UseCase::use, policy::secret(coordinate->base)));
    }
    return reveal(text);
  };
}

}  // namespace coffer::api

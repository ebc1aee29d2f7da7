#include "format/audit_action.h"

#include <algorithm>
#include <array>
#include <utility>

namespace coffer::format {
namespace {

constexpr std::array kActions = {
    std::pair{Action::put, std::string_view("put")},
    std::pair{Action::soft_delete, std::string_view("delete")},
    std::pair{Action::undelete, std::string_view("undelete")},
    std::pair{Action::destroy, std::string_view("destroy")},
    std::pair{Action::expire, std::string_view("expire")},
    std::pair{Action::trim, std::string_view("trim")},
    std::pair{Action::erase, std::string_view("erase")},
    std::pair{Action::metadata, std::string_view("metadata")},
    std::pair{Action::move, std::string_view("move")},
    std::pair{Action::copy, std::string_view("copy")},
    std::pair{Action::rollback, std::string_view("rollback")},
    std::pair{Action::patch, std::string_view("patch")},
    std::pair{Action::settings, std::string_view("settings")},
    std::pair{Action::set_expiry, std::string_view("expiry")},
    std::pair{Action::config_put, std::string_view("config.put")},
    std::pair{Action::config_delete, std::string_view("config.delete")},
    std::pair{Action::config_check, std::string_view("config.check")},
    std::pair{Action::config_stage, std::string_view("config.stage")},
    std::pair{Action::config_abandon, std::string_view("config.abandon")},
    std::pair{Action::config_end_check, std::string_view("config.end_check")},
    std::pair{Action::reference_add, std::string_view("ref.add")},
    std::pair{Action::reference_remove, std::string_view("ref.remove")},
    std::pair{Action::key_add, std::string_view("key.add")},
    std::pair{Action::key_remove, std::string_view("key.remove")},
    std::pair{Action::key_rotate, std::string_view("key.rotate")},
    std::pair{Action::key_rewrap, std::string_view("key.rewrap")},
    std::pair{Action::anchor_set, std::string_view("anchor.set")},
    std::pair{Action::anchor_remove, std::string_view("anchor.remove")},
    std::pair{Action::anchor_accept, std::string_view("anchor.accept")},
    std::pair{Action::key_begin, std::string_view("key.begin")},
    std::pair{Action::key_rekey, std::string_view("key.rekey")},
    std::pair{Action::prune, std::string_view("audit.prune")},
    std::pair{Action::clock_accept, std::string_view("clock.accept")},
    std::pair{Action::read, std::string_view("read")},
    std::pair{Action::policy_put, std::string_view("policy.put")},
    std::pair{Action::look, std::string_view("look")},
    std::pair{Action::audit_look, std::string_view("audit.look")},
};

}  // namespace

std::string_view action_name(Action action) {
  const auto found = std::find_if(kActions.begin(), kActions.end(),
                                  [action](const auto& each) { return each.first == action; });
  return found == kActions.end() ? std::string_view() : found->second;
}

std::optional<Action> parse_action(std::string_view name) {
  const auto found = std::find_if(kActions.begin(), kActions.end(),
                                  [name](const auto& each) { return each.second == name; });
  if (found == kActions.end()) return std::nullopt;
  return found->first;
}

bool is_change(Action action) {
  switch (action) {
    case Action::read:
    case Action::look:
    case Action::audit_look:
    case Action::prune:
    case Action::clock_accept:
    case Action::key_add:
    case Action::key_remove:
    case Action::key_rotate:
    case Action::key_rewrap:
    case Action::key_begin:
    case Action::key_rekey:
    // These actions name a place outside the store, which a watcher would take for a path.
    case Action::anchor_set:
    case Action::anchor_remove:
    case Action::anchor_accept: return false;
    default: return true;
  }
}

}  // namespace coffer::format

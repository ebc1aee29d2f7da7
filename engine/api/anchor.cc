#include <coffer/anchor.h>

#include "api/call.h"

namespace coffer {

using format::Action;
using secrets::Intent;

Result<void> Anchor::set(std::string_view uri, AnchorCadence cadence) {
  return api::administer(*engine_, {Action::anchor_set, uri},
                         [&](Intent* intent) { return engine_->set_anchor(uri, cadence, intent); });
}

Result<void> Anchor::remove() {
  return api::administer(*engine_, {Action::anchor_remove, ""},
                         [&](Intent* intent) { return engine_->remove_anchor(intent); });
}

Result<void> Anchor::update() {
  return api::call(*engine_, UseCase::admin, Action::look,
                   [&] { return engine_->update_anchor(); });
}

Result<std::optional<AnchorInfo>> Anchor::get() {
  return api::call(*engine_, UseCase::admin, Action::look, [&] { return engine_->anchor(); });
}

}  // namespace coffer

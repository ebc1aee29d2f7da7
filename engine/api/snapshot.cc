#include <coffer/snapshot.h>

#include <algorithm>

#include "api/call.h"
#include "api/reading.h"
#include "format/names.h"
#include "policy/check.h"
#include "secrets/held_view.h"

namespace coffer {

using secrets::View;

struct Snapshot::Impl {
  // Must outlive the view.
  std::shared_ptr<secrets::Engine> engine;
  std::unique_ptr<secrets::HeldView> view;
};

Snapshot::Snapshot(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Snapshot::Snapshot(Snapshot&&) noexcept = default;
Snapshot& Snapshot::operator=(Snapshot&&) noexcept = default;
Snapshot::~Snapshot() = default;

Result<Snapshot> Snapshot::of(std::shared_ptr<secrets::Engine> engine) {
  return guarded([&]() -> Result<Snapshot> {
    auto impl = std::make_unique<Impl>();
    impl->engine = std::move(engine);
    impl->view = COFFER_TRY(secrets::HeldView::take(*impl->engine));
    return Snapshot(std::move(impl));
  });
}

Result<Secret> Snapshot::get(std::string_view path, std::uint64_t version) const {
  return guarded([&]() -> Result<Secret> {
    COFFER_TRY(format::check_path(path));
    return impl_->view->get(path, version, policy::check_value);
  });
}

Result<Secret> Snapshot::get_kept(std::string_view path, std::uint64_t version) const {
  return guarded([&]() -> Result<Secret> {
    COFFER_TRY(format::check_path(path));
    return impl_->view->get(path, version, policy::check_value, secrets::Deleted::give);
  });
}

Result<Metadata> Snapshot::metadata(std::string_view path) const {
  return api::read(*impl_->view, [&](const View& view) { return api::read_metadata(view, path); });
}

Result<History> Snapshot::history(std::string_view path) const {
  return api::read(*impl_->view, [&](const View& view) { return api::read_history(view, path); });
}

Result<bool> Snapshot::exists(std::string_view path) const {
  return api::read(*impl_->view, [&](const View& view) { return api::read_exists(view, path); });
}

Result<std::vector<std::string>> Snapshot::list(std::string_view prefix,
                                                const ListOptions& options) const {
  return api::read(*impl_->view,
                   [&](const View& view) { return api::read_names(view, prefix, options); });
}

Result<std::vector<ListedSecret>> Snapshot::find(std::string_view prefix,
                                                 const FindOptions& options) const {
  return api::read(*impl_->view,
                   [&](const View& view) { return api::read_listed(view, prefix, options); });
}

Result<bool> Snapshot::hides(std::string_view prefix) const {
  return api::read(*impl_->view, [&](const View& view) { return api::read_hides(view, prefix); });
}

Result<std::vector<std::string>> Snapshot::configs() const {
  using Ids = std::vector<std::string>;
  return api::read(*impl_->view, [](const View& view) -> Result<Ids> {
    Ids ids = COFFER_TRY(api::read_config_ids(view));
    std::sort(ids.begin(), ids.end());
    return ids;
  });
}

Result<RestoredConfig> Snapshot::config(std::string_view id) const {
  return api::read(*impl_->view, [&](const View& view) { return api::read_carried(view, id); });
}

Result<std::vector<RestoredReference>> Snapshot::outside_references() const {
  using Found = std::vector<RestoredReference>;
  return api::read(*impl_->view, [](const View& view) -> Result<Found> {
    Found found;
    COFFER_TRY(view.each_reference([&](const secrets::Reference& each) -> Result<void> {
      if (each.user_kind != "external") return {};
      if (COFFER_TRY(policy::allows(view, UseCase::list, policy::secret(each.target))))
        found.push_back({each.target, each.version, each.user});
      return {};
    }));
    return found;
  });
}

Result<StoreSettings> Snapshot::settings() const {
  return api::read(*impl_->view, [](const View& view) { return view.settings(); });
}

Result<Policy> Snapshot::policy() const { return api::read(*impl_->view, api::read_policy); }

std::uint64_t Snapshot::sequence() const { return impl_->view->sequence(); }
std::int64_t Snapshot::taken_at_ms() const { return impl_->view->taken_at_ms(); }

}  // namespace coffer

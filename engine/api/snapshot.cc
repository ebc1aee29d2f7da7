#include <coffer/snapshot.h>

#include <algorithm>

#include "api/reading.h"
#include "base/guarded.h"
#include "configs/config_store.h"
#include "configs/operations/config_restore.h"
#include "format/names.h"
#include "policy/check.h"
#include "secrets/held_view.h"

namespace coffer {

struct Snapshot::Impl {
  // Kept open until the view on it is gone.
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
  return guarded([&]() -> Result<Metadata> {
    Metadata metadata;
    COFFER_TRY(impl_->view->read([&](const secrets::View& view) -> Result<void> {
      metadata = COFFER_TRY(api::read_metadata(view, path));
      return {};
    }));
    return metadata;
  });
}

Result<History> Snapshot::history(std::string_view path) const {
  return guarded([&]() -> Result<History> {
    History history;
    COFFER_TRY(impl_->view->read([&](const secrets::View& view) -> Result<void> {
      history = COFFER_TRY(api::read_history(view, path));
      return {};
    }));
    return history;
  });
}

Result<bool> Snapshot::exists(std::string_view path) const {
  return guarded([&]() -> Result<bool> {
    bool there = false;
    COFFER_TRY(impl_->view->read([&](const secrets::View& view) -> Result<void> {
      there = COFFER_TRY(api::read_exists(view, path));
      return {};
    }));
    return there;
  });
}

Result<std::vector<std::string>> Snapshot::list(std::string_view prefix,
                                                const ListOptions& options) const {
  return guarded([&]() -> Result<std::vector<std::string>> {
    std::vector<std::string> names;
    COFFER_TRY(impl_->view->read([&](const secrets::View& view) -> Result<void> {
      names = COFFER_TRY(api::read_names(view, prefix, options));
      return {};
    }));
    return names;
  });
}

Result<std::vector<ListedSecret>> Snapshot::find(std::string_view prefix,
                                                 const FindOptions& options) const {
  return guarded([&]() -> Result<std::vector<ListedSecret>> {
    std::vector<ListedSecret> found;
    COFFER_TRY(impl_->view->read([&](const secrets::View& view) -> Result<void> {
      found = COFFER_TRY(api::read_listed(view, prefix, options));
      return {};
    }));
    return found;
  });
}

Result<bool> Snapshot::hides(std::string_view prefix) const {
  return guarded([&]() -> Result<bool> {
    bool hides = false;
    COFFER_TRY(impl_->view->read([&](const secrets::View& view) -> Result<void> {
      hides = COFFER_TRY(api::read_hides(view, prefix));
      return {};
    }));
    return hides;
  });
}

Result<std::vector<std::string>> Snapshot::configs() const {
  return guarded([&]() -> Result<std::vector<std::string>> {
    std::vector<std::string> ids;
    COFFER_TRY(impl_->view->read([&](const secrets::View& view) -> Result<void> {
      for (std::string& id : COFFER_TRY(view.list_documents(secrets::DocumentKind::config))) {
        if (configs::is_note_id(id)) continue;
        if (COFFER_TRY(policy::allows(view, UseCase::list, policy::config(id))))
          ids.push_back(std::move(id));
      }
      return {};
    }));
    std::sort(ids.begin(), ids.end());
    return ids;
  });
}

Result<RestoredConfig> Snapshot::config(std::string_view id) const {
  return guarded([&]() -> Result<RestoredConfig> {
    COFFER_TRY(format::check_config_id(id));
    RestoredConfig config;
    COFFER_TRY(impl_->view->read([&](const secrets::View& view) -> Result<void> {
      COFFER_TRY(policy::check_read(view, UseCase::reveal, policy::config(id)));
      config = COFFER_TRY(configs::config_to_carry(view, id));
      return {};
    }));
    return config;
  });
}

Result<std::vector<RestoredReference>> Snapshot::outside_references() const {
  return guarded([&]() -> Result<std::vector<RestoredReference>> {
    std::vector<RestoredReference> found;
    COFFER_TRY(impl_->view->read([&](const secrets::View& view) -> Result<void> {
      return view.each_reference([&](const secrets::Reference& each) -> Result<void> {
        if (each.user_kind != "external") return {};
        if (COFFER_TRY(policy::allows(view, UseCase::list, policy::secret(each.target))))
          found.push_back({each.target, each.version, each.user});
        return {};
      });
    }));
    return found;
  });
}

Result<StoreSettings> Snapshot::settings() const {
  return guarded([&]() -> Result<StoreSettings> {
    StoreSettings settings;
    COFFER_TRY(impl_->view->read([&](const secrets::View& view) -> Result<void> {
      settings = COFFER_TRY(view.settings());
      return {};
    }));
    return settings;
  });
}

Result<Policy> Snapshot::policy() const {
  return guarded([&]() -> Result<Policy> {
    Policy policy;
    COFFER_TRY(impl_->view->read([&](const secrets::View& view) -> Result<void> {
      COFFER_TRY(policy::check_read(view, UseCase::admin, policy::whole_store()));
      policy = COFFER_TRY(view.stored_policy());
      return {};
    }));
    return policy;
  });
}

std::uint64_t Snapshot::sequence() const { return impl_->view->sequence(); }
std::int64_t Snapshot::taken_at_ms() const { return impl_->view->taken_at_ms(); }

}  // namespace coffer

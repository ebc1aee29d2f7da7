// The facade: it checks names, and nothing throws past it.
#include <coffer/store.h>

#include <algorithm>

#include "api/access.h"
#include "api/call.h"
#include "api/new_directory.h"
#include "api/reading.h"
#include "configs/config_store.h"
#include "configs/reachability.h"
#include "format/names.h"
#include "policy/check.h"
#include "policy/decision.h"
#include "policy/rules.h"
#include "records/vault/recorded.h"
#include "records/vault/rekey.h"
#include "secrets/engine.h"
#include "secrets/sweep.h"

namespace coffer {

using format::Action;
using secrets::Intent;
using secrets::View;

struct Store::Impl {
  explicit Impl(std::shared_ptr<secrets::Engine> opened) : engine(std::move(opened)) {}

  template <typename Body>
  auto operate(const Body& body) -> std::invoke_result_t<const Body&, Transaction&> {
    return api::Access::operate(*engine, body);
  }
  template <typename Body>
  Result<ShredReceipt> destroy(const Body& body) {
    return guarded([&]() -> Result<ShredReceipt> {
      return std::move(COFFER_TRY(api::Access::write(*engine, body)).receipt);
    });
  }
  std::shared_ptr<secrets::Engine> engine;  // Shared with the snapshots.
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Configs Store::configs() { return api::Access::facet<Configs>(*impl_->engine); }
Keys Store::keys() { return api::Access::facet<Keys>(*impl_->engine); }
Audit Store::audit() { return api::Access::facet<Audit>(*impl_->engine); }
Anchor Store::anchor() { return api::Access::facet<Anchor>(*impl_->engine); }
Policies Store::policies() { return api::Access::facet<Policies>(*impl_->engine); }

Result<void> Store::create(std::string_view directory, const std::vector<KeySource>& keys,
                           const CreateOptions& options) {
  return guarded([&]() -> Result<void> {
    auto fresh = COFFER_TRY(api::NewDirectory::for_store(directory));
    COFFER_TRY(secrets::Engine::create(fresh.path(), keys, options));
    return fresh.move_into_place();
  });
}

Result<Store> Store::open(std::string_view directory, const KeySource& key, OpenOptions options) {
  return open(directory, std::vector<KeySource>{key}, std::move(options));
}

Result<Store> Store::open(std::string_view directory, const std::vector<KeySource>& keys,
                          OpenOptions options) {
  return guarded([&]() -> Result<Store> {
    // Asked if the store is opened although its anchor doubts it.
    const auto guard = [](const View& view) {
      return policy::check(view, UseCase::admin, policy::whole_store());
    };
    return Store(std::make_unique<Impl>(
        COFFER_TRY(secrets::Engine::open(std::string(directory), keys, options, guard))));
  });
}

Result<Store> Store::as(const Actor& actor) const {
  return guarded([&]() -> Result<Store> {
    return Store(std::make_unique<Impl>(COFFER_TRY(impl_->engine->as(actor))));
  });
}

Result<TransactionReport> Store::transaction(
    const std::function<Result<void>(Transaction&)>& body) {
  // An exception of the body belongs to the caller: it ends the transaction and passes through.
  std::exception_ptr thrown;
  const auto caught = [&](Transaction& txn) -> Result<void> {
    try {
      return body(txn);
    } catch (const std::bad_alloc&) {
      throw;
    } catch (...) {
      thrown = std::current_exception();
      return Error(ErrorCode::failed, "the transaction's body threw; nothing was written");
    }
  };
  auto result = guarded([&]() -> Result<TransactionReport> {
    secrets::WriteReport report = COFFER_TRY(api::Access::write(*impl_->engine, caught));
    return TransactionReport{report.sequence, std::move(report.receipt)};
  });
  if (thrown) std::rethrow_exception(thrown);
  return result;
}

Result<VersionInfo> Store::put(std::string_view path, const Value& value,
                               const PutOptions& options) {
  return impl_->operate([&](Transaction& txn) { return txn.put(path, value, options); });
}

Result<VersionInfo> Store::patch(std::string_view path, std::string_view merge_json,
                                 const PutOptions& options) {
  return impl_->operate([&](Transaction& txn) { return txn.patch(path, merge_json, options); });
}

Result<VersionInfo> Store::rollback(std::string_view path, std::uint64_t to_version,
                                    const PutOptions& options) {
  return impl_->operate([&](Transaction& txn) { return txn.rollback(path, to_version, options); });
}

Result<Secret> Store::get(std::string_view path, std::uint64_t version) {
  return guarded([&]() -> Result<Secret> {
    COFFER_TRY(format::check_path(path));
    return impl_->engine->get(path, version, policy::check_value);
  });
}

Result<Metadata> Store::metadata(std::string_view path) {
  return api::read(*impl_->engine,
                   [&](const View& view) { return api::read_metadata(view, path); });
}

Result<History> Store::history(std::string_view path) {
  return api::read(*impl_->engine, [&](const View& view) { return api::read_history(view, path); });
}

Result<Snapshot> Store::snapshot() { return Snapshot::of(impl_->engine); }

Result<std::vector<std::string>> Store::list(std::string_view prefix, const ListOptions& options) {
  return api::read(*impl_->engine,
                   [&](const View& view) { return api::read_names(view, prefix, options); });
}

Result<std::vector<ListedSecret>> Store::find(std::string_view prefix, const FindOptions& options) {
  return api::read(*impl_->engine,
                   [&](const View& view) { return api::read_listed(view, prefix, options); });
}

Result<void> Store::soft_delete(std::string_view path, const std::vector<std::uint64_t>& versions) {
  return impl_->operate([&](Transaction& txn) { return txn.soft_delete(path, versions); });
}

Result<void> Store::undelete(std::string_view path, const std::vector<std::uint64_t>& versions) {
  return impl_->operate([&](Transaction& txn) { return txn.undelete(path, versions); });
}

Result<ShredReceipt> Store::destroy(std::string_view path,
                                    const std::vector<std::uint64_t>& versions) {
  return impl_->destroy([&](Transaction& txn) { return txn.destroy(path, versions); });
}

Result<ShredReceipt> Store::destroy_all(std::string_view path) {
  return impl_->destroy([&](Transaction& txn) { return txn.destroy_all(path); });
}

Result<ShredReceipt> Store::erase(std::string_view path) {
  return impl_->destroy([&](Transaction& txn) { return txn.erase(path); });
}

Result<void> Store::put_metadata(std::string_view path, const MetadataChange& change) {
  return impl_->operate([&](Transaction& txn) { return txn.put_metadata(path, change); });
}

Result<void> Store::patch_metadata(std::string_view path, const MetadataChange& change) {
  return impl_->operate([&](Transaction& txn) { return txn.patch_metadata(path, change); });
}

Result<void> Store::move(std::string_view from, std::string_view to) {
  return impl_->operate([&](Transaction& txn) { return txn.move(from, to); });
}

Result<void> Store::copy(std::string_view from, std::string_view to) {
  return impl_->operate([&](Transaction& txn) { return txn.copy(from, to); });
}

Result<StoreSettings> Store::settings() { return api::read(*impl_->engine, api::read_settings); }

Result<void> Store::put_settings(const StoreSettings& settings) {
  return impl_->operate([&](Transaction& txn) { return txn.put_settings(settings); });
}

Result<std::vector<ReferenceInfo>> Store::references_to(std::string_view path) {
  using Found = Result<std::vector<ReferenceInfo>>;
  return api::read(*impl_->engine, [&](const View& view) -> Found {
    auto found = COFFER_TRY(api::read_references(view, path));
    if (found.empty() && !COFFER_TRY(view.exists(path)))
      return Error(ErrorCode::not_found, "there is no such secret", Advice::see_secrets);
    return found;
  });
}

Result<void> Store::add_reference(std::string_view path, std::uint64_t version,
                                  std::string_view user) {
  return impl_->operate([&](Transaction& txn) { return txn.add_reference(path, version, user); });
}

Result<void> Store::remove_reference(std::string_view path, std::uint64_t version,
                                     std::string_view user) {
  return impl_->operate(
      [&](Transaction& txn) { return txn.remove_reference(path, version, user); });
}

Result<SweepReport> Store::sweep(const SweepOptions& options) {
  secrets::Engine& engine = *impl_->engine;
  return api::administer(engine, {Action::expire, ""}, [&](Intent*) -> Result<SweepReport> {
    if (options.grace_ms < 0 || options.grace_ms > kTtlMaxMs)
      return Error(ErrorCode::limit, "the grace is negative or longer than 1,000 years",
                   "give a duration such as 30d");
    if (options.full) return configs::sweep_in_full(engine, options);
    return secrets::sweep(engine, options, configs::sweep_notes);
  });
}

Result<ClockAcceptance> Store::accept_clock(bool dry_run) {
  secrets::Engine& engine = *impl_->engine;
  if (dry_run)
    return api::call(engine, UseCase::admin, Action::look, [&] { return engine.try_clock(); });
  return api::administer(engine, {Action::clock_accept, ""}, [&](Intent* intent) {
    return engine.accept_clock(intent, configs::move_notes);
  });
}

Result<Status> Store::status() {
  return guarded([&]() -> Result<Status> {
    Status status = COFFER_TRY(impl_->engine->status());
    // Only an administrator and an attacker have a use for the anchor's place.
    if (!status.anchor.empty() && !api::admit(*impl_->engine, UseCase::admin))
      status.anchor.resize(std::min(status.anchor.size(), status.anchor.find(':') + 1));
    return status;
  });
}

Result<VerifyReport> Store::verify() {
  secrets::Engine& engine = *impl_->engine;
  return api::call(engine, UseCase::admin, Action::look, [&]() -> Result<VerifyReport> {
    VerifyReport report = COFFER_TRY(engine.verify());
    COFFER_TRY(configs::verify_reachability(engine, report));
    return report;
  });
}

}  // namespace coffer

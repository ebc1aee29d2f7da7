// The facade: names are checked here, and nothing throws past here.
#include <coffer/store.h>

#include <algorithm>

#include "api/new_directory.h"
#include "api/reading.h"
#include "base/guarded.h"
#include "format/names.h"
#include "keys/keyring.h"
#include "secrets/engine.h"
#include "secrets/sweep.h"
#include "storage/directory.h"

namespace coffer {

struct Store::Impl {
  std::string directory;
  std::shared_ptr<secrets::Engine> engine;  // Shared with the snapshots.
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<void> Store::create(std::string_view directory, const std::vector<KeySource>& keys,
                           const CreateOptions& options) {
  return guarded([&]() -> Result<void> {
    auto fresh = COFFER_TRY(api::NewDirectory::beside(directory));
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
    auto impl = std::make_unique<Impl>();
    impl->directory = directory;
    impl->engine = COFFER_TRY(secrets::Engine::open(impl->directory, keys, options));
    return Store(std::move(impl));
  });
}

Result<VersionInfo> Store::put(std::string_view path, const Value& value,
                               const PutOptions& options) {
  return guarded([&]() -> Result<VersionInfo> {
    if (options.ttl_ms < 0 || options.ttl_ms > kTtlMaxMs)
      return Error{ErrorCode::limit, "the time to live is negative or longer than 1,000 years"};
    VersionInfo info;
    COFFER_TRY(impl_->engine->write([&](secrets::Transaction& txn) -> Result<void> {
      secrets::PutRequest request;
      request.cas = options.cas;
      request.custom = options.custom;
      if (options.ttl_ms > 0) request.expires_at_ms = txn.now_ms() + options.ttl_ms;
      info = COFFER_TRY(txn.put(path, value, request));
      return {};
    }));
    return info;
  });
}

Result<Secret> Store::get(std::string_view path, std::uint64_t version) {
  return guarded([&]() -> Result<Secret> {
    COFFER_TRY(format::check_path(path));
    return impl_->engine->get(path, version);
  });
}

Result<Metadata> Store::metadata(std::string_view path) {
  return guarded([&]() -> Result<Metadata> {
    Metadata metadata;
    COFFER_TRY(impl_->engine->read([&](const secrets::View& view) -> Result<void> {
      metadata = COFFER_TRY(api::read_metadata(view, path));
      return {};
    }));
    return metadata;
  });
}

Result<History> Store::history(std::string_view path) {
  return guarded([&]() -> Result<History> {
    History history;
    COFFER_TRY(impl_->engine->read([&](const secrets::View& view) -> Result<void> {
      history = COFFER_TRY(api::read_history(view, path));
      return {};
    }));
    return history;
  });
}

Result<Snapshot> Store::snapshot() { return Snapshot::of(impl_->engine); }

Result<std::vector<std::string>> Store::list(std::string_view prefix, const ListOptions& options) {
  return guarded([&]() -> Result<std::vector<std::string>> {
    std::vector<std::string> names;
    COFFER_TRY(impl_->engine->read([&](const secrets::View& view) -> Result<void> {
      names = COFFER_TRY(api::read_names(view, prefix, options));
      return {};
    }));
    return names;
  });
}

Result<void> Store::soft_delete(std::string_view path, const std::vector<std::uint64_t>& versions) {
  return guarded([&]() -> Result<void> {
    COFFER_TRY(format::check_path(path));
    COFFER_TRY(impl_->engine->write(
        [&](secrets::Transaction& txn) { return txn.soft_delete(path, versions); }));
    return {};
  });
}

Result<void> Store::undelete(std::string_view path, const std::vector<std::uint64_t>& versions) {
  return guarded([&]() -> Result<void> {
    COFFER_TRY(format::check_path(path));
    COFFER_TRY(impl_->engine->write(
        [&](secrets::Transaction& txn) { return txn.undelete(path, versions); }));
    return {};
  });
}

namespace {

// What a config's document or an outside user points at is not pulled away under it.
// `versions` are numbers of versions; none: every one is to go.
Result<void> check_unused(const secrets::View& view, std::string_view path,
                          const std::vector<std::uint64_t>& versions) {
  for (const secrets::Reference& reference : COFFER_TRY(view.references_to(path))) {
    const bool meant =
        versions.empty() || reference.version == 0 ||
        std::find(versions.begin(), versions.end(), reference.version) != versions.end();
    if (meant)
      return Error{ErrorCode::in_use, "something refers to this secret; nothing was destroyed",
                   "see who: coffer refs PATH"}
          .about(Subject::Kind::path, path);
  }
  return {};
}

Result<ShredReceipt> destroy_by(secrets::Engine& engine, const std::string& directory,
                                const std::function<Result<void>(secrets::Transaction&)>& body) {
  secrets::WriteReport report = COFFER_TRY(engine.write(body));
  ShredReceipt receipt;
  receipt.destroyed = std::move(report.destroyed);
  receipt.epoch_before = report.epoch_before;
  receipt.epoch_after = report.epoch_after == 0 ? report.epoch_before : report.epoch_after;
  receipt.at_ms = report.at_ms;
  receipt.erase = storage::erase_promise(directory);
  return receipt;
}

}  // namespace

Result<ShredReceipt> Store::destroy(std::string_view path,
                                    const std::vector<std::uint64_t>& versions) {
  return guarded([&]() -> Result<ShredReceipt> {
    COFFER_TRY(format::check_path(path));
    return destroy_by(*impl_->engine, impl_->directory,
                      [&](secrets::Transaction& txn) -> Result<void> {
                        std::vector<std::uint64_t> wanted = versions;
                        if (wanted.empty()) wanted.push_back(0);
                        for (std::uint64_t& version : wanted)
                          version = COFFER_TRY(txn.version_info(path, version)).version;
                        COFFER_TRY(check_unused(txn, path, wanted));
                        return txn.destroy(path, wanted);
                      });
  });
}

Result<ShredReceipt> Store::destroy_all(std::string_view path) {
  return guarded([&]() -> Result<ShredReceipt> {
    COFFER_TRY(format::check_path(path));
    return destroy_by(*impl_->engine, impl_->directory,
                      [&](secrets::Transaction& txn) -> Result<void> {
                        COFFER_TRY(check_unused(txn, path, {}));
                        return txn.destroy_all(path);
                      });
  });
}

Result<SweepReport> Store::sweep(const SweepOptions& options) {
  return guarded([&]() -> Result<SweepReport> {
    if (options.grace_ms < 0 || options.grace_ms > kTtlMaxMs)
      return Error{ErrorCode::limit, "the grace is negative or longer than 1,000 years"};
    return secrets::sweep(*impl_->engine, options);
  });
}

Result<std::vector<ReferenceInfo>> Store::references_to(std::string_view path) {
  return guarded([&]() -> Result<std::vector<ReferenceInfo>> {
    COFFER_TRY(format::check_path(path));
    std::vector<ReferenceInfo> infos;
    COFFER_TRY(impl_->engine->read([&](const secrets::View& view) -> Result<void> {
      auto found = COFFER_TRY(view.references_to(path));
      if (found.empty() && !COFFER_TRY(view.exists(path)))
        return Error{ErrorCode::not_found, "there is no such secret",
                     "see what is there: coffer list"};
      for (secrets::Reference& reference : found)
        infos.push_back({std::move(reference.target), reference.version,
                         std::move(reference.user_kind), std::move(reference.user)});
      return {};
    }));
    std::sort(infos.begin(), infos.end(), [](const ReferenceInfo& a, const ReferenceInfo& b) {
      return std::tie(a.user_kind, a.user, a.version) < std::tie(b.user_kind, b.user, b.version);
    });
    return infos;
  });
}

Configs Store::configs() { return Configs(*impl_->engine); }

Result<std::vector<KeySlotInfo>> Store::key_slots() {
  return guarded([&] { return impl_->engine->keyring().slots(); });
}

Result<int> Store::add_key(const KeySource& key) {
  return guarded([&]() -> Result<int> {
    // Asking a person and stretching take their time: nobody else waits for it.
    keys::PreparedSlot prepared =
        COFFER_TRY(impl_->engine->keyring().prepare_slot(key, impl_->engine->now_ms()));
    int slot = 0;
    COFFER_TRY(impl_->engine->with_write_lock([&]() -> Result<void> {
      slot = COFFER_TRY(impl_->engine->keyring().add_slot(std::move(prepared)));
      return {};
    }));
    return slot;
  });
}

Result<void> Store::remove_key(int slot) {
  return guarded([&] {
    return impl_->engine->with_write_lock(
        [&] { return impl_->engine->keyring().remove_slot(slot); });
  });
}

Result<void> Store::test_key(int slot, const KeySource& key) {
  return guarded([&] { return impl_->engine->keyring().test_slot(slot, key); });
}

Result<Status> Store::status() {
  return guarded([&] { return impl_->engine->status(); });
}

Result<VerifyReport> Store::verify() {
  return guarded([&] { return impl_->engine->verify(); });
}

}  // namespace coffer

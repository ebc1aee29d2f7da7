// The facade: names are checked here, and nothing throws past here.
#include <coffer/store.h>

#include <algorithm>

#include "api/admission.h"
#include "api/key_slots.h"
#include "api/new_directory.h"
#include "api/reading.h"
#include "api/transaction_state.h"
#include "base/guarded.h"
#include "configs/config_store.h"
#include "configs/outside_users.h"
#include "configs/reachability.h"
#include "format/names.h"
#include "keys/keyring/keyring.h"
#include "policy/check.h"
#include "policy/decision.h"
#include "policy/rules.h"
#include "secrets/engine.h"
#include "records/vault/recorded.h"
#include "records/vault/rekey.h"
#include "secrets/sweep.h"

namespace coffer {

struct Store::Impl {
  std::string directory;
  std::shared_ptr<secrets::Engine> engine;  // Shared with the snapshots.

  /// One transaction; its body may run again.
  Result<secrets::WriteReport> write(const std::function<Result<void>(Transaction&)>& body) {
    return engine->write(
        [&](secrets::Transaction& txn) { return Transaction::Impl::run(txn, body); });
  }
  /// One operation that yields something, or nothing, as a transaction of its own.
  template <typename T, typename Body>
  Result<T> write_one(const Body& body) {
    return guarded([&]() -> Result<T> {
      Result<T> result = Error{ErrorCode::failed, "the transaction did not run"};
      COFFER_TRY(write([&](Transaction& txn) -> Result<void> {
        result = body(txn);
        return result ? Result<void>() : Result<void>(result.error());
      }));
      return result;
    });
  }
  template <typename Body>
  Result<ShredReceipt> destroy(const Body& body) {
    return guarded(
        [&]() -> Result<ShredReceipt> { return std::move(COFFER_TRY(write(body)).receipt); });
  }
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

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
    auto impl = std::make_unique<Impl>();
    impl->directory = directory;
    // Asked where the store is opened against its anchor's word.
    const auto guard = [](const secrets::View& view) {
      return policy::check(view, UseCase::admin, policy::whole_store());
    };
    impl->engine = COFFER_TRY(secrets::Engine::open(impl->directory, keys, options, guard));
    return Store(std::move(impl));
  });
}

Result<TransactionReport> Store::transaction(
    const std::function<Result<void>(Transaction&)>& body) {
  // What the body throws is the caller's: it ends the transaction and passes through.
  std::exception_ptr thrown;
  auto result = guarded([&]() -> Result<TransactionReport> {
    secrets::WriteReport report = COFFER_TRY(impl_->write([&](Transaction& txn) -> Result<void> {
      try {
        return body(txn);
      } catch (const std::bad_alloc&) {
        throw;
      } catch (...) {
        thrown = std::current_exception();
        return Error{ErrorCode::failed, "the transaction's body threw; nothing was written"};
      }
    }));
    return TransactionReport{report.sequence, std::move(report.receipt)};
  });
  if (thrown) std::rethrow_exception(thrown);
  return result;
}

Result<Store> Store::as(const Actor& actor) const {
  return guarded([&]() -> Result<Store> {
    auto impl = std::make_unique<Impl>();
    impl->directory = impl_->directory;
    impl->engine = COFFER_TRY(impl_->engine->as(actor));
    return Store(std::move(impl));
  });
}

Result<VersionInfo> Store::put(std::string_view path, const Value& value,
                               const PutOptions& options) {
  return impl_->write_one<VersionInfo>(
      [&](Transaction& txn) { return txn.put(path, value, options); });
}

Result<VersionInfo> Store::patch(std::string_view path, std::string_view merge_json,
                                 const PutOptions& options) {
  return impl_->write_one<VersionInfo>(
      [&](Transaction& txn) { return txn.patch(path, merge_json, options); });
}

Result<VersionInfo> Store::rollback(std::string_view path, std::uint64_t to_version,
                                    const PutOptions& options) {
  return impl_->write_one<VersionInfo>(
      [&](Transaction& txn) { return txn.rollback(path, to_version, options); });
}

Result<Secret> Store::get(std::string_view path, std::uint64_t version) {
  return guarded([&]() -> Result<Secret> {
    COFFER_TRY(format::check_path(path));
    return impl_->engine->get(path, version, policy::check_value);
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

Result<std::vector<ListedSecret>> Store::find(std::string_view prefix, const FindOptions& options) {
  return guarded([&]() -> Result<std::vector<ListedSecret>> {
    std::vector<ListedSecret> found;
    COFFER_TRY(impl_->engine->read([&](const secrets::View& view) -> Result<void> {
      found = COFFER_TRY(api::read_listed(view, prefix, options));
      return {};
    }));
    return found;
  });
}

Result<void> Store::soft_delete(std::string_view path, const std::vector<std::uint64_t>& versions) {
  return impl_->write_one<void>([&](Transaction& txn) { return txn.soft_delete(path, versions); });
}

Result<void> Store::undelete(std::string_view path, const std::vector<std::uint64_t>& versions) {
  return impl_->write_one<void>([&](Transaction& txn) { return txn.undelete(path, versions); });
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
  return impl_->write_one<void>([&](Transaction& txn) { return txn.put_metadata(path, change); });
}

Result<void> Store::patch_metadata(std::string_view path, const MetadataChange& change) {
  return impl_->write_one<void>([&](Transaction& txn) { return txn.patch_metadata(path, change); });
}

Result<void> Store::move(std::string_view from, std::string_view to) {
  return impl_->write_one<void>([&](Transaction& txn) { return txn.move(from, to); });
}

Result<void> Store::copy(std::string_view from, std::string_view to) {
  return impl_->write_one<void>([&](Transaction& txn) { return txn.copy(from, to); });
}

Result<StoreSettings> Store::settings() {
  return guarded([&]() -> Result<StoreSettings> {
    StoreSettings settings;
    COFFER_TRY(impl_->engine->read([&](const secrets::View& view) -> Result<void> {
      settings = COFFER_TRY(api::read_settings(view));
      return {};
    }));
    return settings;
  });
}

Result<void> Store::put_settings(const StoreSettings& settings) {
  return impl_->write_one<void>([&](Transaction& txn) { return txn.put_settings(settings); });
}

Result<SweepReport> Store::sweep(const SweepOptions& options) {
  const auto swept = [&](secrets::Intent*) -> Result<SweepReport> {
    COFFER_TRY(api::admit(*impl_->engine, UseCase::admin));
    if (options.grace_ms < 0 || options.grace_ms > kTtlMaxMs)
      return Error{ErrorCode::limit, "the grace is negative or longer than 1,000 years",
                   "give a duration such as 30d"};
    if (options.full) return configs::sweep_in_full(*impl_->engine, options);
    return secrets::sweep(*impl_->engine, options,
                          [](secrets::Transaction& txn) { return configs::sweep_notes(txn); });
  };
  return records::recorded(*impl_->engine, {format::Action::expire, ""}, swept);
}

Result<void> Store::add_reference(std::string_view path, std::uint64_t version,
                                  std::string_view user) {
  const auto added = [&](secrets::Intent* intent) -> Result<void> {
    COFFER_TRY(format::check_path(path));
    COFFER_TRY(impl_->engine->write(
        [&](secrets::Transaction& txn) -> Result<void> {
          COFFER_TRY(policy::check(txn, UseCase::use, policy::secret(path)));
          return configs::add_outside_user(txn, path, version, user);
        },
        intent));
    return {};
  };
  return records::recorded(*impl_->engine, {format::Action::reference_add, path, version}, added);
}

Result<void> Store::remove_reference(std::string_view path, std::uint64_t version,
                                     std::string_view user) {
  const auto removed = [&](secrets::Intent* intent) -> Result<void> {
    COFFER_TRY(format::check_path(path));
    COFFER_TRY(impl_->engine->write(
        [&](secrets::Transaction& txn) -> Result<void> {
          COFFER_TRY(api::check_ends_reference(txn, path, version, user));
          return configs::remove_outside_user(txn, path, version, user);
        },
        intent));
    return {};
  };
  return records::recorded(*impl_->engine, {format::Action::reference_remove, path, version},
                           removed);
}

Result<std::vector<ReferenceInfo>> Store::references_to(std::string_view path) {
  return guarded([&]() -> Result<std::vector<ReferenceInfo>> {
    std::vector<ReferenceInfo> infos;
    COFFER_TRY(impl_->engine->read([&](const secrets::View& view) -> Result<void> {
      infos = COFFER_TRY(api::read_references(view, path));
      if (infos.empty() && !COFFER_TRY(view.exists(path)))
        return Error{ErrorCode::not_found, "there is no such secret",
                     "see what is there: coffer list"};
      return {};
    }));
    return infos;
  });
}

Result<void> Store::set_anchor(std::string_view uri, AnchorCadence cadence) {
  return records::recorded(*impl_->engine, {format::Action::anchor_set, uri},
                           [&](secrets::Intent* intent) -> Result<void> {
                             COFFER_TRY(api::admit(*impl_->engine, UseCase::admin));
                             return impl_->engine->set_anchor(uri, cadence, intent);
                           });
}

Result<void> Store::remove_anchor() {
  return records::recorded(*impl_->engine, {format::Action::anchor_remove, ""},
                           [&](secrets::Intent* intent) -> Result<void> {
                             COFFER_TRY(api::admit(*impl_->engine, UseCase::admin));
                             return impl_->engine->remove_anchor(intent);
                           });
}

Result<void> Store::update_anchor() {
  return guarded([&]() -> Result<void> {
    COFFER_TRY(api::admit_on_record(*impl_->engine, UseCase::admin, format::Action::look));
    return impl_->engine->update_anchor();
  });
}

Result<std::optional<AnchorInfo>> Store::anchor() {
  return guarded([&]() -> Result<std::optional<AnchorInfo>> {
    COFFER_TRY(api::admit_on_record(*impl_->engine, UseCase::admin, format::Action::look));
    return impl_->engine->anchor();
  });
}

void Store::on_receipt(ReceiptSink sink) { impl_->engine->on_receipt(std::move(sink)); }

Result<ReceiptInfo> Store::verify_receipt(std::string_view text) {
  return guarded([&] { return impl_->engine->verify_receipt(text); });
}

Configs Store::configs() { return Configs(*impl_->engine); }

Result<std::vector<KeySlotInfo>> Store::key_slots() {
  return guarded([&]() -> Result<std::vector<KeySlotInfo>> {
    COFFER_TRY(api::admit_on_record(*impl_->engine, UseCase::admin, format::Action::look));
    return COFFER_TRY(impl_->engine->keyring())->slots();
  });
}

Result<int> Store::add_key(const KeySource& key) {
  return guarded([&]() -> Result<int> {
    COFFER_TRY(api::admit_on_record(*impl_->engine, UseCase::admin, format::Action::key_add));
    return api::add_key(*impl_->engine, key);
  });
}

Result<void> Store::remove_key(int slot) {
  return guarded([&]() -> Result<void> {
    COFFER_TRY(api::admit_on_record(*impl_->engine, UseCase::admin, format::Action::key_remove));
    return api::remove_key(*impl_->engine, slot);
  });
}

Result<std::vector<RewrappedSlot>> Store::rewrap_keys(int slot, const SlotKeyOptions& options) {
  return guarded([&]() -> Result<std::vector<RewrappedSlot>> {
    COFFER_TRY(api::admit_on_record(*impl_->engine, UseCase::admin, format::Action::key_rewrap));
    return api::rewrap_keys(*impl_->engine, slot, options);
  });
}

Result<RotateKeyReport> Store::rotate_key(const RotateKeyOptions& options) {
  return guarded([&]() -> Result<RotateKeyReport> {
    COFFER_TRY(api::admit_on_record(*impl_->engine, UseCase::admin, format::Action::key_rotate));
    return api::rotate_key(*impl_->engine, options);
  });
}

Result<RotateDataReport> Store::rotate_data_keys(const RotateDataOptions& options) {
  return guarded([&]() -> Result<RotateDataReport> {
    COFFER_TRY(api::admit_on_record(*impl_->engine, UseCase::admin, format::Action::key_rekey));
    return records::rekey(*impl_->engine, options);
  });
}

Result<void> Store::test_key(int slot, const KeySource& key) {
  return guarded([&]() -> Result<void> {
    COFFER_TRY(api::admit_on_record(*impl_->engine, UseCase::admin, format::Action::look));
    return COFFER_TRY(impl_->engine->keyring())->test_slot(slot, key);
  });
}

Result<std::vector<AuditRecord>> Store::audit_list(const AuditFilter& filter) {
  return guarded([&]() -> Result<std::vector<AuditRecord>> {
    COFFER_TRY(api::admit_on_record(*impl_->engine, UseCase::audit, format::Action::audit_look));
    return impl_->engine->audit_list(filter);
  });
}

Result<AuditVerifyReport> Store::audit_verify() {
  return guarded([&]() -> Result<AuditVerifyReport> {
    COFFER_TRY(api::admit_on_record(*impl_->engine, UseCase::audit, format::Action::audit_look));
    return impl_->engine->audit_verify();
  });
}

Result<AuditPruneReport> Store::audit_prune(const AuditPruneOptions& options) {
  return records::recorded(*impl_->engine, {format::Action::prune, ""},
                           [&](secrets::Intent*) -> Result<AuditPruneReport> {
                             COFFER_TRY(api::admit(*impl_->engine, UseCase::admin));
                             return impl_->engine->audit_prune(options);
                           });
}

Result<ChangeBatch> Store::changes(std::uint64_t after_revision, const ChangeFilter& filter,
                                   std::size_t limit) {
  return guarded([&]() -> Result<ChangeBatch> {
    ChangeBatch batch = COFFER_TRY(impl_->engine->changes(after_revision, filter, limit));
    // By what stands now: what was told of before it was hidden is not told again.
    COFFER_TRY(impl_->engine->read([&](const secrets::View& view) -> Result<void> {
      return api::hide_changes(view, batch.changes);
    }));
    return batch;
  });
}

Result<std::uint64_t> Store::wait_for_changes(std::uint64_t after_revision,
                                              std::int64_t timeout_ms) {
  return guarded([&] { return impl_->engine->wait_for_changes(after_revision, timeout_ms); });
}

void Store::wake_waiting() { impl_->engine->wake_waiting(); }

Result<ClockAcceptance> Store::accept_clock(bool dry_run) {
  if (dry_run) {
    return guarded([&]() -> Result<ClockAcceptance> {
      COFFER_TRY(api::admit_on_record(*impl_->engine, UseCase::admin, format::Action::look));
      return impl_->engine->try_clock();
    });
  }
  const auto accepted = [&](secrets::Intent* intent) -> Result<ClockAcceptance> {
    COFFER_TRY(api::admit(*impl_->engine, UseCase::admin));
    return impl_->engine->accept_clock(
        intent, [](secrets::Transaction& txn, const secrets::ClockChange& change) {
          return configs::move_notes(txn, change);
        });
  };
  return records::recorded(*impl_->engine, {format::Action::clock_accept, ""}, accepted);
}

Result<Policy> Store::policy() {
  return guarded([&]() -> Result<Policy> {
    COFFER_TRY(api::admit_on_record(*impl_->engine, UseCase::admin, format::Action::look));
    Policy policy;
    COFFER_TRY(impl_->engine->read([&](const secrets::View& view) -> Result<void> {
      policy = COFFER_TRY(view.stored_policy());
      return {};
    }));
    return policy;
  });
}

Result<bool> Store::has_policy() {
  return guarded([&]() -> Result<bool> {
    bool has = false;
    COFFER_TRY(impl_->engine->read([&](const secrets::View& view) -> Result<void> {
      has = COFFER_TRY(view.policy()) != nullptr;
      return {};
    }));
    return has;
  });
}

Result<bool> Store::may(UseCase use_case, std::string_view object) {
  return guarded([&]() -> Result<bool> {
    COFFER_TRY(policy::check_one_object(object));
    const policy::Object meant = policy::parse_object(object);
    bool allowed = false;
    COFFER_TRY(impl_->engine->read([&](const secrets::View& view) -> Result<void> {
      allowed = COFFER_TRY(policy::allows(view, use_case, meant));
      return {};
    }));
    return allowed;
  });
}

Result<std::uint64_t> Store::put_policy(const Policy& policy,
                                        std::optional<std::uint64_t> revision) {
  const auto put = [&](secrets::Intent* intent) -> Result<std::uint64_t> {
    const Policy checked = COFFER_TRY(policy::checked(policy));
    std::uint64_t after = 0;
    COFFER_TRY(impl_->engine->write(
        [&](secrets::Transaction& txn) -> Result<void> {
          COFFER_TRY(policy::check(txn, UseCase::admin, policy::whole_store()));
          after = COFFER_TRY(txn.put_policy(checked, revision));
          return {};
        },
        intent));
    return after;
  };
  return records::recorded(*impl_->engine, {format::Action::policy_put, ""}, put);
}

Result<PolicyDecision> Store::test_policy(const PolicySubject& subject, UseCase use_case,
                                          std::string_view object) {
  return guarded([&]() -> Result<PolicyDecision> {
    COFFER_TRY(api::admit_on_record(*impl_->engine, UseCase::admin, format::Action::look));
    COFFER_TRY(policy::check_one_object(object));
    const policy::Object meant = policy::parse_object(object);
    PolicyDecision decision;
    COFFER_TRY(impl_->engine->read([&](const secrets::View& view) -> Result<void> {
      decision = COFFER_TRY(policy::decision(view, subject, use_case, meant));
      return {};
    }));
    return decision;
  });
}

Result<Status> Store::status() {
  return guarded([&]() -> Result<Status> {
    Status status = COFFER_TRY(impl_->engine->status());
    // Where the anchor is, is of no use to who may not set it, and of much to who would.
    if (!status.anchor.empty() && !api::admit(*impl_->engine, UseCase::admin))
      status.anchor.resize(std::min(status.anchor.size(), status.anchor.find(':') + 1));
    return status;
  });
}

Result<VerifyReport> Store::verify() {
  return guarded([&]() -> Result<VerifyReport> {
    COFFER_TRY(api::admit_on_record(*impl_->engine, UseCase::admin, format::Action::look));
    VerifyReport report = COFFER_TRY(impl_->engine->verify());
    COFFER_TRY(configs::verify_reachability(*impl_->engine, report));
    return report;
  });
}

}  // namespace coffer

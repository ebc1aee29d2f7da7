// Several operations on secrets as one: all of them happen or none.
//
//   auto report = store.transaction([&](coffer::Transaction& txn) -> coffer::Result<void> {
//     COFFER_TRY(txn.put("db/user", user));
//     COFFER_TRY(txn.put("db/password", password, {.cas = 3}));
//     return {};
//   });
//
// The reads see what the transaction itself has written, and nothing that others write
// meanwhile. An operation that fails has changed nothing: the body may go on without it, or
// return the error, and then nothing at all is written. Destroyed values are beyond recovery
// when Store::transaction returns.
//
// Only the thread that runs the body may use a Transaction, and only inside the body.
#pragma once

#include <coffer/export.h>
#include <coffer/metadata.h>
#include <coffer/operations.h>
#include <coffer/policy.h>
#include <coffer/reports.h>
#include <coffer/restore.h>
#include <coffer/result.h>
#include <coffer/settings.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer {

namespace api {
struct Access;
}

struct TransactionReport {
  std::uint64_t sequence = 0;  ///< The commit's number; the last one's if nothing changed.
  ShredReceipt receipt;        ///< `destroyed` is empty if nothing was.
};

class COFFER_API Transaction {
 public:
  /// The time for every operation of this transaction.
  std::int64_t now_ms() const;

  // Reads: as in Store.
  Result<Secret> get(std::string_view path, std::uint64_t version = 0) const;
  /// As Snapshot::get_kept.
  Result<Secret> get_kept(std::string_view path, std::uint64_t version = 0) const;
  Result<Metadata> metadata(std::string_view path) const;
  Result<History> history(std::string_view path) const;
  Result<bool> exists(std::string_view path) const;
  Result<std::vector<std::string>> list(std::string_view prefix,
                                        const ListOptions& options = {}) const;
  Result<std::vector<ListedSecret>> find(std::string_view prefix,
                                         const FindOptions& options = {}) const;
  /// As Snapshot::hides.
  Result<bool> hides(std::string_view prefix) const;
  Result<StoreSettings> settings() const;
  /// In the order of kind, user and version. A secret that does not exist may still have users.
  Result<std::vector<ReferenceInfo>> references_to(std::string_view path) const;

  /// Fails unless the policy allows `use_case` on this secret, besides what each operation checks
  /// by itself. A refusal is recorded. Errors: denied.
  Result<void> require(UseCase use_case, std::string_view path) const;

  // Changes: as in Store.
  Result<VersionInfo> put(std::string_view path, const Value& value,
                          const PutOptions& options = {});
  Result<VersionInfo> put(std::string_view path, const Result<Value>& value,
                          const PutOptions& options = {}) {
    return value ? put(path, *value, options) : Result<VersionInfo>(value.error());
  }
  Result<VersionInfo> patch(std::string_view path, std::string_view merge_json,
                            const PutOptions& options = {});
  Result<VersionInfo> rollback(std::string_view path, std::uint64_t to_version,
                               const PutOptions& options = {});
  Result<void> soft_delete(std::string_view path, const std::vector<std::uint64_t>& versions = {});
  Result<void> undelete(std::string_view path, const std::vector<std::uint64_t>& versions = {});
  Result<void> destroy(std::string_view path, const std::vector<std::uint64_t>& versions = {});
  Result<void> destroy_all(std::string_view path);
  Result<void> erase(std::string_view path);
  Result<void> put_metadata(std::string_view path, const MetadataChange& change);
  Result<void> patch_metadata(std::string_view path, const MetadataChange& change);
  Result<void> move(std::string_view from, std::string_view to);
  Result<void> copy(std::string_view from, std::string_view to);
  /// Makes a secret with its history from another store: versions newest first, each with its
  /// number, times and state. A version whose time is over comes in as expired.
  /// Errors: conflict (something is at `path`); usage and limit, as put() of each value; usage
  /// (numbers or times that no secret can have).
  Result<void> restore(std::string_view path, const std::vector<RestoredVersion>& versions,
                       std::int64_t created_at_ms, const MetadataChange& metadata = {});
  /// The same for a secret that a config holds; the path is one of RestoredConfig::secrets.
  Result<void> restore_managed(std::string_view path, const std::vector<RestoredVersion>& versions,
                               std::int64_t created_at_ms, const MetadataChange& metadata = {});
  /// Makes a config with its document, spec and revision from another store. Restore its secrets
  /// first. Errors: conflict (the id exists); not_found (a coordinate that leads nowhere); usage (a
  /// document that the spec cannot yield, a secret of no config or of another one).
  Result<void> restore_config(const RestoredConfig& config);
  /// Adds an outside user from another store, even if the secret is deleted or absent. Errors:
  /// usage, limit.
  Result<void> restore_reference(const RestoredReference& reference);
  /// As Snapshot::config. Errors: not_found.
  Result<RestoredConfig> config(std::string_view id) const;
  /// As Policies::get and Policies::put. Both need `admin`.
  Result<Policy> policy() const;
  Result<std::uint64_t> put_policy(const Policy& policy,
                                   std::optional<std::uint64_t> revision = {});
  Result<void> put_settings(const StoreSettings& settings);
  Result<void> add_reference(std::string_view path, std::uint64_t version, std::string_view user);
  Result<void> remove_reference(std::string_view path, std::uint64_t version,
                                std::string_view user);

  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

 private:
  friend struct api::Access;
  struct Impl;
  explicit Transaction(Impl& impl) : impl_(&impl) {}
  ~Transaction() = default;
  Impl* impl_;
};

}  // namespace coffer

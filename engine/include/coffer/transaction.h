// Several operations on secrets as one: all of them happen or none.
//
//   auto report = store.transaction([&](coffer::Transaction& txn) -> coffer::Result<void> {
//     COFFER_TRY(txn.put("db/user", user));
//     COFFER_TRY(txn.put("db/password", password, {.cas = 3}));
//     return {};
//   });
//
// The reads see what the transaction itself has written, and nothing that others write
// meanwhile. An operation that answers an error has changed nothing: the body may go on
// without it, or hand the error on and nothing at all is written. What was destroyed is
// beyond recovery when Store::transaction returns.
//
// A Transaction is used by the thread that the body runs in, inside the body only.
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
  std::uint64_t sequence = 0;  ///< Of the commit; the last one's where nothing was changed.
  ShredReceipt receipt;        ///< `destroyed` is empty where nothing was.
};

class COFFER_API Transaction {
 public:
  /// The time that every operation of this transaction goes by.
  std::int64_t now_ms() const;

  // Reads: as of Store.
  Result<Secret> get(std::string_view path, std::uint64_t version = 0) const;
  /// As of Snapshot.
  Result<Secret> get_kept(std::string_view path, std::uint64_t version = 0) const;
  Result<Metadata> metadata(std::string_view path) const;
  Result<History> history(std::string_view path) const;
  Result<bool> exists(std::string_view path) const;
  Result<std::vector<std::string>> list(std::string_view prefix,
                                        const ListOptions& options = {}) const;
  Result<std::vector<ListedSecret>> find(std::string_view prefix,
                                         const FindOptions& options = {}) const;
  /// As of Snapshot.
  Result<bool> hides(std::string_view prefix) const;
  Result<StoreSettings> settings() const;
  /// In the order of kind, user and version. A secret that is not there may still have users.
  Result<std::vector<ReferenceInfo>> references_to(std::string_view path) const;

  /// Whether the store's policy allows it on this secret, beside what each operation asks for by
  /// itself; a refusal is audited. Errors: denied.
  Result<void> require(UseCase use_case, std::string_view path) const;

  // Changes: as of Store.
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
  /// Makes a secret with the history that it has elsewhere, versions newest first, each with its
  /// number, times and state; one whose time is over comes in as an expired one.
  /// Errors: conflict (there is something at `path`); usage and limit, as put() of each value;
  /// usage (numbers or times that no secret can have).
  Result<void> restore(std::string_view path, const std::vector<RestoredVersion>& versions,
                       std::int64_t created_at_ms, const MetadataChange& metadata = {});
  /// The same of a secret that a config holds; the path is one of RestoredConfig::secrets.
  Result<void> restore_managed(std::string_view path, const std::vector<RestoredVersion>& versions,
                               std::int64_t created_at_ms, const MetadataChange& metadata = {});
  /// Makes a config with the document, spec and revision that it has elsewhere. Its secrets are
  /// restored before. Errors: conflict (there is one of that id); not_found (a coordinate that
  /// leads nowhere); usage (a document that its spec does not make, a secret that is no config's
  /// or another one's).
  Result<void> restore_config(const RestoredConfig& config);
  /// Notes a user of what comes from elsewhere, be it deleted or not there. Errors: usage, limit.
  Result<void> restore_reference(const RestoredReference& reference);
  /// As Snapshot::config. Errors: not_found.
  Result<RestoredConfig> config(std::string_view id) const;
  /// As of Store. Needs `admin`.
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

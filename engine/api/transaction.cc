// The facade of one transaction: it checks names and options, and refuses to delete what is in use.
#include <coffer/transaction.h>

#include <algorithm>
#include <optional>
#include <set>

#include "api/access.h"
#include "api/config_admission.h"
#include "api/reading.h"
#include "configs/operations/config_restore.h"
#include "configs/outside_users.h"
#include "configs/spec/spec_cache.h"
#include "format/names.h"
#include "policy/check.h"
#include "policy/object.h"
#include "policy/rules.h"
#include "text/json.h"

namespace coffer {
namespace {

constexpr std::size_t kUsersNamed = 3;  // In a refusal; references_to() returns all.

Result<secrets::PutRequest> to_request(const secrets::Transaction& txn, const PutOptions& options) {
  if (options.ttl_ms < 0 || options.ttl_ms > kTtlMaxMs)
    return Error(ErrorCode::limit, "the time to live is negative or longer than 1,000 years");
  if (options.ttl_ms != 0 && options.expires_at_ms != 0)
    return Error(ErrorCode::usage, "both a time to live and a time to expire are given",
                 "give one of the two");
  secrets::PutRequest request;
  request.cas = options.cas;
  request.metadata = options.metadata;
  if (options.ttl_ms != 0) request.expires_at_ms = txn.now_ms() + options.ttl_ms;
  if (options.expires_at_ms != 0) {
    if (options.expires_at_ms <= txn.now_ms())
      return Error(ErrorCode::usage, "the time to expire has passed; nothing was changed",
                   "give a future time");
    if (options.expires_at_ms - txn.now_ms() > kTtlMaxMs)
      return Error(ErrorCode::limit, "the time to expire is more than 1,000 years away");
    request.expires_at_ms = options.expires_at_ms;
  }
  return request;
}

using References = std::vector<secrets::Reference>;

// "config c, nightly report and 2 more", as far as the caller may see them; empty if the caller may
// not list the secret.
Result<std::string> names_of_users(const secrets::View& view, std::string_view path,
                                   const References& references) {
  if (!COFFER_TRY(policy::allows(view, UseCase::list, policy::secret(path)))) return std::string();
  std::set<std::string> names;
  for (const secrets::Reference& each : references) {
    std::string name = each.user;
    if (each.user_kind == "config") {
      const bool is_seen =
          COFFER_TRY(policy::allows(view, UseCase::list, policy::config(each.user)));
      name = is_seen ? "config " + each.user : "a config that you may not list";
    }
    names.insert(std::move(name));
  }
  std::string text;
  auto name = names.begin();
  for (std::size_t i = 0; i < kUsersNamed && name != names.end(); ++i, ++name)
    text += (i == 0 ? "" : ", ") + *name;
  if (names.size() > kUsersNamed)
    text += " and " + std::to_string(names.size() - kUsersNamed) + " more";
  return text;
}

bool holds(const std::vector<std::uint64_t>& versions, std::uint64_t version) {
  return std::find(versions.begin(), versions.end(), version) != versions.end();
}

Result<void> refuse_used(const secrets::View& view, std::string_view path,
                         const References& in_the_way) {
  if (in_the_way.empty()) return {};
  return Error(ErrorCode::in_use, "something refers to this secret; nothing was changed",
               Advice::end_use)
      .about(Subject::Kind::path, path)
      .with_users(COFFER_TRY(names_of_users(view, path, in_the_way)));
}

// Fails if a config's document or an outside user refers to one of `versions`; none: to any
// version.
Result<void> check_unused(const secrets::View& view, std::string_view path,
                          const std::vector<std::uint64_t>& versions) {
  References references = COFFER_TRY(view.references_to(path));
  std::erase_if(references, [&versions](const secrets::Reference& each) {
    return !versions.empty() && each.version != 0 && !holds(versions, each.version);
  });
  return refuse_used(view, path, references);
}

// The same for a deletion that undelete can take back. It may delete an older version of a secret
// whose newest version is in use. `versions`: none, or 0, is the newest.
Result<void> check_deletable(const secrets::View& view, std::string_view path,
                             std::vector<std::uint64_t> versions) {
  References references = COFFER_TRY(view.references_to(path));
  if (references.empty()) return {};
  const std::uint64_t newest = COFFER_TRY(view.version_info(path)).version;
  if (versions.empty()) versions.push_back(newest);
  std::replace(versions.begin(), versions.end(), std::uint64_t{0}, newest);
  std::erase_if(references, [&](const secrets::Reference& each) {
    return !holds(versions, each.version == 0 ? newest : each.version);
  });
  return refuse_used(view, path, references);
}

// Adds to the refusal of any call the configs and outside users that use the secret.
Error with_users_of(const secrets::View& view, std::string_view path, Error error) {
  const bool is_secret = error.subject() != nullptr &&
                         error.subject()->kind == Subject::Kind::path &&
                         error.subject()->text == path;
  if (error.code() != ErrorCode::in_use || !is_secret || !error.users().empty()) return error;
  const auto references = view.references_to(path);
  const auto users = references ? names_of_users(view, path, *references) : references.error();
  return users ? std::move(error).with_users(*users) : error;
}

// Rules go by a secret's marks (owner and tags), so a caller who may only write the secret must not
// change them. A caller may choose the marks of a new secret, because its value is the caller's
// own. The record says so, and once another user puts a value, rules that allow ignore these marks.
Result<void> check_marks(secrets::Transaction& txn, std::string_view path,
                         const MetadataChange& change = {}) {
  txn.marks_are_by(std::nullopt);
  if (COFFER_TRY(policy::allows(txn, UseCase::admin, policy::whole_store()))) return {};
  txn.marks_are_by(txn.actor().user);
  if (!change.owner && !change.tags) return {};
  const auto metadata = txn.metadata(path);
  if (!metadata && metadata.error().code() == ErrorCode::not_found) return {};
  if (!metadata) return metadata.error();
  // Only a caller who may list the secret may learn whether the given marks equal the stored ones.
  const bool same = (!change.owner || *change.owner == metadata->owner) &&
                    (!change.tags || *change.tags == metadata->tags);
  if (same && COFFER_TRY(policy::allows(txn, UseCase::list, policy::secret(path)))) return {};
  return policy::refused(UseCase::admin, policy::whole_store());
}

// Whether the stored value fits a kind reveals something about the value.
Result<void> check_kind(const secrets::View& view, std::string_view path,
                        const std::optional<std::string>& kind) {
  if (!kind || kind->empty() || COFFER_TRY(view.policy()) == nullptr) return {};
  if (!COFFER_TRY(view.exists(path))) return {};
  if (COFFER_TRY(policy::allows(view, UseCase::reveal, policy::secret(path)))) return {};
  return policy::check(view, UseCase::use, policy::secret(path));
}

// The error of a value that was made from the stored one may name a field of it, or its size.
template <typename T>
Result<T> without_fields(const secrets::View& view, std::string_view path, Result<T> result) {
  const bool names = !result && result.error().code() == ErrorCode::usage &&
                     result.error().subject() != nullptr && result.error().subject()->text != path;
  const bool measures = !result && result.error().actual().has_value();
  if ((!names && !measures) ||
      COFFER_TRY(policy::allows(view, UseCase::reveal, policy::secret(path))))
    return result;
  if (measures) return std::move(result).error().without_size();
  return Error(ErrorCode::usage, "the new value is not allowed here",
               "a field of the stored value is in the way; a caller with `reveal` learns which")
      .about(Subject::Kind::path, path);
}

// The version that the record of an operation on several names: 0 if there is not exactly one.
std::uint64_t only_version(const std::vector<std::uint64_t>& versions) {
  return versions.size() == 1 ? versions.front() : 0;
}

// The right that an operation needs under the store's policy.
struct Needs {
  UseCase use_case;
  policy::Object object;
};

Needs writing(std::string_view path) { return {UseCase::write, policy::secret(path)}; }
Needs removing(std::string_view path) { return {UseCase::remove, policy::secret(path)}; }
Needs using_it(std::string_view path) { return {UseCase::use, policy::secret(path)}; }
Needs administering() { return {UseCase::admin, policy::whole_store()}; }

}  // namespace

struct Transaction::Impl {
  secrets::Transaction& txn;
  // Set while an operation runs, and left set if the operation failed after its first write: such a
  // transaction is not committed, even if its body succeeds.
  bool is_torn = false;

  // Runs one operation and records its refusal, even if the transaction's body goes on. Without
  // `needs` the operation asks the policy by itself. If it breaks off between two of its writes (or
  // memory runs out there), the transaction is torn for good.
  template <typename Body>
  auto change(format::Action action, const std::optional<Needs>& needs, std::string_view path,
              std::uint64_t version, const Body& body) -> decltype(body()) {
    const bool was_torn = is_torn;
    const std::uint64_t changes = txn.record_changes();
    is_torn = true;
    auto result = [&]() -> decltype(body()) {
      if (needs) COFFER_TRY(policy::check(txn, needs->use_case, needs->object));
      return body();
    }();
    is_torn = was_torn || (!result && txn.record_changes() != changes);
    if (result) return result;
    txn.note_refused(action, path, version, result.error());
    return with_users_of(txn, path, std::move(result).error());
  }

  // The record of a refusal names both ends, as the record of a move does.
  template <typename Body>
  Result<void> relocate(format::Action action, std::string_view from, std::string_view to,
                        const Body& body) {
    // Other callers may see the value under its new name, so this one must be allowed to see it.
    const Needs needs{UseCase::reveal, policy::secret(from)};
    auto result = change(action, needs, from, 0, [&]() -> Result<void> {
      if (action == format::Action::move)
        COFFER_TRY(policy::check(txn, UseCase::remove, policy::secret(from)));
      COFFER_TRY(policy::check(txn, UseCase::write, policy::secret(to)));
      COFFER_TRY(check_marks(txn, to));
      return body();
    });
    if (!result) txn.note_refused(action, to, 0, result.error());
    return result;
  }

  Result<void> put_metadata(std::string_view path, const MetadataChange& metadata,
                            bool must_exist) {
    return change(format::Action::metadata, writing(path), path, 0, [&]() -> Result<void> {
      COFFER_TRY(check_marks(txn, path, metadata));
      COFFER_TRY(check_kind(txn, path, metadata.kind));
      return without_fields(
          txn, path,
          must_exist ? txn.patch_metadata(path, metadata) : txn.put_metadata(path, metadata));
    });
  }

  // Makes a new version from an existing one, by `make(request)`.
  template <typename Make>
  Result<VersionInfo> renew(format::Action action, std::string_view path, std::uint64_t version,
                            const PutOptions& options, const Make& make) {
    return change(action, writing(path), path, version, [&]() -> Result<VersionInfo> {
      COFFER_TRY(check_marks(txn, path, options.metadata));
      COFFER_TRY(check_kind(txn, path, options.metadata.kind));
      const secrets::PutRequest request = COFFER_TRY(to_request(txn, options));
      return without_fields(txn, path, make(request));
    });
  }

  Result<void> restore(std::string_view path, const std::vector<RestoredVersion>& versions,
                       std::int64_t created_at_ms, const MetadataChange& metadata, bool managed) {
    return change(format::Action::put, writing(path), path, 0, [&]() -> Result<void> {
      COFFER_TRY(check_marks(txn, path, metadata));
      return txn.restore(path, versions, created_at_ms, metadata, managed);
    });
  }
};

std::int64_t Transaction::now_ms() const { return impl_->txn.now_ms(); }

Result<Secret> Transaction::get(std::string_view path, std::uint64_t version) const {
  auto secret = api::read_secret(impl_->txn, path, version);
  if (secret) COFFER_TRY(impl_->txn.note_read(path, secret->info.version));
  return secret;
}

Result<Secret> Transaction::get_kept(std::string_view path, std::uint64_t version) const {
  auto secret = api::read_secret(impl_->txn, path, version, secrets::Deleted::give);
  if (secret) COFFER_TRY(impl_->txn.note_read(path, secret->info.version));
  return secret;
}

Result<Metadata> Transaction::metadata(std::string_view path) const {
  return api::read_metadata(impl_->txn, path);
}

Result<History> Transaction::history(std::string_view path) const {
  return api::read_history(impl_->txn, path);
}

Result<bool> Transaction::exists(std::string_view path) const {
  return api::read_exists(impl_->txn, path);
}

Result<std::vector<std::string>> Transaction::list(std::string_view prefix,
                                                   const ListOptions& options) const {
  return api::read_names(impl_->txn, prefix, options);
}

Result<std::vector<ListedSecret>> Transaction::find(std::string_view prefix,
                                                    const FindOptions& options) const {
  return api::read_listed(impl_->txn, prefix, options);
}

Result<bool> Transaction::hides(std::string_view prefix) const {
  return api::read_hides(impl_->txn, prefix);
}

Result<StoreSettings> Transaction::settings() const { return api::read_settings(impl_->txn); }

Result<std::vector<ReferenceInfo>> Transaction::references_to(std::string_view path) const {
  return api::read_references(impl_->txn, path);
}

Result<void> Transaction::require(UseCase use_case, std::string_view path) const {
  COFFER_TRY(format::check_path(path));
  return policy::check_read(impl_->txn, use_case, policy::secret(path));
}

Result<VersionInfo> Transaction::put(std::string_view path, const Value& value,
                                     const PutOptions& options) {
  return impl_->change(format::Action::put, writing(path), path, 0, [&]() -> Result<VersionInfo> {
    COFFER_TRY(check_marks(impl_->txn, path, options.metadata));
    return impl_->txn.put(path, value, COFFER_TRY(to_request(impl_->txn, options)));
  });
}

Result<VersionInfo> Transaction::patch(std::string_view path, std::string_view merge_json,
                                       const PutOptions& options) {
  return impl_->renew(format::Action::patch, path, 0, options, [&](const auto& request) {
    return impl_->txn.patch(path, merge_json, request);
  });
}

Result<VersionInfo> Transaction::rollback(std::string_view path, std::uint64_t to_version,
                                          const PutOptions& options) {
  return impl_->renew(
      format::Action::rollback, path, to_version, options,
      [&](const auto& request) { return impl_->txn.rollback(path, to_version, request); });
}

Result<void> Transaction::soft_delete(std::string_view path,
                                      const std::vector<std::uint64_t>& versions) {
  return impl_->change(
      format::Action::soft_delete, removing(path), path, only_version(versions),
      [&]() -> Result<void> {
        COFFER_TRY(format::check_path(path));
        if (COFFER_TRY(impl_->txn.exists(path)) && COFFER_TRY(impl_->txn.metadata(path)).managed)
          return Error(ErrorCode::in_use, "this secret belongs to a config; nothing was changed",
                       "delete the config, or put it without this secret")
              .about(Subject::Kind::path, path);
        COFFER_TRY(check_deletable(impl_->txn, path, versions));
        return impl_->txn.soft_delete(path, versions);
      });
}

Result<void> Transaction::undelete(std::string_view path,
                                   const std::vector<std::uint64_t>& versions) {
  return impl_->change(format::Action::undelete, writing(path), path, only_version(versions),
                       [&]() -> Result<void> {
                         COFFER_TRY(format::check_path(path));
                         return impl_->txn.undelete(path, versions);
                       });
}

Result<void> Transaction::destroy(std::string_view path,
                                  const std::vector<std::uint64_t>& versions) {
  return impl_->change(format::Action::destroy, removing(path), path, only_version(versions),
                       [&]() -> Result<void> {
                         COFFER_TRY(format::check_path(path));
                         std::vector<std::uint64_t> wanted = versions;
                         if (wanted.empty()) wanted.push_back(0);
                         for (std::uint64_t& version : wanted)
                           version = COFFER_TRY(impl_->txn.version_info(path, version)).version;
                         COFFER_TRY(check_unused(impl_->txn, path, wanted));
                         return impl_->txn.destroy(path, wanted);
                       });
}

Result<void> Transaction::destroy_all(std::string_view path) {
  return impl_->change(format::Action::destroy, removing(path), path, 0, [&]() -> Result<void> {
    COFFER_TRY(format::check_path(path));
    COFFER_TRY(check_unused(impl_->txn, path, {}));
    return impl_->txn.destroy_all(path);
  });
}

Result<void> Transaction::erase(std::string_view path) {
  return impl_->change(format::Action::erase, removing(path), path, 0, [&]() -> Result<void> {
    COFFER_TRY(format::check_path(path));
    COFFER_TRY(check_unused(impl_->txn, path, {}));
    if (COFFER_TRY(impl_->txn.metadata(path)).managed)
      return Error(ErrorCode::in_use, "this secret belongs to a config; nothing was changed",
                   Advice::delete_config)
          .about(Subject::Kind::path, path);
    return impl_->txn.erase(path);
  });
}

Result<void> Transaction::put_metadata(std::string_view path, const MetadataChange& metadata) {
  return impl_->put_metadata(path, metadata, false);
}

Result<void> Transaction::patch_metadata(std::string_view path, const MetadataChange& metadata) {
  return impl_->put_metadata(path, metadata, true);
}

Result<void> Transaction::move(std::string_view from, std::string_view to) {
  return impl_->relocate(format::Action::move, from, to, [&] { return impl_->txn.move(from, to); });
}

Result<void> Transaction::copy(std::string_view from, std::string_view to) {
  return impl_->relocate(format::Action::copy, from, to, [&] { return impl_->txn.copy(from, to); });
}

Result<void> Transaction::restore(std::string_view path,
                                  const std::vector<RestoredVersion>& versions,
                                  std::int64_t created_at_ms, const MetadataChange& metadata) {
  return impl_->restore(path, versions, created_at_ms, metadata, false);
}

Result<void> Transaction::restore_managed(std::string_view path,
                                          const std::vector<RestoredVersion>& versions,
                                          std::int64_t created_at_ms,
                                          const MetadataChange& metadata) {
  return impl_->restore(path, versions, created_at_ms, metadata, true);
}

Result<void> Transaction::restore_config(const RestoredConfig& config) {
  const Needs needs{UseCase::write, policy::config(config.id)};
  return impl_->change(format::Action::config_put, needs, config.id, 0, [&]() -> Result<void> {
    COFFER_TRY(format::check_config_id(config.id));
    const auto spec = COFFER_TRY(configs::compiled_spec(config.spec.text()));
    auto partial = json::Document::parse(config.partial.text());
    if (!partial) return std::move(partial).error().about(Subject::Kind::name, config.id);
    COFFER_TRY(api::check_brought_in(impl_->txn, config.id, *partial));
    return configs::restore_in(impl_->txn, config, *spec, *partial);
  });
}

Result<void> Transaction::restore_reference(const RestoredReference& reference) {
  const std::string& path = reference.path;
  const std::uint64_t version = reference.version;
  return impl_->change(
      format::Action::reference_add, using_it(path), path, version, [&]() -> Result<void> {
        COFFER_TRY(format::check_path(path));
        return configs::restore_outside_user(impl_->txn, path, version, reference.user);
      });
}

Result<RestoredConfig> Transaction::config(std::string_view id) const {
  return api::read_carried(impl_->txn, id);
}

Result<Policy> Transaction::policy() const { return api::read_policy(impl_->txn); }

Result<std::uint64_t> Transaction::put_policy(const Policy& policy,
                                              std::optional<std::uint64_t> revision) {
  return impl_->change(format::Action::policy_put, administering(), "", 0,
                       [&]() -> Result<std::uint64_t> {
                         const Policy checked = COFFER_TRY(policy::checked(policy));
                         return impl_->txn.put_policy(checked, revision);
                       });
}

Result<void> Transaction::put_settings(const StoreSettings& settings) {
  return impl_->change(format::Action::settings, administering(), "", 0,
                       [&] { return impl_->txn.put_settings(settings); });
}

Result<void> Transaction::add_reference(std::string_view path, std::uint64_t version,
                                        std::string_view user) {
  return impl_->change(format::Action::reference_add, using_it(path), path, version,
                       [&]() -> Result<void> {
                         COFFER_TRY(format::check_path(path));
                         return configs::add_outside_user(impl_->txn, path, version, user);
                       });
}

Result<void> Transaction::remove_reference(std::string_view path, std::uint64_t version,
                                           std::string_view user) {
  // The right that it needs depends on the user who made the reference.
  return impl_->change(format::Action::reference_remove, std::nullopt, path, version,
                       [&]() -> Result<void> {
                         COFFER_TRY(format::check_path(path));
                         COFFER_TRY(api::check_ends_reference(impl_->txn, path, version, user));
                         return configs::remove_outside_user(impl_->txn, path, version, user);
                       });
}

Result<secrets::WriteReport> api::Access::write(
    secrets::Engine& engine, const std::function<Result<void>(Transaction&)>& body) {
  return engine.write([&](secrets::Transaction& txn) -> Result<void> {
    Transaction::Impl state{txn};
    Transaction transaction(state);
    COFFER_TRY(body(transaction));
    if (state.is_torn)
      return Error(ErrorCode::failed, "an operation broke off halfway; nothing was written",
                   "return its error from the transaction's body");
    return {};
  });
}

}  // namespace coffer

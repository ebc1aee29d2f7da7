// The operations on secrets inside one transaction of the store.
//
// A View shows one point in time; a Transaction is a View that can also change the store.
// Engine::read and Engine::write pass one to a function, and it ends with the function. The changes
// of a Transaction are committed together or not at all. If it destroyed versions, the commit is a
// shredding (records/vault/rotation.cc), and they cannot be recovered once Engine::write returns.
//
// Secret versions, config documents and specs share the history table and so the key hierarchy. A
// document is a config document or a spec: sealed bytes under an id, of which one revision is kept.
#pragma once

#include <coffer/metadata.h>
#include <coffer/operations.h>
#include <coffer/policy.h>
#include <coffer/reports.h>
#include <coffer/result.h>
#include <coffer/settings.h>
#include <coffer/value.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "format/audit_action.h"

namespace coffer {
struct Actor;
}

namespace coffer::records {
class Reading;
class Writing;
}  // namespace coffer::records

namespace coffer::secrets {

enum class DocumentKind : std::uint8_t { config = 2, spec = 3 };

/// A reference from a user to a target, for `refs` and the sweep. `target` may also be a spec's id,
/// because a config refers to its spec.
struct Reference : ReferenceInfo {
  /// The user, by the policy, who made the reference; empty: no policy, or no named user.
  std::string made_by = {};
};

struct Document {
  std::uint64_t revision = 0;
  std::int64_t created_at_ms = 0;  ///< When this revision was written.
  SecretBytes body;
};

struct PutRequest {
  std::optional<std::uint64_t> cas =
      {};  ///< The required current version; 0: the secret must not exist.
  std::int64_t expires_at_ms = 0;
  bool managed = false;
  /// The version's number, above the current one; 0: the next number.
  std::uint64_t version = 0;
  MetadataChange metadata = {};  ///< Changed with the version.
};

/// How long reads of a minted secret answer `expired` after its end; then its name is erased.
inline constexpr std::int64_t kForgetAfterMs = std::int64_t{7} * 24 * 60 * 60 * 1000;

struct Pending {
  std::int64_t due_at_ms = 0;
  std::string path;
  std::uint64_t version = 0;
  std::uint16_t leaf = 0;  ///< bucket * 256 + leaf: a destruction replaces its key.
  /// forget: kForgetAfterMs have passed since a minted secret expired.
  /// note: a document's time has come; `path` is its id.
  enum class Why : std::uint8_t {
    expiry = 1,
    unreachable = 2,
    forget = 3,
    note = 4,
  } why = Why::expiry;
};

/// A version of a secret that configs put.
struct ManagedVersion {
  std::string path;
  VersionInfo info;
  bool current = false;                ///< It is the secret's newest.
  std::int64_t unreachable_at_ms = 0;  ///< Since when it is unreachable; 0: it is reachable.
};

// Custom metadata of a secret that a config's check minted: only such a secret may be taken over by
// a config that names its coordinate.
inline constexpr char kMintedByKey[] = "minted_by";
inline constexpr char kMintedByCheck[] = "check";

/// Whether a read refuses or returns a soft-deleted version.
enum class Deleted : std::uint8_t { refuse, give };

class View {
 public:
  /// The store's time for this transaction, in ms since 1970: never behind an earlier
  /// transaction's.
  std::int64_t now_ms() const;

  /// Version 0 means the newest; an expired or deleted newest version does not uncover an older
  /// one. Errors: not_found, deleted, expired, destroyed, corrupt.
  Result<Secret> get(std::string_view path, std::uint64_t version = 0,
                     Deleted deleted = Deleted::refuse) const;
  /// As get(), for a version that was put for a config. Errors: also usage (another version).
  Result<Secret> get_managed(std::string_view path, std::uint64_t version) const;
  /// As get(), but returns no value and refuses no state. Errors: not_found, corrupt.
  Result<VersionInfo> version_info(std::string_view path, std::uint64_t version = 0) const;
  /// Newest first. Errors: not_found (no such secret), corrupt.
  Result<std::vector<VersionInfo>> history(std::string_view path) const;
  Result<bool> exists(std::string_view path) const;
  /// How many versions a put keeps: the larger max_versions of the store and the secret.
  Result<std::uint64_t> versions_kept(std::string_view path) const;
  Result<Metadata> metadata(std::string_view path) const;
  /// Whether the secret was put for configs; cheaper than metadata().managed. Errors: not_found.
  Result<bool> is_managed(std::string_view path) const;
  Result<StoreSettings> settings() const;

  /// Null if there is no policy, or it has no rules. A held view uses the present policy.
  Result<const Policy*> policy() const;
  /// The stored policy; if there never was one: no rules, revision 0.
  Result<Policy> stored_policy() const;
  /// The actor that the store was opened for.
  const Actor& actor() const;
  /// Call when the policy refused a read: recorded when the view ends.
  void note_denied(format::Action action, std::string_view name) const;

  Result<std::optional<Document>> find_document(DocumentKind kind, std::string_view id) const;
  Result<std::vector<std::string>> list_documents(DocumentKind kind) const;

  /// Every reference to `target`, in no particular order.
  Result<std::vector<Reference>> references_to(std::string_view target) const;

  // Walk over all records, in no particular order, with one record in memory at a time: for
  // checking the indexes.
  Result<void> each_document(DocumentKind kind,
                             const std::function<Result<void>(const std::string& id)>& visit) const;
  Result<void> each_reference(const std::function<Result<void>(const Reference&)>& visit) const;
  /// Skips destroyed versions.
  Result<void> each_managed_version(
      const std::function<Result<void>(const ManagedVersion&)>& visit) const;

  /// The number of records in the store, of all kinds.
  std::uint64_t record_count() const;
  /// Whether the bucket's leaves have keys: a destruction then wraps one leaf again, not the
  /// bucket.
  bool is_split(std::uint8_t bucket) const;
  /// At most `limit` entries due at or before `now`, oldest first; reads only the time index.
  Result<std::vector<Pending>> due(Pending::Why why, std::int64_t now, std::size_t limit) const;

  /// get() without a record in the audit log. Sets `flags` to those of the version's header.
  Result<Secret> read_value(std::string_view path, std::uint64_t version,
                            std::uint32_t* flags = nullptr,
                            Deleted deleted = Deleted::refuse) const;

  explicit View(const records::Reading& reading) : reading_(&reading) {}
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  /// The records that this view reads.
  const records::Reading& reading() const { return *reading_; }

 protected:
  const records::Reading* reading_;
};

class Transaction : public View {
 public:
  explicit Transaction(records::Writing& writing);
  /// Adds a version, and creates the secret if it does not exist. Trims to max_versions.
  /// Errors: usage (name, kind), limit (size, length), conflict (CAS), in_use (belongs to a
  /// config), corrupt.
  Result<VersionInfo> put(std::string_view path, const Value& value,
                          const PutRequest& request = {});
  /// Adds a version: the newest one changed by a merge patch (RFC 7396). Unless the request sets an
  /// expiry, it expires with the newest one. Errors: as get() and put(); usage (no JSON value).
  Result<VersionInfo> patch(std::string_view path, std::string_view merge_json,
                            const PutRequest& request = {});
  /// Adds a version with an older one's value. Unless the request sets an expiry, it expires with
  /// the older one. Errors: as get() and put().
  Result<VersionInfo> rollback(std::string_view path, std::uint64_t to_version,
                               const PutRequest& request = {});

  // These change all the given versions or none; an empty list means the newest. Errors: not_found
  // (the version never existed, or was trimmed), destroyed or expired (the value is gone; as
  // get()).
  Result<void> soft_delete(std::string_view path, const std::vector<std::uint64_t>& versions);
  /// delete_version_after counts again from now.
  Result<void> undelete(std::string_view path, const std::vector<std::uint64_t>& versions);
  /// Removes the value for ever (shredded at commit); the version's number stays taken.
  Result<void> destroy(std::string_view path, const std::vector<std::uint64_t>& versions);
  Result<void> destroy_all(std::string_view path);
  /// Makes this commit erase the keys that trims and moves left behind, if there are any.
  void erase_pending();
  /// Removes the secret with its history and name; shredded at commit.
  Result<void> erase(std::string_view path);

  /// Sets who vouches for owner and tags from now on. nullopt: an administrator, or there is no
  /// policy. A user: owner and tags are doubted once another user puts a value.
  void marks_are_by(std::optional<std::string> user);

  /// Makes a secret without versions if it does not exist. An empty change does nothing.
  /// Errors: usage, limit, conflict (metadata_cas), in_use (belongs to a config).
  Result<void> put_metadata(std::string_view path, const MetadataChange& change);
  /// As put_metadata(), for an existing secret. Errors: also not_found.
  Result<void> patch_metadata(std::string_view path, const MetadataChange& change);

  /// Moves or copies every version with its number, times and state. Seals each value again,
  /// because a seal binds the path. Errors: not_found; conflict (`to` exists); in_use (belongs to a
  /// config; move(): something refers to it); usage and limit, as put() to `to`.
  Result<void> move(std::string_view from, std::string_view to);
  Result<void> copy(std::string_view from, std::string_view to);

  /// Makes a secret with versions from elsewhere, newest first, each with its number and times. A
  /// version that has no value or has expired becomes a destroyed one. `managed`: for a config,
  /// which is restored afterwards. Errors: conflict (`path` exists); usage and limit, as put();
  /// usage (impossible numbers or times).
  Result<void> restore(std::string_view path, const std::vector<RestoredVersion>& versions,
                       std::int64_t created_at_ms, const MetadataChange& metadata,
                       bool managed = false);

  /// Errors: usage, limit.
  Result<void> put_settings(const StoreSettings& settings);
  /// Replaces the policy by checked rules and returns its new revision. Errors: conflict
  /// (`revision` is not the current one).
  Result<std::uint64_t> put_policy(const Policy& policy, std::optional<std::uint64_t> revision);

  /// 0 clears the expiry.
  Result<void> set_expiry(std::string_view path, std::uint64_t version, std::int64_t expires_at_ms);
  /// Note that nothing refers to a managed version any more (the sweep's grace starts now), or that
  /// something refers to it again.
  Result<void> mark_unreachable(std::string_view path, std::uint64_t version);
  Result<void> mark_reachable(std::string_view path, std::uint64_t version);

  /// Removes an entry from a managed secret's custom metadata; a missing entry is no error.
  /// Errors: not_found (the secret).
  Result<void> drop_custom(std::string_view path, std::string_view key);

  /// Removes the `forget` entry of an expired version whose secret lives on.
  Result<void> stop_forgetting(std::string_view path, std::uint64_t version);

  /// Replaces the document's only revision; the old one is shredded at commit.
  /// Errors: limit.
  Result<void> put_document(DocumentKind kind, std::string_view id, std::uint64_t revision,
                            ByteView body);
  /// Errors: not_found. Shredded at commit.
  Result<void> remove_document(DocumentKind kind, std::string_view id);
  /// Add or remove a document's entry in the time index, which due() returns from `due_at_ms` on.
  Result<void> set_document_due(DocumentKind kind, std::string_view id, std::int64_t due_at_ms);
  Result<void> clear_document_due(DocumentKind kind, std::string_view id, std::int64_t due_at_ms);

  /// Adding an existing reference, or removing a missing one, is no error.
  Result<void> add_reference(const Reference& reference);
  Result<void> remove_reference(const Reference& reference);

  /// Call when an operation of the caller was refused: recorded with the transaction's changes, or
  /// alone.
  void note_refused(format::Action action, std::string_view name, std::uint64_t version,
                    const Error& error);
  /// Adds an item to this transaction's audit record; the operations above add theirs. `name` is a
  /// path, a config's id or empty, never a value.
  void note(format::Action action, std::string_view name, std::uint64_t version = 0);

  /// Call when the caller gets a value inside a transaction: recorded with the transaction's
  /// changes, or alone if the transaction fails. Errors: corrupt, io.
  Result<void> note_read(std::string_view path, std::uint64_t version);

  /// Rises with every record that is written or removed. If a failed operation did not raise it,
  /// the operation changed nothing.
  std::uint64_t record_changes() const;
  /// Commits even if no record was changed, so that the notes are recorded.
  void mark_changed();

  /// 16 random bytes as a lower-case UUID (RFC 4122 version 4).
  std::string mint_uuid();
  /// A keyed digest of `bytes`: names a document by its content, and reveals nothing of it.
  std::string content_id(ByteView bytes) const;

 private:
  friend class Engine;
  Result<VersionInfo> put_as(format::Action action, std::string_view path, const Value& value,
                             const PutRequest& request);
  Result<void> change_metadata(std::string_view path, const MetadataChange& change,
                               bool must_exist);
  Result<void> relocate(format::Action action, std::string_view from, std::string_view to);

  records::Writing* writing_;
  std::optional<std::string> marks_by_;  // See marks_are_by(); at first the actor.
};

}  // namespace coffer::secrets

// What can be done to secrets inside one transaction of the store.
//
// A View is a point in time; a Transaction is a View that may also change things.
// Both are handed to a function by Engine::read and Engine::write and end with it.
// Everything a Transaction did is committed together or not at all; where it
// destroyed versions, the commit is a shredding (rotation.h) and they are beyond
// recovery when Engine::write returns.
//
// Three kinds of record share the history table and so the key hierarchy: secret
// versions, config documents, specs. A document is the latter two: sealed bytes
// under an id, with a revision, one revision kept.
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

namespace coffer::secrets {

enum class DocumentKind : std::uint8_t { config = 2, spec = 3 };

/// Who refers to what: the reverse index behind `refs` and the sweep.
/// `target` may be a spec's id as well: a config refers to its spec.
struct Reference : ReferenceInfo {
  /// Whom the policy took for its maker; empty: there was no policy, or nobody in particular.
  std::string made_by = {};
};

struct Document {
  std::uint64_t revision = 0;
  std::int64_t created_at_ms = 0;  ///< When this revision was written.
  SecretBytes body;
};

struct PutRequest {
  std::optional<std::uint64_t> cas = {};  ///< The current version must be this; 0 = must not exist.
  std::int64_t expires_at_ms = 0;
  bool managed = false;
  /// The number that the version gets, above the current one; 0: the next.
  std::uint64_t version = 0;
  MetadataChange metadata = {};  ///< Made with the version.
};

/// So long `expired` is told of a minted secret; then its name goes as well.
inline constexpr std::int64_t kForgetAfterMs = std::int64_t{7} * 24 * 60 * 60 * 1000;

struct Pending {
  std::int64_t due_at_ms = 0;
  std::string path;
  std::uint64_t version = 0;
  std::uint16_t leaf = 0;  ///< bucket * 256 + leaf: whose key a destruction replaces.
  /// forget: what is left of a minted secret whose time was over, after kForgetAfterMs.
  /// note: a document's time is over; `path` is its id.
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
  bool current = false;                ///< The secret's newest.
  std::int64_t unreachable_at_ms = 0;  ///< Since when it waits for a sweep; 0: it does not.
};

// In the custom metadata of what a config's check minted: only such a secret may be taken over by
// whoever knows its coordinate.
inline constexpr char kMintedByKey[] = "minted_by";
inline constexpr char kMintedByCheck[] = "check";

class Engine;

/// What a read does with a version that undelete would bring back.
enum class Deleted : std::uint8_t { refuse, give };

class View {
 public:
  /// The engine's time for this transaction: never behind what any earlier one saw.
  std::int64_t now_ms() const;

  /// Version 0 asks for the newest one; an expired or deleted newest uncovers no older one.
  /// Errors: not_found, deleted, expired, destroyed, corrupt.
  Result<Secret> get(std::string_view path, std::uint64_t version = 0,
                     Deleted deleted = Deleted::refuse) const;
  /// The same of a version that was put for a config. Errors: usage (of another one) besides.
  Result<Secret> get_managed(std::string_view path, std::uint64_t version) const;
  /// As get, without the value and without the state's errors. Errors: not_found, corrupt.
  Result<VersionInfo> version_info(std::string_view path, std::uint64_t version = 0) const;
  /// Newest first. Errors: not_found (no such secret), corrupt.
  Result<std::vector<VersionInfo>> history(std::string_view path) const;
  Result<bool> exists(std::string_view path) const;
  /// How many versions a put leaves: the larger of the store's and the secret's max_versions.
  Result<std::uint64_t> versions_kept(std::string_view path) const;
  Result<Metadata> metadata(std::string_view path) const;
  /// Whether it was put for configs: metadata().managed for less. Errors: not_found.
  Result<bool> is_managed(std::string_view path) const;
  Result<StoreSettings> settings() const;

  /// Null where there is none, or one without rules. Of a held view the present one.
  Result<const Policy*> policy() const;
  /// As it is stored; without rules and of revision 0 where there never was one.
  Result<Policy> stored_policy() const;
  /// For whom the store was opened.
  const Actor& actor() const;
  /// A read was refused by the policy: told when the view ends.
  void note_denied(format::Action action, std::string_view name) const;

  Result<std::optional<Document>> find_document(DocumentKind kind, std::string_view id) const;
  Result<std::vector<std::string>> list_documents(DocumentKind kind) const;

  /// Every reference to `target`, in no order.
  Result<std::vector<Reference>> references_to(std::string_view target) const;

  // Walks over all there is, in no order, with one record in memory at a time: for who checks
  // what the indexes say.
  Result<void> each_document(DocumentKind kind,
                             const std::function<Result<void>(const std::string& id)>& visit) const;
  Result<void> each_reference(const std::function<Result<void>(const Reference&)>& visit) const;
  /// But destroyed ones.
  Result<void> each_managed_version(
      const std::function<Result<void>(const ManagedVersion&)>& visit) const;

  /// Records of every kind that the store holds.
  std::uint64_t record_count() const;
  /// Its leaves have keys of their own: a destruction there wraps a leaf anew, not the bucket.
  bool is_split(std::uint8_t bucket) const;
  /// What is due at or before `now`, oldest first, at most `limit`: reads the time index only.
  Result<std::vector<Pending>> due(Pending::Why why, std::int64_t now, std::size_t limit) const;

  /// get() without a trace in the audit log. `flags`: takes those of the version's header.
  Result<Secret> read_value(std::string_view path, std::uint64_t version,
                            std::uint32_t* flags = nullptr,
                            Deleted deleted = Deleted::refuse) const;

  View(const View&) = delete;
  View& operator=(const View&) = delete;

  struct Impl;
  /// For the other files of this floor.
  const Impl& impl() const { return *impl_; }

 protected:
  friend class Engine;
  friend class HeldView;
  explicit View(Impl& impl) : impl_(&impl) {}
  ~View() = default;
  Impl* impl_;
};

class Transaction : public View {
 public:
  /// Adds a version; creates the secret where there is none. Trims to max_versions.
  /// Errors: usage (name, kind), limit (size, length), conflict (CAS), in_use (belongs to a
  /// config), corrupt.
  Result<VersionInfo> put(std::string_view path, const Value& value,
                          const PutRequest& request = {});
  /// A new version: the newest one changed by a merge patch (RFC 7396). Expires when that
  /// did, if the request says nothing. Errors: as get and put; usage (no JSON value).
  Result<VersionInfo> patch(std::string_view path, std::string_view merge_json,
                            const PutRequest& request = {});
  /// A new version with an older one's value; expires when that did, if the request says
  /// nothing. Errors: as get and put.
  Result<VersionInfo> rollback(std::string_view path, std::uint64_t to_version,
                               const PutRequest& request = {});

  // Of several versions all or none. A version that never was, or fell to max_versions, is
  // not_found; one whose value is gone is destroyed, or expired, as it is to get.
  // An empty list means: the newest.
  Result<void> soft_delete(std::string_view path, const std::vector<std::uint64_t>& versions);
  /// delete_version_after counts anew, from now.
  Result<void> undelete(std::string_view path, const std::vector<std::uint64_t>& versions);
  /// Removes the value for good (shredded at commit); the version's number stays taken.
  Result<void> destroy(std::string_view path, const std::vector<std::uint64_t>& versions);
  Result<void> destroy_all(std::string_view path);
  /// What max_versions trimmed and moves left behind is erased by this commit; nothing where
  /// nothing waits for it.
  void erase_pending();
  /// Removes the secret with its history and name; shredded at commit.
  Result<void> erase(std::string_view path);

  /// Who gives owner and tags from here on: somebody who may administer, or there is no policy
  /// (nullopt); or this user, whose they are only as long as all values are his.
  void marks_are_by(std::optional<std::string> user);

  /// Makes a secret without versions where there is none; a change of nothing does nothing.
  /// Errors: usage, limit, conflict (metadata_cas), in_use (belongs to a config).
  Result<void> put_metadata(std::string_view path, const MetadataChange& change);
  /// The same of a secret that is there. Errors: not_found besides.
  Result<void> patch_metadata(std::string_view path, const MetadataChange& change);

  /// With every version, its number, times and state; each value is sealed anew, for a seal
  /// binds its path. Errors: not_found; conflict (there is something at `to`); in_use (belongs
  /// to a config; of a move: something refers to it); usage and limit, as put of `to`.
  Result<void> move(std::string_view from, std::string_view to);
  Result<void> copy(std::string_view from, std::string_view to);

  /// `managed`: for a config, which is restored afterwards.
  /// Makes a secret with the versions that it has elsewhere, newest first: each with its number
  /// and times; one without a value, or whose time is over, is a destroyed one.
  /// Errors: conflict (there is something at `path`); usage, limit, as put; usage (numbers or
  /// times that no secret can have).
  Result<void> restore(std::string_view path, const std::vector<RestoredVersion>& versions,
                       std::int64_t created_at_ms, const MetadataChange& metadata,
                       bool managed = false);

  /// Errors: usage, limit.
  Result<void> put_settings(const StoreSettings& settings);
  /// Replaces the policy by rules that were checked; its revision is the next. Errors: conflict
  /// (`revision` is not the one that stands).
  Result<std::uint64_t> put_policy(const Policy& policy, std::optional<std::uint64_t> revision);

  /// 0 clears it: the version no longer expires.
  Result<void> set_expiry(std::string_view path, std::uint64_t version, std::int64_t expires_at_ms);
  /// Notes that nothing refers to a managed version since now (sweep's grace starts), or
  /// that something does again.
  Result<void> mark_unreachable(std::string_view path, std::uint64_t version);
  Result<void> mark_reachable(std::string_view path, std::uint64_t version);

  /// Takes an entry out of a managed secret's custom metadata; none of that name is no error.
  /// Errors: not_found.
  Result<void> drop_custom(std::string_view path, std::string_view key);

  /// Takes a reclaimed version of a secret that lives on out of the list of what to forget.
  Result<void> stop_forgetting(std::string_view path, std::uint64_t version);

  /// Replaces the document's only revision; the old one is shredded at commit.
  /// Errors: limit.
  Result<void> put_document(DocumentKind kind, std::string_view id, std::uint64_t revision,
                            ByteView body);
  /// Errors: not_found. Shredded at commit.
  Result<void> remove_document(DocumentKind kind, std::string_view id);
  /// Puts the document among what is due, or takes it out: due() tells of it from then on.
  Result<void> set_document_due(DocumentKind kind, std::string_view id, std::int64_t due_at_ms);
  Result<void> clear_document_due(DocumentKind kind, std::string_view id, std::int64_t due_at_ms);

  /// Adding what is there already, or removing what is not, is no error.
  Result<void> add_reference(const Reference& reference);
  Result<void> remove_reference(const Reference& reference);

  /// An operation of the caller's was refused: told with what the transaction did, or by itself.
  void note_refused(format::Action action, std::string_view name, std::uint64_t version,
                    const Error& error);
  /// Adds to what the audit record tells of this transaction; the operations above do by
  /// themselves. `name` is a path, a config's id or empty; never a value.
  void note(format::Action action, std::string_view name, std::uint64_t version = 0);

  /// What the caller is given of a value inside a transaction: told with what the transaction
  /// did, or by itself where it comes to nothing. Errors: corrupt, io.
  Result<void> note_read(std::string_view path, std::uint64_t version);

  /// Rises with every record that is written or removed: an operation that failed and left it
  /// as it was has changed nothing.
  std::uint64_t record_changes() const;
  /// Commits, though nothing of the store was changed: what was noted is to be told.
  void mark_changed();

  /// Has every bucket key replaced from here on; false: somebody has begun that already.
  Result<bool> begin_renewal();
  /// Replaces what wraps about so many versions, at least one key; answers how many buckets are
  /// left of which not every key is new.
  Result<std::uint64_t> renew_buckets(std::uint64_t versions_at_once);

  /// 16 random bytes as a lower-case UUID (RFC 4122 version 4).
  std::string mint_uuid();
  /// A keyed digest of `bytes`, to name a document by its content without telling the content.
  std::string content_id(ByteView bytes) const;

 private:
  friend class Engine;
  explicit Transaction(Impl& impl) : View(impl) {}
  Result<VersionInfo> put_as(format::Action action, std::string_view path, const Value& value,
                             const PutRequest& request);
  Result<void> change_metadata(std::string_view path, const MetadataChange& change,
                               bool must_exist);
  Result<void> relocate(format::Action action, std::string_view from, std::string_view to);
};

}  // namespace coffer::secrets

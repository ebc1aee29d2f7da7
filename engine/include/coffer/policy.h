// A store's policy: who may do what with which secret.
//
// A store without a policy lets everybody do everything. With a policy, a call goes through only if
// a rule allows it to the subject that the Store was opened for (OpenOptions::actor, Store::as) and
// no rule denies it. A refused call answers ErrorCode::denied, has changed nothing and is recorded
// in the audit log. A listing leaves out what the caller may not list.
//
// A policy guards what passes through a Store: a service that opens the store once and serves many
// users, an agent, and anybody's mistakes. It cannot bind a person who has a key of the store and
// can read its files, because another program can open them. A person who chooses the process that
// a value goes into can see the value: `use` without `reveal` protects only if somebody else
// chooses the process.
//
// The use case that a call needs, on the object that it names:
//   list    metadata, history, exists, references_to; a config in any form but revealed, and the
//           document in the report of a write. Listings and the change feed leave out objects that
//           the caller may not list; the feed also leaves out secrets that are gone, if a rule
//           denies by tags or owner that they may have had
//   use     the value goes into a process: get through a Store whose Actor::purpose is `use`,
//           hydrate; also add_reference, and remove_reference of the caller's own: these wire a
//           secret into a job; and to give a kind to a value that exists
//   reveal  a person sees the value: any other get, and a config revealed. Also the source of move
//           and copy, and of a config's rename and copy, because the value comes out under another
//           name; a caller who may list or use that name must have the same right to the source
//   write   put, patch, rollback, undelete, metadata, restore; the target of move and copy; a
//           config's put, patch, import, stage, commit, abandon, check and end_check (on the
//           config of the check); an import also needs it on each secret that it makes
//   delete  soft_delete, destroy, destroy_all, erase; the source of move; a config's remove
//   force   to delete what others use: Transaction::require asks for it, and remove_reference of
//           another user's reference needs it or `admin`
//   admin   on the whole store: settings, keys, anchor, clock, sweep, prune, verify, the policy, to
//           open a store that its anchor doubts (AnchorDoubt); also to change the owner or the tags
//           of a secret that exists, because rules go by them
//   audit   on the whole store: Audit::list, Audit::verify
// These need no right: status (without the place of the anchor), settings (without the scopes),
// Policies::in_force, Policies::may, snapshot, transaction, Audit::verify_receipt, Audit::wait.
//
// A caller who makes a secret may set its owner and tags, because the value is the caller's own.
// Once another user puts a value there, rules that allow ignore this owner and these tags (rules
// that deny still go by them) until a caller with `admin` sets them: see Metadata::marks_doubted. A
// caller who copies them from another store copies the doubt (MetadataChange::marks_doubted).
//
// A config is an object of its own: a caller who may use config:ID gets its secrets, unless a rule
// denies the use of their names. By its coordinate a secret is an object like any other. A document
// may bring in a coordinate that the config does not hold yet only if the caller has `use` of that
// secret, or if a check of the same id minted the secret and no rule denies its use. A caller who
// may neither use nor reveal the config does not learn whether a value equals one of its secrets:
// each value that this caller gives counts as new. To a caller who may not list the config,
// a mask in one of its lists stands for nothing. A config can be copied only if no rule denies
// `use` or `reveal` of a secret in it.
//
// `write` alone still reveals two things: the length of a value, because a patch can make it too
// large; and the places outside of lists where a config has a value, because a mask is accepted
// there. What a transaction tried before it was given up is recorded only if it was refused.
#pragma once

#include <coffer/export.h>
#include <coffer/facet.h>
#include <coffer/result.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer {

/// The numbers are on disk: never change one.
enum class UseCase : std::uint8_t {
  list = 1,
  use = 2,
  reveal = 3,
  write = 4,
  remove = 5,  ///< "delete"
  force = 6,
  admin = 7,
  audit = 8,
};

/// "list", "delete" ...
COFFER_API std::string_view use_case_name(UseCase use_case);
COFFER_API std::optional<UseCase> parse_use_case(std::string_view name);

struct PolicyRule {
  bool allow = false;  ///< False: it denies. A rule that denies beats all that allow.
  /// "user:NAME", "group:NAME", "role:NAME" (a role of the policy), "owner" (the user whom the
  /// secret's metadata names as owner), or "*" (everybody).
  std::vector<std::string> subjects;
  std::vector<UseCase> use_cases;
  /// A secret's path, or "secret:PATH"; "config:ID". In each of them `*` stands for anything but a
  /// '/', and `**` for anything. "**" alone is everything: all secrets, all configs and the store
  /// itself. An object that can match nothing is refused: a URI, a coordinate, an empty or dotted
  /// part, and, without "secret:", a path with '#' or '?'.
  std::vector<std::string> objects;
  /// If there are any: the rule applies only to secrets that have all of them.
  std::vector<std::string> tags = {};

  bool operator==(const PolicyRule&) const = default;
};

/// Users and groups under one name, which rules can use as a subject.
struct PolicyRole {
  std::string name;
  std::vector<std::string> members;  ///< "user:NAME" or "group:NAME", 1 to 64.

  bool operator==(const PolicyRole&) const = default;
};

/// Limits: 64 roles, 256 rules; in each rule at least one and at most 64 subjects and 64 objects,
/// at most 64 tags; a subject 262 bytes, an object 1,031, a tag 128; 256 KiB in all.
struct Policy {
  std::uint64_t revision = 0;     ///< Rises by one with every change; 0: none was ever put.
  std::vector<PolicyRule> rules;  ///< None: everybody may do everything.
  std::vector<PolicyRole> roles = {};

  bool operator==(const Policy&) const = default;
};

struct PolicySubject {
  std::string user;  ///< Empty: no particular user; only "*" and groups apply.
  std::vector<std::string> groups = {};
};

struct PolicyDecision {
  bool allowed = false;
  std::size_t rule = 0;  ///< The rule that decided, from 1 on; 0: none did.
};

/// {"revision": N, "rules": [{"effect": "allow"|"deny", "subjects": [...], "use_cases": [...],
/// "objects": [...], "tags": [...]}]}, and "roles": {NAME: [MEMBER ...]} if there are any.
COFFER_API std::string policy_json(const Policy& policy);
/// Reads what policy_json writes; "revision" and "tags" may be left out, and the array of rules may
/// stand alone. Errors: usage (subject() = the place).
COFFER_API Result<Policy> parse_policy(std::string_view json);

/// Whether `policy` lets `subject` administer the whole store. Ask before you put a policy, so that
/// you do not shut yourself out.
COFFER_API bool lets_administer(const Policy& policy, const PolicySubject& subject);

/// The policy of an open store; Store::policies() makes it.
class COFFER_API Policies : public Facet {
 public:
  /// Needs `admin`.
  Result<Policy> get();
  /// Whether there are rules that decide what this Store may do.
  Result<bool> in_force();
  /// Whether the Store's actor may do something to a secret, a config (config:ID) or the store
  /// ("**"); true if no policy is in force. The question is neither refused nor recorded.
  /// Errors: usage, limit (`object` is no name).
  Result<bool> may(UseCase use_case, std::string_view object);
  /// Replaces the policy for every process, from its next call on. Without rules, everybody may do
  /// everything. The stored revision must be `revision`, if given. Returns the new revision. Needs
  /// `admin`. Errors: usage and limit (a rule; nobody could change the policy any more), conflict.
  Result<std::uint64_t> put(const Policy& policy, std::optional<std::uint64_t> revision = {});
  /// What the policy decides for `subject`. `object` is written as in a rule, without wildcards;
  /// "**" is the store. Needs `admin`.
  Result<PolicyDecision> test(const PolicySubject& subject, UseCase use_case,
                              std::string_view object);

 private:
  using Facet::Facet;
};

}  // namespace coffer

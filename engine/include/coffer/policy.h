// A store's policy: who may do what with which secret.
//
// A store without a policy lets everybody do everything. With one, a call is done only where a
// rule allows it to the subject that the Store was opened for (OpenOptions::actor, Store::as),
// and no rule denies it. What is refused answers ErrorCode::denied, has changed nothing and
// stands in the audit log. A listing leaves out what may not be listed.
//
// What it guards is what passes through a Store: a service that opens the store once and serves
// many, an agent, and everybody's slips. Who has a key of the store and can read its files is
// beyond any policy, for nothing keeps another program from opening them. And what may be used is
// seen by whoever chooses the process that it goes into: `use` without `reveal` means something
// where that is not the user's to choose.
//
// Which use case a call needs, on the object that it names:
//   list    metadata, history, exists, references_to; a config in any form but revealed, and the
//           document in the report of whoever writes one; listings and the change feed leave out
//           what lacks it, the feed also the names of secrets that are gone where a rule denies by
//           tags or owner that they may have had
//   use     the value goes into a process: get through a Store whose Actor::purpose is `use`,
//           hydrate; also add_reference and remove_reference of what oneself has added: wiring it
//           into a job; and to give a kind to a value that is there
//   reveal  the value is seen by a person: any other get, and a config revealed. Also move and
//           copy, and a config's rename and copy, of the source, since the value comes out under
//           another name; who may list or use it there must be let to do so with the source
//   write   put, patch, rollback, undelete, metadata, restore; of move and copy the target; a
//           config's put, patch, import, stage, commit, abandon, check and end_check (of the
//           config whose check it was); an import also of each secret that it makes
//   delete  soft_delete, destroy, destroy_all, erase; of move the source; a config's remove
//   force   to delete what others use: Transaction::require asks for it, and so does
//           remove_reference of what another has added, unless who asks has `admin`
//   admin   of the whole store: settings, keys, anchor, clock, sweep, prune, verify, the policy, a
//           store taken against its anchor's word (AnchorDoubt); also to change the owner or the
//           tags of a secret that is there, since rules go by them
//   audit   of the whole store: Audit::list, Audit::verify
// Free to everybody: status (without the place of the anchor), settings (without the scopes),
// Policies::in_force, Policies::may, snapshot, transaction, Audit::verify_receipt, Audit::wait.
//
// Who makes a secret may say whose it is and tag it, for its value is his own. Once another user
// has put a value there, a rule that allows goes by that owner and those tags no more (one that
// denies does), until somebody with `admin` has set them: Metadata::marks_doubted tells. Who brings
// them in from another store carries the doubt (MetadataChange::marks_doubted).
//
// A config is an object of its own: who may use config:ID gets the secrets in it, unless a rule
// denies it him of their names; by its coordinate a secret is an object like any other. Before a
// document may bring in a coordinate that the config does not hold yet, `use` of that secret is
// needed; but for what a check of the same id minted, where no rule denies it. Who may neither use
// nor reveal the config learns nothing of what its secrets are equal to: a value that he gives is
// always a new one. Who may not list it is told nothing by the lists in it either: a mask there
// stands for nothing. A config is copied where no rule denies `use` or `reveal` of a secret in it.
//
// What `write` tells all the same: how long a value is, by whether a patch makes it too large; and
// at which places outside of lists a config has something, by whether a mask there is taken. What
// is tried in a transaction that is given up is on record only where it was refused.
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
  bool allow = false;  ///< Else it denies: one that denies beats every one that allows.
  /// "user:NAME", "group:NAME", "role:NAME" (a role of the policy), "owner" (the secret's metadata
  /// names the user as its owner), or "*": everybody.
  std::vector<std::string> subjects;
  std::vector<UseCase> use_cases;
  /// A secret's path, or "secret:PATH"; "config:ID"; in each `*` stands for anything but a '/',
  /// `**` for anything. "**" alone is everything: all secrets, all configs and the store itself.
  /// What can mean nothing is refused: a URI, a coordinate, an empty or dotted part, and without
  /// "secret:" a path with '#' or '?'.
  std::vector<std::string> objects;
  /// Where there are any: only secrets that have all of them.
  std::vector<std::string> tags = {};

  bool operator==(const PolicyRule&) const = default;
};

/// Users and groups under one name, for rules to mean together.
struct PolicyRole {
  std::string name;
  std::vector<std::string> members;  ///< "user:NAME" or "group:NAME", 1 to 64.

  bool operator==(const PolicyRole&) const = default;
};

/// Limits: 64 roles, 256 rules; in each rule at least one and at most 64 subjects and 64 objects,
/// at most 64 tags; a subject 262 bytes, an object 1,031, a tag 128; 256 KiB in all.
struct Policy {
  std::uint64_t revision = 0;     ///< Rises by one with every change; 0: there never was one.
  std::vector<PolicyRule> rules;  ///< None: everybody may do everything.
  std::vector<PolicyRole> roles = {};

  bool operator==(const Policy&) const = default;
};

struct PolicySubject {
  std::string user;  ///< Empty: nobody in particular, whom only "*" and groups mean.
  std::vector<std::string> groups = {};
};

struct PolicyDecision {
  bool allowed = false;
  std::size_t rule = 0;  ///< Which one decided, from 1 on; 0: none did.
};

/// {"revision": N, "rules": [{"effect": "allow"|"deny", "subjects": [...], "use_cases": [...],
/// "objects": [...], "tags": [...]}]}, and where there are any "roles": {NAME: [MEMBER ...]}.
COFFER_API std::string policy_json(const Policy& policy);
/// The same back; "revision" and "tags" may be left out, and a whole array of rules stand for the
/// object. Errors: usage (subject() = the place).
COFFER_API Result<Policy> parse_policy(std::string_view json);

/// Whether it lets somebody administer the whole store: what to ask of a policy before it is put,
/// by who would not shut himself out.
COFFER_API bool lets_administer(const Policy& policy, const PolicySubject& subject);

/// The policy of an open store, by Store::policies().
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
  /// Replaces the policy, for every process, from its next call on; without rules: everybody may
  /// do everything. `revision`: the stored one must be this. Returns the new one. Needs `admin`.
  /// Errors: usage and limit (a rule; nobody could change it any more), conflict.
  Result<std::uint64_t> put(const Policy& policy, std::optional<std::uint64_t> revision = {});
  /// What the policy says to `subject`, on an object as it stands in a rule, without wildcards;
  /// "**" is the store. Needs `admin`.
  Result<PolicyDecision> test(const PolicySubject& subject, UseCase use_case,
                              std::string_view object);

 private:
  using Facet::Facet;
};

}  // namespace coffer

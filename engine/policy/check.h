// Whether whoever an open store was opened for may do something: by the policy that the view
// shows, or, of a snapshot, that stands at present.
#pragma once

#include <coffer/policy.h>
#include <coffer/result.h>

#include "policy/object.h"
#include "secrets/transaction.h"

namespace coffer::policy {

/// Errors: denied (subject() = the object); usage, limit (the name of a secret is none).
Result<void> check(const secrets::View& view, UseCase use_case, const Object& object);
/// The same of a read: where it is denied, that goes on record.
Result<void> check_read(const secrets::View& view, UseCase use_case, const Object& object);
/// The same of a secret's value: `use` or `reveal`, as the store was opened for.
Result<void> check_value(const secrets::View& view, std::string_view path);
/// For what is hidden where it is not allowed. Errors: corrupt, io.
Result<bool> allows(const secrets::View& view, UseCase use_case, const Object& object);
/// The same of what a change feed names: of a secret that is gone nobody knows any more what owner
/// and tags it had. Errors: corrupt, io.
Result<bool> allows_past(const secrets::View& view, UseCase use_case, const Object& object);
/// Whether a rule denies it, and not only none allows it. Errors: corrupt, io.
Result<bool> denies(const secrets::View& view, UseCase use_case, const Object& object);
/// What check() answers where it is denied.
Error refused(UseCase use_case, const Object& object);
/// Whatever the policy, for whomever. Errors: corrupt, io.
Result<PolicyDecision> decision(const secrets::View& view, const PolicySubject& subject,
                                UseCase use_case, const Object& object);

}  // namespace coffer::policy

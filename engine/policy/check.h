// Decides whether the store's actor may perform an operation. A snapshot is checked against the
// current policy, not the one of its time.
#pragma once

#include <coffer/policy.h>
#include <coffer/result.h>

#include "policy/object.h"
#include "secrets/transaction.h"

namespace coffer::policy {

/// Errors: denied (subject() = the object); usage, limit (the object is not a valid path).
Result<void> check(const secrets::View& view, UseCase use_case, const Object& object);
/// As check(), for a read: a refusal is written to the audit log.
Result<void> check_read(const secrets::View& view, UseCase use_case, const Object& object);
/// As check_read(), for a secret's value: asks for `use` or `reveal`, by the actor's purpose.
Result<void> check_value(const secrets::View& view, std::string_view path);
/// For lists, which leave out what is not allowed. Errors: corrupt, io.
Result<bool> allows(const secrets::View& view, UseCase use_case, const Object& object);
/// As allows(), for a change feed: if the secret is gone, its owner and tags are unknown (see
/// Facts::forgotten). Errors: corrupt, io.
Result<bool> allows_past(const secrets::View& view, UseCase use_case, const Object& object);
/// Whether a rule denies it; false if it is refused only because no rule allows it.
/// Errors: corrupt, io.
Result<bool> denies(const secrets::View& view, UseCase use_case, const Object& object);
/// The error with which check() refuses.
Error refused(UseCase use_case, const Object& object);
/// The decision for any subject under the current policy; neither checks nor records the caller.
/// Errors: corrupt, io.
Result<PolicyDecision> decision(const secrets::View& view, const PolicySubject& subject,
                                UseCase use_case, const Object& object);

}  // namespace coffer::policy

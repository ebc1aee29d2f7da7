#include "configs/outside_users.h"

#include <algorithm>
#include <string>
#include <vector>

#include "format/limits.h"
#include "text/utf8.h"

namespace coffer::configs {
namespace {

using secrets::Reference;
using secrets::Transaction;

Result<void> check_user(std::string_view user) {
  if (user.empty()) return Error(ErrorCode::usage, "the user's name is empty");
  if (user.size() > format::kPathBytesMax) {
    return Error(ErrorCode::limit, "the user's name is too long")
        .with_number(format::kPathBytesMax);
  }
  if (!utf8::is_valid(user) || utf8::has_control_character(user))
    return Error(ErrorCode::usage, "the user's name is not printable UTF-8 text");
  return {};
}

Reference reference_of(std::string_view path, std::uint64_t version, std::string_view user) {
  return {std::string(path), version, "external", std::string(user)};
}

// Starts or ends the grace period of the versions that a reference covers.
Result<void> mark(Transaction& transaction, std::string_view path, std::uint64_t version) {
  if (!COFFER_TRY(transaction.metadata(path)).managed) return {};
  const auto references = COFFER_TRY(transaction.references_to(path));
  const auto versions = COFFER_TRY(transaction.history(path));
  for (const VersionInfo& info : versions) {
    if (info.destroyed || (version != 0 && info.version != version)) continue;
    const bool current = &info == &versions.front();
    const bool used = std::any_of(references.begin(), references.end(), [&](const Reference& each) {
      return each.version == info.version || (each.version == 0 && current);
    });
    if (!used && info.expires_at_ms != 0) continue;  // A lease ends by itself.
    COFFER_TRY(used ? transaction.mark_reachable(path, info.version)
                    : transaction.mark_unreachable(path, info.version));
  }
  return {};
}

}  // namespace

Result<void> add_outside_user(Transaction& transaction, std::string_view path,
                              std::uint64_t version, std::string_view user) {
  COFFER_TRY(check_user(user));
  COFFER_TRY(transaction.get(path, version));  // Its error says what became of the secret.
  COFFER_TRY(transaction.add_reference(reference_of(path, version, user)));
  return mark(transaction, path, version);
}

Result<void> restore_outside_user(Transaction& transaction, std::string_view path,
                                  std::uint64_t version, std::string_view user) {
  COFFER_TRY(check_user(user));
  COFFER_TRY(transaction.add_reference(reference_of(path, version, user)));
  if (!COFFER_TRY(transaction.exists(path))) return {};
  return mark(transaction, path, version);
}

namespace {

// If the user refers to another version of the secret, the caller probably meant that version.
Error no_such_user(const std::vector<Reference>& references, std::uint64_t version,
                   std::string_view user) {
  const auto found = std::find_if(references.begin(), references.end(), [&](const Reference& each) {
    return each.user_kind == "external" && each.user == user;
  });
  if (found == references.end()) {
    return Error(ErrorCode::not_found, "this user does not refer to the secret", Advice::see_users)
        .about(Subject::Kind::name, user);
  }
  if (version == 0) {
    return Error(ErrorCode::not_found, "this user refers to one version of the secret only",
                 Advice::name_referenced_version)
        .with_number(found->version)
        .about(Subject::Kind::name, user);
  }
  return Error(ErrorCode::not_found, "this user does not refer to this version of the secret",
               Advice::see_referenced_version)
      .with_number(version)
      .about(Subject::Kind::name, user);
}

}  // namespace

Result<void> remove_outside_user(Transaction& transaction, std::string_view path,
                                 std::uint64_t version, std::string_view user) {
  COFFER_TRY(check_user(user));
  const auto references = COFFER_TRY(transaction.references_to(path));
  const bool there = std::any_of(references.begin(), references.end(), [&](const Reference& each) {
    return each.version == version && each.user_kind == "external" && each.user == user;
  });
  if (!there) return no_such_user(references, version, user);
  COFFER_TRY(transaction.remove_reference(reference_of(path, version, user)));
  if (!COFFER_TRY(transaction.exists(path))) return {};
  return mark(transaction, path, version);
}

}  // namespace coffer::configs

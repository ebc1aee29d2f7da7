// One open store of secrets: a vault whose transactions speak of paths, versions and documents.
#pragma once

#include <coffer/anchor.h>
#include <coffer/audit.h>
#include <coffer/changes.h>
#include <coffer/clock.h>
#include <coffer/options.h>
#include <coffer/reports.h>
#include <coffer/result.h>
#include <coffer/value.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/answer_of.h"
#include "records/vault/vault.h"
#include "secrets/clock_acceptance.h"
#include "secrets/transaction.h"

namespace coffer::secrets {

using records::Intent;
using records::KeyChange;
using records::WriteReport;

/// Called before a value is handed out, if the store has a policy. Errors: the reason for a
/// refusal.
using ReadGuard = Result<void> (*)(const View& view, std::string_view path);
/// Called before a store is accepted although its anchor does not vouch for it. Errors: the reason
/// for a refusal.
using AcceptGuard = Result<void> (*)(const View& view);
/// For a caller that cannot check a policy: denies everything if the store has one.
Result<void> deny_read(const View& view, std::string_view path);
Result<void> deny_accept(const View& view);

/// Thread-safe, as Vault is.
class Engine : public records::Vault {
 public:
  static Result<std::unique_ptr<Engine>> open(const std::string& directory,
                                              const std::vector<KeySource>& keys,
                                              const OpenOptions& options,
                                              AcceptGuard guard = deny_accept);
  /// The same open store for another actor, to whom the audit log attributes its writes.
  /// Errors: usage (control characters), limit (too long, too many groups).
  Result<std::unique_ptr<Engine>> as(const Actor& actor) const;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Vault::read() with a View: returns the answer of `body(const View&)`, a Result of any type.
  template <typename Body>
  auto read(const Body& body) -> std::invoke_result_t<const Body&, const View&> {
    return Vault::read([&](const records::Reading& reading) { return body(View(reading)); });
  }
  /// Vault::write() with a Transaction.
  Result<WriteReport> write(const std::function<Result<void>(Transaction&)>& body,
                            Intent* intent = nullptr);
  /// Reads one secret. Errors: as View::get(), those of `guard`.
  Result<Secret> get(std::string_view path, std::uint64_t version, ReadGuard guard = deny_read);

  /// Opens every record and reports the damaged ones. Errors: io.
  Result<VerifyReport> verify();

  /// Lowers the store's time to the clock's (Store::accept_clock). Errors: usage (before 2020).
  Result<ClockAcceptance> accept_clock(Intent* intent, const NotesMover& move_notes);
  /// Reports what accept_clock() would change.
  Result<ClockAcceptance> try_clock();

 private:
  explicit Engine(Vault vault) : Vault(std::move(vault)) {}
  Result<ClockChange> clock_change();
};

}  // namespace coffer::secrets

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

/// Asked before a value is handed out, if the store has a policy. Errors: what it is refused
/// with.
using ReadGuard = Result<void> (*)(const View& view, std::string_view path);
/// Asked before a store that its anchor does not vouch for is taken as it is. Errors: what that is
/// refused with.
using AcceptGuard = Result<void> (*)(const View& view);
/// For a caller that knows of no policy: if there is one, everything is denied.
Result<void> deny_read(const View& view, std::string_view path);
Result<void> deny_accept(const View& view);

/// Thread-safe, as Vault is.
class Engine : public records::Vault {
 public:
  static Result<std::unique_ptr<Engine>> open(const std::string& directory,
                                              const std::vector<KeySource>& keys,
                                              const OpenOptions& options,
                                              AcceptGuard guard = deny_accept);
  /// The same open store for somebody else: what it writes is told to be the actor's.
  /// Errors: usage (control characters), limit (too long).
  Result<std::unique_ptr<Engine>> as(const Actor& actor) const;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Vault::read(), with a View: answers what `body(const View&)` answers, a Result of any type.
  template <typename Body>
  auto read(const Body& body) -> std::invoke_result_t<const Body&, const View&> {
    return Vault::read([&](const records::Reading& reading) { return body(View(reading)); });
  }
  /// Vault::write(), with a Transaction.
  Result<WriteReport> write(const std::function<Result<void>(Transaction&)>& body,
                            Intent* intent = nullptr);
  /// One read of one secret. Errors: as View::get(), those of `guard`.
  Result<Secret> get(std::string_view path, std::uint64_t version, ReadGuard guard = deny_read);

  /// Opens every record. Errors: io; what is wrong is in the report.
  Result<VerifyReport> verify();

  /// Takes the clock's time for the store's (Store::accept_clock). Errors: usage (before 2020).
  Result<ClockAcceptance> accept_clock(Intent* intent, const NotesMover& move_notes);
  /// What that would change.
  Result<ClockAcceptance> try_clock();

 private:
  explicit Engine(Vault vault) : Vault(std::move(vault)) {}
  Result<ClockChange> clock_change();
};

}  // namespace coffer::secrets

#include "configs/reachability.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/check.h"
#include "configs/config_store.h"
#include "configs/operations/release.h"
#include "format/names.h"
#include "secrets/sweep.h"

namespace coffer::configs {
namespace {

using secrets::DocumentKind;
using secrets::Reference;
using secrets::Transaction;
using secrets::View;
using Visit = std::function<Result<void>(const Difference&)>;
using Version = std::pair<std::string, std::uint64_t>;

// The most differences that one transaction repairs.
constexpr std::size_t kMendedAtOnce = 4096;

bool equal(const Reference& a, const Reference& b) {
  return a.target == b.target && a.version == b.version && a.user_kind == b.user_kind &&
         a.user == b.user;
}

// The references that the document of this id needs, without duplicates.
Result<std::vector<Reference>> held_by(const std::string& id, const ConfigRecord& record) {
  std::vector<Reference> out;
  if (!record.spec_id.empty()) out.push_back(reference_to_spec(id, record.spec_id));
  if (is_note_id(id)) return out;  // A note's secrets end by their lease.
  std::set<Version> seen;
  for (const StoredPlace& place : record.places) {
    if (place.external) continue;
    const auto parsed = format::parse_coordinate(place.coordinate);
    if (!parsed) return Error(ErrorCode::corrupt, "a stored config holds a broken coordinate");
    if (!seen.emplace(parsed->base, parsed->version).second) continue;
    out.push_back(reference_of({id, record.outside}, parsed->base, parsed->version));
  }
  return out;
}

class Mark {
 public:
  Mark(const View& view, const Visit& visit) : view_(view), visit_(visit) {}

  Result<void> run() {
    COFFER_TRY(view_.each_document(DocumentKind::config,
                                   [&](const std::string& id) { return check_document(id); }));
    std::uint64_t told = 0;
    COFFER_TRY(view_.each_reference([&](const Reference& reference) -> Result<void> {
      if (reference.user_kind == "config") ++told;
      return {};
    }));
    // Every noted holding is one of the references, so equal counts mean that no other is there.
    if (told != noted_) {
      COFFER_TRY(view_.each_reference([&](const Reference& each) { return check_founded(each); }));
    }
    return view_.each_managed_version(
        [&](const secrets::ManagedVersion& each) { return check_held(each); });
  }

 private:
  Result<void> check_document(const std::string& id) {
    const LoadedConfig loaded = COFFER_TRY(load_config(view_, id));
    for (const Reference& each : COFFER_TRY(held_by(id, loaded.record))) {
      const auto references = COFFER_TRY(view_.references_to(each.target));
      const bool found = std::any_of(references.begin(), references.end(),
                                     [&](const Reference& other) { return equal(each, other); });
      if (found && each.user_kind == "config") ++noted_;
      if (!found) {
        unnoted_.emplace(each.target, each.version);
        COFFER_TRY(visit_({Difference::Kind::unnoted, each}));
      }
      if (each.version != 0) COFFER_TRY(check_there(each));
    }
    return {};
  }

  Result<void> check_there(const Reference& held) {
    const auto info = view_.version_info(held.target, held.version);
    if (!info.ok() && info.error().code() != ErrorCode::not_found) return info.error();
    if (info.ok() && !info->destroyed) return {};
    return visit_({Difference::Kind::gone, held});
  }

  Result<void> check_founded(const Reference& told) {
    if (told.user_kind != "config") return {};
    if (told.user != loaded_id_) {
      held_.clear();
      loaded_id_ = told.user;
      if (const auto found = COFFER_TRY(find_config(view_, told.user)))
        held_ = COFFER_TRY(held_by(told.user, found->record));
    }
    const bool holds = std::any_of(held_.begin(), held_.end(),
                                   [&](const Reference& each) { return equal(each, told); });
    if (holds) return {};
    return visit_({Difference::Kind::unfounded, told});
  }

  Result<void> check_held(const secrets::ManagedVersion& each) {
    // A lease or the mark for the sweep already ends it.
    if (each.info.expires_at_ms != 0 || each.unreachable_at_ms != 0) return {};
    if (unnoted_.count({each.path, each.info.version}) != 0) return {};
    for (const Reference& reference : COFFER_TRY(view_.references_to(each.path))) {
      if (reference.version == each.info.version) return {};
      if (reference.version == 0 && each.current) return {};
    }
    return visit_({Difference::Kind::orphan, {each.path, each.info.version, "", ""}});
  }

  const View& view_;
  const Visit& visit_;
  std::uint64_t noted_ = 0;
  std::set<Version> unnoted_;
  std::string loaded_id_;
  std::vector<Reference> held_;  // The references of loaded_id_'s document.
};

struct Found {
  std::vector<Difference> to_mend;  // At most kMendedAtOnce.
  std::vector<std::string> gone;    // All of them; nothing can bring them back.
};

Result<Found> find_differences(const View& view) {
  Found found;
  COFFER_TRY(each_difference(view, [&](const Difference& each) -> Result<void> {
    if (each.kind == Difference::Kind::gone)
      found.gone.push_back(describe(each));
    else if (found.to_mend.size() < kMendedAtOnce)
      found.to_mend.push_back(each);
    return {};
  }));
  return found;
}

// Whether anybody refers to the version now, by its number or as the current one.
Result<bool> is_held(const Transaction& transaction, const std::string& path,
                     std::uint64_t version) {
  const auto references = COFFER_TRY(transaction.references_to(path));
  const auto current = transaction.version_info(path, 0);
  return std::any_of(references.begin(), references.end(), [&](const Reference& each) {
    return each.version == version ||
           (each.version == 0 && current.ok() && current->version == version);
  });
}

// Starts the sweep's grace period of a version, if nobody holds it.
Result<void> let_wait(Transaction& transaction, const std::string& path, std::uint64_t version) {
  const auto info = transaction.version_info(path, version);
  if (!info.ok()) {
    if (info.error().code() == ErrorCode::not_found) return {};
    return info.error();
  }
  if (info->destroyed || info->expires_at_ms != 0) return {};
  if (!COFFER_TRY(transaction.is_managed(path))) return {};
  if (COFFER_TRY(is_held(transaction, path, version))) return {};
  return transaction.mark_unreachable(path, version);
}

Result<void> mend(Transaction& transaction, const Difference& difference) {
  const Reference& reference = difference.reference;
  switch (difference.kind) {
    case Difference::Kind::unnoted: {
      COFFER_TRY(transaction.add_reference(reference));
      if (reference.version == 0) return {};
      auto marked = transaction.mark_reachable(reference.target, reference.version);
      // A version that is gone is reported as such and stays gone.
      if (!marked.ok() && marked.error().code() != ErrorCode::not_found) return marked;
      return {};
    }
    case Difference::Kind::unfounded:
      COFFER_TRY(transaction.remove_reference(reference));
      if (reference.version == 0) return {};
      return let_wait(transaction, reference.target, reference.version);
    case Difference::Kind::orphan:
      return let_wait(transaction, reference.target, reference.version);
    case Difference::Kind::gone: return {};
  }
  return {};
}

// Removes expired notes that an older engine left without an entry in the time index.
Result<void> forget_all_notes(Transaction& transaction) {
  std::vector<std::pair<std::string, ConfigRecord>> over;
  COFFER_TRY(
      transaction.each_document(DocumentKind::config, [&](const std::string& id) -> Result<void> {
        if (!is_note_id(id) || over.size() >= kMendedAtOnce) return {};
        LoadedConfig note = COFFER_TRY(load_config(transaction, id));
        if (note.record.expires_at_ms <= transaction.now_ms())
          over.emplace_back(id, std::move(note.record));
        return {};
      }));
  for (const auto& [id, record] : over) COFFER_TRY(forget_note(transaction, id, record));
  return {};
}

// Corrects the report of a dry sweep: a full one would keep unnoted versions and destroy orphans.
Result<void> correct_dry_run(secrets::Engine& engine, const SweepOptions& options,
                             SweepReport& report) {
  return engine.read([&](const View& view) -> Result<void> {
    return each_difference(view, [&](const Difference& each) -> Result<void> {
      report.differences.push_back(describe(each));
      const Reference& at = each.reference;
      if (each.kind == Difference::Kind::unnoted) {
        std::erase_if(report.swept, [&](const SweptVersion& swept) {
          return swept.why == "unreachable" && swept.path == at.target &&
                 swept.version == at.version;
        });
      }
      if (each.kind != Difference::Kind::orphan || options.grace_ms != 0) return {};
      const VersionInfo info = COFFER_TRY(view.version_info(at.target, at.version));
      report.swept.push_back(
          {at.target, at.version, "unreachable", "config", info.created_at_ms, view.now_ms()});
      return {};
    });
  });
}

}  // namespace

std::string describe(const Difference& difference) {
  const Reference& at = difference.reference;
  const bool is_spec = at.version == 0;
  const std::string what =
      is_spec ? std::string("its spec") : format::print_coordinate({at.target, at.version});
  switch (difference.kind) {
    case Difference::Kind::unnoted:
      return at.user + ": holds " + what + ", but no reference says so";
    case Difference::Kind::unfounded:
      return at.user + ": a reference says that it holds " + what + ", but it does not";
    case Difference::Kind::gone: return at.user + ": holds " + what + ", which is gone";
    case Difference::Kind::orphan: return what + ": held by nobody, but no sweep would destroy it";
  }
  return what;
}

Result<void> each_difference(const View& view, const Visit& visit) {
  return Mark(view, visit).run();
}

Result<void> verify_reachability(secrets::Engine& engine, VerifyReport& report) {
  auto walked = engine.read([&](const View& view) {
    return each_difference(view, [&](const Difference& each) -> Result<void> {
      report.problems.push_back(describe(each));
      return {};
    });
  });
  if (walked.ok()) return {};
  if (walked.error().code() == ErrorCode::io) return walked;
  report.problems.push_back("configs: their references cannot be read");
  return {};
}

Result<SweepReport> sweep_in_full(secrets::Engine& engine, const SweepOptions& options) {
  if (options.dry_run) {
    SweepReport report = COFFER_TRY(secrets::sweep(engine, options));
    COFFER_TRY(correct_dry_run(engine, options, report));
    return report;
  }
  std::vector<std::string> told;
  Found found;
  do {
    COFFER_TRY(engine.write([&](Transaction& transaction) -> Result<void> {
      found = COFFER_TRY(find_differences(transaction));
      COFFER_CHECK(found.to_mend.size() <= kMendedAtOnce);
      for (const Difference& each : found.to_mend) COFFER_TRY(mend(transaction, each));
      return {};
    }));
    for (const Difference& each : found.to_mend) told.push_back(describe(each));
  } while (found.to_mend.size() == kMendedAtOnce);
  std::move(found.gone.begin(), found.gone.end(), std::back_inserter(told));
  SweepReport report =
      COFFER_TRY(secrets::sweep(engine, options, [](Transaction& transaction) -> Result<void> {
        COFFER_TRY(sweep_notes(transaction));
        return forget_all_notes(transaction);
      }));
  report.differences = std::move(told);
  return report;
}

}  // namespace coffer::configs

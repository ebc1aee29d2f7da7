// Lowers the store's time to the clock's time, after the clock once ran far ahead. Nothing may come
// back to life, and nothing may live longer than it was meant to:
//   - versions that have expired by the rejected time are destroyed first; deleted ones stay
//   deleted;
//   - versions written in the rejected time keep their remaining time, not their date;
//   - no record keeps a time in the future.
// All this is one transaction (except the destroying before it, which a sweep would also do), so a
// crash leaves the old time or the new one. The root counts acceptances; other processes see the
// count change and drop the latest time that they remember.
#include "secrets/clock_acceptance.h"

#include <algorithm>

#include "secrets/engine.h"
#include "secrets/rows/heads.h"
#include "secrets/rows/time_index.h"
#include "secrets/rows/versions.h"

namespace coffer::secrets {
namespace {

using storage::Table;

// 2020-01-01: a clock that shows an earlier time is never accepted.
constexpr std::int64_t kEarliestMs = 1'577'836'800'000;
constexpr std::size_t kDestroyedAtOnce = 4096;
constexpr std::size_t kAll = std::size_t{1} << 32;

struct MovedVersion {
  format::PathHash hash;
  std::uint64_t version = 0;
  format::VersionHeader before;
  format::VersionHeader after;
};

// The changes to the records that an acceptance keeps.
struct Moves {
  std::vector<MovedVersion> versions;
  std::vector<std::pair<format::PathHash, format::Head>> heads;
  std::vector<std::pair<Bytes, format::Name>> names;
  std::uint64_t ends = 0;  // How many living versions get another end.
};

format::VersionHeader moved(const format::VersionHeader& before, const ClockChange& clock) {
  format::VersionHeader after = before;
  after.deletion_at_ms = clock.end_of(before.deletion_at_ms, before.created_at_ms);
  if (!before.is_destroyed())
    after.expires_at_ms = clock.end_of(before.expires_at_ms, before.created_at_ms);
  after.unreachable_at_ms = std::min(before.unreachable_at_ms, clock.to_ms);
  after.created_at_ms = std::min(before.created_at_ms, clock.to_ms);
  return after;
}

Result<void> collect_history(const Reading& reading, const ClockChange& clock, Moves& moves) {
  records::Rows cursor = COFFER_TRY(reading.rows(Table::history));
  for (bool more = COFFER_TRY(cursor.first()); more; more = COFFER_TRY(cursor.next())) {
    const ByteView key = cursor.key();
    if (key.size() != format::kHistoryKeyBytes)
      return Error(ErrorCode::corrupt, "the history table is damaged", Advice::verify_store);
    format::PathHash hash;
    std::copy_n(key.begin(), hash.size(), hash.begin());
    const std::uint64_t version = format::version_of_history_key(key);
    if (version == 0) {
      const SecretBytes plain =
          COFFER_TRY(reading.cipher().open_small(format::Domain::head, hash, cursor.value()));
      auto head = COFFER_TRY(format::decode_head(plain.bytes()));
      if (head.metadata.updated_at_ms <= clock.to_ms) continue;
      head.metadata.updated_at_ms = clock.to_ms;
      moves.heads.emplace_back(hash, std::move(head));
      continue;
    }
    const auto record = COFFER_TRY(format::decode_version(cursor.value()));
    const format::VersionHeader before = record.header;
    const bool is_due = !before.is_destroyed() && before.expires_at_ms != 0 &&
                        before.expires_at_ms <= clock.from_ms;
    if (is_due) continue;  // A real change has destroyed it before.
    const format::VersionHeader after = moved(before, clock);
    const bool same_end = after.deletion_at_ms == before.deletion_at_ms &&
                          after.expires_at_ms == before.expires_at_ms;
    if (same_end && after.created_at_ms == before.created_at_ms &&
        after.unreachable_at_ms == before.unreachable_at_ms)
      continue;
    COFFER_TRY(reading.authenticate(hash, {version, record}));
    if (!same_end && !before.is_destroyed()) ++moves.ends;
    moves.versions.push_back({hash, version, before, after});
  }
  return {};
}

Result<void> collect_names(const Reading& reading, const ClockChange& clock, Moves& moves) {
  records::Rows cursor = COFFER_TRY(reading.rows(Table::names));
  for (bool more = COFFER_TRY(cursor.first()); more; more = COFFER_TRY(cursor.next())) {
    const ByteView key = cursor.key();
    const SecretBytes plain =
        COFFER_TRY(reading.cipher().open_small(format::Domain::name, key, cursor.value()));
    auto name = COFFER_TRY(format::decode_name(plain.bytes()));
    if (name.created_at_ms <= clock.to_ms) continue;
    name.created_at_ms = clock.to_ms;
    moves.names.emplace_back(Bytes(key.begin(), key.end()), std::move(name));
  }
  return {};
}

// The time is part of the entry's key, so the entry is removed and added again.
Result<void> move_due(Writing& writing, const MovedVersion& each, Pending::Why why,
                      std::int64_t from_ms, std::int64_t to_ms) {
  if (from_ms == to_ms) return {};
  const auto key =
      format::due_key(from_ms, static_cast<std::uint8_t>(why), each.hash, each.version);
  const auto sealed = COFFER_TRY(writing.get(Table::due, key));
  if (!sealed) return {};
  const SecretBytes path =
      COFFER_TRY(writing.cipher().open_small(format::Domain::due, key, *sealed));
  COFFER_TRY(remove_due(writing, each.hash, each.version, from_ms, why));
  return add_due(writing, each.hash, each.version, to_ms, why, path.text());
}

Result<void> move_version(Writing& writing, const MovedVersion& each) {
  const auto located = COFFER_TRY(writing.find(each.hash, each.version));
  if (!located) return no_such_version(each.version);
  COFFER_TRY(writing.change_header(each.hash, *located, each.after));
  const format::VersionHeader& before = each.before;
  const format::VersionHeader& after = each.after;
  if (!before.is_destroyed())
    COFFER_TRY(
        move_due(writing, each, Pending::Why::expiry, before.expires_at_ms, after.expires_at_ms));
  if (before.unreachable_at_ms == 0) return {};
  if (before.is_destroyed())
    return move_due(writing, each, Pending::Why::forget, before.unreachable_at_ms + kForgetAfterMs,
                    after.unreachable_at_ms + kForgetAfterMs);
  return move_due(writing, each, Pending::Why::unreachable, before.unreachable_at_ms,
                  after.unreachable_at_ms);
}

Result<std::uint64_t> destroy_due(Transaction& txn, std::size_t limit) {
  const auto due = COFFER_TRY(txn.due(Pending::Why::expiry, txn.now_ms(), limit));
  for (const Pending& pending : due) COFFER_TRY(txn.destroy(pending.path, {pending.version}));
  return due.size();
}

Result<Moves> collect(const Reading& reading, const ClockChange& clock) {
  Moves moves;
  COFFER_TRY(collect_history(reading, clock, moves));
  COFFER_TRY(collect_names(reading, clock, moves));
  return moves;
}

}  // namespace

std::int64_t ClockChange::end_of(std::int64_t end_ms, std::int64_t written_at_ms) const {
  if (end_ms <= to_ms) return end_ms;
  if (end_ms <= from_ms) return to_ms;  // It has passed, and stays passed.
  return written_at_ms > to_ms ? end_ms - (from_ms - to_ms) : end_ms;
}

Result<ClockChange> Engine::clock_change() {
  const ClockChange change = COFFER_TRY(read([](const View& view) -> Result<ClockChange> {
    return ClockChange{view.now_ms(), view.reading().clock_ms()};
  }));
  if (change.to_ms < change.from_ms && change.to_ms < kEarliestMs)
    return Error(ErrorCode::usage, "the clock shows a time before 2020; nothing was changed",
                 "set the clock first");
  return change;
}

Result<ClockAcceptance> Engine::accept_clock(Intent* intent, const NotesMover& move_notes) {
  ClockAcceptance report;
  ClockChange change = COFFER_TRY(clock_change());
  report.from_ms = change.from_ms;
  report.to_ms = change.to_ms;
  if (change.to_ms >= change.from_ms) return report;
  // Destroy under the old time first, as a sweep would, so that the last transaction is short.
  for (std::uint64_t found = kDestroyedAtOnce; found == kDestroyedAtOnce;) {
    COFFER_TRY(write(
        [&](Transaction& txn) -> Result<void> {
          found = COFFER_TRY(destroy_due(txn, kDestroyedAtOnce));
          return {};
        },
        intent));
    report.destroyed += found;
  }
  std::uint64_t last = 0;
  COFFER_TRY(write(
      [&](Transaction& txn) -> Result<void> {
        Writing& writing = *txn.writing_;
        change = {txn.now_ms(), writing.clock_ms()};
        if (change.to_ms >= change.from_ms) return {};
        last = COFFER_TRY(destroy_due(txn, kAll));
        COFFER_TRY(move_notes(txn, change));
        const Moves moves = COFFER_TRY(collect(writing, change));
        writing.lower_time(change.to_ms);
        for (const MovedVersion& each : moves.versions) COFFER_TRY(move_version(writing, each));
        for (const auto& [hash, head] : moves.heads)
          COFFER_TRY(writing.put_small(Table::history, format::history_key(hash, 0),
                                       format::Domain::head, format::encode_head(head).bytes()));
        for (const auto& [key, name] : moves.names)
          COFFER_TRY(writing.put_small(Table::names, key, format::Domain::name,
                                       format::encode_name(name).bytes()));
        report.moved = moves.ends;
        writing.notes().note(format::Action::clock_accept, "");
        return {};
      },
      intent));
  report.from_ms = change.from_ms;
  report.to_ms = change.to_ms;
  report.destroyed += last;
  return report;
}

Result<ClockAcceptance> Engine::try_clock() {
  const ClockChange change = COFFER_TRY(clock_change());
  ClockAcceptance report{change.from_ms, change.to_ms};
  if (change.to_ms >= change.from_ms) return report;
  COFFER_TRY(read([&](const View& view) -> Result<void> {
    report.destroyed = COFFER_TRY(view.due(Pending::Why::expiry, change.from_ms, kAll)).size();
    report.moved = COFFER_TRY(collect(view.reading(), change)).ends;
    return {};
  }));
  return report;
}

}  // namespace coffer::secrets

// The notes of a transaction: its own commit records its changes, a later commit its refusals.
#include "records/notes.h"

#include "records/vault/recorded.h"
#include "tests/unit/records/vault_bench.h"

namespace coffer::test::notes_test {

using format::Action;
using records::Intent;
using records::Noted;
using records::Notes;
using records::Reading;
using records::Vault;
using records::Writing;

const Error kConflict(ErrorCode::conflict, "it is another one");

TEST_CASE("an attempt is refused with its body's error, unless it was over before") {
  Notes notes;
  notes.attempt(Action::put, "a");
  CHECK(notes.refused_by(kConflict, nullptr).size() == 1);
  notes.note(Action::put, "a", 1);
  CHECK(notes.refused_by(kConflict, nullptr).empty());
  notes.attempt(Action::destroy, "b", 2);
  REQUIRE(notes.done().ok());
  CHECK(notes.refused_by(kConflict, nullptr).empty());
}

TEST_CASE("a failure of the store is no refusal") {
  Notes notes;
  notes.attempt(Action::put, "a");
  CHECK(notes.refused_by(Error(ErrorCode::io, "the disk is full"), nullptr).empty());
}

TEST_CASE("refusals follow changes, and the call's refusal precedes its operations'") {
  Notes notes;
  notes.note_refused(Action::look, "x", 0, ErrorCode::denied);
  notes.note_read("a", 3);
  const Intent intent{Action::config_put, "c"};
  const std::vector<Noted> refused = notes.refused_by(kConflict, &intent);
  REQUIRE(refused.size() == 2);
  CHECK(refused[0].path == "c");
  CHECK(refused[1].path == "x");
  CHECK(notes.reads().size() == 1);
  const std::vector<Noted> all = notes.take();
  REQUIRE(all.size() == 2);
  CHECK(all[0].path == "a");
  CHECK(all[1].refused_with == static_cast<std::uint32_t>(ErrorCode::denied));
  CHECK(notes.is_empty());
}

TEST_CASE("an impossible name is not recorded") {
  CHECK(records::recordable("a/b") == "a/b");
  CHECK(records::recordable("a\nb").empty());
  CHECK(records::recordable("\xff").empty());
  CHECK(records::recordable(std::string(100'000, 'x')).empty());
}

TEST_CASE("a commit records its notes, and a refusal gets a commit of its own") {
  const VaultBench bench;
  Vault vault = bench.vault();
  const auto done = vault.write([](Writing& writing) -> Result<void> {
    writing.notes().attempt(Action::put, "a");
    COFFER_TRY(put_text(writing, "one"));
    writing.notes().note(Action::put, "a", 1);
    return {};
  });
  REQUIRE(done.ok());
  const auto refused = vault.write([](Writing& writing) -> Result<void> {
    writing.notes().attempt(Action::put, "b");
    return kConflict;
  });
  CHECK(code_of(refused) == ErrorCode::conflict);
  const auto log = vault.audit_list({});
  REQUIRE(log.ok());
  REQUIRE(log->size() == 2);
  CHECK((*log)[0].allowed);
  CHECK((*log)[0].sequence == done->sequence);
  CHECK((*log)[0].items.front().path == "a");
  CHECK_FALSE((*log)[1].allowed);
  CHECK((*log)[1].items.front().path == "b");
  CHECK(vault.audit_verify()->problem.empty());
}

TEST_CASE("a refused call is recorded once, whether refused before or in its transaction") {
  const VaultBench bench;
  Vault vault = bench.vault();
  const auto before = records::recorded(vault, {Action::put, "a"},
                                        [](Intent*) -> Result<void> { return kConflict; });
  CHECK(code_of(before) == ErrorCode::conflict);
  CHECK(vault.audit_list({})->size() == 1);
  const auto inside =
      records::recorded(vault, {Action::put, "b"}, [&](Intent* intent) -> Result<void> {
        COFFER_TRY(vault.write([](Writing&) -> Result<void> { return kConflict; }, intent));
        return {};
      });
  CHECK(code_of(inside) == ErrorCode::conflict);
  CHECK(vault.audit_list({})->size() == 2);
}

}  // namespace coffer::test::notes_test

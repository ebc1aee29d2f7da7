// Records through Writing and Reading: reading back, the root's count and digest, and the calls
// that only a writer has.
#include <type_traits>

#include "tests/unit/records/vault_bench.h"

namespace coffer::test::reading_writing_test {

using records::Count;
using records::Reading;
using records::Vault;
using records::Writing;

// A call that changes a store must not compile for a reader.
template <typename T>
concept Changes = requires(T& it) {
  it.mark_changed();
}
|| requires(T& it) { it.notes(); }
|| requires(T& it) { it.put_small(kTable, ByteView(), kDomain, ByteView()); }
|| requires(T& it) { it.increase(Count::secrets); };
static_assert(Changes<Writing>);
static_assert(!Changes<Reading>);
static_assert(!Changes<const Writing>);
static_assert(!std::is_constructible_v<Writing, Reading&>);

TEST_CASE("a record is read back as it was put, replaced and removed") {
  const VaultBench bench;
  Vault vault = bench.vault();
  REQUIRE(vault.write([](Writing& writing) { return put_text(writing, "one"); }).ok());
  CHECK(vault.read(read_text).value() == "one");
  REQUIRE(vault.write([](Writing& writing) { return put_text(writing, "two"); }).ok());
  CHECK(vault.read(read_text).value() == "two");
  REQUIRE(vault
              .write([](Writing& writing) -> Result<void> {
                CHECK(COFFER_TRY(writing.remove_small(kTable, as_bytes(kKey))));
                CHECK_FALSE(COFFER_TRY(writing.remove_small(kTable, as_bytes(kKey))));
                return {};
              })
              .ok());
  CHECK(code_of(vault.read(read_text)) == ErrorCode::not_found);
}

TEST_CASE("the root's digest and count cover each record until it is removed") {
  const VaultBench bench;
  Vault vault = bench.vault();
  const auto root = [&] {
    return vault.read([](const Reading& reading) -> Result<format::Root> { return reading.root(); })
        .value();
  };
  const format::Root empty = root();
  REQUIRE(vault.write([](Writing& writing) { return put_text(writing, "one"); }).ok());
  const format::Root one = root();
  CHECK(one.digest != empty.digest);
  CHECK(one.record_count == empty.record_count + 1);
  // The same text, sealed again, is another record.
  REQUIRE(vault.write([](Writing& writing) { return put_text(writing, "one"); }).ok());
  CHECK(root().digest != one.digest);
  CHECK(root().record_count == one.record_count);
  REQUIRE(vault
              .write([](Writing& writing) -> Result<void> {
                COFFER_TRY(writing.remove_small(kTable, as_bytes(kKey)));
                return {};
              })
              .ok());
  CHECK(root().digest == empty.digest);
  CHECK(root().record_count == empty.record_count);
}

TEST_CASE("a record that was altered or moved to another place is corrupt") {
  const VaultBench bench;
  Vault vault = bench.vault();
  REQUIRE(vault.write([](Writing& writing) { return put_text(writing, "one"); }).ok());
  const auto checked = vault.read([](const Reading& reading) -> Result<void> {
    const auto sealed = COFFER_TRY(reading.get(kTable, as_bytes(kKey)));
    const ByteView place = as_bytes(kKey);
    for (const std::size_t at : {std::size_t{0}, sealed->size() / 2, sealed->size() - 1}) {
      Bytes flipped(sealed->begin(), sealed->end());
      flipped[at] ^= 1;
      CHECK(code_of(reading.cipher().open_small(kDomain, place, flipped)) == ErrorCode::corrupt);
    }
    CHECK(code_of(reading.cipher().open_small(kDomain, as_bytes("elsewhere"), *sealed)) ==
          ErrorCode::corrupt);
    CHECK(code_of(reading.cipher().open_small(format::Domain::name, place, *sealed)) ==
          ErrorCode::corrupt);
    return {};
  });
  CHECK(checked.ok());
}

TEST_CASE("a commit that is not the store's own is found when it is opened") {
  const VaultBench bench;
  REQUIRE(bench.vault().write([](Writing& writing) { return put_text(writing, "one"); }).ok());
  {
    const auto environment = storage::Environment::open(bench.path(), {.map_bytes = 1 << 30});
    REQUIRE(environment.ok());
    auto txn = storage::WriteTxn::begin(**environment);
    REQUIRE(txn.ok());
    REQUIRE((*txn)->remove(kTable, as_bytes(kKey)).ok());
    REQUIRE((*txn)->commit().ok());
  }
  CHECK(code_of(bench.try_open()) == ErrorCode::corrupt);
}

TEST_CASE("what a failed body did is undone, and a body that changed nothing makes no commit") {
  const VaultBench bench;
  Vault vault = bench.vault();
  const auto failed = vault.write([](Writing& writing) -> Result<void> {
    COFFER_TRY(put_text(writing, "one"));
    return Error(ErrorCode::io, "the disk is full");
  });
  CHECK(code_of(failed) == ErrorCode::io);
  CHECK(code_of(vault.read(read_text)) == ErrorCode::not_found);
  const auto before = vault.write([](Writing&) { return Result<void>(); });
  const auto after = vault.write([](Writing&) { return Result<void>(); });
  CHECK(before->sequence == after->sequence);
}

TEST_CASE("a body that writes to its own store is refused at once") {
  const VaultBench bench;
  Vault vault = bench.vault();
  const auto nested = vault.write([&](Writing&) -> Result<void> {
    COFFER_TRY(vault.write([](Writing&) { return Result<void>(); }));
    return {};
  });
  CHECK(code_of(nested) == ErrorCode::failed);
}

TEST_CASE("counts of the floor above rise and fall with a commit, and never below 0") {
  const VaultBench bench;
  Vault vault = bench.vault();
  REQUIRE(vault
              .write([](Writing& writing) -> Result<void> {
                writing.increase(Count::secrets);
                writing.increase(Count::top_names);
                COFFER_TRY(writing.decrease(Count::top_names));
                CHECK(code_of(writing.decrease(Count::top_names)) == ErrorCode::corrupt);
                writing.mark_changed();
                return {};
              })
              .ok());
  CHECK(vault.status()->secret_count == 1);
}

}  // namespace coffer::test::reading_writing_test

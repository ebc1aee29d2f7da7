// What a shredding writes follows what goes: large values that live on beside it are not
// written again, and in a split store no leaf but its own is.
#include <coffer/store.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>

#include "keys/keyring/keyring.h"
#include "records/sealing/cipher.h"
#include "tests/scratch.h"
#include "tests/split_at.h"

namespace coffer::test::shred_bytes_test {
namespace {

// What this process has handed to write() and its like so far.
std::uint64_t bytes_written() {
  std::ifstream io("/proc/self/io");
  for (std::string word; io >> word;) {
    std::uint64_t number = 0;
    io >> number;
    if (word == "wchar:") return number;
  }
  throw std::runtime_error("/proc/self/io tells nothing");
}

// Names whose secrets share one bucket.
std::vector<std::string> names_of_one_bucket(const ScratchStore& scratch, std::size_t count) {
  auto keyring = keys::Keyring::open(scratch.file("keyring"), std::vector{scratch.key()}, {});
  must(keyring.ok(), "Keyring::open");
  const records::Cipher cipher(**keyring);
  std::vector<std::string> names;
  for (int i = 0; names.size() < count; ++i) {
    const std::string name = "large/" + std::to_string(i);
    if (cipher.hash(format::Kind::secret, name)[0] == 7) names.push_back(name);
  }
  return names;
}

constexpr std::size_t kMiB = std::size_t{1} << 20;

}  // namespace

TEST_CASE("a destroy and a sweep beside large values of the same bucket do not write them") {
  for (const std::uint64_t split_at : {65'536U, 0U}) {
    ScratchStore scratch;
    const SplitAt split(split_at);
    Store store = scratch.open();
    const auto names = names_of_one_bucket(scratch, 50);
    for (std::size_t i = 0; i + 2 < names.size(); ++i)
      REQUIRE(store.put(names[i], Value::opaque(std::string(kMiB, 'v'))).ok());
    REQUIRE(store.put(names[48], Value::opaque("small")).ok());
    REQUIRE(store.put(names[49], Value::opaque("brief"), {.ttl_ms = 10}).ok());
    std::uint64_t before = bytes_written();
    REQUIRE(store.destroy_all(names[48]).ok());
    const std::uint64_t by_destroy = bytes_written() - before;
    scratch.clock.turn(10);
    before = bytes_written();
    REQUIRE(store.sweep()->swept.size() == 1);
    const std::uint64_t by_sweep = bytes_written() - before;
    before = bytes_written();
    REQUIRE(store.soft_delete(names[0]).ok());
    const std::uint64_t by_delete = bytes_written() - before;
    std::printf(
        "48 values of 1 MiB beside: %llu KiB by a destroy, %llu by a sweep, %llu by a delete\n",
        static_cast<unsigned long long>(by_destroy / 1024),
        static_cast<unsigned long long>(by_sweep / 1024),
        static_cast<unsigned long long>(by_delete / 1024));
    CHECK(by_destroy < kMiB);
    CHECK(by_sweep < kMiB);
    CHECK(by_delete < kMiB);
    CHECK(store.get(names[1])->value.bytes().size() == kMiB);
    CHECK(store.verify()->problems == std::vector<std::string>{});
  }
}

TEST_CASE("what is measured sees values that are written") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::uint64_t before = bytes_written();
  for (const char* name : {"a", "b", "c"})
    REQUIRE(store.put(name, Value::opaque(std::string(kMiB, 'v'))).ok());
  CHECK(bytes_written() - before > 3 * kMiB);
}

}  // namespace coffer::test::shred_bytes_test

// Which key opened a store, and when: noted once a day, and never in the way of opening.
#include <coffer/store.h>

#include <catch2/catch.hpp>

#include "tests/scratch.h"

namespace coffer::test::key_use_test {
namespace {

constexpr std::int64_t kDayMs = 24LL * 60 * 60 * 1000;

}  // namespace

TEST_CASE("the day a key was last used is noted by the first opening of that day only") {
  ScratchStore box;
  const std::int64_t made = box.clock.now_ms();
  const auto last_used = [&] { return box.open().keys().slots().value().front().last_used_at_ms; };
  CHECK(last_used() == 0);
  const Bytes fresh = read_whole_file(box.file("keyring"));
  box.clock.turn(kDayMs - 1);
  CHECK(last_used() == 0);
  CHECK(read_whole_file(box.file("keyring")) == fresh);
  box.clock.turn(1);
  CHECK(last_used() == made + kDayMs);
  const Bytes noted = read_whole_file(box.file("keyring"));
  CHECK(noted != fresh);
  box.clock.turn(kDayMs - 1);
  CHECK(last_used() == made + kDayMs);
  box.clock.set(made - kDayMs);  // A clock set back notes nothing.
  CHECK(last_used() == made + kDayMs);
  CHECK(read_whole_file(box.file("keyring")) == noted);
  CHECK(box.open().verify().value().problems.empty());
}

TEST_CASE("a store opens by its own slots' keys where none is given, a passphrase last") {
  ScratchStore box;
  int asked = 0;
  OpenOptions options;
  options.clock = &box.clock;
  options.prompt = [&](bool confirm) -> Result<SecretBytes> {
    CHECK_FALSE(confirm);
    ++asked;
    return SecretBytes::copy_of("words");
  };
  const std::vector<KeySource> none;
  CHECK(Store::open(box.path(), none, options).ok());
  CHECK(asked == 0);
  REQUIRE(box.open().keys().add(KeySource::passphrase(SecretBytes::copy_of("words"))).ok());
  REQUIRE(::rename(box.key_file().c_str(), box.directory.in("away").c_str()) == 0);
  CHECK(Store::open(box.path(), none, options).ok());
  CHECK(asked == 1);
  options.prompt = {};
  const auto refused = Store::open(box.path(), none, options);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code() == ErrorCode::key_unavailable);
}

}  // namespace coffer::test::key_use_test

// The store's time never goes back, unless a root says so.
#include "records/store_clock.h"

#include <catch2/catch.hpp>

#include "tests/scratch.h"

namespace coffer::test::store_clock_test {

TEST_CASE("the store's time waits for a clock that was set back") {
  TurnedClock clock(1000);
  records::StoreClock time(clock);
  const format::Root root;
  CHECK(time.now_ms(root) == 1000);
  clock.set(400);
  CHECK(time.now_ms(root) == 1000);
  CHECK(time.now_ms() == 1000);
  CHECK(time.shown_ms() == 400);
  CHECK(time.behind_ms(1000) == 600);
  CHECK(time.behind_ms(100) == 0);
}

TEST_CASE("a root's time counts before the clock's, and an acceptance begins another mark") {
  TurnedClock clock(1000);
  records::StoreClock time(clock);
  format::Root root;
  root.time_high_ms = 5000;
  CHECK(time.now_ms(root) == 5000);
  format::Root accepted;
  accepted.clock_acceptances = 1;
  accepted.time_high_ms = 1000;
  CHECK(time.now_ms(accepted) == 1000);
  // A snapshot from before keeps its own time, and does not change the time of others.
  CHECK(time.now_ms(root) == 5000);
  CHECK(time.now_ms(accepted) == 1000);
}

}  // namespace coffer::test::store_clock_test

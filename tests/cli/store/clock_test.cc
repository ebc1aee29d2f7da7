// coffer clock accept, on a store that the library made with a clock that was ahead.
#include "tests/cli/shifted_store.h"

namespace clock_test {

using cli::Json;
using cli::kHourMs;
using cli::Sandbox;

TEST_CASE("a clock that once ran ahead is accepted, and what it says counts again") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "short", "k=v", "--ttl", "1h"});
  cli::put_shifted(box.store(), box.key(), 365 * 24 * kHourMs, "later", {.ttl_ms = 5 * kHourMs});
  CHECK(box.expect(1, {"put", "new", "k=v", "--ttl", "1h"}).says("coffer clock accept"));
  box.expect(6, {"get", "later"});
  const Json tried = box.expect(0, {"clock", "accept", "--dry-run", "--format", "json"}).json();
  CHECK((tried["dry_run"] == true && tried["destroyed"] == 1 && tried["moved"] == 1));
  box.expect(6, {"get", "later"});
  const Json done =
      box.expect(0, {"clock", "accept", "--reason", "the battery", "--format", "json"}).json();
  CHECK((done["dry_run"] == false && done["destroyed"] == 1 && done["moved"] == 1));
  CHECK(done["from"].get<std::string>() > done["to"].get<std::string>());
  CHECK(box.expect(0, {"get", "later"}).out == "v");
  box.expect(6, {"get", "short"});
  box.expect(0, {"put", "new", "k=v", "--ttl", "1h"});
  CHECK(box.expect(0, {"clock", "accept"}).out ==
        "the clock is not behind the store's time: there is nothing to accept\n");
  const Json records =
      box.expect(0, {"audit", "list", "--action", "clock.accept", "--format", "json"})
          .json()["records"];
  REQUIRE(records.size() == 1);
  CHECK(records[0]["reason"] == "the battery");
  box.expect(0, {"verify"});
  CHECK(box.expect(0, {"help", "clock", "accept"}).out.find("Example:") != std::string::npos);
}

}  // namespace clock_test

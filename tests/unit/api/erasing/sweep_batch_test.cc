// A sweep of a large store goes bucket by bucket: what one transaction wraps anew is bounded.
#include "secrets/sweep.h"

#include <catch2/catch.hpp>
#include <set>

#include "tests/scratch.h"

namespace coffer::test::sweep_batch_test {
namespace {

constexpr int kExpiring = 300;

std::unique_ptr<secrets::Engine> engine_with_expired(ScratchStore& scratch) {
  OpenOptions options;
  options.clock = &scratch.clock;
  auto engine = secrets::Engine::open(scratch.path(), {scratch.key()}, options).value();
  REQUIRE(engine
              ->write([&](secrets::Transaction& txn) -> Result<void> {
                secrets::PutRequest brief;
                brief.expires_at_ms = txn.now_ms() + 1000;
                for (int i = 0; i < kExpiring; ++i) {
                  COFFER_TRY(txn.put("brief/" + std::to_string(i), Value::opaque("b"), brief));
                  COFFER_TRY(txn.put("kept/" + std::to_string(i), Value::opaque("k")));
                }
                return {};
              })
              .ok());
  scratch.clock.turn(1000);
  return engine;
}

std::set<int> buckets_due(secrets::Engine& engine) {
  std::set<int> buckets;
  REQUIRE(engine
              .read([&](const secrets::View& view) -> Result<void> {
                for (const secrets::Pending& each :
                     COFFER_TRY(view.due(secrets::Pending::Why::expiry, view.now_ms(), 1000)))
                  buckets.insert(each.leaf >> 8);
                return {};
              })
              .ok());
  return buckets;
}

void check_all_swept(secrets::Engine& engine, const SweepReport& report) {
  std::set<std::string> paths;
  for (const SweptVersion& each : report.swept) CHECK(paths.insert(each.path).second);
  CHECK(paths.size() == kExpiring);
  CHECK(buckets_due(engine).empty());
  CHECK(engine.get("kept/7", 0)->value.text() == "k");
  CHECK(engine.get("brief/7", 0).error().code() == ErrorCode::expired);
  CHECK(engine.verify()->problems == std::vector<std::string>{});
}

}  // namespace

TEST_CASE("what expired in a small store is swept in one transaction") {
  ScratchStore scratch;
  const auto engine = engine_with_expired(scratch);
  const std::uint64_t epoch = engine->status()->epoch;
  check_all_swept(*engine, secrets::sweep(*engine, {}).value());
  CHECK(engine->status()->epoch == epoch + 1);
}

TEST_CASE("each bucket is wrapped anew once, however few records a transaction may wrap") {
  ScratchStore scratch;
  const auto engine = engine_with_expired(scratch);
  const std::uint64_t buckets = buckets_due(*engine).size();
  REQUIRE(buckets > 100);
  const std::uint64_t epoch = engine->status()->epoch;
  check_all_swept(*engine, secrets::sweep(*engine, {}, {}, {.records_wrapped = 1}).value());
  CHECK(engine->status()->epoch == epoch + buckets);
}

TEST_CASE("a batch holds no more versions than it may") {
  ScratchStore scratch;
  const auto engine = engine_with_expired(scratch);
  const std::uint64_t epoch = engine->status()->epoch;
  check_all_swept(*engine, secrets::sweep(*engine, {}, {}, {.versions = 100}).value());
  CHECK(engine->status()->epoch == epoch + 3);
}

}  // namespace coffer::test::sweep_batch_test

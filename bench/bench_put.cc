// Durable writes, one transaction each: coffer, bare LMDB and SQLCipher with its defaults.
#include <benchmark/benchmark.h>

#include "dataset.h"
#include "sqlcipher_peer.h"

namespace coffer::bench {
namespace {

constexpr std::uint64_t kCount = 100'000;
constexpr std::size_t kBytes = 100;

void lmdb_put(benchmark::State& state) {
  static FloorStore store(kCount, kBytes);
  Walk walk(kCount);
  for (auto _ : state) store.put({walk.next()});
}

void lmdb_put_100(benchmark::State& state) {
  static FloorStore store(kCount, kBytes);
  Walk walk(kCount);
  std::vector<std::uint64_t> numbers(100);
  for (auto _ : state) {
    for (std::uint64_t& number : numbers) number = walk.next();
    store.put(numbers);
  }
  state.SetItemsProcessed(state.iterations() * 100);
}

void coffer_put(benchmark::State& state) {
  static CofferStore store(kCount, kBytes);
  Walk walk(kCount);
  const Value value = Value::opaque(secret_value(7, kBytes));
  for (auto _ : state) {
    const std::string& name = secret_name(walk.next());
    auto done = store.engine().write([&](secrets::Transaction& txn) -> Result<void> {
      COFFER_TRY(txn.put(name, value));
      return {};
    });
    if (!done) state.SkipWithError("put failed");
  }
}

void coffer_put_100(benchmark::State& state) {
  static CofferStore store(kCount, kBytes);
  Walk walk(kCount);
  const Value value = Value::opaque(secret_value(7, kBytes));
  for (auto _ : state) {
    auto done = store.engine().write([&](secrets::Transaction& txn) -> Result<void> {
      for (int i = 0; i < 100; ++i) COFFER_TRY(txn.put(secret_name(walk.next()), value));
      return {};
    });
    if (!done) state.SkipWithError("put failed");
  }
  state.SetItemsProcessed(state.iterations() * 100);
}

void coffer_destroy(benchmark::State& state) {
  static CofferStore store(kCount, kBytes);
  static std::uint64_t next = 0;  // A run is repeated, a version destroyed once.
  for (auto _ : state) {
    const std::string& name = secret_name(next++);
    auto done = store.engine().write(
        [&](secrets::Transaction& txn) -> Result<void> { return txn.destroy(name, {1}); });
    if (!done) state.SkipWithError("destroy failed");
  }
}

#ifdef COFFER_BENCH_SQLCIPHER
void sqlcipher_put(benchmark::State& state) {
  static SqlcipherStore store(kCount, kBytes, false);
  Walk walk(kCount);
  for (auto _ : state) store.put(walk.next());
}
BENCHMARK(sqlcipher_put)->UseRealTime();
#endif
BENCHMARK(lmdb_put)->UseRealTime();
BENCHMARK(lmdb_put_100)->UseRealTime();
BENCHMARK(coffer_put)->UseRealTime();
BENCHMARK(coffer_put_100)->UseRealTime();
BENCHMARK(coffer_destroy)->UseRealTime();

}  // namespace
}  // namespace coffer::bench

BENCHMARK_MAIN();

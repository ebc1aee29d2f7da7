// Point reads: coffer, its floor and SQLCipher, with the same names in the same order.
#include <benchmark/benchmark.h>

#include "dataset.h"
#include "sqlcipher_peer.h"

namespace coffer::bench {
namespace {

template <typename Store, typename... Options>
Store& store_of(const benchmark::State& state, Options... options) {
  // Keeps one store at a time, and rebuilds it when the size changes.
  static std::unique_ptr<Store> store;
  static std::pair<std::int64_t, std::int64_t> built{-1, -1};
  if (built != std::pair(state.range(0), state.range(1))) {
    store.reset();
    store = std::make_unique<Store>(static_cast<std::uint64_t>(state.range(0)),
                                    static_cast<std::size_t>(state.range(1)), options...);
    built = {state.range(0), state.range(1)};
  }
  return *store;
}

void floor_get(benchmark::State& state) {
  FloorStore& store = store_of<FloorStore>(state);
  Walk walk(static_cast<std::uint64_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(store.get(walk.next()));
}

void coffer_get(benchmark::State& state) {
  CofferStore& store = store_of<CofferStore>(state);
  Walk walk(static_cast<std::uint64_t>(state.range(0)));
  for (auto _ : state) {
    auto secret = store.engine().get(secret_name(walk.next()), 0);
    if (!secret) state.SkipWithError("get failed");
    benchmark::DoNotOptimize(secret->value.bytes().data());
  }
}

#ifdef COFFER_BENCH_SQLCIPHER
struct DefaultCache : SqlcipherStore {
  DefaultCache(std::uint64_t count, std::size_t bytes) : SqlcipherStore(count, bytes, false) {}
};
struct AllCached : SqlcipherStore {
  AllCached(std::uint64_t count, std::size_t bytes) : SqlcipherStore(count, bytes, true) {}
};

template <typename Peer>
void sqlcipher_get(benchmark::State& state) {
  Peer& store = store_of<Peer>(state);
  Walk walk(static_cast<std::uint64_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(store.get(walk.next()));
}
BENCHMARK(sqlcipher_get<DefaultCache>)
    ->Args({1'000, 100})
    ->Args({100'000, 100})
    ->Args({100'000, 1024});
BENCHMARK(sqlcipher_get<AllCached>)
    ->Args({1'000, 100})
    ->Args({100'000, 100})
    ->Args({100'000, 1024});
#endif

BENCHMARK(floor_get)->Args({1'000, 100})->Args({100'000, 100})->Args({100'000, 1024});
BENCHMARK(coffer_get)->Args({1'000, 100})->Args({100'000, 100})->Args({100'000, 1024});

}  // namespace
}  // namespace coffer::bench

BENCHMARK_MAIN();

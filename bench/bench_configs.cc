// Configs: hydrating a document against getting its secrets one by one, a large document, and ten
// thousand configs put, changed and swept.
#include <benchmark/benchmark.h>
#include <coffer/configs.h>

#include <chrono>

#include "api/access.h"
#include "dataset.h"
#include "format/names.h"
#include "secrets/sweep.h"
#include "text/json.h"

namespace coffer::bench {
namespace {

constexpr char kSpec[] = R"({"properties":{"host":{"type":"string"},"l":{"type":"array","items":
  {"properties":{"n":{"type":"string"},"p":{"type":"string","airbyte_secret":true}}}}}})";

// A document with `secrets` secrets of `bytes` bytes each; `change` varies it.
std::string document(std::size_t secrets, std::size_t bytes, std::size_t change = 0) {
  std::string out = R"({"host":"db.example.org","l":[)";
  for (std::size_t i = 0; i < secrets; ++i) {
    const std::string number = std::to_string(i);
    out += std::string(i == 0 ? "" : ",") + R"({"n":"name-)" + number + R"(","p":")";
    std::string secret = number + "-" + std::to_string(change) + "-";
    secret.resize(bytes, 's');
    out += secret + "\"}";
  }
  return out + "]}";
}

class Clocked : public Clock {
 public:
  std::int64_t now_ms() const override { return now; }
  std::int64_t now = 1'700'000'000'000;
};

// A store with one config of this many secrets.
struct OneConfig {
  OneConfig(std::size_t secrets, std::size_t bytes)
      : store(0, 0), configs(api::Access::facet<Configs>(store.engine())) {
    full = document(secrets, bytes);
    auto put = configs.put("c", kSpec, full);
    if (!put) std::abort();
    partial = std::string(put->partial.text());
    for (const ConfigOutcome& each : put->outcomes) {
      const auto parsed = format::parse_coordinate(each.coordinate);
      coordinates.emplace_back(parsed->base, parsed->version);
    }
  }
  CofferStore store;
  Configs configs;
  std::string full, partial;
  std::vector<std::pair<std::string, std::uint64_t>> coordinates;
};

OneConfig& twenty() {
  static OneConfig config(20, 40);
  return config;
}

OneConfig& thousand() {
  static OneConfig config(1000, 960);
  return config;
}

void get_each_and_parse(benchmark::State& state, OneConfig& config) {
  for (auto _ : state) {
    auto parsed = json::Document::parse(config.partial);
    benchmark::DoNotOptimize(parsed);
    for (const auto& [base, version] : config.coordinates) {
      auto secret = config.store.engine().get(base, version);
      if (!secret) state.SkipWithError("get failed");
      benchmark::DoNotOptimize(secret->value.bytes().data());
    }
  }
}

void hydrate(benchmark::State& state, OneConfig& config) {
  for (auto _ : state) {
    auto full = config.configs.hydrate_for("c", config.partial);
    if (!full) state.SkipWithError("hydrate failed");
    benchmark::DoNotOptimize(full->data());
  }
}

void gets_20_and_parse(benchmark::State& state) { get_each_and_parse(state, twenty()); }
void hydrate_20(benchmark::State& state) { hydrate(state, twenty()); }
void hydrate_20_with_spec(benchmark::State& state) {
  OneConfig& config = twenty();
  for (auto _ : state) {
    auto full = config.configs.hydrate_with(kSpec, config.partial);
    if (!full) state.SkipWithError("hydrate failed");
    benchmark::DoNotOptimize(full->data());
  }
}
void reveal_20(benchmark::State& state) {
  OneConfig& config = twenty();
  for (auto _ : state) {
    auto full = config.configs.get("c", ConfigForm::revealed);
    if (!full) state.SkipWithError("get failed");
    benchmark::DoNotOptimize(full->document.data());
  }
}
void gets_1000_and_parse(benchmark::State& state) { get_each_and_parse(state, thousand()); }
void hydrate_1000(benchmark::State& state) { hydrate(state, thousand()); }
void mask_1000(benchmark::State& state) {
  OneConfig& config = thousand();
  for (auto _ : state) {
    auto masked = config.configs.get("c");
    if (!masked) state.SkipWithError("get failed");
    benchmark::DoNotOptimize(masked->document.data());
  }
}

void put_1000(benchmark::State& state) {
  CofferStore store(0, 0);
  Configs configs(api::Access::facet<Configs>(store.engine()));
  const std::string full = document(1000, 960);
  std::size_t number = 0;
  for (auto _ : state) {
    if (!configs.put("c" + std::to_string(number++), kSpec, full))
      state.SkipWithError("put failed");
  }
  state.counters["bytes"] = static_cast<double>(full.size());
}

void update_1000_unchanged(benchmark::State& state) {
  OneConfig& config = thousand();
  for (auto _ : state) {
    if (!config.configs.put("c", kSpec, config.full)) state.SkipWithError("put failed");
  }
}

void bump_1000(benchmark::State& state) {
  CofferStore store(0, 0);
  Configs configs(api::Access::facet<Configs>(store.engine()));
  std::size_t change = 0;
  for (auto _ : state) {
    if (!configs.put("c", kSpec, document(1000, 960, ++change))) state.SkipWithError("put failed");
  }
}

// Each step's time is a counter, in seconds.
void configs_10000(benchmark::State& state) {
  constexpr std::size_t kConfigs = 10'000;
  using Watch = std::chrono::steady_clock;
  const auto seconds = [](Watch::time_point from) {
    return std::chrono::duration<double>(Watch::now() - from).count();
  };
  for (auto _ : state) {
    const Clocked start;
    Clocked clock;
    CofferStore store(0, 0, &clock);
    Configs configs(api::Access::facet<Configs>(store.engine()));
    const auto put_all = [&](std::size_t change, std::int64_t keep_old_ms) {
      for (std::size_t i = 0; i < kConfigs; ++i) {
        if (!configs.put("c" + std::to_string(i), kSpec, document(2, 40, change),
                         {.keep_old_ms = keep_old_ms}))
          state.SkipWithError("put failed");
      }
    };
    auto begin = Watch::now();
    put_all(0, 0);
    state.counters["put_s"] = seconds(begin);
    begin = Watch::now();
    put_all(1, 3'600'000);
    state.counters["change_s"] = seconds(begin);
    clock.now = start.now + 2 * 3'600'000;
    begin = Watch::now();
    auto swept = secrets::sweep(store.engine(), {});
    if (!swept || swept->swept.size() != 2 * kConfigs) state.SkipWithError("sweep failed");
    state.counters["sweep_20000_s"] = seconds(begin);
    begin = Watch::now();
    swept = secrets::sweep(store.engine(), {});
    if (!swept || !swept->swept.empty()) state.SkipWithError("second sweep failed");
    state.counters["sweep_none_ms"] = seconds(begin) * 1000;
  }
}

BENCHMARK(gets_20_and_parse);
BENCHMARK(hydrate_20);
BENCHMARK(hydrate_20_with_spec);
BENCHMARK(reveal_20);
BENCHMARK(gets_1000_and_parse)->Unit(benchmark::kMillisecond);
BENCHMARK(hydrate_1000)->Unit(benchmark::kMillisecond);
BENCHMARK(mask_1000)->Unit(benchmark::kMillisecond);
BENCHMARK(put_1000)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(10);
BENCHMARK(update_1000_unchanged)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(10);
BENCHMARK(bump_1000)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(10);
BENCHMARK(configs_10000)->Unit(benchmark::kSecond)->UseRealTime()->Iterations(1);

}  // namespace
}  // namespace coffer::bench

BENCHMARK_MAIN();

// Compares a store of many secrets with a small one: what grows with the store and what does not.
// Not a microbenchmark: each figure comes from a single run.
//
//   bench_scale [SECRETS]     1,000,000 by default
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "api/reading.h"
#include "dataset.h"
#include "secrets/sweep.h"

namespace coffer::bench {
namespace {

constexpr std::uint64_t kFolder = 1000;
constexpr std::uint64_t kBatch = 1000;
constexpr std::uint64_t kExpiring = 1000;
constexpr std::int64_t kHour = 3'600'000;

class HandClock final : public Clock {
 public:
  std::int64_t now_ms() const override { return now_; }
  void turn(std::int64_t by_ms) { now_ += by_ms; }

 private:
  std::int64_t now_ = 1'800'000'000'000;
};

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <typename T>
T need(Result<T> result, const char* what) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "bench_scale: %s: %s\n", what, describe(result.error()).c_str());
  std::exit(1);
}
void need(const Result<void>& result, const char* what) {
  if (result) return;
  std::fprintf(stderr, "bench_scale: %s: %s\n", what, describe(result.error()).c_str());
  std::exit(1);
}

// The process's private memory, without mapped file pages, which the kernel can take back.
double own_memory_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:")) return std::strtod(line.c_str() + 8, nullptr) / 1024;
  return 0;
}

class PeakMemory {
 public:
  void look() { peak_ = std::max(peak_, own_memory_mib()); }
  double mib() const { return peak_; }

 private:
  double peak_ = 0;
};

std::string path_of(std::uint64_t number) {
  char name[64];
  std::snprintf(name, sizeof name, "team-%05llu/secret-%08llu",
                static_cast<unsigned long long>(number / kFolder),
                static_cast<unsigned long long>(number));
  return name;
}

class ScaleRun {
 public:
  explicit ScaleRun(std::uint64_t count) : count_(count) {
    need(create_key_file(key_), "key");
    std::filesystem::create_directory(store_);
    std::filesystem::permissions(store_, std::filesystem::perms::owner_all);
    CreateOptions create;
    create.clock = &clock_;
    need(secrets::Engine::create(store_, {KeySource::file(key_)}, create), "create");
    open();
    std::printf("--- %llu secrets of 100 bytes\n", static_cast<unsigned long long>(count));
  }

  void run() {
    line("bulk put, transactions of 1,000", "secrets/s", static_cast<double>(count_) / bulk_put());
    const Status status = need(engine_->status(), "status");
    line("file size", "B/secret",
         static_cast<double>(status.file_bytes) / static_cast<double>(count_));
    line("open and first get", "ms", 1e3 * seconds_of([&] {
                                       engine_.reset();
                                       open();
                                       need(engine_->get(path_of(count_ / 2), 0), "get");
                                     }));
    line("get, random", "us", 1e6 * gets());
    line("list a folder of 1,000", "ms", 1e3 * list("team-00007", 1000));
    line("list the root", "ms", 1e3 * list("", count_ / kFolder));
    line("destroy one version (median of 21)", "ms", 1e3 * destroy_one());
    put_expiring();
    clock_.turn(2 * kHour);
    line("sweep of 1,000 expired", "ms", 1e3 * sweep());
    put_expiring();
    clock_.turn(2 * kHour);
    line("another sweep of 1,000", "ms", 1e3 * sweep());
    line("sweep of nothing", "ms",
         1e3 * seconds_of([&] { need(secrets::sweep(*engine_, {}), "sweep"); }));
    line("own memory, at most", "MiB", memory_.mib());
  }

 private:
  void open() {
    OpenOptions options;
    options.clock = &clock_;
    engine_ = need(secrets::Engine::open(store_, {KeySource::file(key_)}, options), "open");
  }

  void line(const char* what, const char* unit, double figure) {
    memory_.look();
    std::printf("%-36s %12.2f %-10s (own memory %.1f MiB)\n", what, figure, unit, own_memory_mib());
    std::fflush(stdout);
  }

  double bulk_put() {
    return seconds_of([&] {
      for (std::uint64_t from = 0; from < count_; from += kBatch) {
        need(engine_->write([&](secrets::Transaction& txn) -> Result<void> {
          for (std::uint64_t i = from; i < std::min(from + kBatch, count_); ++i)
            COFFER_TRY(txn.put(path_of(i), Value::opaque(secret_value(i, 100))));
          memory_.look();
          return {};
        }),
             "bulk put");
      }
    });
  }

  double gets() {
    constexpr int kGets = 100'000;
    Walk walk(count_);
    return seconds_of([&] {
             for (int i = 0; i < kGets; ++i) need(engine_->get(path_of(walk.next()), 0), "get");
           }) /
           kGets;
  }

  double list(const std::string& folder, std::uint64_t expected) {
    std::size_t found = 0;
    const double seconds = seconds_of([&] {
      need(engine_->read([&](const secrets::View& view) -> Result<void> {
        found = COFFER_TRY(api::read_names(view, folder, {})).size();
        return {};
      }),
           "list");
    });
    if (found != expected) std::printf("  listed %zu names\n", found);
    return seconds;
  }

  double destroy_one() {
    std::vector<double> times;
    for (std::uint64_t i = 0; i < 21; ++i) {
      times.push_back(seconds_of([&] {
        need(engine_->write([&](secrets::Transaction& txn) {
          memory_.look();
          return txn.destroy(path_of(i * 13), {1});
        }),
             "destroy");
      }));
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
  }

  void put_expiring() {
    need(engine_->write([&](secrets::Transaction& txn) -> Result<void> {
      secrets::PutRequest request;
      request.expires_at_ms = txn.now_ms() + kHour;
      for (std::uint64_t i = 0; i < kExpiring; ++i)
        COFFER_TRY(txn.put("brief/" + std::to_string(i), Value::opaque("soon gone"), request));
      return {};
    }),
         "put");
  }

  double sweep() {
    std::size_t swept = 0;
    const double seconds =
        seconds_of([&] { swept = need(secrets::sweep(*engine_, {}), "sweep").swept.size(); });
    if (swept != kExpiring) std::printf("  swept %zu versions\n", swept);
    return seconds;
  }

  Scratch scratch_;
  std::string key_ = scratch_.path() + "/key";
  std::string store_ = scratch_.path() + "/store";
  std::uint64_t count_;
  HandClock clock_;
  std::unique_ptr<secrets::Engine> engine_;
  PeakMemory memory_;
};

}  // namespace
}  // namespace coffer::bench

int main(int argc, char** argv) {
  const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  coffer::bench::ScaleRun(std::max(count / 100, coffer::bench::kFolder * 10)).run();
  coffer::bench::ScaleRun(count).run();
  return 0;
}

// Rotates the data keys and the master key of a large store, and measures the effect on concurrent
// readers. Each figure comes from a single run.
//
//   bench_rotation [VERSIONS] [VERSIONS AT ONCE]     1,000,000 and 16,384 by default
#include <coffer/store.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "dataset.h"

namespace coffer::bench {
namespace {

constexpr std::uint64_t kBatch = 1000;
constexpr std::size_t kValueBytes = 100;
constexpr auto kBefore = std::chrono::seconds(5);

using Time = std::chrono::steady_clock;

template <typename T>
T need(Result<T> result, const char* what) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "bench_rotation: %s: %s\n", what, describe(result.error()).c_str());
  std::exit(1);
}

double ms_since(Time::time_point start) {
  return std::chrono::duration<double, std::milli>(Time::now() - start).count();
}

void fill(Store& store, std::uint64_t count) {
  for (std::uint64_t first = 0; first < count; first += kBatch) {
    need(store.transaction([&](Transaction& txn) -> Result<void> {
      for (std::uint64_t i = first; i < std::min(first + kBatch, count); ++i) {
        auto put = txn.put(secret_name(i), Value::opaque(secret_value(i, kValueBytes)));
        if (!put) return std::move(put).error();
      }
      return {};
    }),
         "put");
  }
}

// The durations of the calls of one kind.
class Latencies {
 public:
  void add(double ms) { ms_.push_back(ms); }
  void tell(const char* what) {
    if (ms_.empty()) return;
    std::sort(ms_.begin(), ms_.end());
    const auto at = [&](double share) {
      return ms_[static_cast<std::size_t>(share * static_cast<double>(ms_.size() - 1))];
    };
    std::printf("  %-28s %9zu calls  p50 %8.4f  p99 %8.4f  p99.9 %8.4f  max %8.3f ms\n", what,
                ms_.size(), at(0.5), at(0.99), at(0.999), ms_.back());
  }

 private:
  std::vector<double> ms_;
};

// A thread that reads and one that writes, each with its own handle, until told to stop.
class Beside {
 public:
  Beside(const std::string& path, const KeySource& key, std::uint64_t count)
      : reading_(need(Store::open(path, key), "open")),
        writing_(need(Store::open(path, key), "open")),
        count_(count) {}

  void measure(const char* when, const std::function<void()>& meanwhile) {
    Latencies gets;
    Latencies puts;
    std::atomic<bool> done{false};
    std::thread reader([&] {
      Walk walk(count_);
      while (!done) {
        const auto start = Time::now();
        need(reading_.get(secret_name(walk.next())), "get");
        gets.add(ms_since(start));
      }
    });
    std::thread writer([&] {
      Walk walk(count_);
      while (!done) {
        const auto start = Time::now();
        need(writing_.put("beside", Value::opaque("v")), "put");
        puts.add(ms_since(start));
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    });
    meanwhile();
    done = true;
    reader.join();
    writer.join();
    std::printf("%s\n", when);
    gets.tell("get");
    puts.tell("put, durable, every 20 ms");
  }

 private:
  Store reading_;
  Store writing_;
  std::uint64_t count_;
};

void run(std::uint64_t count, std::uint64_t at_once) {
  const Scratch scratch;
  const std::string path = scratch.path() + "/store";
  const std::string key_file = scratch.path() + "/key";
  if (!create_key_file(key_file)) std::exit(1);
  const KeySource key = KeySource::file(key_file);
  if (!Store::create(path, {key})) std::exit(1);
  Store store = need(Store::open(path, key), "open");
  fill(store, count);
  std::printf("%llu versions of %zu bytes, %.0f MiB\n", static_cast<unsigned long long>(count),
              kValueBytes,
              static_cast<double>(need(store.status(), "status").file_bytes) / (1 << 20));
  RotateDataOptions options;
  options.versions_at_once = at_once;
  const auto rotate = [&](const char* what) {
    const auto start = Time::now();
    const RotateDataReport report = need(store.keys().rotate_data(options), "rotate --data");
    const double ms = ms_since(start);
    std::printf("%s: %.2f s, %llu versions in %llu batches, %.0f versions/s\n", what, ms / 1000,
                static_cast<unsigned long long>(report.versions),
                static_cast<unsigned long long>(report.epoch_after - report.epoch_before),
                static_cast<double>(report.versions) / ms * 1000);
  };
  rotate("data keys, alone");
  Beside beside(path, key, count);
  beside.measure("before", [] { std::this_thread::sleep_for(kBefore); });
  beside.measure("while the data keys are rotated",
                 [&] { rotate("data keys, beside a reader and a writer"); });
  beside.measure("while the master key is rotated 20 times", [&] {
    const auto start = Time::now();
    for (int i = 0; i < 20; ++i) need(store.keys().rotate(), "rotate");
    std::printf("master key: %.1f ms each\n", ms_since(start) / 20);
  });
  const VerifyReport report = need(store.verify(), "verify");
  std::printf("verify: %llu records, %zu problems\n",
              static_cast<unsigned long long>(report.records), report.problems.size());
}

}  // namespace
}  // namespace coffer::bench

int main(int argc, char** argv) {
  const auto number = [&](int at, std::uint64_t otherwise) {
    return argc > at ? std::strtoull(argv[at], nullptr, 10) : otherwise;
  };
  coffer::bench::run(number(1, 1'000'000), number(2, 16'384));
  return 0;
}

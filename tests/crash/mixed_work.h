// Random operations of all kinds on one store, with invariants that hold whatever other workers do:
// no addition to a counter is lost, two accounts always have the same sum, each value is whole.
#pragma once

#include <coffer/store.h>

#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace crash {

inline constexpr std::uint64_t kSum = 1000;
inline constexpr int kCounters = 3;

inline std::string counter_path(int i) { return "counter/" + std::to_string(i); }

inline std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Creates the counters and two accounts. The accounts keep every version, since a snapshot refuses
/// versions that were trimmed and shredded after it was taken.
inline bool prepare_mixed_work(coffer::Store& store) {
  coffer::MetadataChange keep;
  keep.max_versions = 1'000'000;
  for (const char* path : {"account/a", "account/b"})
    if (!store.put_metadata(path, keep)) return false;
  bool good = store.put("account/a", coffer::Value::opaque(std::to_string(kSum))).ok() &&
              store.put("account/b", coffer::Value::opaque("0")).ok();
  for (int i = 0; i < kCounters; ++i)
    good = good && store.put(counter_path(i), coffer::Value::opaque("1")).ok();
  return good;
}

/// The work of one or more threads.
struct MixedResult {
  std::uint64_t additions = 0;
  std::uint64_t operations = 0;
  std::vector<std::string> faults;  ///< Empty if all invariants held.
};

class MixedWorker {
 public:
  MixedWorker(coffer::Store& store, std::uint64_t seed) : store_(store), random_(seed) {}

  MixedResult run(std::chrono::steady_clock::time_point until) {
    while (std::chrono::steady_clock::now() < until && result_.faults.size() < 3) {
      step();
      ++result_.operations;
    }
    return std::move(result_);
  }

 private:
  using Code = coffer::ErrorCode;

  std::uint64_t pick(std::uint64_t below) { return random_() % below; }

  void fault(std::string_view what) { result_.faults.emplace_back(what); }
  void fault(std::string_view what, const coffer::Error& error) {
    result_.faults.push_back(std::string(what) + ": " + coffer::describe(error));
  }
  /// Accepts the errors that other workers cause when they delete, move or write the secret
  /// meanwhile.
  template <typename T>
  bool allow(std::string_view what, const coffer::Result<T>& result) {
    if (result) return true;
    switch (result.error().code()) {
      case Code::not_found:
      case Code::deleted:
      case Code::expired:
      case Code::destroyed:
      case Code::conflict: break;
      default: fault(what, result.error());
    }
    return false;
  }
  template <typename T>
  bool want(std::string_view what, const coffer::Result<T>& result) {
    if (!result) fault(what, result.error());
    return result.ok();
  }

  void step() {
    switch (pick(10)) {
      case 0: return add_one();
      case 1: return transfer();
      case 2: return look_at_once();
      case 3: return list();
      case 4: return housekeep();
      default: return disturb("mess/" + std::to_string(pick(12)));
    }
  }

  void add_one() {
    const auto i = static_cast<int>(pick(kCounters));
    for (;;) {
      const auto seen = store_.get(counter_path(i));
      if (!want("get of a counter", seen)) return;
      const std::uint64_t value = number_of(seen->value.text());
      if (value != seen->info.version) return fault("a counter lost an addition");
      if (value < last_seen_[static_cast<std::size_t>(i)]) return fault("a counter went back");
      last_seen_[static_cast<std::size_t>(i)] = value;
      coffer::PutOptions options;
      options.cas = value;
      const auto put =
          store_.put(counter_path(i), coffer::Value::opaque(std::to_string(value + 1)), options);
      if (put) break;
      if (put.error().code() != Code::conflict) return fault("put of a counter", put.error());
    }
    ++result_.additions;
  }

  void transfer() {
    const std::uint64_t share = pick(kSum);
    std::uint64_t sum = 0;
    const auto done = store_.transaction([&](coffer::Transaction& txn) -> coffer::Result<void> {
      const coffer::Secret a = COFFER_TRY(txn.get("account/a"));
      const coffer::Secret b = COFFER_TRY(txn.get("account/b"));
      sum = number_of(a.value.text()) + number_of(b.value.text());
      COFFER_TRY(txn.put("account/a", coffer::Value::opaque(std::to_string(share))));
      COFFER_TRY(txn.put("account/b", coffer::Value::opaque(std::to_string(sum - share))));
      return {};
    });
    if (want("transfer", done) && sum != kSum) fault("a transaction saw a wrong sum");
  }

  void look_at_once() {
    const auto all = store_.snapshot();
    if (!want("snapshot", all)) return;
    const auto a = all->get("account/a");
    const auto history = all->history("account/b");
    const auto count = all->history(counter_path(0));
    const auto b = all->get("account/b");
    if (!want("get in a snapshot", a) || !want("get in a snapshot", b) ||
        !want("history in a snapshot", history) || !want("history in a snapshot", count))
      return;
    if (number_of(a->value.text()) + number_of(b->value.text()) != kSum)
      fault("a snapshot showed a wrong sum");
    if (history->current_version != b->info.version) fault("a snapshot showed two states");
    const auto again = all->history(counter_path(0));
    if (want("history in a snapshot", again) && again->current_version != count->current_version)
      fault("a snapshot moved");
  }

  void list() {
    coffer::ListOptions options;
    options.recursive = pick(2) == 0;
    options.state = static_cast<coffer::ListState>(pick(5));
    const auto names = store_.list("", options);
    if (want("list", names) && pick(2) == 0) want("find", store_.find("mess", options));
    if (names && options.state == coffer::ListState::live && names->size() < 2)
      fault("a listing was short");
  }

  void housekeep() {
    if (pick(4) == 0) want("sweep", store_.sweep());
    want("status", store_.status());
  }

  std::string whole_value() {
    const std::string number = std::to_string(random_());
    return number + ":" + std::string(pick(3000), 'v') + ":" + number;
  }
  static bool is_whole(std::string_view value) {
    const std::string_view number = value.substr(0, value.find(':') + 1);
    return value.size() > number.size() && value.ends_with(number.substr(0, number.size() - 1)) &&
           value[value.size() - number.size()] == ':';
  }

  void disturb(const std::string& path) {
    switch (pick(12)) {
      case 0:
      case 1:
      case 2: {
        coffer::PutOptions options;
        if (pick(3) == 0) options.ttl_ms = 1 + static_cast<std::int64_t>(pick(200));
        allow("put", store_.put(path, coffer::Value::opaque(whole_value()), options));
        return;
      }
      case 3:
      case 4:
      case 5: {
        const auto secret = store_.get(path, pick(3));
        if (allow("get", secret) && !is_whole(secret->value.text())) fault("a torn value");
        return;
      }
      case 6: allow("delete", store_.soft_delete(path)); return;
      case 7: allow("undelete", store_.undelete(path, {1 + pick(5)})); return;
      case 8: allow("destroy", store_.destroy(path, {1 + pick(5)})); return;
      case 9:
        if (pick(2) == 0)
          allow("destroy_all", store_.destroy_all(path));
        else
          allow("erase", store_.erase(path));
        return;
      case 10: {
        const std::string to = "mess/" + std::to_string(pick(12));
        if (to == path) return;
        if (pick(2) == 0)
          allow("move", store_.move(path, to));
        else
          allow("copy", store_.copy(path, to));
        return;
      }
      default: {
        coffer::MetadataChange change;
        change.owner = "team-" + std::to_string(pick(9));
        allow("patch_metadata", store_.patch_metadata(path, change));
        allow("rollback", store_.rollback(path, 1 + pick(3)));
      }
    }
  }

  coffer::Store& store_;
  std::mt19937_64 random_;
  MixedResult result_;
  std::array<std::uint64_t, kCounters> last_seen_{};
};

/// Runs several threads on one store.
inline MixedResult run_mixed_work(coffer::Store& store, int threads, std::uint64_t seed,
                                  std::chrono::seconds duration) {
  const auto until = std::chrono::steady_clock::now() + duration;
  std::vector<MixedResult> results(static_cast<std::size_t>(threads));
  std::vector<std::thread> running;
  for (std::size_t i = 0; i < results.size(); ++i)
    running.emplace_back([&, i] { results[i] = MixedWorker(store, seed + i).run(until); });
  for (std::thread& thread : running) thread.join();
  MixedResult all;
  for (MixedResult& each : results) {
    all.additions += each.additions;
    all.operations += each.operations;
    all.faults.insert(all.faults.end(), each.faults.begin(), each.faults.end());
  }
  return all;
}

}  // namespace crash

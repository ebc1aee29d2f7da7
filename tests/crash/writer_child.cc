// A child process that writes while others write, read or kill it.
//
//   writer_child stream DIRECTORY KEY_FILE FIRST    acknowledges each write on stdout
//   writer_child count DIRECTORY KEY_FILE TIMES     adds one to shared counters, by CAS
//   writer_child mix DIRECTORY KEY_FILE SECONDS     two threads, all operations mixed; prints
//                                                   the number of additions and operations
#include <coffer/store.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/crash/mixed_work.h"
#include "tests/crash/write_plan.h"

namespace {

[[noreturn]] void fail(std::string_view what, const coffer::Error& error) {
  std::fprintf(stderr, "writer_child: %.*s: %s\n", static_cast<int>(what.size()), what.data(),
               coffer::describe(error).c_str());
  std::_Exit(1);
}

void write_until_killed(coffer::Store& store, std::uint64_t first) {
  for (std::uint64_t number = first;; ++number) {
    const crash::Write write = crash::write_number(number);
    if (write.is_config) {
      auto done = store.configs().put(write.name, crash::kSpec, write.content);
      if (!done) fail("config put", done.error());
    } else {
      auto done = store.put(write.name, coffer::Value::opaque(write.content));
      if (!done) fail("put", done.error());
    }
    if (::write(STDOUT_FILENO, &number, sizeof number) != sizeof number) std::_Exit(1);
  }
}

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Adds one. A version's value equals its number unless an update was lost.
void add_one(coffer::Store& store, const std::string& path, std::uint64_t& last_seen) {
  for (;;) {
    auto secret = store.get(path);
    if (!secret) fail("get", secret.error());
    const std::uint64_t value = number_in(secret->value.text());
    if (value != secret->info.version || value < last_seen) {
      std::fprintf(stderr, "writer_child: a counter went back or lost a step\n");
      std::_Exit(1);
    }
    last_seen = value;
    coffer::PutOptions options;
    options.cas = value;
    auto put = store.put(path, coffer::Value::opaque(std::to_string(value + 1)), options);
    if (put) return;
    if (put.error().code() != coffer::ErrorCode::conflict) fail("put", put.error());
  }
}

void count(coffer::Store& store, std::uint64_t times) {
  std::uint64_t last_seen[2] = {0, 0};
  for (std::uint64_t i = 0; i < times; ++i)
    add_one(store, "counter/" + std::to_string(i % 2), last_seen[i % 2]);
}

void mix(coffer::Store& store, std::uint64_t seconds) {
  const auto seed = static_cast<std::uint64_t>(getpid()) << 20;
  const crash::MixedResult result = crash::run_mixed_work(
      store, 2, seed, std::chrono::seconds(static_cast<std::int64_t>(seconds)));
  for (const std::string& fault : result.faults)
    std::fprintf(stderr, "writer_child: %s\n", fault.c_str());
  for (const std::uint64_t number : {result.additions, result.operations})
    if (::write(STDOUT_FILENO, &number, sizeof number) != sizeof number) std::_Exit(1);
  if (!result.faults.empty()) std::_Exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  auto store = coffer::Store::open(argv[2], coffer::KeySource::file(argv[3]));
  if (!store) fail("open", store.error());
  const std::uint64_t number = number_in(argv[4]);
  if (std::string_view(argv[1]) == "stream") write_until_killed(*store, number);
  if (std::string_view(argv[1]) == "count") count(*store, number);
  if (std::string_view(argv[1]) == "mix") mix(*store, number);
  return 0;
}

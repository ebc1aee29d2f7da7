// Rotates the master key and the data keys and rewraps slots, one after the other, while two other
// processes and threads of this one read, write and destroy. None of them gets an error, no
// acknowledged write is lost, and the store is sound at the end.
#include <signal.h>
#include <sys/wait.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "tests/scratch.h"

namespace coffer::test::rotations_test {
namespace {

constexpr int kStill = 400;  // Secrets that never change.

std::string still(int i) { return "still/" + std::to_string(i); }

// Works on its own secrets: puts, reads back, and destroys the previous version.
class Worker {
 public:
  Worker(Store& store, std::string name) : store_(store), name_(std::move(name)) {}

  // Returns what went wrong; empty if nothing did.
  std::string step() {
    const std::string path = "moving/" + name_;
    const auto put = store_.put(path, Value::opaque(std::to_string(++written_)));
    if (!put) return "put: " + describe(put.error());
    const auto own = store_.get(path);
    if (!own) return "get: " + describe(own.error());
    if (own->value.text() != std::to_string(written_)) return "get: an older value";
    const int i = written_ % kStill;
    const auto other = store_.get(still(i));
    if (!other) return "get: " + describe(other.error());
    if (other->value.text() != std::to_string(i)) return "get: another value";
    if (written_ % 8 != 0) return "";
    const auto gone = store_.destroy(path, {put->version - 1});
    return gone ? "" : "destroy: " + describe(gone.error());
  }
  int written() const { return written_; }

 private:
  Store& store_;
  std::string name_;
  int written_ = 0;
};

// Works until told to stop and reports its progress; exits with 0 if nothing failed.
[[noreturn]] void work_in_child(const ScratchStore& scratch, const KeySource& key,
                                const std::string& name, int stop, int told) {
  OpenOptions options;
  options.clock = &scratch.clock;
  auto store = Store::open(scratch.path(), key, options);
  if (!store) ::_exit(2);
  Worker worker(*store, name);
  char byte = 0;
  do {
    const std::string wrong = worker.step();
    if (!wrong.empty()) {
      std::fprintf(stderr, "%s: %s\n", name.c_str(), wrong.c_str());
      ::_exit(3);
    }
  } while (::read(stop, &byte, 1) < 0);  // No request to stop yet.
  const int written = worker.written();
  if (::write(told, &written, sizeof written) != sizeof written) ::_exit(4);
  ::_exit(0);
}

class Child {
 public:
  Child(const ScratchStore& scratch, const KeySource& key, const std::string& name) : name_(name) {
    must(::pipe2(stop_, O_CLOEXEC | O_NONBLOCK) == 0 && ::pipe2(told_, O_CLOEXEC) == 0, "pipe");
    pid_ = ::fork();
    must(pid_ >= 0, "fork");
    if (pid_ != 0) return;
    work_in_child(scratch, key, name, stop_[0], told_[1]);
  }
  const std::string& name() const { return name_; }
  // Writes a byte: closing one end is not enough, because the children also hold each other's
  // pipes.
  void tell_to_stop() const { must(::write(stop_[1], "s", 1) == 1, "write"); }
  int finish() const {
    int status = 0;
    must(::waitpid(pid_, &status, 0) == pid_, "waitpid");
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    int written = 0;
    ::close(told_[1]);
    if (::read(told_[0], &written, sizeof written) != sizeof written) return 0;
    return written;
  }

 private:
  std::string name_;
  int stop_[2] = {};
  int told_[2] = {};
  pid_t pid_ = -1;
};

void rotate_all(Store& store, const KeySource& second) {
  RotateKeyOptions options;
  options.slot_keys.keys = {second};
  const auto rotated = store.keys().rotate(options);
  INFO((rotated ? "" : describe(rotated.error())));
  REQUIRE(rotated.ok());
  const auto renewed = store.keys().rotate_data({.versions_at_once = 100});
  INFO((renewed ? "" : describe(renewed.error())));
  REQUIRE(renewed.ok());
  for (const int slot : {1, 2}) {
    const auto rewrapped = store.keys().rewrap(slot, options.slot_keys);
    INFO((rewrapped ? "" : describe(rewrapped.error())));
    REQUIRE(rewrapped.ok());
  }
}

void check_end(Store& store, const std::string& name, int written) {
  INFO(name);
  CHECK(written > 0);
  const auto secret = store.get("moving/" + name);
  REQUIRE(secret.ok());
  CHECK(secret->value.text() == std::to_string(written));
}

}  // namespace

TEST_CASE("rotations go on beside processes and threads that read, write and destroy") {
  ScratchStore scratch;
  const std::string second_path = scratch.directory.in("second.key");
  REQUIRE(create_key_file(second_path).ok());
  const KeySource second = KeySource::file(second_path);
  {
    Store store = scratch.open();
    REQUIRE(store.keys().add(second).ok());
    for (int i = 0; i < kStill; ++i)
      REQUIRE(store.put(still(i), Value::opaque(std::to_string(i))).ok());
  }
  const Child one(scratch, scratch.key(), "one");
  const Child two(scratch, second, "two");
  Store store = scratch.open();
  std::atomic<bool> done{false};
  std::atomic<int> failures{0};
  std::vector<int> written(2);
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      Worker worker(store, "thread-" + std::to_string(i));
      while (!done) {
        const std::string wrong = worker.step();
        if (wrong.empty()) continue;
        ++failures;
        std::fprintf(stderr, "thread: %s\n", wrong.c_str());
      }
      written[i] = worker.written();
    });
  }
  const int rounds = std::getenv("COFFER_LONG") != nullptr ? 40 : 3;
  for (int round = 0; round < rounds; ++round) rotate_all(store, second);
  done = true;
  for (std::thread& thread : threads) thread.join();
  one.tell_to_stop();
  two.tell_to_stop();
  for (const Child* child : {&one, &two}) check_end(store, child->name(), child->finish());
  for (int i = 0; i < 2; ++i) check_end(store, "thread-" + std::to_string(i), written[i]);
  CHECK(failures == 0);
  const auto report = store.verify();
  REQUIRE(report.ok());
  CHECK(report->problems.empty());
  const auto audit = store.audit().verify();
  REQUIRE(audit.ok());
  CHECK(audit->broken == 0);
  CHECK(store.status().value().buckets_to_rotate == 0);
}

}  // namespace coffer::test::rotations_test

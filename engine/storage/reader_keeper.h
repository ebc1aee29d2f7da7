// A thread that gives up held readers in time, running only while there are any. Without it, an
// idle process with a snapshot would keep the pages of every later commit from being reused.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace coffer::storage {

class ReaderKeeper {
 public:
  /// The thread calls `look` five times a second.
  explicit ReaderKeeper(std::function<void()> look) : look_(std::move(look)) {}
  ~ReaderKeeper();
  ReaderKeeper(const ReaderKeeper&) = delete;
  ReaderKeeper& operator=(const ReaderKeeper&) = delete;

  /// Counts one more reader; the first one starts the thread.
  void add();
  /// Counts one reader less; the last one ends the thread.
  void remove();

 private:
  void run();
  std::function<void()> look_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t count_ = 0;
  bool running_ = false;
  std::unique_ptr<std::thread> thread_;
};

}  // namespace coffer::storage

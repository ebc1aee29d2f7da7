// A thread that looks after held readers, alive only while there are any: a process that
// holds a snapshot and does nothing else must not keep the pages of every later commit.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace coffer::storage {

class ReaderKeeper {
 public:
  /// `look` is run from the thread, a few times a second.
  explicit ReaderKeeper(std::function<void()> look) : look_(std::move(look)) {}
  ~ReaderKeeper();
  ReaderKeeper(const ReaderKeeper&) = delete;
  ReaderKeeper& operator=(const ReaderKeeper&) = delete;

  /// One more reader to look after; the first starts the thread.
  void add();
  /// One fewer; the last ends the thread.
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

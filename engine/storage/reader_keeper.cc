#include "storage/reader_keeper.h"

#include <csignal>

namespace coffer::storage {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{200};

// The host's signal handlers are for the host's threads.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

ReaderKeeper::~ReaderKeeper() {
  if (!thread_) return;
  {
    const std::lock_guard lock(mutex_);
    count_ = 0;
  }
  changed_.notify_all();
  thread_->join();
}

void ReaderKeeper::add() {
  const std::lock_guard lock(mutex_);
  if (!running_) {
    // The last one has said that it is over, under this lock: it needs nothing any more.
    if (thread_) thread_->join();
    thread_.reset();
    const SignalsBlocked blocked;
    thread_ = std::make_unique<std::thread>([this] { run(); });
    running_ = true;
  }
  ++count_;
}

void ReaderKeeper::remove() {
  {
    const std::lock_guard lock(mutex_);
    --count_;
  }
  changed_.notify_all();
}

void ReaderKeeper::run() {
  std::unique_lock lock(mutex_);
  while (count_ > 0) {
    changed_.wait_for(lock, kBetweenLooks);
    if (count_ == 0) break;
    lock.unlock();
    look_();
    lock.lock();
  }
  running_ = false;
}

}  // namespace coffer::storage

// A child process with a pipe on its standard output, and a store to try it on.
#pragma once

#include <coffer/store.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace crash {

class ScratchStore {
 public:
  ScratchStore() {
    std::string name = (std::filesystem::temp_directory_path() / "coffer-crash-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    root_ = name;
    REQUIRE(coffer::create_key_file(key_file()).ok());
    REQUIRE(coffer::Store::create(directory(), {coffer::KeySource::file(key_file())}).ok());
  }
  ~ScratchStore() { std::filesystem::remove_all(root_); }
  ScratchStore(const ScratchStore&) = delete;
  ScratchStore& operator=(const ScratchStore&) = delete;

  std::string directory() const { return (root_ / "store").string(); }
  std::string key_file() const { return (root_ / "master.key").string(); }
  coffer::Store open() const {
    auto store = coffer::Store::open(directory(), coffer::KeySource::file(key_file()));
    INFO((store ? "" : coffer::describe(store.error())));
    REQUIRE(store.ok());
    return std::move(*store);
  }

 private:
  std::filesystem::path root_;
};

class WriterChild {
 public:
  WriterChild(const ScratchStore& scratch, std::string mode, std::uint64_t number) {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<std::string> words = {COFFER_WRITER_CHILD, std::move(mode), scratch.directory(),
                                      scratch.key_file(), std::to_string(number)};
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int failed = posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    acknowledged_fd_ = ends[0];
    REQUIRE(failed == 0);
  }
  ~WriterChild() {
    if (pid_ > 0) kill_now();
    close(acknowledged_fd_);
  }
  WriterChild(const WriterChild&) = delete;
  WriterChild& operator=(const WriterChild&) = delete;

  /// Waits for the next acknowledged number; false if the child has ended.
  bool next_acknowledged(std::uint64_t& number) {
    return read(acknowledged_fd_, &number, sizeof number) == sizeof number;
  }
  /// Kills the child. False if it had already ended, which a stream must not.
  bool kill_now() {
    kill(pid_, SIGKILL);
    const int status = wait_status();
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }
  /// Waits for the child's end. Returns its exit code, or -1 if a signal ended it.
  int wait() {
    const int status = wait_status();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  bool running() {
    siginfo_t info = {};
    return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
  }

 private:
  int wait_status() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }
  pid_t pid_ = -1;
  int acknowledged_fd_ = -1;
};

/// A random seed, which a failing run prints, or the one in COFFER_TEST_SEED.
inline std::uint64_t test_seed() {
  const char* given = std::getenv("COFFER_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

}  // namespace crash

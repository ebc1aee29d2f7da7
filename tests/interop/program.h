// Programs that a test starts and always ends itself, by their process id.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "tests/scratch.h"

extern char** environ;

namespace coffer::test {

/// Runs until it is stopped or the test ends. Its output goes to `log`.
class Program {
 public:
  Program(const std::vector<std::string>& words, const std::string& log,
          const std::vector<std::string>& variables = {}) {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    std::vector<char*> envp;
    for (char** each = environ; *each != nullptr; ++each) {
      bool is_replaced = false;
      for (const std::string& variable : variables) {
        const std::string name = variable.substr(0, variable.find('=') + 1);
        is_replaced = is_replaced || std::strncmp(*each, name.c_str(), name.size()) == 0;
      }
      if (!is_replaced) envp.push_back(*each);
    }
    for (const std::string& each : variables) envp.push_back(const_cast<char*>(each.c_str()));
    envp.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    const int failed = posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), envp.data());
    posix_spawn_file_actions_destroy(&actions);
    must(failed == 0, "posix_spawn");
  }
  ~Program() { stop(SIGKILL); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Whether it ended by itself.
  bool is_over() {
    if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
    return pid_ < 0;
  }
  void stop(int signal) {
    if (is_over()) return;
    ::kill(pid_, signal);
    ::waitpid(pid_, &status_, 0);
    pid_ = -1;
  }
  /// Waits for its end; 0 after success.
  int finish() {
    if (pid_ > 0) ::waitpid(pid_, &status_, 0);
    pid_ = -1;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  }

 private:
  pid_t pid_ = -1;
  int status_ = 0;
};

/// A socket that listens on a port of this machine and never answers.
class SilentPort {
 public:
  explicit SilentPort(int port = 0) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    is_bound_ = ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                ::listen(socket_, 8) == 0;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~SilentPort() { ::close(socket_); }
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;
  bool is_bound() const { return is_bound_; }
  int port() const { return port_; }

 private:
  int socket_ = -1;
  int port_ = 0;
  bool is_bound_ = false;
};

/// Two consecutive ports that were free a moment ago, so that using them may still fail.
inline int two_free_ports() {
  for (int attempt = 0; attempt < 100; ++attempt) {
    const SilentPort first;
    if (first.port() >= 65535) continue;
    const SilentPort second(first.port() + 1);
    if (second.is_bound()) return first.port();
  }
  throw std::runtime_error("no two free ports");
}

inline bool can_connect(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

}  // namespace coffer::test

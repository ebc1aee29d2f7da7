// Plays a stranger at a key service's address: a socket that answers any request with a given text
// in a given way.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "tests/scratch.h"

namespace coffer::test {

class Stranger {
 public:
  /// Sends `text` to every caller, in pieces of `piece` bytes with `pause_ms` between, then hangs
  /// up.
  explicit Stranger(std::string text, std::size_t piece = 0, int pause_ms = 0)
      : text_(std::move(text)), piece_(piece == 0 ? text_.size() : piece), pause_ms_(pause_ms) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    must(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
    must(::listen(socket_, 8) == 0, "listen");
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Stranger() {
    is_over_ = true;
    thread_.join();
    ::close(socket_);
  }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int visits() const { return visits_.load(); }

 private:
  void serve() {
    while (!is_over_) {
      pollfd wait{socket_, POLLIN, 0};
      if (::poll(&wait, 1, 20) <= 0) continue;
      const int guest = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
      if (guest < 0) continue;
      ++visits_;
      char asked[4096];
      if (::recv(guest, asked, sizeof asked, 0) > 0) talk(guest);
      ::close(guest);
    }
  }
  void talk(int guest) const {
    for (std::size_t at = 0; at < text_.size() && !is_over_; at += piece_) {
      const std::size_t size = std::min(piece_, text_.size() - at);
      if (::send(guest, text_.data() + at, size, MSG_NOSIGNAL) < 0) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms_));
    }
  }

  std::string text_;
  std::size_t piece_;
  int pause_ms_;
  int socket_ = -1;
  int port_ = 0;
  std::atomic<bool> is_over_ = false;
  std::atomic<int> visits_ = 0;
  std::thread thread_;
};

}  // namespace coffer::test

// The content of a request and its answer is gone from the process's memory afterwards, including
// libcurl's own copies.
#include <fcntl.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <sstream>

#include "keys/services/http.h"
#include "tests/interop/stranger.h"
#include "tests/memory_search.h"

namespace coffer::test::http_memory_test {
namespace {

// A child process that answers one request with the request's own content.
class Echo {
 public:
  Echo() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    must(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
    must(::listen(socket, 1) == 0, "listen");
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    pid_ = ::fork();
    must(pid_ >= 0, "fork");
    if (pid_ == 0) answer_one(socket);
    ::close(socket);
  }
  ~Echo() { ::waitpid(pid_, nullptr, 0); }
  Echo(const Echo&) = delete;
  Echo& operator=(const Echo&) = delete;
  const std::string& url() const { return url_; }

 private:
  [[noreturn]] static void answer_one(int socket) {
    ::alarm(30);
    const int guest = ::accept(socket, nullptr, nullptr);
    char asked[8192];
    std::size_t size = 0;
    const char* head_end = nullptr;
    while (head_end == nullptr || asked + size < head_end + 4 + kMarkBytes) {
      const ssize_t got = ::recv(guest, asked + size, sizeof asked - 1 - size, 0);
      if (got <= 0) _exit(1);
      size += static_cast<std::size_t>(got);
      asked[size] = 0;
      head_end = std::strstr(asked, "\r\n\r\n");
    }
    const char head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\nX-Said: ";
    const bool sent = ::send(guest, head, sizeof head - 1, 0) > 0 &&
                      ::send(guest, head_end + 4, kMarkBytes, 0) > 0 &&
                      ::send(guest, "\r\n\r\n", 4, 0) > 0 && ::send(guest, asked, size, 0) > 0;
    ::close(guest);
    _exit(sent ? 0 : 1);
  }
  std::string url_;
  pid_t pid_ = -1;
};

}  // namespace

TEST_CASE("nothing of a request and its answer stays in memory") {
  const SecretBytes mark = new_mark();
  REQUIRE(count_in_memory(mark) == 0);
  {
    const SecretBytes copy = mark.clone();
    REQUIRE(count_in_memory(mark) == 1);  // The search must find a copy.
  }
  REQUIRE(count_in_memory(mark) == 0);
  const Echo echo;
  {
    keys::HttpRequest request;
    request.url = echo.url();
    REQUIRE(request.set_header("Authorization", mark.text()).ok());
    request.body = mark.clone();
    const auto response = keys::send(request, keys::Deadline(20'000));
    REQUIRE(response.ok());
    CHECK(response->body.text().find(mark.text()) != std::string_view::npos);
    CHECK(response->header("x-said") == mark.text());
  }
  CHECK(count_in_memory(mark) == 0);
}

}  // namespace coffer::test::http_memory_test

// What a request said and an answer brought is gone from the process's memory afterwards,
// libcurl's own copies included.
#include <fcntl.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <sstream>

#include "crypto/random.h"
#include "keys/http.h"
#include "tests/interop/stranger.h"

namespace coffer::test {
namespace {

constexpr std::size_t kMarkBytes = 48;

/// Random letters, nowhere but in locked memory.
SecretBytes new_mark() {
  SecretBytes mark(kMarkBytes);
  crypto::system_random().fill(mark.bytes());
  for (std::uint8_t& byte : mark.bytes()) byte = static_cast<std::uint8_t>('a' + byte % 26);
  return mark;
}

/// How often the mark stands in this process's writable memory, its own place left out.
int count_in_memory(const SecretBytes& mark) {
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  must(memory >= 0, "/proc/self/mem");
  std::ifstream maps("/proc/self/maps");
  int found = 0;
  // The buffer that is looked through is memory too: it is mapped after the maps are read.
  std::stringstream regions;
  regions << maps.rdbuf();
  std::vector<char> page(std::size_t{1} << 16);
  for (std::string line; std::getline(regions, line);) {
    std::size_t begin = 0;
    std::size_t end = 0;
    char rights[5] = {};
    if (std::sscanf(line.c_str(), "%zx-%zx %4s", &begin, &end, rights) != 3) continue;
    if (rights[0] != 'r' || rights[1] != 'w') continue;
    for (std::size_t at = begin; at < end; at += page.size() - kMarkBytes) {
      const ssize_t got =
          ::pread(memory, page.data(), std::min(page.size(), end - at), static_cast<off_t>(at));
      if (got < static_cast<ssize_t>(kMarkBytes)) break;
      for (std::size_t i = 0; i + kMarkBytes <= static_cast<std::size_t>(got); ++i) {
        const auto* place = reinterpret_cast<const std::uint8_t*>(at + i);
        const bool is_buffer = place >= reinterpret_cast<std::uint8_t*>(page.data()) &&
                               place < reinterpret_cast<std::uint8_t*>(page.data()) + page.size();
        if (place == mark.data() || is_buffer) continue;
        if (std::memcmp(page.data() + i, mark.data(), kMarkBytes) == 0) ++found;
      }
    }
    std::memset(page.data(), 0, page.size());
  }
  ::close(memory);
  return found;
}

/// A child that answers one request with what it was sent.
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
    REQUIRE(count_in_memory(mark) == 1);  // So that the count would tell.
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

}  // namespace coffer::test

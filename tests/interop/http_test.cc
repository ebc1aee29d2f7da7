// The HTTP layer of every key service: it is bounded, silent and hard to fool.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "keys/services/http.h"
#include "tests/interop/fakes/loopback_server.h"
#include "tests/interop/stranger.h"
#include "tests/scratch.h"

namespace coffer::test::http_test {
namespace {

constexpr std::int64_t kPatienceMs = 5'000;
constexpr std::int64_t kShortMs = 150;

Result<keys::HttpResponse> get(const std::string& url, std::int64_t patience_ms = kPatienceMs,
                               const std::string& ca_file = {}) {
  keys::HttpRequest request;
  request.method = "GET";
  request.url = url;
  request.ca_file = ca_file;
  return keys::send(request, keys::Deadline(patience_ms));
}

ErrorCode code_of(const Result<keys::HttpResponse>& response) {
  REQUIRE_FALSE(response.ok());
  return response.error().code();
}

fakes::Reply echo(const fakes::Request& request) {
  return {200,
          request.method + " " + request.path + " " + request.body,
          {{"X-Said", request.header("x-said")}}};
}

// A certificate for `localhost` that only `ca_file` can verify.
struct Certificate {
  Certificate() {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout " +
        directory.in("key.pem") + " -out " + ca_file() + " 2>" + directory.in("log");
    must(std::system(command.c_str()) == 0, "openssl req");
  }
  std::string ca_file() const { return directory.in("certificate.pem"); }
  fakes::Identity identity() const {
    const Bytes certificate = read_whole_file(ca_file());
    const Bytes key = read_whole_file(directory.in("key.pem"));
    return {std::string(as_text(certificate)), std::string(as_text(key))};
  }
  ScratchDirectory directory;
};

// A variable of this process, restored at the end.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

}  // namespace

TEST_CASE("a request arrives whole and its answer comes back whole") {
  fakes::LoopbackServer server(echo);
  keys::HttpRequest request;
  request.url = server.url() + "/a/b%20c";
  request.body = SecretBytes::copy_of(std::string_view("body\0with zero", 14));
  REQUIRE(request.set_header("X-Said", "this").ok());
  const auto response = keys::send(request, keys::Deadline(kPatienceMs));
  REQUIRE(response.ok());
  CHECK(response->status == 200);
  CHECK(response->body.text() == std::string_view("POST /a/b%20c body\0with zero", 28));
  CHECK(response->header("x-sAID") == "this");
  CHECK(response->header("x-sai").empty());
}

TEST_CASE("a status that is no success is an answer all the same") {
  fakes::LoopbackServer server([](const fakes::Request&) { return fakes::Reply{418, "tea", {}}; });
  const auto response = get(server.url());
  REQUIRE(response.ok());
  CHECK(response->status == 418);
  CHECK(response->body.text() == "tea");
}

TEST_CASE("a header takes no line end and no control, so none can be smuggled in") {
  keys::HttpRequest request;
  for (const std::string_view value : {"a\r\nX-Other: b", "a\nb", "a\tb", "\x7f", "caf\xc3\xa9"})
    CHECK_FALSE(request.set_header("X-Said", value).ok());
  CHECK_FALSE(request.set_header("X-Said", std::string_view("a\0b", 3)).ok());
  CHECK(request.headers.empty());
}

TEST_CASE("a redirect is not followed, wherever it leads") {
  fakes::LoopbackServer elsewhere(echo);
  fakes::LoopbackServer server(echo);
  server.mood = fakes::Mood::redirect;
  server.redirect_to = elsewhere.url();
  CHECK(code_of(get(server.url())) == ErrorCode::key_unavailable);
  CHECK(elsewhere.request_count() == 0);
}

TEST_CASE("an answer beyond all reason is cut off: in its body and in its headers") {
  fakes::LoopbackServer server(echo);
  server.mood = fakes::Mood::huge;
  CHECK(code_of(get(server.url())) == ErrorCode::corrupt);
  const std::string line = "X-Pad: " + std::string(1000, 'x') + "\r\n";
  std::string head = "HTTP/1.1 200 OK\r\n";
  while (head.size() <= keys::kAnswerHeaderBytesMax) head += line;
  const Stranger stranger(head + "\r\n");
  CHECK(code_of(get(stranger.url())) == ErrorCode::corrupt);
}

TEST_CASE("whoever is silent, or speaks byte by byte, is not waited for longer than said") {
  fakes::LoopbackServer server(echo);
  server.mood = fakes::Mood::slow;
  CHECK(code_of(get(server.url(), kShortMs)) == ErrorCode::key_unavailable);
  const Stranger slow("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'x'), 1,
                      20);
  CHECK(code_of(get(slow.url(), kShortMs)) == ErrorCode::key_unavailable);
  CHECK(code_of(get(server.url(), 0)) == ErrorCode::key_unavailable);
  CHECK(server.request_count() == 1);  // With no time left no request is sent.
}

TEST_CASE("a port that nobody listens at is a service that is down") {
  fakes::LoopbackServer server(echo);
  server.stop();
  CHECK(code_of(get(server.url())) == ErrorCode::key_unavailable);
}

TEST_CASE("what is no HTTP, or is cut short, is no answer") {
  for (const std::string text :
       {"SSH-2.0-OpenSSH_9.2\r\n", "\x16\x03\x01\x02", "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "HTTP/1.1 200 OK\r\nContent-"}) {
    INFO(text);
    const Stranger stranger(text);
    const auto response = get(stranger.url());
    // Only the end of the connection shows that the header was cut off, so the answer has no body.
    if (response.ok())
      CHECK(response->body.empty());
    else
      CHECK((code_of(response) == ErrorCode::corrupt ||
             code_of(response) == ErrorCode::key_unavailable));
  }
}

TEST_CASE("a proxy that the environment names never hears what is meant for this machine") {
  const Stranger proxy("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy");
  const Variable lower("http_proxy", proxy.url());
  const Variable all("ALL_PROXY", proxy.url());
  fakes::LoopbackServer server(echo);
  const auto response = get(server.url());
  REQUIRE(response.ok());
  CHECK(response->body.text() == "GET / ");
  CHECK(proxy.visits() == 0);
}

TEST_CASE("TLS: an authority that is not known, and a certificate for another name, are refused") {
  const Certificate certificate;
  fakes::LoopbackServer server(echo, certificate.identity());
  const auto unknown = get(server.url());
  CHECK(code_of(unknown) == ErrorCode::key_unavailable);
  CHECK(unknown.error().text() == "the key service's certificate is not trusted");
  const auto response = get(server.url(), kPatienceMs, certificate.ca_file());
  REQUIRE(response.ok());
  CHECK(response->body.text() == "GET / ");
  const std::string by_number = "https://127.0.0.1" + server.url().substr(17);
  CHECK(code_of(get(by_number, kPatienceMs, certificate.ca_file())) == ErrorCode::key_unavailable);
  CHECK(server.request_count() == 1);
}

TEST_CASE("no request goes where the rules forbid, even if a caller forgot to ask them") {
  for (const char* url : {"http://192.0.2.1/", "file:///etc/passwd", "http://169.254.169.254/",
                          "gopher://127.0.0.1/", "https://user:word@127.0.0.1/"}) {
    INFO(url);
    CHECK(code_of(get(url)) == ErrorCode::usage);
  }
}

}  // namespace coffer::test::http_test

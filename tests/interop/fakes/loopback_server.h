// A small HTTP server on this machine, on which the fakes of key services are built. It runs on
// threads of the test, at a port that the system chooses. Its moods play a failing service or a
// stranger at the service's address.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

struct MHD_Daemon;

namespace fakes {

struct Request {
  std::string method;
  std::string path;  ///< As received, without decoding.
  std::string query;
  std::map<std::string, std::string> headers;  ///< Names in lower case.
  std::string body;
  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

struct Reply {
  int status = 200;
  std::string body;
  std::map<std::string, std::string> headers;
};

enum class Mood {
  well,
  slow,        ///< Never answers.
  garbage,     ///< 200 and bytes that are not JSON.
  shapeless,   ///< 200 and JSON without content.
  huge,        ///< 200 and a megabyte.
  redirect,    ///< Redirects to `redirect_to`, which would answer correctly.
  overloaded,  ///< 503 and a page of HTML.
};

/// PEM text, for TLS.
struct Identity {
  std::string certificate;
  std::string key;
};

class LoopbackServer {
 public:
  using Handler = std::function<Reply(const Request&)>;
  /// The handler is called by one thread at a time.
  explicit LoopbackServer(Handler handler, Identity identity = {});
  ~LoopbackServer() { stop(); }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  /// The URL without a slash at its end.
  std::string url() const;
  /// Refuses connections from now on, like a service that is down.
  void stop();
  int request_count() const { return request_count_.load(); }
  /// The full text of every request so far, to be searched.
  std::string everything_said() const;

  std::atomic<Mood> mood = Mood::well;
  /// Answers so many requests with `refusal`, whatever they ask; then follows the mood again.
  std::atomic<int> refusals = 0;
  Reply refusal;
  std::string redirect_to;

  /// Called by the HTTP library's glue.
  Reply answer(const Request& request);

 private:
  Reply in_mood(Mood now, const Request& request);

  Handler handler_;
  Identity identity_;
  MHD_Daemon* daemon_ = nullptr;
  int port_ = 0;
  std::atomic<int> request_count_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable stopping_;
  bool is_stopping_ = false;
  std::string said_;
};

}  // namespace fakes

// A small HTTP server on this machine for the fakes of key services to stand on. It runs on
// threads of the test, at a port that the system chooses, and has moods: what a service in
// trouble, or a stranger at its address, would answer.
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
  std::string path;  ///< As it came: nothing is decoded.
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
  garbage,     ///< 200 and bytes that are no JSON.
  shapeless,   ///< 200 and JSON that says nothing.
  huge,        ///< 200 and a megabyte.
  redirect,    ///< To `redirect_to`, which would answer well.
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

  /// Without a slash at its end.
  std::string url() const;
  /// From now on connections are refused, as of a service that is down.
  void stop();
  int request_count() const { return request_count_.load(); }
  /// What every request asked so far, whole: for looking whether something is in it.
  std::string everything_said() const;

  std::atomic<Mood> mood = Mood::well;
  /// So many requests are answered with `refusal`, whatever they ask; then it is as the mood says.
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

// A Kubernetes KMS v2 plugin on a unix socket, for gRPC over HTTP/2. nghttp2 reads and writes the
// frames; the fake checks everything above them by hand, every header and byte.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace fakes {

class KmsPlugin {
 public:
  explicit KmsPlugin(std::string socket_path);
  ~KmsPlugin() { stop(); }
  KmsPlugin(const KmsPlugin&) = delete;
  KmsPlugin& operator=(const KmsPlugin&) = delete;

  /// Closes the socket and removes its name.
  void stop();
  void rotate();

  enum class Mood {
    well,
    slow,
    garbage,    ///< A frame with bytes that are not a message.
    unframed,   ///< Bytes without a frame.
    huge,       ///< A megabyte in a frame.
    no_status,  ///< No trailers at all.
    no_grpc,    ///< A page of HTML.
    refusing,   ///< Every call fails with `code`.
  };
  std::atomic<Mood> mood = Mood::well;
  std::atomic<int> code = 14;
  std::atomic<bool> is_healthy = true;
  std::string version = "v2";
  std::string complaint() const;

  /// The answer to one call: the body's bytes, the gRPC code, and whether there are trailers.
  struct Answer {
    int status = 200;
    std::string type = "application/grpc";
    std::string body;
    int code = 0;
    bool has_trailers = true;
  };
  /// Answers one whole call: its headers with pseudo-headers, and its body. Called by the glue.
  Answer answer(const std::multimap<std::string, std::string>& headers, const std::string& body);

 private:
  void serve();
  void talk(int guest);
  std::string check_headers(const std::multimap<std::string, std::string>& headers) const;
  Answer in_mood(const std::string& method, const std::string& message);
  Answer handle(const std::string& method, const std::string& message);

  std::string socket_path_;
  int socket_ = -1;
  std::atomic<bool> is_over_ = false;
  mutable std::mutex mutex_;
  std::condition_variable ending_;
  std::map<std::string, std::string> keys_;  // By id.
  std::string current_;
  std::string complaint_;
  std::vector<std::thread> talks_;
  std::thread thread_;
};

}  // namespace fakes

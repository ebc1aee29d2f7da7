#include "keys/services/patient_send.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "crypto/random.h"
#include "text/ascii.h"

namespace coffer::keys {
namespace {

constexpr int kTriesMax = 5;
constexpr std::int64_t kFirstPauseMs = 100;
// A service that names a later time than any deadline means: not now.
constexpr std::int64_t kPauseSecondsMax = 3600;

// At least half of it, so that those who began together do not come back together.
std::int64_t with_random_part(std::int64_t pause_ms) {
  std::array<std::uint8_t, 1> byte{};
  crypto::system_random().fill(byte);
  return pause_ms / 2 + pause_ms / 2 * byte[0] / 255;
}

// What Retry-After says in seconds; a date there is left to our own pause.
std::int64_t pause_before(const HttpResponse& response, std::int64_t otherwise_ms) {
  const auto seconds = ascii::parse_number<std::int64_t>(response.header("Retry-After"));
  if (!seconds || *seconds < 0) return with_random_part(otherwise_ms);
  return std::min(*seconds, kPauseSecondsMax) * 1000 + with_random_part(kFirstPauseMs);
}

}  // namespace

bool is_passing(const HttpResponse& response) {
  return response.status == 429 || (response.status >= 500 && response.status != 501);
}

Result<HttpResponse> send_patiently(const HttpRequest& request, const Deadline& deadline,
                                    IsPassing is_passing_trouble) {
  std::int64_t pause_ms = kFirstPauseMs;
  for (int tried = 1;; ++tried, pause_ms *= 2) {
    HttpResponse response = COFFER_TRY(send(request, deadline));
    if (tried == kTriesMax || !is_passing_trouble(response)) return response;
    const std::int64_t pause = pause_before(response, pause_ms);
    if (pause >= deadline.left_ms()) return response;
    std::this_thread::sleep_for(std::chrono::milliseconds(pause));
  }
}

}  // namespace coffer::keys

#include "crypto/random.h"

#include "crypto/sodium.h"

namespace coffer::crypto {
namespace {

class SystemRandom final : public Random {
 public:
  SystemRandom() { ensure_sodium(); }
  void fill(std::span<std::uint8_t> out) override { randombytes_buf(out.data(), out.size()); }
};

}  // namespace

Random& system_random() {
  static SystemRandom random;
  return random;
}

}  // namespace coffer::crypto

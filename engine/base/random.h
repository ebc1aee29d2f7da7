// The source of random bytes: an interface, so that a test can replay a seed. Production code uses
// only crypto::system_random().
#pragma once

#include <cstdint>
#include <span>

namespace coffer {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

}  // namespace coffer

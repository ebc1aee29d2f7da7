// Where random bytes come from: a seam, so that a seed can replay a test.
// Production code gets crypto::system_random(), never anything else.
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

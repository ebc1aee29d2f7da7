// Values longer than a page, beside one that is destroyed: a shredding wraps their keys anew
// in place, and each must stay the value of its own name.
#include <coffer/store.h>

#include <catch2/catch.hpp>

#include "tests/scratch.h"

namespace coffer::test::long_value_test {
namespace {

std::string long_value(std::size_t size, char first) {
  std::string value(size, '\0');
  for (std::size_t i = 0; i < size; ++i) value[i] = static_cast<char>(first + i % 23);
  return value;
}

}  // namespace

TEST_CASE("a shredding keeps every long value that it does not destroy") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::vector<std::size_t> sizes = {1900, 2100, 5000, 70'000, 300'000};
  for (const std::size_t size : sizes)
    for (const char first : {'a', 'b', 'c'})
      REQUIRE(
          store.put("long/" + std::to_string(size), Value::opaque(long_value(size, first))).ok());
  for (const std::size_t size : sizes)
    REQUIRE(store.destroy("long/" + std::to_string(size), {3}).ok());

  for (const std::size_t size : sizes) {
    const std::string path = "long/" + std::to_string(size);
    CHECK(store.get(path, 1)->value.text() == long_value(size, 'a'));
    CHECK(store.get(path, 2)->value.text() == long_value(size, 'b'));
    CHECK(store.get(path, 3).error().code() == ErrorCode::destroyed);
  }
  CHECK(store.verify()->problems == std::vector<std::string>{});
}

}  // namespace coffer::test::long_value_test

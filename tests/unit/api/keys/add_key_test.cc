// A person who thinks about a passphrase must not keep everybody else from writing.
#include <coffer/store.h>

#include <catch2/catch.hpp>
#include <future>

#include "tests/scratch.h"

namespace coffer::test::add_key_test {

TEST_CASE("others write while the passphrase of a new key is asked for") {
  const ScratchStore box;
  Store store = box.open();
  bool written_meanwhile = false;
  std::future<bool> write;
  const auto source = KeySource::parse("passphrase:", [&](bool confirm) -> Result<SecretBytes> {
    CHECK(confirm);
    write = std::async(std::launch::async,
                       [&] { return store.put("meanwhile", Value::opaque("1")).ok(); });
    // Only a guard: with the lock held the write would wait for this very prompt.
    written_meanwhile = write.wait_for(std::chrono::seconds(30)) == std::future_status::ready;
    return SecretBytes::copy_of("words");
  });
  REQUIRE(source.ok());
  const auto slot = store.keys().add(*source);
  REQUIRE(slot.ok());
  CHECK(*slot == 2);
  CHECK(written_meanwhile);
  CHECK(write.get());
  CHECK(store.keys().test(2, KeySource::passphrase(SecretBytes::copy_of("words"))).ok());
  CHECK(
      store.keys().test(2, KeySource::passphrase(SecretBytes::copy_of("others"))).error().code() ==
      ErrorCode::wrong_key);
}

}  // namespace coffer::test::add_key_test

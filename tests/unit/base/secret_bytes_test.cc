// Memory for secrets: wiped when it goes, kept apart from the heap, never copied by chance.
#include <coffer/secret_bytes.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/locked_arena.h"

namespace coffer::secret_bytes_test {
namespace {

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);

bool is_zero(const std::uint8_t* bytes, std::size_t size) {
  return std::all_of(bytes, bytes + size, [](std::uint8_t byte) { return byte == 0; });
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('A' + i % 26);
  return text;
}

// A block given back to the pool starts with the link to the next free one.
constexpr std::size_t kLink = sizeof(void*);

}  // namespace

TEST_CASE("secret bytes hold what they were given, through growing and shrinking") {
  SecretBytes bytes;
  CHECK(bytes.empty());
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(i));
    expected += static_cast<char>(i);
  }
  bytes.append(pattern(70'000));
  expected += pattern(70'000);
  CHECK(bytes.text() == expected);
  bytes.resize(10);
  CHECK(bytes.text() == expected.substr(0, 10));
  bytes.resize(20);
  CHECK(bytes.text() == expected.substr(0, 10) + std::string(10, '\0'));
  bytes.append(bytes.bytes());
  CHECK(bytes.size() == 40);
  CHECK(bytes.text().substr(20) == bytes.text().substr(0, 20));
  const SecretBytes copy = bytes.clone();
  SecretBytes moved = std::move(bytes);
  CHECK(copy.text() == moved.text());
  CHECK(copy.data() != moved.data());
  moved.clear();
  CHECK(moved.empty());
  CHECK(SecretBytes(5).text() == std::string(5, '\0'));
}

TEST_CASE("memory given back to the pool is wiped") {
  for (const std::size_t size : {std::size_t{1}, std::size_t{32}, std::size_t{33}, std::size_t{500},
                                 std::size_t{5000}, std::size_t{60'000}}) {
    INFO(size);
    const std::uint8_t* place = nullptr;
    {
      const SecretBytes secret = SecretBytes::copy_of(pattern(size));
      place = secret.data();
      REQUIRE(std::memcmp(place, pattern(size).data(), size) == 0);
    }
    CHECK(is_zero(place + kLink, LockedArena::block_bytes(size) - kLink));
  }
}

TEST_CASE("what resizing and growing leave behind is wiped") {
  SecretBytes secret = SecretBytes::copy_of(pattern(64));
  const std::uint8_t* first = secret.data();
  secret.resize(10);
  CHECK(is_zero(first + 10, 54));
  secret.append(pattern(1000));
  REQUIRE(secret.data() != first);
  CHECK(is_zero(first + kLink, 64 - kLink));
}

TEST_CASE("a large secret's memory goes back to the system, and the books agree") {
  const std::size_t before = secret_memory().mapped_bytes;
  const std::size_t locked_before = secret_memory().locked_bytes;
  {
    const SecretBytes large = SecretBytes::copy_of(pattern(std::size_t{1} << 20));
    CHECK(secret_memory().mapped_bytes >= before + (std::size_t{1} << 20));
    CHECK(secret_memory().locked_bytes <= secret_memory().mapped_bytes);
  }
  CHECK(secret_memory().mapped_bytes == before);
  CHECK(secret_memory().locked_bytes <= locked_before);
}

TEST_CASE("a block of the arena is as large as it says and stands apart from the others") {
  LockedArena& arena = LockedArena::of(LockedArena::Kind::values);
  std::vector<std::pair<std::uint8_t*, std::size_t>> blocks;
  for (std::size_t size = 1; size < 200'000; size = size * 3 / 2 + 1) {
    const std::size_t block = LockedArena::block_bytes(size);
    REQUIRE(block >= size);
    auto* memory = static_cast<std::uint8_t*>(arena.allocate(size));
    CHECK(is_zero(memory, block));
    std::memset(memory, static_cast<int>(blocks.size() + 1), block);
    blocks.emplace_back(memory, size);
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto [memory, size] = blocks[i];
    const std::size_t block = LockedArena::block_bytes(size);
    CHECK(std::count(memory, memory + block, static_cast<std::uint8_t>(i + 1)) ==
          static_cast<std::ptrdiff_t>(block));
    arena.release(memory, size);
  }
}

TEST_CASE("secret memory lies between pages that cannot be read") {
  LockedArena& arena = LockedArena::of(LockedArena::Kind::values);
  constexpr std::size_t kSize = std::size_t{1} << 20;
  auto* memory = static_cast<std::uint8_t*>(arena.allocate(kSize));
  for (const volatile std::uint8_t* outside :
       {memory - 1, memory + LockedArena::block_bytes(kSize)}) {
    // The kernel is asked to read it, which answers EFAULT where we would die.
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    CHECK(::write(ends[1], const_cast<const std::uint8_t*>(outside), 1) == -1);
    ::close(ends[0]);
    ::close(ends[1]);
  }
  arena.release(memory, kSize);
}

TEST_CASE("a forked child reads values, and zeros where keys were") {
  const SecretBytes value = SecretBytes::copy_of(pattern(32));
  LockedArena& keys = LockedArena::of(LockedArena::Kind::keys);
  auto* key = static_cast<std::uint8_t*>(keys.allocate(32));
  std::memset(key, 7, 32);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(value.text() == pattern(32) && is_zero(key, 32) ? 0 : 1);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(key[0] == 7);
  keys.release(key, 32);
}

TEST_CASE("bytes are equal where all of them are") {
  const std::string text = pattern(100);
  CHECK(equal_in_constant_time(as_bytes(text), as_bytes(pattern(100))));
  CHECK(equal_in_constant_time({}, {}));
  CHECK_FALSE(equal_in_constant_time(as_bytes(text), as_bytes(text).first(99)));
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string other = text;
    other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
    CHECK_FALSE(equal_in_constant_time(as_bytes(text), as_bytes(other)));
  }
}

TEST_CASE("wiping leaves zeros") {
  std::vector<std::uint8_t> bytes(100, 0xAB);
  wipe(bytes.data(), 60);
  CHECK(is_zero(bytes.data(), 60));
  CHECK(bytes[60] == 0xAB);
}

}  // namespace coffer::secret_bytes_test

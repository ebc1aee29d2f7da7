// Keys in memory, hashes, derivation, stretching.
#include "crypto/key.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <utility>

#include "crypto/hash.h"
#include "crypto/password.h"
#include "crypto/random.h"

namespace coffer::crypto::key_test {
namespace {

std::string hex(ByteView bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

Bytes counting(std::uint8_t from, std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(from + i);
  return bytes;
}

bool is_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

TEST_CASE("a key is zeros in a forked child, and itself in the parent") {
  const Key key = Key::random();
  const Bytes before(key.view().begin(), key.view().end());
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(is_zero(key.view()) ? 0 : 1);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK_FALSE(is_zero(before));
  CHECK(std::equal(before.begin(), before.end(), key.view().begin()));
}

TEST_CASE("a forked child makes keys of its own") {
  const Key inherited = Key::random();
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    // More than a slab of the arena, so that what was free before the fork is used up.
    std::vector<Key> keys;
    for (int i = 0; i < 5000; ++i) keys.push_back(Key::random());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (is_zero(keys[i].view())) ::_exit(1);
      if (i > 0 && hex(keys[i].view()) == hex(keys[i - 1].view())) ::_exit(2);
    }
    ::_exit(is_zero(inherited.view()) ? 0 : 3);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a key that is gone is wiped, and a moved one is not doubled") {
  const std::uint8_t* place = nullptr;
  {
    Key key = Key::copy_of(KeyView(counting(1, 32).data(), kKeyBytes));
    place = key.view().data();
    const Key moved = std::move(key);
    CHECK(moved.view().data() == place);
    CHECK(hex(moved.view()) == hex(counting(1, 32)));
  }
  // The arena keeps the block: all but its link to the next free one is zeros.
  CHECK(is_zero({place + sizeof(void*), kKeyBytes - sizeof(void*)}));
}

TEST_CASE("hashes are those of their standards") {
  const Bytes key = counting(0x80, 32);
  // RFC 7693 gives BLAKE2b; the keyed and the derived value are hashlib's.
  CHECK(hex(hash({}, as_bytes("abc"))) ==
        "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  CHECK(hex(hash(key, as_bytes("abc"))) ==
        "8abfd10fed4a3af54cd4fd43bb8615673e0963603ea59db7ac315c42b382ca98");
  CHECK(hash(key, as_bytes("a"), as_bytes("bc")) == hash(key, as_bytes("abc")));
  CHECK(hex(derive(KeyView(key.data(), kKeyBytes), 7, "cofpaths").view()) ==
        "1386dc916b289f9ed955af86bce0117910641f7c5359907a039f16cf94da828d");
  // The first vectors of SipHash-2-4-128's own test: no bytes, one zero byte.
  const Bytes short_key = counting(0, 16);
  CHECK(hex(short_hash(short_key, {})) == "a3817f04ba25a8e66df67214c7550293");
  CHECK(hex(short_hash(short_key, Bytes{0})) == "da87c1d86b99af44347659119b22fc45");
}

TEST_CASE("derived keys differ by root, number and purpose") {
  const Bytes root = counting(0, 32);
  const Bytes other = counting(1, 32);
  const std::string derived = hex(derive(KeyView(root.data(), kKeyBytes), 1, "cofpaths").view());
  CHECK(derived == hex(derive(KeyView(root.data(), kKeyBytes), 1, "cofpaths").view()));
  CHECK(derived != hex(derive(KeyView(root.data(), kKeyBytes), 2, "cofpaths").view()));
  CHECK(derived != hex(derive(KeyView(root.data(), kKeyBytes), 1, "cofnames").view()));
  CHECK(derived != hex(derive(KeyView(other.data(), kKeyBytes), 1, "cofpaths").view()));
}

TEST_CASE("stretching is Argon2id, and only at acceptable costs") {
  const Bytes salt = counting(0, 16);
  const PasswordCost least = {2, std::uint64_t{8} << 20};
  const auto key = stretch_password(as_bytes("correct horse"), salt, least);
  REQUIRE(key.ok());
  CHECK(hex(key->view()) == "5d6feb78fec962f9fe4465119605b64a5dbce8acde9e8ae0c8b3d4c2f518c9a4");
  CHECK(is_acceptable(default_password_cost()));
  for (const PasswordCost& cost :
       {PasswordCost{0, 8 << 20}, PasswordCost{17, 8 << 20}, PasswordCost{2, (8 << 20) - 1},
        PasswordCost{2, (std::uint64_t{1} << 30) + 1},
        PasswordCost{~std::uint64_t{0}, ~std::uint64_t{0}}}) {
    CHECK_FALSE(is_acceptable(cost));
    const auto refused = stretch_password(as_bytes("x"), salt, cost);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code() == ErrorCode::limit);
  }
  CHECK_FALSE(stretch_password(as_bytes("x"), counting(0, 15), least).ok());
}

TEST_CASE("random bytes are not the same twice") {
  Bytes first(32);
  Bytes second(32);
  system_random().fill(first);
  system_random().fill(second);
  CHECK(first != second);
  CHECK_FALSE(is_zero(first));
}

}  // namespace coffer::crypto::key_test

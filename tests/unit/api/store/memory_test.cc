// Where keys are in memory: locked, guarded, left out of dumps and of children; nowhere else; and
// nowhere at all once the store is closed. A forked child is told so by every call.
#include <sys/wait.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <functional>
#include <sstream>

#include "crypto/hash.h"
#include "keys/keyring/keyring.h"
#include "records/sealing/cipher.h"
#include "records/sealing/epoch_keys.h"
#include "storage/environment.h"
#include "tests/scratch.h"

namespace coffer::test::memory_test {
namespace {

struct Mapping {
  std::uintptr_t begin = 0, end = 0;
  std::string rights;
  std::string flags;  ///< As the kernel spells them: "rd wr mr mw me lo ac dd wf".
  bool has(const char* flag) const {
    return (" " + flags + " ").find(" " + std::string(flag) + " ") != std::string::npos;
  }
};

std::vector<Mapping> mappings() {
  std::vector<Mapping> all;
  std::ifstream smaps("/proc/self/smaps");
  for (std::string line; std::getline(smaps, line);) {
    Mapping mapping;
    char dash = 0;
    std::istringstream words(line);
    if (line.starts_with("VmFlags: ")) {
      all.back().flags = line.substr(9);
    } else if (words >> std::hex >> mapping.begin >> dash >> mapping.end >> mapping.rights &&
               dash == '-') {
      all.push_back(mapping);
    }
  }
  return all;
}

const Mapping* mapping_of(const std::vector<Mapping>& all, const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  for (const Mapping& mapping : all)
    if (mapping.begin <= at && at < mapping.end) return &mapping;
  return nullptr;
}

// The keys of a store, as another opener sees them.
struct OtherOpener {
  explicit OtherOpener(const ScratchStore& scratch)
      : keyring(
            keys::Keyring::open(scratch.file("keyring"), std::vector{scratch.key()}, {}).value()),
        cipher(*keyring),
        environment(storage::Environment::open(scratch.path(), {}).value()),
        txn(environment) {
    REQUIRE(txn.renew().ok());
    epoch_key = keyring->epoch_key(1).value();
    epoch.emplace(cipher, 1, epoch_key);
  }
  const records::BucketKey& bucket(std::uint8_t number) {
    return *epoch->bucket(number, txn).value();
  }

  std::unique_ptr<keys::Keyring> keyring;
  records::Cipher cipher;
  std::shared_ptr<storage::Environment> environment;
  storage::ReadTxn txn;
  keys::Keyring::EpochKey epoch_key;
  std::optional<records::EpochKeys> epoch;
};

// What is looked for, kept so that it is not itself found.
class Needle {
 public:
  explicit Needle(ByteView bytes) {
    for (const std::uint8_t byte : bytes) inverted_.push_back(static_cast<std::uint8_t>(~byte));
  }
  bool is_at(const std::uint8_t* place) const {
    for (std::size_t i = 0; i < inverted_.size(); ++i)
      if (place[i] != static_cast<std::uint8_t>(~inverted_[i])) return false;
    return true;
  }
  std::size_t size() const { return inverted_.size(); }

 private:
  Bytes inverted_;
};

// How often it stands in this process's memory, in what a dump holds or in all of it.
int count_of(const Needle& needle, bool only_dumped) {
  int count = 0;
  Bytes piece;
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  must(memory >= 0, "/proc/self/mem");
  // Sixteen bytes are no accident, and half a key is too much of one already.
  for (const Mapping& mapping : mappings()) {
    if (mapping.rights[0] != 'r' || (only_dumped && mapping.has("dd"))) continue;
    if (mapping.end - mapping.begin > (std::uintptr_t{1} << 30)) continue;  // The data file's map.
    piece.assign(mapping.end - mapping.begin, 0);
    const ssize_t got =
        ::pread(memory, piece.data(), piece.size(), static_cast<off_t>(mapping.begin));
    for (ssize_t at = 0; at + static_cast<ssize_t>(needle.size()) <= got; ++at)
      if (needle.is_at(piece.data() + at)) ++count;
    // The copy just made is a mapping's as well, by the time the next one is looked at.
    std::fill(piece.begin(), piece.end(), std::uint8_t{0});
  }
  ::close(memory);
  return count;
}

}  // namespace

TEST_CASE("every key of an open store lies in memory that is locked, guarded and not dumped") {
  const ScratchStore scratch;
  REQUIRE(scratch.open().put("a", Value::opaque("v")).ok());
  OtherOpener opener(scratch);
  const keys::IndexKeys& index = opener.keyring->index_keys();
  const SecretBytes value = SecretBytes::copy_of("a value");
  const std::vector<Mapping> all = mappings();
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto check = [&](const std::uint8_t* place, bool is_key) {
    const Mapping* mapping = mapping_of(all, place);
    REQUIRE(mapping != nullptr);
    INFO(mapping->flags);
    CHECK(mapping->rights.starts_with("rw-p"));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // Whose mlock does nothing.
    CHECK(mapping->has("lo"));
#endif
    CHECK(mapping->has("dd"));
    CHECK(mapping->has("wf") == is_key);
    for (const std::uintptr_t beside : {mapping->begin - page, mapping->end}) {
      const Mapping* guard = mapping_of(all, reinterpret_cast<const void*>(beside));
      CHECK((guard != nullptr && guard->rights.starts_with("---")));
    }
  };
  check(opener.epoch_key->view().data(), true);
  check(opener.bucket(7).key.view().data(), true);
  for (const crypto::Key* key : {&index.path_hash, &index.digest, &index.names, &index.root,
                                 &index.audit, &index.receipt, &index.anchor})
    check(key->view().data(), true);
  check(value.data(), false);
}

TEST_CASE("what a core dump holds has no key in it, and after closing no memory has") {
  const ScratchStore scratch;
  std::vector<Needle> needles;
  {
    OtherOpener opener(scratch);
    needles.emplace_back(opener.epoch_key->view());
    needles.emplace_back(opener.keyring->index_keys().root.view());
    needles.emplace_back(opener.keyring->index_keys().names.view());
    for (unsigned bucket = 0; bucket < format::kBucketCount; bucket += 51)
      needles.emplace_back(opener.bucket(static_cast<std::uint8_t>(bucket)).key.view());
  }
  {
    Store store = scratch.open();
    for (int i = 0; i < 300; ++i)
      REQUIRE(store.put("a/" + std::to_string(i), Value::opaque("v")).ok());
    REQUIRE(store.verify()->problems.empty());
    CHECK(count_of(needles[0], false) >= 1);  // The search finds what is there.
    CHECK(count_of(needles[1], false) >= 1);
    for (const Needle& needle : needles) CHECK(count_of(needle, true) == 0);
  }
  for (const Needle& needle : needles) CHECK(count_of(needle, false) == 0);
}

TEST_CASE("every call of a forked child on its parent's store says why it does nothing") {
  const ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", Value::opaque("v")).ok());
  const std::string receipt = store.destroy_all("a")->text;
  REQUIRE(store.put("a", Value::opaque("v")).ok());
  const std::vector<std::function<ErrorCode()>> calls = {
      [&] { return store.get("a").error().code(); },
      [&] { return store.put("b", Value::opaque("v")).error().code(); },
      [&] { return store.destroy_all("a").error().code(); },
      [&] { return store.list("").error().code(); },
      [&] { return store.snapshot().error().code(); },
      [&] { return store.sweep().error().code(); },
      [&] { return store.status().error().code(); },
      [&] { return store.verify().error().code(); },
      [&] { return store.audit().list().error().code(); },
      [&] { return store.configs().list().error().code(); },
      [&] { return store.audit().verify_receipt(receipt).error().code(); },
      [&] { return store.anchor().set("file://" + scratch.directory.in("x")).error().code(); },
      [&] { return store.anchor().get().error().code(); },
      [&] { return store.anchor().update().error().code(); },
      [&] { return store.keys().slots().error().code(); },
      [&] { return store.keys().test(1, scratch.key()).error().code(); },
      [&] { return store.keys().add(scratch.key()).error().code(); },
      [&] { return store.keys().remove(1).error().code(); },
      [&] { return store.keys().rewrap(1).error().code(); },
      [&] { return store.keys().rotate().error().code(); },
      [&] { return store.keys().rotate_data().error().code(); },
  };
  for (std::size_t i = 0; i < calls.size(); ++i) {
    INFO("call " << i);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) ::_exit(static_cast<int>(calls[i]()));
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == static_cast<int>(ErrorCode::failed));
  }
  CHECK(store.get("a").ok());
  CHECK(store.keys().slots().ok());
}

}  // namespace coffer::test::memory_test

#include "dataset.h"

#include <lmdb.h>
#include <sodium.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace coffer::bench {
namespace {

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "benchmark: %s failed\n", what);
  std::exit(1);
}

constexpr std::size_t kBatch = 10'000;

}  // namespace

Scratch::Scratch() {
  const char* base = std::getenv("TMPDIR");
  path_ = std::string(base != nullptr ? base : "/var/tmp") + "/coffer-bench-XXXXXX";
  if (mkdtemp(path_.data()) == nullptr) fail("mkdtemp");
}

Scratch::~Scratch() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

const std::string& secret_name(std::uint64_t number) {
  static std::vector<std::string> names;
  while (names.size() <= number) {
    const std::uint64_t next = names.size();
    char name[64];
    std::snprintf(name, sizeof name, "team-%04llu/service-%02llu/secret-%08llu",
                  static_cast<unsigned long long>(next % 1000),
                  static_cast<unsigned long long>(next % 37),
                  static_cast<unsigned long long>(next));
    names.emplace_back(name);
  }
  return names[number];
}

std::string secret_value(std::uint64_t number, std::size_t bytes) {
  std::string value(bytes, 'v');
  std::memcpy(value.data(), &number, std::min(bytes, sizeof number));
  return value;
}

CofferStore::CofferStore(std::uint64_t count, std::size_t bytes, const Clock* clock) {
  const std::string key = scratch_.path() + "/key";
  const std::string store = scratch_.path() + "/store";
  if (!create_key_file(key)) fail("create_key_file");
  const std::vector<KeySource> keys{KeySource::file(key)};
  std::filesystem::create_directory(store);
  std::filesystem::permissions(store, std::filesystem::perms::owner_all);
  CreateOptions created;
  created.clock = clock;
  if (!secrets::Engine::create(store, keys, created)) fail("create");
  auto engine = secrets::Engine::open(
      store, keys, {.clock = clock, .log = {}, .map_bytes = std::uint64_t{1} << 30});
  if (!engine) fail("open");
  engine_ = std::move(*engine);
  for (std::uint64_t from = 0; from < count; from += kBatch) {
    auto written = engine_->write([&](secrets::Transaction& txn) -> Result<void> {
      for (std::uint64_t i = from; i < std::min<std::uint64_t>(from + kBatch, count); ++i)
        COFFER_TRY(txn.put(secret_name(i), Value::opaque(secret_value(i, bytes))));
      return {};
    });
    if (!written) fail("bulk put");
  }
}

struct FloorStore::State {
  MDB_env* env = nullptr;
  MDB_dbi table = 0;
  MDB_txn* reader = nullptr;
  std::uint8_t hash_key[16] = {};
  std::uint8_t wrap_key[32] = {};
  std::vector<std::uint8_t> plaintext;
  // The engine's record layout, in order: wrapped DEK, tag, ciphertext.
  static constexpr std::size_t kWrapped = 72;
  static constexpr std::size_t kClear = 15;  // The engine's header and field tags.
  static constexpr std::uint8_t kContext[28] = {};

  void key_of(std::uint64_t number, std::uint8_t* key) const {
    const std::string& name = secret_name(number);
    crypto_shorthash_siphashx24(key, reinterpret_cast<const std::uint8_t*>(name.data()),
                                name.size(), hash_key);
    std::memset(key + 16, 0xFF, 8);
  }

  void record_of(std::uint64_t number, std::size_t bytes, std::vector<std::uint8_t>& out) const {
    std::uint8_t dek[32];
    randombytes_buf(dek, sizeof dek);
    out.resize(kClear + kWrapped + 16 + bytes + 1);
    std::uint8_t* at = out.data() + kClear;
    randombytes_buf(at, 24);
    crypto_aead_xchacha20poly1305_ietf_encrypt(at + 24, nullptr, dek, sizeof dek, kContext,
                                               sizeof kContext, nullptr, at, wrap_key);
    const std::string value = secret_value(number, bytes + 1);
    const std::uint8_t nonce[12] = {};
    crypto_aead_chacha20poly1305_ietf_encrypt_detached(
        at + kWrapped + 16, at + kWrapped, nullptr,
        reinterpret_cast<const std::uint8_t*>(value.data()), value.size(), kContext,
        sizeof kContext, nullptr, nonce, dek);
  }
};

FloorStore::FloorStore(std::uint64_t count, std::size_t bytes)
    : state_(std::make_unique<State>()), bytes_(bytes) {
  if (sodium_init() < 0) fail("sodium_init");
  State& s = *state_;
  s.plaintext.resize(bytes + 1);
  mdb_env_create(&s.env);
  mdb_env_set_maxdbs(s.env, 2);
  mdb_env_set_mapsize(s.env, std::size_t{1} << 30);
  if (mdb_env_open(s.env, scratch_.path().c_str(), MDB_NOTLS | MDB_NORDAHEAD, 0600) != 0)
    fail("mdb_env_open");
  std::vector<std::uint8_t> record;
  std::uint8_t key[24];
  for (std::uint64_t from = 0; from <= count; from += kBatch) {
    MDB_txn* txn = nullptr;
    mdb_txn_begin(s.env, nullptr, 0, &txn);
    if (mdb_dbi_open(txn, "history", MDB_CREATE, &s.table) != 0) fail("mdb_dbi_open");
    for (std::uint64_t i = from; i < std::min<std::uint64_t>(from + kBatch, count); ++i) {
      s.key_of(i, key);
      s.record_of(i, bytes, record);
      MDB_val k{sizeof key, key};
      MDB_val v{record.size(), record.data()};
      if (mdb_put(txn, s.table, &k, &v, 0) != 0) fail("mdb_put");
    }
    if (mdb_txn_commit(txn) != 0) fail("mdb_txn_commit");
  }
  mdb_txn_begin(s.env, nullptr, MDB_RDONLY, &s.reader);
  mdb_txn_reset(s.reader);
}

FloorStore::~FloorStore() {
  mdb_txn_abort(state_->reader);
  mdb_env_close(state_->env);
}

std::uint8_t FloorStore::get(std::uint64_t number) {
  State& s = *state_;
  std::uint8_t key[24];
  s.key_of(number, key);
  mdb_txn_renew(s.reader);
  MDB_val k{sizeof key, key};
  MDB_val v;
  if (mdb_get(s.reader, s.table, &k, &v) != 0) fail("mdb_get");
  const auto* at = static_cast<const std::uint8_t*>(v.mv_data) + State::kClear;
  std::uint8_t dek[32];
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(dek, nullptr, nullptr, at + 24,
                                                 State::kWrapped - 24, State::kContext,
                                                 sizeof State::kContext, at, s.wrap_key) != 0)
    fail("unwrap");
  const std::uint8_t nonce[12] = {};
  if (crypto_aead_chacha20poly1305_ietf_decrypt_detached(
          s.plaintext.data(), nullptr, at + State::kWrapped + 16, bytes_ + 1, at + State::kWrapped,
          State::kContext, sizeof State::kContext, nonce, dek) != 0)
    fail("open");
  mdb_txn_reset(s.reader);
  sodium_memzero(dek, sizeof dek);
  return s.plaintext[0];
}

void FloorStore::put(const std::vector<std::uint64_t>& numbers) {
  State& s = *state_;
  std::vector<std::uint8_t> record(State::kClear + State::kWrapped + 16 + bytes_ + 1);
  std::uint8_t key[24];
  MDB_txn* txn = nullptr;
  mdb_txn_begin(s.env, nullptr, 0, &txn);
  for (const std::uint64_t number : numbers) {
    randombytes_buf(record.data(), 64);
    s.key_of(number, key);
    MDB_val k{sizeof key, key};
    MDB_val v{record.size(), record.data()};
    if (mdb_put(txn, s.table, &k, &v, 0) != 0) fail("put");
  }
  if (mdb_txn_commit(txn) != 0) fail("commit");
}

}  // namespace coffer::bench

// Makes the golden store of a format version. Run once, when the version is introduced; the result
// is kept and must open for ever. Usage: make_golden DIRECTORY (which must not exist)
#include <coffer/configs.h>
#include <coffer/store.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "tests/vectors/golden.h"

namespace {

using namespace coffer;

template <typename T>
auto must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "make_golden: %s\n", describe(result.error()).c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

void fill(Store& store) {
  must(store.put("app/destroyed", Value::opaque("gone")));
  must(store.put("app/destroyed", Value::opaque("still here")));
  (void)must(store.destroy("app/destroyed", {1}));
  PutOptions options;
  options.metadata.custom = std::map<std::string, std::string>{{"team", "ops"}, {"zone", "eu"}};
  must(store.put("app/db", must(Value::json(golden::kFirstJson)), options));
  must(store.put("app/db", must(Value::json(golden::kSecondJson))));
  must(store.put("app/binary", Value::opaque(golden::all_bytes())));
  must(store.put("app/empty", Value::opaque("")));
  must(store.put("app/deleted", Value::opaque("deleted")));
  must(store.soft_delete("app/deleted"));
  PutOptions brief;
  brief.ttl_ms = 1000;
  must(store.put("app/expired", Value::opaque("expired"), brief));
  must(store.put(golden::kUnicodePath, Value::opaque("named in three scripts")));
  for (int i = 1; i <= 12; ++i)
    must(store.put("app/trimmed", Value::opaque("number " + std::to_string(i))));
  must(store.configs().put("golden-config", golden::kSpec, golden::kDocument));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_golden DIRECTORY\n", stderr);
    return 2;
  }
  const std::filesystem::path root = std::filesystem::absolute(argv[1]);
  const std::string store_path = (root / "store-v1").string();
  std::filesystem::create_directories(root);
  const std::string key_path = (root / "store-v1.key").string();
  must(create_key_file(key_path));
  const golden::FixedClock clock(golden::kMadeAtMs);
  CreateOptions create;
  create.clock = &clock;
  const KeySource file = KeySource::file(key_path);
  must(Store::create(store_path,
                     {file, KeySource::passphrase(SecretBytes::copy_of(golden::kPassphrase))},
                     create));
  OpenOptions open;
  open.clock = &clock;
  Store store = must(Store::open(store_path, file, open));
  fill(store);
  std::filesystem::remove(root / "store-v1" / "lock.mdb");
  return 0;
}

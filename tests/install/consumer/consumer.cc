// A program outside the tree: makes a store, puts a secret, reads it back.
#include <coffer/store.h>

#include <cstdio>
#include <string>

namespace {

int fail(const coffer::Error& error) {
  std::fprintf(stderr, "%s\n", coffer::describe(error).c_str());
  return static_cast<int>(error.code());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string directory = std::string(argv[1]) + "/store";
  const std::string key_file = std::string(argv[1]) + "/master.key";
  if (auto made = coffer::create_key_file(key_file); !made) return fail(made.error());
  const auto key = coffer::KeySource::file(key_file);
  if (auto made = coffer::Store::create(directory, {key}); !made) return fail(made.error());

  auto store = coffer::Store::open(directory, key);
  if (!store) return fail(store.error());
  auto fields = coffer::Value::fields({{"user", "foo"}, {"password", "bar"}});
  if (!fields) return fail(fields.error());
  auto put = store->put("ingestion/my-job", *fields);
  if (!put) return fail(put.error());
  auto secret = store->get("ingestion/my-job");
  if (!secret) return fail(secret.error());
  auto password = secret->value.field("password");
  if (!password) return fail(password.error());
  std::printf("version %d, %s\n", static_cast<int>(secret->info.version),
              password->text() == "bar" ? "as it was put" : "changed");
  return password->text() == "bar" ? 0 : 1;
}

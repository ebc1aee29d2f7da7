// The C interface: the same ground as the C++ one, by handles and codes.
#include <fstream>

#include "tests/c_store.h"

namespace coffer::test::c_api_test {
namespace {

// An options struct as a program has it that was compiled with an older or a newer header.
template <typename Options, std::size_t Size>
const Options* resized(std::uint8_t (&room)[Size], Options options, std::size_t size) {
  static_assert(Size >= sizeof options);
  std::memcpy(room, &options, sizeof options);
  std::memcpy(room, &size, sizeof size);
  return reinterpret_cast<const Options*>(room);
}

}  // namespace

TEST_CASE("C: patch, rollback, history, move, copy and erase") {
  const CStore c;
  coffer_version_info version;
  coffer_error error;
  c.put("a", R"({"k":1.0,"n":2})", true);
  REQUIRE(coffer_patch(c.get(), "a", R"({"n":null})", nullptr, &version, &error) == COFFER_OK);
  CHECK(version.version == 2);
  CHECK(c.value_of("a") == R"({"k":1.0})");
  coffer_put_options options = COFFER_PUT_OPTIONS_INIT;
  options.if_version = 1;
  CHECK(coffer_patch(c.get(), "a", "{}", &options, &version, &error) == COFFER_CONFLICT);
  CHECK(error.code == COFFER_CONFLICT);
  CHECK(std::strlen(error.hint) > 0);
  CHECK(coffer_rollback(c.get(), "a", 1, &options, &version, &error) == COFFER_CONFLICT);
  REQUIRE(coffer_rollback(c.get(), "a", 1, nullptr, &version, &error) == COFFER_OK);
  CHECK(version.version == 3);
  CHECK(c.value_of("a") == R"({"k":1.0,"n":2})");
  coffer_version_info versions[2];
  std::size_t count = 0;
  REQUIRE(coffer_history(c.get(), "a", versions, 2, &count, &error) == COFFER_OK);
  CHECK(count == 3);
  CHECK((versions[0].version == 3 && versions[1].version == 2));
  CHECK(coffer_history(c.get(), "none", nullptr, 0, &count, &error) == COFFER_NOT_FOUND);
  CHECK(coffer_history(c.get(), "a", nullptr, 2, &count, &error) == COFFER_USAGE);
  REQUIRE(coffer_move(c.get(), "a", "b", &error) == COFFER_OK);
  REQUIRE(coffer_copy(c.get(), "b", "c", &error) == COFFER_OK);
  CHECK(coffer_move(c.get(), "b", "c", &error) == COFFER_CONFLICT);
  CHECK(c.value_of("c") == c.value_of("b"));
  REQUIRE(coffer_erase(c.get(), "c", &error) == COFFER_OK);
  CHECK(coffer_erase(c.get(), "c", &error) == COFFER_NOT_FOUND);
  CHECK(coffer_move(c.get(), nullptr, "c", &error) == COFFER_USAGE);
}

TEST_CASE("C: metadata and settings go in and come out as JSON") {
  const CStore c;
  coffer_error error;
  const char* change = R"({"kind":"password","tags":["a","b"],"custom":{"k":"v"},"owner":"m\"e"})";
  CHECK(coffer_metadata_put(c.get(), "a", change, 1, &error) == COFFER_NOT_FOUND);
  REQUIRE(coffer_metadata_put(c.get(), "a", change, 0, &error) == COFFER_OK);
  coffer_bytes* json = nullptr;
  REQUIRE(coffer_metadata_get(c.get(), "a", &json, &error) == COFFER_OK);
  const std::string told = text_of(json);
  CHECK(told.starts_with(
      R"({"max_versions":0,"cas_required":false,"delete_version_after_ms":0,"kind":"password",)"
      R"("description":"","owner":"m\"e","tags":["a","b"],"custom_metadata":{"k":"v"},"created_at_ms":)"));
  CHECK(told.ends_with(R"("revision":1})"));
  for (const char* wrong :
       {"[]", "{", R"({"none":1})", R"({"max_versions":-1})", R"({"max_versions":4294967296})",
        R"({"max_versions":1.5})", R"({"cas_required":1})", R"({"tags":["a",1]})",
        R"({"custom":[]})", R"({"custom":{"k":1}})", R"({"kind":"none"})"}) {
    INFO(wrong);
    CHECK(coffer_metadata_put(c.get(), "a", wrong, 0, &error) == COFFER_USAGE);
  }
  const char* settings =
      R"({"max_versions":2,"names":{"fields":{"white_space":"forbidden"}},)"
      R"("scopes":[{"prefix":"t","value_bytes_max":4},{"prefix":"u","names":null},)"
      R"({"prefix":"v","names":{"components":{"characters":"a-z0-9-","ends":"a-z",)"
      R"("bytes_min":2,"bytes_max":48}}}]})";
  REQUIRE(coffer_settings_put(c.get(), settings, &error) == COFFER_OK);
  REQUIRE(coffer_settings_put(c.get(), R"({"cas_required":true})", &error) == COFFER_OK);
  REQUIRE(coffer_settings_get(c.get(), &json, &error) == COFFER_OK);
  CHECK(
      text_of(json) ==
      R"({"max_versions":2,"cas_required":true,"delete_version_after_ms":0,)"
      R"("value_bytes_max":1048576,"names":{"components":{"characters":"","ends":"",)"
      R"("bytes_min":0,"bytes_max":0,"white_space":"allowed"},"fields":{"characters":"",)"
      R"("ends":"","bytes_min":0,"bytes_max":0,"white_space":"forbidden"}},)"
      R"("scopes":[{"prefix":"t","value_bytes_max":4},{"prefix":"u","names":null},)"
      R"({"prefix":"v","names":{"components":{"characters":"a-z0-9-","ends":"a-z",)"
      R"("bytes_min":2,"bytes_max":48,"white_space":"allowed"},"fields":{"characters":"",)"
      R"("ends":"","bytes_min":0,"bytes_max":0,"white_space":"allowed"}}}],"audit_reads":false,"audit_keep_ms":0,)"
      R"("audit_keep_records":0})");
  for (const char* wrong :
       {R"({"names":"none"})", R"({"names":{"a":{}}})", R"({"names":{"fields":{"bytes_min":-1}}})",
        R"({"names":{"fields":{"white_space":"none"}}})",
        R"({"names":{"fields":{"characters":"z-a"}}})", R"({"scopes":{}})", R"({"scopes":[1]})",
        R"({"scopes":[{"prefix":"a"}]})", R"({"x":1})"}) {
    INFO(wrong);
    CHECK(coffer_settings_put(c.get(), wrong, &error) == COFFER_USAGE);
  }
  CHECK(coffer_settings_put(c.get(), R"({"value_bytes_max":0})", &error) == COFFER_LIMIT);
}

namespace {

struct Plan {
  bool gives_up = false;
};

// Each of these is a call of the open store too.
coffer_code write_all(coffer_store* inside) {
  const std::uint64_t first[] = {1};
  for (const coffer_code code :
       {c_put(inside, "a", R"({"k":1})", COFFER_IF_ABSENT, true),
        coffer_patch(inside, "a", R"({"k":2})", nullptr, nullptr, nullptr),
        coffer_rollback(inside, "a", 2, nullptr, nullptr, nullptr),
        coffer_metadata_put(inside, "a", R"({"owner":"me"})", 1, nullptr),
        coffer_copy(inside, "a", "b", nullptr), coffer_move(inside, "b", "c", nullptr),
        coffer_destroy(inside, "c", first, 1, nullptr),
        coffer_delete(inside, "a", first, 1, nullptr),
        coffer_undelete(inside, "a", first, 1, nullptr),
        coffer_delete(inside, "a", first, 1, nullptr),
        coffer_reference_add(inside, "a", 3, "job", nullptr),
        coffer_reference_add(inside, "a", 2, "job", nullptr),
        coffer_reference_remove(inside, "a", 2, "job", nullptr),
        coffer_settings_put(inside, R"({"max_versions":9})", nullptr),
        coffer_destroy_all(inside, "older", nullptr), coffer_erase(inside, "old", nullptr)})
    if (code != COFFER_OK) return COFFER_FAILED;
  // One that fails changes nothing, and the body goes on.
  return c_put(inside, "a", "x", COFFER_IF_ABSENT) == COFFER_CONFLICT ? COFFER_OK : COFFER_FAILED;
}

coffer_code body(coffer_store* inside, void* context) {
  if (write_all(inside) != COFFER_OK) return COFFER_FAILED;
  coffer_bytes* value = nullptr;
  coffer_version_info info;
  if (coffer_get(inside, "c", 0, &value, &info, nullptr) != COFFER_OK) return COFFER_FAILED;
  if (text_of(value) != R"({"k":2})" || info.version != 3) return COFFER_FAILED;
  if (coffer_reference_list(inside, "a", &value, nullptr) != COFFER_OK) return COFFER_FAILED;
  if (text_of(value) != R"([{"path":"a","version":3,"user_kind":"external","user":"job"}])")
    return COFFER_FAILED;
  // What a transaction does not have, and what would end it too early.
  coffer_store* other = inside;
  if (coffer_snapshot(inside, &other, nullptr) != COFFER_USAGE || other != nullptr ||
      coffer_sweep(inside, nullptr, nullptr, nullptr) != COFFER_USAGE)
    return COFFER_FAILED;
  coffer_close(inside);
  return static_cast<const Plan*>(context)->gives_up ? COFFER_DENIED : COFFER_OK;
}

}  // namespace

TEST_CASE("C: a transaction is all or nothing") {
  const CStore c;
  coffer_error error;
  c.put("old", "v");
  c.put("older", "v");
  Plan plan{true};
  CHECK(coffer_transact(c.get(), body, &plan, &error) == COFFER_DENIED);
  CHECK(error.code == COFFER_DENIED);
  CHECK(c.value_of("old") == "v");
  coffer_bytes* value = nullptr;
  CHECK(coffer_get(c.get(), "a", 0, &value, nullptr, &error) == COFFER_NOT_FOUND);
  plan.gives_up = false;
  REQUIRE(coffer_transact(c.get(), body, &plan, &error) == COFFER_OK);
  CHECK(c.value_of("c") == "{\"k\":2}");
  CHECK(coffer_get(c.get(), "c", 1, &value, nullptr, &error) == COFFER_DESTROYED);
  CHECK(coffer_get(c.get(), "a", 1, &value, nullptr, &error) == COFFER_DELETED);
  CHECK(coffer_get(c.get(), "old", 0, &value, nullptr, &error) == COFFER_NOT_FOUND);
  CHECK(coffer_transact(c.get(), nullptr, nullptr, &error) == COFFER_USAGE);
}

TEST_CASE("C: a snapshot is a store that is only read, and stays as it was") {
  const CStore c;
  coffer_error error;
  c.put("a", R"({"k":1})", true);
  coffer_store* snapshot = nullptr;
  REQUIRE(coffer_snapshot(c.get(), &snapshot, &error) == COFFER_OK);
  c.put("a", "later");
  c.put("b", "later");
  coffer_bytes* value = nullptr;
  coffer_version_info info;
  REQUIRE(coffer_get(snapshot, "a", 0, &value, &info, &error) == COFFER_OK);
  CHECK(text_of(value) == R"({"k":1})");
  CHECK(info.version == 1);
  REQUIRE(coffer_get_field(snapshot, "a", 0, "k", &value, &error) == COFFER_OK);
  CHECK(text_of(value) == "1");
  REQUIRE(coffer_list(snapshot, "", nullptr, &value, &error) == COFFER_OK);
  CHECK(text_of(value) == std::string("a\0", 2));
  REQUIRE(coffer_find(snapshot, "", nullptr, &value, &error) == COFFER_OK);
  CHECK(text_of(value).starts_with(R"([{"path":"a","state":"live","version":1,)"));
  std::size_t count = 0;
  REQUIRE(coffer_history(snapshot, "a", nullptr, 0, &count, &error) == COFFER_OK);
  CHECK(count == 1);
  REQUIRE(coffer_metadata_get(snapshot, "a", &value, &error) == COFFER_OK);
  coffer_bytes_free(value);
  REQUIRE(coffer_settings_get(snapshot, &value, &error) == COFFER_OK);
  coffer_bytes_free(value);
  CHECK(c_put(snapshot, "a", "v") == COFFER_USAGE);
  CHECK(coffer_erase(snapshot, "a", &error) == COFFER_USAGE);
  coffer_store_status status = COFFER_STORE_STATUS_INIT;
  CHECK(coffer_status(snapshot, &status, &error) == COFFER_USAGE);
  coffer_close(snapshot);
}

TEST_CASE("C: a store tells its state, and whether all of it opens") {
  const CStore c;
  coffer_error error;
  c.put("a", "v");
  coffer_store_status status = COFFER_STORE_STATUS_INIT;
  REQUIRE(coffer_status(c.get(), &status, &error) == COFFER_OK);
  CHECK((status.size == sizeof status && status.secret_count == 1 && status.slot_count == 1));
  CHECK(std::strlen(status.store_id) == 32);
  CHECK(status.anchor[0] == 0);
  // A program of an older header has room for the first members alone.
  std::memset(&status, 1, sizeof status);
  status.size = 2 * sizeof(std::uint64_t);
  const std::uint64_t beyond = status.sequence;
  REQUIRE(coffer_status(c.get(), &status, &error) == COFFER_OK);
  CHECK((status.epoch > 0 && status.epoch < 1000 && status.sequence == beyond));
  status.size = 0;
  CHECK(coffer_status(c.get(), &status, &error) == COFFER_USAGE);
  std::uint64_t records = 0;
  coffer_bytes* problems = reinterpret_cast<coffer_bytes*>(&error);
  REQUIRE(coffer_verify(c.get(), &records, &problems, &error) == COFFER_OK);
  CHECK((records > 0 && problems == nullptr));
  REQUIRE(coffer_verify(c.get(), nullptr, nullptr, nullptr) == COFFER_OK);
}

TEST_CASE("C: options of an older program work, and those of a newer one while they are zero") {
  const CStore c;
  coffer_error error;
  std::uint8_t room[sizeof(coffer_put_options) + 16] = {};
  coffer_put_options options = COFFER_PUT_OPTIONS_INIT;
  options.if_version = COFFER_IF_ABSENT;
  options.ttl_ms = -1;
  const auto put = [&](std::size_t size) {
    return coffer_put(c.get(), "a", "v", 1, resized(room, options, size), nullptr, &error);
  };
  CHECK(put(sizeof options) == COFFER_LIMIT);  // The time to live is negative.
  REQUIRE(put(offsetof(coffer_put_options, ttl_ms)) == COFFER_OK);
  CHECK(put(offsetof(coffer_put_options, ttl_ms)) == COFFER_CONFLICT);
  options.ttl_ms = 0;
  options.if_version = 1;
  REQUIRE(put(sizeof room) == COFFER_OK);
  options.if_version = 2;
  room[sizeof room - 1] = 1;
  CHECK(put(sizeof room) == COFFER_USAGE);
  CHECK(std::string(error.hint).find("newer version") != std::string::npos);
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{1} << 40})
    CHECK(put(size) == COFFER_USAGE);
  options.reserved = 1;
  CHECK(put(sizeof options) == COFFER_USAGE);
}

TEST_CASE("C: a store is made and opened by its options") {
  const ScratchDirectory directory;
  const std::string key = directory.in("key");
  const std::string path = directory.in("store");
  coffer_error error;
  REQUIRE(coffer_key_file_create(key.c_str(), &error) == COFFER_OK);
  CHECK(coffer_key_file_create(key.c_str(), &error) == COFFER_CONFLICT);
  CHECK(coffer_create(path.c_str(), nullptr, &error) == COFFER_USAGE);  // No key.
  const std::string uri = "file://" + key;
  const char* uris[] = {uri.c_str()};
  coffer_create_options create = COFFER_CREATE_OPTIONS_INIT;
  create.key_count = 1;
  CHECK(coffer_create(path.c_str(), &create, &error) == COFFER_USAGE);
  create.key_uris = uris;
  create.value_bytes_max = 4;
  create.cipher = static_cast<coffer_cipher>(3);
  CHECK(coffer_create(path.c_str(), &create, &error) == COFFER_USAGE);
  create.cipher = COFFER_CIPHER_CHACHA20_POLY1305;
  REQUIRE(coffer_create(path.c_str(), &create, &error) == COFFER_OK);
  // The URI in the store's own slot asks nobody.
  coffer_store* store = nullptr;
  REQUIRE(coffer_open(path.c_str(), nullptr, &store, &error) == COFFER_OK);
  CHECK(c_put(store, "a", "12345") == COFFER_LIMIT);
  coffer_close(store);
  coffer_open_options open = COFFER_OPEN_OPTIONS_INIT;
  open.min_sequence = 1'000;
  CHECK(c_open(path, uri, &store, open) == COFFER_ROLLED_BACK);
  CHECK(store == nullptr);
  coffer_identity identity = COFFER_IDENTITY_INIT;
  identity.actor = "alice";
  open = COFFER_OPEN_OPTIONS_INIT;
  open.identity = &identity;
  REQUIRE(c_open(path, uri, &store, open) == COFFER_OK);
  REQUIRE(c_put(store, "a", "1") == COFFER_OK);
  coffer_bytes* json = nullptr;
  REQUIRE(coffer_audit_list(store, nullptr, &json, &error) == COFFER_OK);
  CHECK(text_of(json).find(R"("actor":"alice")") != std::string::npos);
  coffer_close(store);
}

TEST_CASE("C: the version is the project's") {
  const std::string version = std::to_string(COFFER_VERSION_MAJOR) + "." +
                              std::to_string(COFFER_VERSION_MINOR) + "." +
                              std::to_string(COFFER_VERSION_PATCH);
  CHECK(version == COFFER_VERSION);
  CHECK(version == coffer_version());
  CHECK(coffer_abi_version() == COFFER_ABI_VERSION);
  std::ifstream file(std::string(COFFER_SOURCE_DIR) + "/CMakeLists.txt");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  CHECK(text.find("project(coffer VERSION " + version + " ") != std::string::npos);
}

}  // namespace coffer::test::c_api_test

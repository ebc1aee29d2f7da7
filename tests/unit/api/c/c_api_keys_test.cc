// Key slots and rotations through C alone.
#include "tests/c_store.h"

namespace coffer::test::c_api_keys_test {
namespace {

coffer_code stop_at_once(void* context, std::uint64_t done, std::uint64_t all) {
  CHECK(all == 256);
  *static_cast<std::uint64_t*>(context) = done;
  return COFFER_DECLINED;
}

}  // namespace

TEST_CASE("C lists the slots of a store that no key opens") {
  const ScratchDirectory directory;
  const std::string key = "file://" + directory.in("key");
  const std::string path = directory.in("store");
  REQUIRE(create_key_file(directory.in("key")).ok());
  REQUIRE(c_create(path, key) == COFFER_OK);
  REQUIRE(::unlink(directory.in("key").c_str()) == 0);
  coffer_bytes* json = nullptr;
  coffer_error error{};
  REQUIRE(coffer_key_list_unproven(path.c_str(), &json, &error) == COFFER_OK);
  const std::string slots = text_of(json);
  CHECK(slots.starts_with(R"([{"slot":1,"provider":"file","uri":")" + key + "\""));
  CHECK(slots.find(R"("key_id":")") != std::string::npos);
  json = reinterpret_cast<coffer_bytes*>(&error);
  CHECK(coffer_key_list_unproven(directory.in("none").c_str(), &json, &error) == COFFER_NO_STORE);
  CHECK(json == nullptr);
  CHECK(error.code == COFFER_NO_STORE);
  CHECK(std::strlen(error.message) > 0);
  CHECK(coffer_key_list_unproven(nullptr, &json, &error) == COFFER_USAGE);
  CHECK(coffer_key_list_unproven(path.c_str(), nullptr, nullptr) == COFFER_USAGE);
}

TEST_CASE("slots are added, listed, wrapped anew, given up and removed through C") {
  const ScratchDirectory directory;
  const std::string first = "file://" + directory.in("key");
  const std::string second = "file://" + directory.in("second");
  const std::string path = directory.in("store");
  for (const char* name : {"key", "second"}) REQUIRE(create_key_file(directory.in(name)).ok());
  REQUIRE(c_create(path, first) == COFFER_OK);
  coffer_store* store = nullptr;
  REQUIRE(c_open(path, first, &store) == COFFER_OK);
  int slot = 0;
  REQUIRE(coffer_key_add(store, second.c_str(), &slot, nullptr) == COFFER_OK);
  CHECK(slot == 2);
  coffer_bytes* json = nullptr;
  REQUIRE(coffer_key_list(store, &json, nullptr) == COFFER_OK);
  const std::string slots = text_of(json);
  CHECK(slots.find(R"("slot":2,"provider":"file","uri":")" + second) != std::string::npos);
  REQUIRE(coffer_key_rewrap(store, 0, nullptr, &json, nullptr) == COFFER_OK);
  CHECK(text_of(json).find(R"("skipped":false,"code":"ok"},{"slot":2)") != std::string::npos);
  REQUIRE(::unlink(directory.in("second").c_str()) == 0);
  coffer_error error{};
  CHECK(coffer_key_rotate(store, nullptr, &error) == COFFER_KEY_UNAVAILABLE);
  CHECK(coffer_key_rewrap(store, 2, nullptr, nullptr, nullptr) == COFFER_KEY_UNAVAILABLE);
  const int without[] = {2};
  coffer_key_options options = COFFER_KEY_OPTIONS_INIT;
  options.without_count = 1;
  CHECK(coffer_key_rotate(store, &options, nullptr) == COFFER_USAGE);
  options.without = without;
  CHECK(coffer_key_rewrap(store, 1, &options, nullptr, nullptr) == COFFER_USAGE);
  REQUIRE(coffer_key_rotate(store, &options, nullptr) == COFFER_OK);
  CHECK(coffer_key_remove(store, 1, nullptr) == COFFER_IN_USE);
  std::uint64_t done = 256;
  CHECK(coffer_key_rotate_data(store, stop_at_once, &done, nullptr) == COFFER_OK);
  CHECK(done == 256);  // One batch was enough: there was nothing left to stop.
  REQUIRE(coffer_key_rotate_data(store, nullptr, nullptr, nullptr) == COFFER_OK);
  for (const coffer_code code :
       {coffer_key_list(store, nullptr, nullptr), coffer_key_add(store, nullptr, nullptr, nullptr),
        coffer_key_rewrap(nullptr, 0, nullptr, nullptr, nullptr),
        coffer_key_rotate_data(nullptr, nullptr, nullptr, nullptr)})
    CHECK(code == COFFER_USAGE);
  coffer_close(store);
}

}  // namespace coffer::test::c_api_keys_test

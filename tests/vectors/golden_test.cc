// A store of format 1 must open for ever, with everything that was put into it.
#include <coffer/configs.h>
#include <coffer/store.h>

#include <catch2/catch.hpp>

#include "tests/vectors/golden_copy.h"

namespace golden_test {

namespace {

using coffer::ErrorCode;
using coffer::Store;

std::string text_of(Store& store, std::string_view path, std::uint64_t version = 0) {
  const auto secret = store.get(path, version);
  INFO(path << (secret ? "" : ": " + coffer::describe(secret.error())));
  REQUIRE(secret.ok());
  return std::string(secret->value.text());
}

ErrorCode error_of(Store& store, std::string_view path, std::uint64_t version = 0) {
  const auto secret = store.get(path, version);
  REQUIRE_FALSE(secret.ok());
  return secret.error().code();
}

}  // namespace

TEST_CASE("the golden store of format 1 opens and verifies") {
  const golden::Copy copy;
  Store store = copy.open();
  const auto report = store.verify();
  REQUIRE(report.ok());
  CHECK(report->problems == std::vector<std::string>{});
  const auto status = store.status();
  REQUIRE(status.ok());
  CHECK(status->epoch == 2);
  CHECK(status->secret_count == 9);
  CHECK(status->config_count == 1);
  CHECK(status->record_count == report->records);
  CHECK(status->pending_shred_buckets == 1);
  CHECK(status->slot_count == 2);
}

TEST_CASE("the golden store's second slot opens by its passphrase") {
  const golden::Copy copy;
  const auto store =
      Store::open(copy.directory(),
                  coffer::KeySource::passphrase(coffer::SecretBytes::copy_of(golden::kPassphrase)));
  CHECK(store.ok());
  const auto wrong = Store::open(
      copy.directory(), coffer::KeySource::passphrase(coffer::SecretBytes::copy_of("another")));
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().code() == ErrorCode::wrong_key);
}

TEST_CASE("the golden store's values come back to the byte") {
  const golden::Copy copy;
  Store store = copy.open();
  CHECK(text_of(store, "app/db", 1) == golden::kFirstJson);
  CHECK(text_of(store, "app/db") == golden::kSecondJson);
  const auto json = store.get("app/db");
  CHECK((json.ok() && json->value.is_json()));
  const auto binary = store.get("app/binary");
  REQUIRE(binary.ok());
  CHECK_FALSE(binary->value.is_json());
  const auto bytes = binary->value.bytes().bytes();
  CHECK(std::vector<std::uint8_t>(bytes.begin(), bytes.end()) == golden::all_bytes());
  CHECK(text_of(store, "app/empty").empty());
  CHECK(text_of(store, golden::kUnicodePath) == "named in three scripts");
  CHECK(text_of(store, "app/destroyed") == "still here");
  CHECK(text_of(store, "app/trimmed", 3) == "number 3");
  CHECK(text_of(store, "app/trimmed") == "number 12");
}

TEST_CASE("the golden store's states are what they were") {
  const golden::Copy copy;
  Store store = copy.open();
  CHECK(error_of(store, "app/deleted") == ErrorCode::deleted);
  CHECK(error_of(store, "app/expired") == ErrorCode::expired);
  CHECK(error_of(store, "app/destroyed", 1) == ErrorCode::destroyed);
  CHECK(error_of(store, "app/trimmed", 2) == ErrorCode::not_found);
  CHECK(error_of(store, "app/none") == ErrorCode::not_found);
  CHECK(store.undelete("app/deleted", {1}).ok());
  CHECK(text_of(store, "app/deleted") == "deleted");
  const auto metadata = store.metadata("app/db");
  REQUIRE(metadata.ok());
  CHECK(metadata->custom == std::map<std::string, std::string>{{"team", "ops"}, {"zone", "eu"}});
  CHECK(metadata->created_at_ms == golden::kMadeAtMs);
}

TEST_CASE("the golden store's names and config are what they were") {
  const golden::Copy copy;
  Store store = copy.open();
  coffer::ListOptions recursive;
  recursive.recursive = true;
  recursive.state = coffer::ListState::all;
  const auto names = store.list("", recursive);
  REQUIRE(names.ok());
  std::vector<std::string> by_hand;
  for (const std::string& name : *names)
    if (!name.starts_with("airbyte_workspace_")) by_hand.push_back(name);
  CHECK(by_hand == std::vector<std::string>{"app/binary", "app/db", "app/deleted", "app/destroyed",
                                            "app/empty", "app/expired", "app/trimmed",
                                            std::string(golden::kUnicodePath)});
  CHECK(names->size() == by_hand.size() + 1);
  const auto revealed = store.configs().get("golden-config", coffer::ConfigForm::revealed);
  REQUIRE(revealed.ok());
  CHECK(revealed->document.text() == golden::kDocument);
  CHECK(revealed->revision == 1);
  const auto sweep = store.sweep();
  REQUIRE(sweep.ok());
  REQUIRE(sweep->swept.size() == 1);
  CHECK(sweep->swept[0].path == "app/expired");
}

TEST_CASE("the golden store can be written") {
  const golden::Copy copy;
  {
    Store store = copy.open();
    REQUIRE(store.put("app/new", coffer::Value::opaque("new")).ok());
    REQUIRE(store.destroy("app/db", {1}).ok());
  }
  Store store = copy.open();
  CHECK(text_of(store, "app/new") == "new");
  CHECK(text_of(store, "app/db") == golden::kSecondJson);
  const auto report = store.verify();
  CHECK((report.ok() && report->problems.empty()));
}

}  // namespace golden_test

// Receipts: one for every erasing, whichever call does it; refused where a byte differs.
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/c_store.h"

namespace coffer::test::receipt_test {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kSpec =
    R"({"type":"object","properties":{"password":{"type":"string","airbyte_secret":true}}})";

// A store that keeps what it is told of erasings.
struct Watched {
  ScratchStore scratch;
  Store store;
  std::vector<ShredReceipt> receipts;
  explicit Watched(CreateOptions options = {}) : scratch(options), store(scratch.open()) {
    store.audit().on_receipt([this](const ShredReceipt& receipt) { receipts.push_back(receipt); });
  }
  Json only() const {
    REQUIRE(receipts.size() == 1);
    return Json::parse(receipts.front().text);
  }
};

ErrorCode refusal(Store& store, std::string_view text) {
  const auto verified = store.audit().verify_receipt(text);
  REQUIRE_FALSE(verified.ok());
  return verified.error().code();
}

// An item without the seal by which what is gone is known again.
Json unsealed(Json item) {
  CHECK(item["seal"].get<std::string>().size() == 32);
  item.erase("seal");
  return item;
}

}  // namespace

TEST_CASE("a receipt tells all there is to tell, and the store vouches for it") {
  Watched watched;
  REQUIRE(watched.store.put("team/\"db\"", Value::opaque("v")).ok());
  const ShredReceipt receipt = watched.store.destroy("team/\"db\"", {1}).value();
  const Json told = watched.only();
  CHECK(told["receipt"] == 1);
  CHECK(told["store_id"] == watched.store.status()->store_id);
  REQUIRE(told["destroyed"].size() == 1);
  CHECK(unsealed(told["destroyed"][0]) ==
        Json{{"path", "team/\"db\""}, {"version", 1}, {"why", "destroyed"}});
  CHECK(told["documents"].empty());
  CHECK(told["epoch_before"] == 1);
  CHECK(told["epoch_after"] == 2);
  CHECK(told["erase"] == watched.store.status()->erase);
  CHECK(told["out_of_reach"].size() == 3);
  CHECK(told["time"] == "2023-11-14T22:13:20.000Z");
  CHECK(receipt.text == watched.receipts.front().text);
  const ReceiptInfo info = watched.store.audit().verify_receipt(receipt.text + "\n").value();
  CHECK(info.sequence == receipt.sequence);
  CHECK(info.at_ms == receipt.at_ms);
  CHECK((info.epoch_before == 1 && info.epoch_after == 2));
  CHECK((info.destroyed_count == 1 && info.document_count == 0));
  CHECK(info.erase == receipt.erase);
}

TEST_CASE("every call that erases leaves a receipt, and one that does not leaves none") {
  Watched watched({.max_versions = 1});
  Store& store = watched.store;
  SECTION("a sweep") {
    REQUIRE(store.put("a", Value::opaque("v"), {.ttl_ms = 1}).ok());
    watched.scratch.clock.turn(1);
    REQUIRE(store.sweep().ok());
    CHECK(watched.only()["destroyed"][0]["why"] == "expired");
  }
  SECTION("a secret that is erased") {
    REQUIRE(store.put("a", Value::opaque("v")).ok());
    REQUIRE(store.erase("a").ok());
    CHECK(watched.only()["destroyed"].size() == 1);
  }
  SECTION("a config that is changed, and one that is removed") {
    Configs configs = store.configs();
    REQUIRE(configs.put("c", kSpec, R"({"password":"1"})").ok());
    CHECK(watched.receipts.empty());
    REQUIRE(configs.put("c", kSpec, R"({"password":"2"})").ok());
    const Json told = watched.only();
    REQUIRE(told["documents"].size() == 1);
    CHECK(unsealed(told["documents"][0]) == Json{{"config", "c"}, {"revision", 1}});
    CHECK(told["destroyed"].size() == 1);
    REQUIRE(configs.remove("c").ok());
    CHECK(watched.receipts.back().documents.front().revision == 2);
  }
  SECTION("what was trimmed goes along with the next erasing") {
    for (const char* value : {"1", "2"}) REQUIRE(store.put("a", Value::opaque(value)).ok());
    CHECK(watched.receipts.empty());
    REQUIRE(store.put("b", Value::opaque("v")).ok());
    REQUIRE(store.destroy_all("b").ok());
    CHECK(watched.only()["pending_erased"] == 1);
  }
  SECTION("a transaction, of which nothing is told where it came to nothing") {
    REQUIRE(store.put("a", Value::opaque("v")).ok());
    REQUIRE_FALSE(store
                      .transaction([](Transaction& txn) -> Result<void> {
                        COFFER_TRY(txn.erase("a"));
                        return Error(ErrorCode::declined, "no");
                      })
                      .ok());
    CHECK(watched.receipts.empty());
    REQUIRE(store.destroy_all("a").ok());
    REQUIRE(store.destroy_all("a")->text.empty());
    CHECK(watched.receipts.size() == 1);
  }
}

TEST_CASE("a receipt with any byte altered, added or taken away is refused") {
  Watched watched;
  REQUIRE(watched.store.put("a", Value::opaque("v")).ok());
  const std::string text = watched.store.destroy_all("a")->text;
  REQUIRE(watched.store.audit().verify_receipt(text).ok());
  for (std::size_t at = 0; at < text.size(); ++at) {
    INFO(at);
    std::string altered = text;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    const ErrorCode code = refusal(watched.store, altered);
    CHECK((code == ErrorCode::corrupt || code == ErrorCode::usage));
    CHECK(refusal(watched.store, text.substr(0, at)) != ErrorCode::failed);
    altered = text;
    altered.insert(at, 1, ' ');
    CHECK(refusal(watched.store, altered) != ErrorCode::failed);
  }
  CHECK(refusal(watched.store, text + "x") == ErrorCode::corrupt);
  CHECK(refusal(watched.store, "") == ErrorCode::usage);
  CHECK(refusal(watched.store, "{}") == ErrorCode::usage);
  Watched other;
  CHECK(refusal(other.store, text) == ErrorCode::corrupt);
}

TEST_CASE("a store that is older than a receipt is told to be") {
  Watched watched;
  REQUIRE(watched.store.put("a", Value::opaque("v")).ok());
  const std::string copy = watched.scratch.directory.in("copy");
  std::filesystem::copy(watched.scratch.path(), copy);
  std::filesystem::permissions(copy, std::filesystem::perms::owner_all);
  const std::string text = watched.store.destroy_all("a")->text;
  Store older = Store::open(copy, watched.scratch.key()).value();
  CHECK(refusal(older, text) == ErrorCode::rolled_back);
}

TEST_CASE("C: receipts are handed out and verified") {
  const CStore c;
  coffer_store* store = c.get();
  coffer_error error;
  std::string told;
  const auto sink = [](void* context, const char* text, std::size_t size) {
    static_cast<std::string*>(context)->assign(text, size);
  };
  REQUIRE(coffer_on_receipt(store, sink, &told, &error) == COFFER_OK);
  c.put("a", "v");
  REQUIRE(coffer_destroy_all(store, "a", &error) == COFFER_OK);
  CHECK(coffer_receipt_verify(store, told.data(), told.size(), &error) == COFFER_OK);
  std::string altered = told;
  altered[30] = static_cast<char>(altered[30] ^ 1);
  CHECK(coffer_receipt_verify(store, altered.data(), altered.size(), &error) == COFFER_CORRUPT);
  CHECK(coffer_on_receipt(nullptr, nullptr, nullptr, &error) == COFFER_USAGE);
  REQUIRE(coffer_on_receipt(store, nullptr, nullptr, &error) == COFFER_OK);
}

}  // namespace coffer::test::receipt_test

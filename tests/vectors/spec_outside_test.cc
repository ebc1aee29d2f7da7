// The rules of format/SPEC.md for what leaves the store: receipts and anchors.
#include <catch2/catch.hpp>

#include "base/digits.h"
#include "tests/vectors/by_the_words.h"
#include "tests/vectors/golden_copy.h"

namespace {

using namespace coffer;
using namespace coffer::words;

std::string tag_by_the_words(const OpenKeyring& keys, std::string_view body) {
  const Bytes message = context(19, keys.store_id, Bytes{1}) + as_bytes(body);
  return hex(blake2b(kdf(keys.root_secret, 6, "cofrecpt"), message));
}

}  // namespace

TEST_CASE("F-151: a receipt's tag is that of its text, and another is refused") {
  const golden::Copy copy;
  Store store = copy.open();
  REQUIRE(store.put("receipt/of", Value::opaque("v")).ok());
  const std::string text = store.destroy_all("receipt/of")->text;
  const OpenKeyring keys(copy.keyring(), copy.key_file());
  const std::size_t mark = text.rfind(R"(,"tag":")");
  REQUIRE(mark != std::string::npos);
  const std::string body = text.substr(0, mark);
  const auto with_tag = [&](std::string_view words, const std::string& tag) {
    return std::string(words) + R"(,"tag":")" + tag + R"("})";
  };
  CHECK(text == with_tag(body, tag_by_the_words(keys, body)));
  std::string tag = tag_by_the_words(keys, body);
  tag.back() = tag.back() == '0' ? '1' : '0';
  CHECK(store.verify_receipt(with_tag(body, tag)).error().code() == ErrorCode::corrupt);
  // Whoever has the key may write one; of a later version it is not understood.
  std::string later = body;
  later.replace(later.find(":1,"), 3, ":2,");
  CHECK(store.verify_receipt(with_tag(later, tag_by_the_words(keys, later))).error().code() ==
        ErrorCode::too_new);
}

TEST_CASE("F-152: a receipt is handed out when the old epoch key is gone, and not before") {
  const golden::Copy copy;
  Store store = copy.open();
  REQUIRE(store.put("receipt/of", Value::opaque("v")).ok());
  bool told = false;
  store.on_receipt([&](const ShredReceipt& receipt) {
    told = true;
    const OpenKeyring keys(copy.keyring(), copy.key_file());
    CHECK_FALSE(keys.epoch_key(receipt.epoch_before).has_value());
    CHECK(keys.epoch_key(receipt.epoch_after).has_value());
  });
  REQUIRE(store.destroy_all("receipt/of").ok());
  CHECK(told);
}

TEST_CASE("F-153: a store with a lower sequence or epoch than a receipt tells that it is older") {
  const golden::Copy copy;
  std::string text;
  {
    Store store = copy.open();
    REQUIRE(store.put("receipt/of", Value::opaque("v")).ok());
    text = store.destroy_all("receipt/of")->text;
  }
  const golden::Copy older;
  CHECK(older.open().verify_receipt(text).error().code() == ErrorCode::rolled_back);
}

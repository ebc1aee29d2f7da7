// The rules of format/SPEC.md for data that leaves the store: receipts and anchors.
#include <catch2/catch.hpp>

#include "base/digits.h"
#include "tests/vectors/by_the_words.h"
#include "tests/vectors/golden_copy.h"
#include "tests/vectors/open_tables.h"

namespace spec_outside_test {

namespace {

using namespace coffer;
using namespace coffer::words;

std::string tag_by_the_words(const OpenKeyring& keys, std::string_view body) {
  const Bytes message = context(19, keys.store_id, Bytes{1}) + as_bytes(body);
  return hex(blake2b(kdf(keys.root_secret, 6, "cofrecpt"), message));
}

// A golden store with an anchor beside it.
struct Anchored {
  golden::Copy copy;
  std::string file = copy.directory() + "-anchor";
  std::string uri() const { return "file://" + file; }
  Anchored() { REQUIRE(copy.open().anchor().set(uri()).ok()); }
  ~Anchored() { std::filesystem::remove(file); }

  OpenKeyring keys() const { return {copy.keyring(), copy.key_file()}; }
  format::Root root(Bytes* plain_root = nullptr) const {
    const OpenKeyring opened = keys();
    const auto plain =
        unwrap(opened.root_key, context(7, opened.store_id, {}),
               Tables(copy.directory()).get(storage::Table::main, as_bytes("root")).value());
    if (plain_root != nullptr) *plain_root = *plain;
    return format::decode_root(*plain).value();
  }
  void put_root(format::Root root) const {
    const OpenKeyring opened = keys();
    const SecretBytes plain = format::encode_root(root);
    Tables(copy.directory())
        .put(storage::Table::main, as_bytes("root"),
             wrap(opened.root_key, context(7, opened.store_id, {}), plain.bytes()));
  }
  format::AnchorMark mark() const {
    const OpenKeyring opened = keys();
    const Bytes content = read_file(file);
    REQUIRE(as_text(ByteView(content).first(8)) == "coffera1");
    const auto plain = unwrap(kdf(opened.root_secret, 7, "cofanchr"),
                              context(19, opened.store_id, Bytes{2}), ByteView(content).subspan(8));
    return format::decode_anchor_mark(plain.value()).value();
  }
  void put_mark(const format::AnchorMark& mark) const {
    const OpenKeyring opened = keys();
    write_file(file, Bytes{'c', 'o', 'f', 'f', 'e', 'r', 'a', '1'} +
                         wrap(kdf(opened.root_secret, 7, "cofanchr"),
                              context(19, opened.store_id, Bytes{2}),
                              format::encode_anchor_mark(mark).bytes()));
  }
  ErrorCode refusal() const { return copy.try_open().error().code(); }
};

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
  CHECK(store.audit().verify_receipt(with_tag(body, tag)).error().code() == ErrorCode::corrupt);
  // The key's holder can make a receipt of a later version; the engine does not understand it.
  std::string later = body;
  later.replace(later.find(":1,"), 3, ":2,");
  CHECK(
      store.audit().verify_receipt(with_tag(later, tag_by_the_words(keys, later))).error().code() ==
      ErrorCode::too_new);
}

TEST_CASE("F-152: a receipt is handed out when the old epoch key is gone, and not before") {
  const golden::Copy copy;
  Store store = copy.open();
  REQUIRE(store.put("receipt/of", Value::opaque("v")).ok());
  bool told = false;
  store.audit().on_receipt([&](const ShredReceipt& receipt) {
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
  CHECK(older.open().audit().verify_receipt(text).error().code() == ErrorCode::rolled_back);
}

TEST_CASE("F-154: an anchor is written by these words") {
  const Anchored a;
  Bytes plain;
  const format::Root root = a.root(&plain);
  CHECK(root.anchor.uri == a.uri());
  CHECK(root.anchor.cadence == AnchorCadence::commit);
  const format::AnchorMark mark = a.mark();
  CHECK(mark.id == root.anchor.id);
  CHECK(mark.sequence == root.sequence);
  const OpenKeyring keys = a.keys();
  const Bytes hash = blake2b({}, context(19, keys.store_id, Bytes{3}) + plain);
  CHECK(Bytes(mark.root_hash.begin(), mark.root_hash.end()) == hash);
}

TEST_CASE("F-155: an anchor is told of a commit that stands, under the same lock") {
  const Anchored a;
  Store store = a.copy.open();
  for (int i = 0; i < 3; ++i) {
    REQUIRE(store.put("x", Value::opaque("v")).ok());
    CHECK(a.mark().sequence == a.root().sequence);
  }
}

TEST_CASE("F-156: what the anchor does not bear out is refused, and changed in nothing") {
  const Anchored a;
  { REQUIRE(a.copy.open().put("x", Value::opaque("v")).ok()); }
  const format::AnchorMark good = a.mark();
  format::AnchorMark mark = good;
  const Bytes data = read_file(a.copy.data());
  const auto refused = [&] {
    a.put_mark(mark);
    CHECK(a.refusal() == ErrorCode::rolled_back);
    CHECK(read_file(a.copy.data()) == data);
    mark = good;
  };
  ++mark.sequence;
  refused();
  mark.root_hash[0] ^= 1;
  refused();
  mark.id[0] ^= 1;
  refused();
  // An anchor behind the store, whatever its hash, means a crash, and is accepted.
  --mark.sequence;
  mark.root_hash[0] ^= 1;
  a.put_mark(mark);
  CHECK(a.copy.try_open().ok());
}

TEST_CASE("F-157: a store taken against its anchor's word gets another id, and is told of") {
  const Anchored a;
  format::AnchorMark ahead = a.mark();
  ++ahead.sequence;
  a.put_mark(ahead);
  OpenOptions options;
  options.clock = &a.copy.clock();
  options.anchor_doubt = AnchorDoubt::accept;
  {
    auto store = Store::open(a.copy.directory(), a.copy.key(), options);
    REQUIRE(store.ok());
    AuditFilter filter;
    filter.action = "anchor.accept";
    CHECK(store->audit().list(filter)->size() == 1);
  }
  CHECK(a.mark().id != ahead.id);
  CHECK(a.mark().id == a.root().anchor.id);
  a.put_mark(ahead);
  CHECK(a.refusal() == ErrorCode::rolled_back);
}

}  // namespace spec_outside_test

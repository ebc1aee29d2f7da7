// Recovery keys and shares: printed once, read back, and never taken for one another.
#include <catch2/catch.hpp>

#include "keys/keyring/keyring.h"
#include "keys/local/printed_key.h"
#include "keys/local/shamir.h"
#include "tests/scratch.h"

namespace coffer::test::recovery_test {
namespace {

using keys::PrintedKind;

Bytes counted(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + 1);
  return bytes;
}

ErrorCode code_of(const Result<SecretBytes>& result) {
  REQUIRE_FALSE(result);
  return result.error().code();
}

std::vector<SecretBytes> chosen(const std::vector<SecretBytes>& texts,
                                std::initializer_list<std::size_t> which) {
  std::vector<SecretBytes> some;
  for (const std::size_t i : which) some.push_back(texts[i].clone());
  return some;
}

void check_wrong(const std::vector<SecretBytes>& texts) {
  const auto key = keys::join_shares(texts);
  REQUIRE_FALSE(key);
  CHECK(key.error().code() == ErrorCode::wrong_key);
}

// Answers with what stands in `lines`, one at a time.
PassphrasePrompt answering(std::shared_ptr<std::vector<std::string>> lines) {
  return [lines](bool) -> Result<SecretBytes> {
    if (lines->empty()) return Error(ErrorCode::declined, "no more answers");
    SecretBytes answer = SecretBytes::copy_of(lines->front());
    lines->erase(lines->begin());
    return answer;
  };
}

std::vector<std::string> add(Store& store, std::string_view uri) {
  std::vector<std::string> shown;
  KeySource source = *KeySource::parse(uri);
  source.print_by([&shown](const std::vector<SecretBytes>& texts) -> Result<void> {
    for (const SecretBytes& text : texts) shown.emplace_back(text.text());
    return {};
  });
  REQUIRE(store.keys().add(source));
  return shown;
}

Result<Store> open_by(const ScratchStore& scratch, std::string_view uri,
                      std::vector<std::string> answers) {
  auto lines = std::make_shared<std::vector<std::string>>(std::move(answers));
  return Store::open(scratch.path(), *KeySource::parse(uri, answering(lines)));
}

}  // namespace

TEST_CASE("F-140: a printed key reads back, however a person writes it") {
  const Bytes body = counted(32);
  const SecretBytes text = keys::print_key(PrintedKind::recovery, body);
  CHECK(text.size() == 74);
  std::string other(text.text());
  for (char& c : other) {
    if (c == '-') c = ' ';
    if (c == '0') c = 'o';
    if (c == '1') c = 'l';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (const std::string& written : {std::string(text.text()), other, other + " \n"}) {
    const auto back = keys::read_printed_key(PrintedKind::recovery, 32, written);
    REQUIRE(back);
    CHECK(equal_in_constant_time(back->bytes(), body));
  }
}

TEST_CASE("F-141: a slip of the pen, or the other kind of text, is refused") {
  const SecretBytes text = keys::print_key(PrintedKind::recovery, counted(32));
  const std::string whole(text.text());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (whole[i] == '-') continue;
    std::string wrong = whole;
    wrong[i] = wrong[i] == '7' ? '8' : '7';
    CHECK(code_of(keys::read_printed_key(PrintedKind::recovery, 32, wrong)) ==
          ErrorCode::wrong_key);
    CHECK(code_of(keys::read_printed_key(PrintedKind::recovery, 32,
                                         whole.substr(0, i) + whole.substr(i + 1))) ==
          ErrorCode::wrong_key);
  }
  for (const std::string& wrong : {std::string(), whole + "0", whole + whole, std::string("U")})
    CHECK(code_of(keys::read_printed_key(PrintedKind::recovery, 32, wrong)) ==
          ErrorCode::wrong_key);
  const SecretBytes share = keys::print_key(PrintedKind::share, counted(32));
  CHECK(code_of(keys::read_printed_key(PrintedKind::recovery, 32, share.text())) ==
        ErrorCode::wrong_key);
}

TEST_CASE("F-142: any threshold of shares gives the key back, fewer nothing") {
  const crypto::Key key = crypto::Key::random();
  const auto texts = keys::split_key(key, {5, 3}, {1, 2, 3});
  REQUIRE(texts);
  REQUIRE(texts->size() == 5);
  for (std::size_t a = 0; a < 5; ++a)
    for (std::size_t b = 0; b < 5; ++b)
      for (std::size_t c = 0; c < 5; ++c) {
        if (a == b || b == c || a == c) continue;
        const auto joined = keys::join_shares(chosen(*texts, {a, b, c}));
        REQUIRE(joined);
        REQUIRE(equal_in_constant_time(joined->view(), key.view()));
      }
  check_wrong(chosen(*texts, {0, 4}));
  check_wrong(chosen(*texts, {0, 0, 1}));
  check_wrong({});
  const auto others = keys::split_key(key, {5, 3}, {1, 2, 4});
  REQUIRE(others);
  std::vector<SecretBytes> mixed = chosen(*texts, {0, 1});
  mixed.push_back((*others)[2].clone());
  check_wrong(mixed);
  CHECK(*keys::shares_needed((*texts)[1].text()) == 3);
}

namespace {

// GF(2^8) by the specification's words, bit by bit: another hand than libgfshare's tables.
unsigned product(unsigned a, unsigned b) {
  unsigned sum = 0;
  for (; b != 0; b >>= 1) {
    if ((b & 1) != 0) sum ^= a;
    a = a << 1 ^ ((a & 0x80) != 0 ? 0x11DU : 0);
  }
  return sum;
}
unsigned quotient(unsigned a, unsigned b) {
  for (unsigned q = 0; q < 256; ++q)
    if (product(q, b) == a) return q;
  return 0;
}

}  // namespace

TEST_CASE("F-142: a share is a point of the polynomial that the specification names") {
  const crypto::Key key = crypto::Key::random();
  const auto texts = keys::split_key(key, {4, 2}, {9, 9, 9});
  REQUIRE(texts);
  const auto first = keys::read_printed_key(PrintedKind::share, 37, (*texts)[0].text());
  const auto fourth = keys::read_printed_key(PrintedKind::share, 37, (*texts)[3].text());
  REQUIRE(first);
  REQUIRE(fourth);
  const unsigned x1 = first->data()[0];
  const unsigned x2 = fourth->data()[0];
  CHECK(x1 == 1);
  CHECK(x2 == 4);
  for (std::size_t i = 0; i < crypto::kKeyBytes; ++i) {
    // The line through both points, at 0.
    const unsigned at_zero = product(first->data()[5 + i], quotient(x2, x1 ^ x2)) ^
                             product(fourth->data()[5 + i], quotient(x1, x1 ^ x2));
    REQUIRE(at_zero == key.view()[i]);
  }
}

TEST_CASE("a plan of shares is numbers that fit together") {
  CHECK(keys::parse_share_plan("shares=5&threshold=3"));
  CHECK(keys::parse_share_plan("shares=32&threshold=32"));
  for (const char* bad : {"", "shares=5", "threshold=2", "shares=2&threshold=3",
                          "shares=5&threshold=1", "shares=33&threshold=2", "shares=x&threshold=2",
                          "shares=5&threshold=3&more=1", "shares=5&shares=5&threshold=2"})
    CHECK(keys::parse_share_plan(bad).error().code() == ErrorCode::usage);
  for (const char* bad : {"recovery:KEY", "recovery:?source=env:X", "shamir:5", "shamir:?shares=1",
                          "recovery:?source=file:relative", "shamir:?source=fd:x"})
    CHECK(KeySource::parse(bad).error().code() == ErrorCode::usage);
}

TEST_CASE("a store opens by its recovery key and by shares, asked for one by one") {
  ScratchStore scratch;
  std::vector<std::string> recovery;
  std::vector<std::string> shares;
  {
    Store store = scratch.open();
    REQUIRE(store.put("a", Value::opaque("kept")));
    recovery = add(store, "recovery:");
    shares = add(store, "shamir:?shares=3&threshold=2");
    REQUIRE(recovery.size() == 1);
    REQUIRE(shares.size() == 3);
    const auto slots = store.keys().slots();
    REQUIRE(slots);
    CHECK((*slots)[1].provider == "recovery");
    CHECK((*slots)[2].provider == "shamir");
    CHECK((*slots)[2].key_id.starts_with("set "));
  }
  CHECK(open_by(scratch, "recovery:", {recovery[0]})->get("a")->value.text() == "kept");
  CHECK(open_by(scratch, "shamir:", {shares[2], shares[0]})->get("a")->value.text() == "kept");
  const auto code = [&](std::string_view uri, std::vector<std::string> answers) {
    const auto store = open_by(scratch, uri, std::move(answers));
    return store ? ErrorCode::failed : store.error().code();
  };
  CHECK(code("recovery:", {shares[0]}) == ErrorCode::wrong_key);
  CHECK(code("shamir:", {recovery[0]}) == ErrorCode::wrong_key);
  CHECK(code("shamir:", {shares[0], shares[0]}) == ErrorCode::wrong_key);
  CHECK(code("shamir:", {shares[0]}) == ErrorCode::declined);
  // Another store's recovery key is whole, and opens nothing here.
  ScratchStore other;
  Store second = other.open();
  CHECK(code("recovery:", add(second, "recovery:")) == ErrorCode::wrong_key);
}

TEST_CASE("a key that cannot be shown is not added") {
  ScratchStore scratch;
  Store store = scratch.open();
  CHECK(store.keys().add(*KeySource::parse("recovery:")).error().code() == ErrorCode::usage);
  KeySource source = *KeySource::parse("shamir:?shares=3&threshold=2");
  source.print_by([](const std::vector<SecretBytes>&) -> Result<void> {
    return Error(ErrorCode::io, "the paper is out");
  });
  CHECK(store.keys().add(source).error().code() == ErrorCode::io);
  CHECK(store.keys().slots()->size() == 1);
}

}  // namespace coffer::test::recovery_test

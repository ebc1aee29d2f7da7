// A document in pieces is the same however its bytes arrive, and wrong at the same place.
#include "tools/exchange/json_pieces.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace json_pieces_test {

using namespace coffer;         // NOLINT(google-build-using-namespace)
using namespace coffer::tools;  // NOLINT(google-build-using-namespace)

namespace {

struct Cut {
  std::vector<std::string> pieces;  // member[index]=text@line:column
  std::string error;
};

Cut cut(std::string_view text, std::size_t step) {
  Cut out;
  JsonPieces pieces("x", {"list"}, [&](const JsonPiece& piece) -> Result<void> {
    out.pieces.push_back(std::string(piece.member) +
                         (piece.is_element ? "[" + std::to_string(piece.index) + "]" : "") + "=" +
                         std::string(piece.text) + "@" + std::to_string(piece.place.line) + ":" +
                         std::to_string(piece.place.column));
    return {};
  });
  Result<void> fed;
  for (std::size_t at = 0; fed && at < text.size(); at += step)
    fed = pieces.feed(text.substr(at, step));
  if (fed) fed = pieces.finish();
  if (!fed) out.error = fed.error().subject()->text;
  return out;
}

}  // namespace

TEST_CASE("pieces of a document come whole, wherever it is cut") {
  const std::string text =
      "{\"a\\\"b\":1, \"list\":[ "
      "{\"x\":\"]}\\\"\"},\n\"\\\\\",3],\"o\":{\"list\":[1]},\"none\":[]}";
  const std::vector<std::string> expected = {
      "a\"b=1@1:9",    "list[0]={\"x\":\"]}\\\"\"}@1:21", "list[1]=\"\\\\\"@2:1",
      "list[2]=3@2:6", "o={\"list\":[1]}@2:13",           "none=[]@2:33"};
  for (std::size_t step = 1; step <= text.size(); ++step) {
    INFO(step);
    const Cut found = cut(text, step);
    CHECK(found.error.empty());
    CHECK(found.pieces == expected);
  }
}

TEST_CASE("what is no object is told with its place, wherever it is cut") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "x:1:1"},
      {"[1]", "x:1:1"},
      {"{", "x:1:2"},
      {"{\"a\" 1}", "x:1:6"},
      {"{\"a\":1,}", "x:1:8"},
      {"{\"a\":1}\n}", "x:2:1"},
      {"{\"list\":[1", "x:1:11"},
      {"{\"a\":1,\"a\":2}", "x:1:10"},
      {"{\"list\":[1}", "x:1:11"},
  };
  for (const auto& [text, place] : cases) {
    INFO(text);
    for (std::size_t step = 1; step <= std::max<std::size_t>(text.size(), 1); ++step)
      CHECK(cut(text, step).error == place);
  }
}

}  // namespace json_pieces_test

// A JSON object of any length, cut into pieces that are parsed one at a time: each member's value,
// and of some members that are arrays each element. Only the piece at hand is in memory.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "engine/text/json.h"
#include "tools/exchange/place.h"

namespace coffer::tools {

struct JsonPiece {
  std::string_view member;  ///< The object's member that it stands in.
  bool is_element = false;  ///< Of an array; else the member's whole value.
  std::size_t index = 0;    ///< Of the element.
  std::string_view text;    ///< Valid for the call only.
  Place place;              ///< Where it begins in the document.
};

class JsonPieces {
 public:
  using Take = std::function<Result<void>(const JsonPiece&)>;
  /// `arrays`: the members whose elements are handed over one by one.
  JsonPieces(std::string_view source, std::set<std::string, std::less<>> arrays, Take take)
      : source_(source), arrays_(std::move(arrays)), take_(std::move(take)) {}

  /// The next bytes of the document, cut anywhere. Errors: usage (about SOURCE:LINE:COLUMN), limit
  /// (a piece is larger than json::kMaxTextBytes), and what `take` answers.
  Result<void> feed(std::string_view bytes);
  /// The document ends here. Errors: usage.
  Result<void> finish();
  /// The names of the members that were seen.
  const std::set<std::string, std::less<>>& members() const { return seen_; }

 private:
  enum class Expect { object, first_key, key, in_key, colon, value, element, piece, comma, end };

  std::size_t plain_bytes(std::string_view bytes) const;
  void move_on(std::string_view bytes);
  Result<void> step(char c);
  Result<void> step_in_key(char c);
  Result<void> step_in_piece(char c);
  Result<void> step_between(char c);
  Result<void> end_piece(char c);
  Error wrong() const;

  std::string source_;
  std::set<std::string, std::less<>> arrays_;
  Take take_;
  Expect expect_ = Expect::object;
  std::set<std::string, std::less<>> seen_;
  std::string member_;
  SecretBytes piece_;
  Place place_;        // Of the byte that comes next.
  Place piece_place_;  // Of the piece's first byte.
  std::size_t depth_ = 0;
  std::size_t index_ = 0;
  bool in_array_ = false;
  bool in_string_ = false;
  bool is_escaped_ = false;
};

}  // namespace coffer::tools

// Cuts a JSON object of any length into pieces that are parsed one at a time: each member's value,
// or each element of certain arrays. Only one piece is in memory.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "text/json.h"
#include "tools/exchange/place.h"

namespace coffer::tools {

struct JsonPiece {
  std::string_view member;  ///< The member that contains it.
  bool is_element = false;  ///< True: an element of an array; else the whole value.
  std::size_t index = 0;    ///< The element's index.
  std::string_view text;    ///< Valid only during the call.
  Place place;              ///< Its beginning in the document.
};

class JsonPieces {
 public:
  using Take = std::function<Result<void>(const JsonPiece&)>;
  /// `arrays`: the members whose elements are handed over one by one.
  JsonPieces(std::string_view source, std::set<std::string, std::less<>> arrays, Take take)
      : source_(source), arrays_(std::move(arrays)), take_(std::move(take)) {}

  /// Takes the next bytes of the document, cut anywhere. Errors: usage (about SOURCE:LINE:COLUMN),
  /// limit (a piece is larger than json::kMaxTextBytes), and those of `take`.
  Result<void> feed(std::string_view bytes);
  /// Call it at the end of the document. Errors: usage (it is incomplete).
  Result<void> finish();
  /// The names of the members seen so far.
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
  Place place_;        // The next byte.
  Place piece_place_;  // The piece's first byte.
  std::size_t depth_ = 0;
  std::size_t index_ = 0;
  bool in_array_ = false;
  bool in_string_ = false;
  bool is_escaped_ = false;
};

}  // namespace coffer::tools

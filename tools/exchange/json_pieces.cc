#include "tools/exchange/json_pieces.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace coffer::tools {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

Error JsonPieces::wrong() const {
  return at_place({ErrorCode::usage, "is not JSON from here on", "it must be one JSON object"},
                  source_, place_);
}

// Ends a piece at the byte after it.
Result<void> JsonPieces::end_piece(char c) {
  JsonPiece piece{member_, in_array_, index_, piece_.text(), piece_place_};
  COFFER_TRY(take_(piece));
  piece_.clear();
  ++index_;
  if (c == ',') {
    expect_ = in_array_ ? Expect::element : Expect::key;
    return {};
  }
  const bool ends_array = in_array_ && c == ']';
  const bool ends_object = !in_array_ && c == '}';
  if (!ends_array && !ends_object) return wrong();
  expect_ = ends_array ? Expect::comma : Expect::end;
  in_array_ = false;
  return {};
}

Result<void> JsonPieces::step(char c) {
  if (expect_ == Expect::in_key) return step_in_key(c);
  if (expect_ == Expect::piece) return step_in_piece(c);
  return is_blank(c) ? Result<void>() : step_between(c);
}

Result<void> JsonPieces::step_in_key(char c) {
  piece_.push_back(static_cast<std::uint8_t>(c));
  if (c != '"' || is_escaped_) {
    is_escaped_ = !is_escaped_ && c == '\\';
    return {};
  }
  const auto key = json::Document::parse(piece_.text());
  if (!key) return wrong();
  member_ = key->string(0);
  piece_.clear();
  if (!seen_.insert(member_).second) {
    return at_place(
        {ErrorCode::usage, "a member of the document is given twice", "remove one of the two"},
        source_, place_);
  }
  expect_ = Expect::colon;
  return {};
}

Result<void> JsonPieces::step_in_piece(char c) {
  if (in_string_) {
    if (c == '"' && !is_escaped_) in_string_ = false;
    is_escaped_ = !is_escaped_ && c == '\\';
  } else if (depth_ == 0 && (c == ',' || c == ']' || c == '}')) {
    return end_piece(c);
  } else if (c == '"') {
    in_string_ = true;
    is_escaped_ = false;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if (c == '}' || c == ']') {
    --depth_;
  }
  piece_.push_back(static_cast<std::uint8_t>(c));
  return {};
}

// Handles a byte between keys, values and elements, where blanks are skipped.
Result<void> JsonPieces::step_between(char c) {
  switch (expect_) {
    case Expect::object:
      if (c != '{') {
        return at_place(
            {ErrorCode::usage, "is not an export document of coffer, which is a JSON object",
             "--as vault takes a map of paths to fields"},
            source_, place_);
      }
      expect_ = Expect::first_key;
      return {};
    case Expect::first_key:
    case Expect::key:
      if (c == '}' && expect_ == Expect::first_key) {
        expect_ = Expect::end;
        return {};
      }
      if (c != '"') return wrong();
      piece_.push_back('"');
      is_escaped_ = false;
      expect_ = Expect::in_key;
      return {};
    case Expect::colon:
      if (c != ':') return wrong();
      expect_ = Expect::value;
      return {};
    case Expect::value:
    case Expect::element:
      if (expect_ == Expect::value && c == '[' && arrays_.contains(member_)) {
        in_array_ = true;
        index_ = 0;
        expect_ = Expect::element;
        return {};
      }
      if (c == ']' && in_array_ && index_ == 0) {
        in_array_ = false;
        expect_ = Expect::comma;
        return {};
      }
      piece_place_ = place_;
      depth_ = 0;
      in_string_ = false;
      expect_ = Expect::piece;
      return step(c);
    case Expect::comma:
      if (c == '}') {
        expect_ = Expect::end;
        return {};
      }
      if (c != ',') return wrong();
      expect_ = Expect::key;
      return {};
    case Expect::in_key:
    case Expect::piece:
    case Expect::end: break;
  }
  return wrong();
}

// Skips fast to the end of a string or its next escape, because strings make up most of a document.
std::size_t JsonPieces::plain_bytes(std::string_view bytes) const {
  if (expect_ != Expect::piece || !in_string_ || is_escaped_) return 0;
  const auto* quote = static_cast<const char*>(std::memchr(bytes.data(), '"', bytes.size()));
  const std::size_t end = quote == nullptr ? bytes.size() : std::size_t(quote - bytes.data());
  const auto* escape = static_cast<const char*>(std::memchr(bytes.data(), '\\', end));
  return escape == nullptr ? end : std::size_t(escape - bytes.data());
}

void JsonPieces::move_on(std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n') {
      ++place_.line;
      place_.column = 1;
    } else if ((c & 0xC0) != 0x80) {
      ++place_.column;
    }
  }
}

Result<void> JsonPieces::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t plain = plain_bytes(bytes);
    if (plain > 0) piece_.append(bytes.substr(0, plain));
    if (piece_.size() > json::kMaxTextBytes) {
      return at_place({ErrorCode::limit, "one piece of the document is larger than 64 MiB"},
                      source_, piece_place_);
    }
    if (plain == 0) COFFER_TRY(step(bytes.front()));
    const std::size_t taken = std::max<std::size_t>(plain, 1);
    move_on(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
  }
  return {};
}

Result<void> JsonPieces::finish() {
  if (expect_ == Expect::end) return {};
  return at_place(
      {ErrorCode::usage, "the document is incomplete", "it was cut off: export or fetch it again"},
      source_, place_);
}

}  // namespace coffer::tools

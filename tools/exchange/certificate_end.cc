#include "tools/exchange/certificate_end.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/base64.h"
#include "format/json.h"
#include "format/time_text.h"

namespace coffer::tools {
namespace {

constexpr std::uint8_t kInteger = 0x02;
constexpr std::uint8_t kUtcTime = 0x17;
constexpr std::uint8_t kGeneralizedTime = 0x18;
constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kVersion = 0xA0;

// One after another of the elements in `bytes`. Lengths are an attacker's: none is believed
// beyond what is there.
class DerReader {
 public:
  explicit DerReader(ByteView bytes) : bytes_(bytes) {}

  std::optional<ByteView> take(std::uint8_t tag) {
    if (bytes_.size() < 2 || bytes_[0] != tag) return std::nullopt;
    std::size_t header = 2;
    std::size_t length = bytes_[1];
    if (length >= 0x80) {
      const std::size_t count = length & 0x7F;
      if (count == 0 || count > 4 || bytes_.size() < header + count) return std::nullopt;
      length = 0;
      for (std::size_t i = 0; i < count; ++i) length = (length << 8) | bytes_[header + i];
      header += count;
    }
    if (length > bytes_.size() - header) return std::nullopt;
    const ByteView content = bytes_.subspan(header, length);
    bytes_ = bytes_.subspan(header + length);
    return content;
  }

  bool is_at(std::uint8_t tag) const { return !bytes_.empty() && bytes_[0] == tag; }
  bool is_at_end() const { return bytes_.empty(); }

 private:
  ByteView bytes_;
};

std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// YYMMDDHHMMSSZ, or with a year of four digits, as RFC 5280 wants both.
std::optional<std::int64_t> parse_der_time(std::string_view text, bool short_year) {
  std::string digits(text);
  if (digits.size() != (short_year ? 13 : 15) || digits.back() != 'Z') return std::nullopt;
  digits.pop_back();
  if (digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  if (short_year) digits.insert(0, digits >= "50" ? "19" : "20");
  const auto part = [&digits](std::size_t at) { return digits.substr(at, 2); };
  const auto time = format::parse_time(digits.substr(0, 4) + "-" + part(4) + "-" + part(6) + "T" +
                                       part(8) + ":" + part(10) + ":" + part(12) + "Z");
  if (!time) return std::nullopt;
  return *time;
}

std::optional<std::int64_t> take_time(DerReader& reader) {
  const bool short_year = reader.is_at(kUtcTime);
  const auto text = reader.take(short_year ? kUtcTime : kGeneralizedTime);
  if (!text) return std::nullopt;
  return parse_der_time(as_text(*text), short_year);
}

// What was found so far; one that cannot be read makes all of it unknown.
struct Ends {
  std::optional<std::int64_t> earliest;
  bool unreadable = false;

  void add(ByteView der) {
    const auto end = certificate_end(der);
    if (!end) unreadable = true;
    if (end) earliest = std::min(*end, earliest.value_or(*end));
  }
};

void look_into_text(std::string_view text, Ends& ends) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  for (std::size_t at = text.find(kBegin); at != std::string_view::npos;
       at = text.find(kBegin, at)) {
    at += kBegin.size();
    const std::size_t end = text.find(kEnd, at);
    if (end == std::string_view::npos) {
      ends.unreadable = true;
      return;
    }
    // Whatever stands there goes to locked memory: it need not be a certificate.
    SecretBytes body;
    for (const char c : text.substr(at, end - at))
      if (c != '\n' && c != '\r' && c != ' ' && c != '\t')
        body.push_back(static_cast<std::uint8_t>(c));
    const auto der = decode_base64(body.text());
    if (der) ends.add(der->bytes());
    if (!der) ends.unreadable = true;
    at = end;
  }
}

// Bytes that are no certificate, such as a keystore's, say nothing.
void look_into_bytes(ByteView bytes, Ends& ends) {
  if (certificate_end(bytes)) ends.add(bytes);
  look_into_text(as_text(bytes), ends);
}

void look_into(const json::Document& document, json::NodeId node, Ends& ends) {
  if (document.type(node) == json::Type::string) look_into_text(document.string(node), ends);
  for (json::NodeId child = document.first_child(node); child != json::kNoNode;
       child = document.next_sibling(child)) {
    const bool is_file = document.type(node) == json::Type::object &&
                         document.key(child) == "value_base64" &&
                         document.type(child) == json::Type::string;
    const auto bytes = is_file ? decode_base64(document.string(child)) : std::nullopt;
    if (bytes) look_into_bytes(bytes->bytes(), ends);
    if (!bytes) look_into(document, child, ends);
  }
}

}  // namespace

std::optional<std::int64_t> certificate_end(ByteView der) {
  DerReader whole(der);
  const auto certificate = whole.take(kSequence);
  if (!certificate || !whole.is_at_end()) return std::nullopt;
  DerReader outer(*certificate);
  const auto signed_part = outer.take(kSequence);
  if (!signed_part) return std::nullopt;
  DerReader inner(*signed_part);
  if (inner.is_at(kVersion) && !inner.take(kVersion)) return std::nullopt;
  // Before the validity: the serial number, the signature's algorithm, the issuer.
  if (!inner.take(kInteger) || !inner.take(kSequence) || !inner.take(kSequence))
    return std::nullopt;
  const auto validity = inner.take(kSequence);
  if (!validity) return std::nullopt;
  DerReader times(*validity);
  if (!take_time(times)) return std::nullopt;
  const auto end = take_time(times);
  return times.is_at_end() ? end : std::nullopt;
}

std::optional<std::int64_t> earliest_end(const Value& value) {
  Ends ends;
  if (value.is_json()) {
    const auto document = json::Document::parse(value.text());
    if (document) look_into(*document, 0, ends);
  } else {
    look_into_bytes(value.bytes().bytes(), ends);
  }
  return ends.unreadable ? std::nullopt : ends.earliest;
}

}  // namespace coffer::tools

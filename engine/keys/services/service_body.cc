#include "keys/services/service_body.h"

#include "keys/services/service_error.h"

namespace coffer::keys {
namespace {

constexpr json::Limits kAnswerLimits{16, 8192};

bool stands_for_itself(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

template <typename Out>
void append_encoded(Out& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    const char escape[] = {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    out.append(stands_for_itself(c) ? std::string_view(&c, 1)
                                    : std::string_view(escape, sizeof escape));
  }
}

}  // namespace

void JsonBody::name_member(std::string_view name) {
  out_.append(out_.empty() ? "{" : ",");
  json::append_quoted(out_, name);
  out_.append(":");
}

JsonBody& JsonBody::text(std::string_view name, std::string_view value) {
  name_member(name);
  json::append_quoted(out_, value);
  return *this;
}

JsonBody& JsonBody::base64(std::string_view name, ByteView bytes, Base64 alphabet) {
  const SecretBytes encoded = encode_base64(alphabet, bytes);
  return text(name, encoded.text());
}

JsonBody& JsonBody::value(std::string_view name, std::string_view json) {
  name_member(name);
  out_.append(json);
  return *this;
}

SecretBytes JsonBody::finish() {
  out_.append(out_.empty() ? "{}" : "}");
  return std::move(out_);
}

FormBody& FormBody::field(std::string_view name, std::string_view value) {
  if (!out_.empty()) out_.append("&");
  append_encoded(out_, name);
  out_.append("=");
  append_encoded(out_, value);
  return *this;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  append_encoded(out, text);
  return out;
}

Result<JsonAnswer> JsonAnswer::read(SecretBytes body) {
  auto document = json::Document::parse(std::move(body), kAnswerLimits);
  // The parser's error would name a place in an answer that no person gets to see.
  if (!document || document->type(0) != json::Type::object) return unreadable_answer();
  return JsonAnswer(std::move(*document));
}

json::NodeId JsonAnswer::find(std::initializer_list<std::string_view> names) const {
  json::NodeId node = 0;
  for (const std::string_view name : names) {
    node = document_.find(node, name);
    if (node == json::kNoNode) break;
  }
  return node;
}

std::optional<std::string_view> JsonAnswer::text(
    std::initializer_list<std::string_view> names) const {
  const json::NodeId node = find(names);
  if (node == json::kNoNode || document_.type(node) != json::Type::string) return std::nullopt;
  return document_.string(node);
}

std::optional<SecretBytes> JsonAnswer::base64(std::initializer_list<std::string_view> names,
                                              Base64 alphabet) const {
  const auto encoded = text(names);
  if (!encoded) return std::nullopt;
  return decode_base64(*encoded, alphabet);
}

std::vector<std::pair<std::string, std::string>> JsonAnswer::texts(
    std::initializer_list<std::string_view> names) const {
  std::vector<std::pair<std::string, std::string>> found;
  const json::NodeId node = find(names);
  if (node == json::kNoNode || document_.type(node) != json::Type::object) return found;
  for (json::NodeId member = document_.first_child(node); member != json::kNoNode;
       member = document_.next_sibling(member))
    if (document_.type(member) == json::Type::string)
      found.emplace_back(document_.key(member), document_.string(member));
  return found;
}

std::string_view JsonAnswer::raw(std::initializer_list<std::string_view> names) const {
  const json::NodeId node = find(names);
  return node == json::kNoNode ? std::string_view() : document_.raw(node);
}

}  // namespace coffer::keys

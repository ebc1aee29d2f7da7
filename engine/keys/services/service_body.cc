#include "keys/services/service_body.h"

#include "keys/services/service_error.h"
#include "text/percent.h"

namespace coffer::keys {
namespace {

constexpr json::Limits kAnswerLimits{16, 8192};

}  // namespace

FormBody& FormBody::field(std::string_view name, std::string_view value) {
  if (!out_.empty()) out_.append("&");
  percent::append_encoded(out_, name);
  out_.append("=");
  percent::append_encoded(out_, value);
  return *this;
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

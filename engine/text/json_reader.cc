#include "text/json_reader.h"

#include <algorithm>

#include "text/printable.h"
#include "text/time_text.h"

namespace coffer::json {

std::string Reader::place() const {
  return std::string(source_.name) + (pointer_.empty() ? "" : "#" + pointer_);
}

Error Reader::refuse(Error error) const {
  if (error.code() == ErrorCode::usage && error.hint().empty())
    error = std::move(error).with_hint(source_.hint);
  // Names in the document are the document's: a terminal must show them, not obey them.
  const bool is_shown =
      pointer_.size() <= text::kShownBytesMax && !utf8::has_control_character(pointer_);
  return std::move(error).about(Subject::Kind::pointer,
                                is_shown ? place() : std::string(source_.name));
}

Reader Reader::child(NodeId node, std::string_view token) const {
  Reader child = *this;
  child.node_ = node;
  child.pointer_ += print_pointer({std::string(token)});
  return child;
}

Result<std::string> Reader::string() const {
  if (type() == Type::string) return std::string(characters());
  return refuse({ErrorCode::usage, "must be a string"});
}

Result<bool> Reader::boolean() const {
  if (type() == Type::boolean) return document_->boolean(node_);
  return refuse({ErrorCode::usage, "must be true or false"});
}

Result<std::int64_t> Reader::time() const {
  if (is_null()) return std::int64_t{0};
  Result<std::int64_t> ms = text::parse_time(COFFER_TRY(string()));
  if (ms) return ms;
  return refuse({ErrorCode::usage, "must be a time as 2026-11-24T12:00:00Z"});
}

Result<std::int64_t> Reader::duration() const {
  std::string text = type() == Type::number ? std::string(raw()) : COFFER_TRY(string());
  const bool in_ms = text.ends_with("ms");
  if (in_ms) text.resize(text.size() - 2);
  const Result<std::int64_t> parsed = text::parse_duration(text);
  if (!parsed || (in_ms && !ascii::is_number(text)))
    return refuse({ErrorCode::usage, "must be a duration as 90s, 15m, 2h or 30d"});
  return in_ms ? *parsed / 1000 : *parsed;
}

Result<std::vector<std::string>> Reader::strings() const {
  std::vector<std::string> all;
  COFFER_TRY(each_element([&](const Reader& element) -> Result<void> {
    all.push_back(COFFER_TRY(element.string()));
    return {};
  }));
  return all;
}

Result<std::vector<std::uint64_t>> Reader::numbers() const {
  std::vector<std::uint64_t> all;
  COFFER_TRY(each_element([&](const Reader& element) -> Result<void> {
    all.push_back(COFFER_TRY(element.number()));
    return {};
  }));
  return all;
}

Result<std::map<std::string, std::string>> Reader::strings_by_name() const {
  std::map<std::string, std::string> all;
  COFFER_TRY(each_member([&](std::string_view name, const Reader& member) -> Result<void> {
    all.emplace(name, COFFER_TRY(member.string()));
    return {};
  }));
  return all;
}

Result<void> Reader::members(const std::vector<Member>& known) const {
  const auto refused = [&](const Reader& where, Error error) {
    if (source_.on_wrong_members != nullptr) source_.on_wrong_members(known);
    return where.refuse(std::move(error));
  };
  COFFER_TRY(each_member([&](std::string_view name, const Reader& value) -> Result<void> {
    const auto found = std::find_if(known.begin(), known.end(),
                                    [name](const Member& member) { return member.name == name; });
    if (found != known.end()) return found->take(value);
    return refused(value, {ErrorCode::usage, "this member is unknown"});
  }));
  for (const Member& member : known) {
    if (member.required && !find(member.name))
      return refused(child(node_, member.name), {ErrorCode::usage, "is missing"});
  }
  return {};
}

Result<void> Reader::each_member(
    const std::function<Result<void>(std::string_view name, const Reader&)>& take) const {
  if (!is_object()) return refuse({ErrorCode::usage, "must be a JSON object"});
  for (NodeId node = document_->first_child(node_); node != kNoNode;
       node = document_->next_sibling(node)) {
    const std::string_view key = document_->key(node);
    COFFER_TRY(take(key, child(node, key)));
  }
  return {};
}

Result<void> Reader::each_element(const Take& take) const {
  if (type() != Type::array) return refuse({ErrorCode::usage, "must be a JSON array"});
  std::size_t index = 0;
  for (NodeId node = document_->first_child(node_); node != kNoNode;
       node = document_->next_sibling(node)) {
    COFFER_TRY(take(child(node, std::to_string(index++))));
  }
  return {};
}

std::optional<Reader> Reader::find(std::string_view name) const {
  const NodeId node = document_->find(node_, name);
  if (node == kNoNode) return std::nullopt;
  return child(node, name);
}

Result<Reader> Reader::at(std::string_view name) const {
  std::optional<Reader> member = find(name);
  if (member) return std::move(*member);
  return child(node_, name).refuse({ErrorCode::usage, "is missing"});
}

}  // namespace coffer::json

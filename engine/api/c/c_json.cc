#include "api/c/c_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "engine/text/json.h"
#include "engine/text/printable.h"

namespace coffer::c_api {
namespace {

using json::Document;
using json::NodeId;
using json::quoted;
using json::Type;

constexpr std::array<std::string_view, 3> kWhiteSpace = {"allowed", "not_alone", "forbidden"};

std::string print_rule(const NameRule& rule) {
  return "{\"characters\":" + quoted(rule.characters) + ",\"ends\":" + quoted(rule.ends) +
         ",\"bytes_min\":" + std::to_string(rule.bytes_min) +
         ",\"bytes_max\":" + std::to_string(rule.bytes_max) +
         ",\"white_space\":" + quoted(kWhiteSpace.at(static_cast<std::size_t>(rule.white_space))) +
         "}";
}

std::string print_rules(const NameRules& rules) {
  if (rules == NameRules{}) return "null";
  return "{\"components\":" + print_rule(rules.components) +
         ",\"fields\":" + print_rule(rules.fields) + "}";
}

Error wrong_type(std::string_view name) {
  return text::about_if_printable(
      Error{ErrorCode::usage, "a member has a value of the wrong type or range"},
      Subject::Kind::name, name);
}

Error unknown_member(std::string_view name) {
  return text::about_if_printable(
      Error{ErrorCode::usage, "there is no such member", "see coffer.h for those there are"},
      Subject::Kind::name, name);
}

/// The members of one object, each read as what it must be.
class Members {
 public:
  explicit Members(const Document& document, NodeId object = 0)
      : document_(document), object_(object) {}

  template <typename Visit>
  Result<void> each(const Visit& visit) const {
    if (document_.type(object_) != Type::object)
      return Error{ErrorCode::usage, "this JSON text is no object"};
    for (NodeId member = document_.first_child(object_); member != json::kNoNode;
         member = document_.next_sibling(member))
      COFFER_TRY(visit(document_.key(member), member));
    return {};
  }

  template <typename Number>
  Result<Number> number(NodeId member) const {
    const std::string_view text = document_.raw(member);
    Number value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end) return wrong_type(document_.key(member));
    return value;
  }
  Result<bool> boolean(NodeId member) const {
    if (document_.type(member) != Type::boolean) return wrong_type(document_.key(member));
    return document_.boolean(member);
  }
  Result<std::string> text(NodeId member) const {
    if (document_.type(member) != Type::string) return wrong_type("a text");
    return std::string(document_.string(member));
  }
  Result<NameRules> name_rules(NodeId member) const {
    NameRules rules;
    if (document_.type(member) == Type::null) return rules;
    COFFER_TRY(Members(document_, member).each([&](std::string_view name, NodeId rule) {
      if (name == "components") return read_rule(rule, rules.components);
      if (name == "fields") return read_rule(rule, rules.fields);
      return Result<void>(unknown_member(name));
    }));
    return rules;
  }
  Result<std::vector<NodeId>> elements(NodeId member) const {
    if (document_.type(member) != Type::array) return wrong_type(document_.key(member));
    std::vector<NodeId> found;
    for (NodeId element = document_.first_child(member); element != json::kNoNode;
         element = document_.next_sibling(element))
      found.push_back(element);
    return found;
  }

 private:
  Result<void> read_rule(NodeId object, NameRule& rule) const {
    return Members(document_, object).each([&](std::string_view name, NodeId member) {
      return read_rule_member(name, member, rule);
    });
  }
  Result<void> read_rule_member(std::string_view name, NodeId member, NameRule& rule) const {
    if (name == "characters") {
      rule.characters = COFFER_TRY(text(member));
    } else if (name == "ends") {
      rule.ends = COFFER_TRY(text(member));
    } else if (name == "bytes_min") {
      rule.bytes_min = COFFER_TRY(number<std::uint32_t>(member));
    } else if (name == "bytes_max") {
      rule.bytes_max = COFFER_TRY(number<std::uint32_t>(member));
    } else if (name == "white_space") {
      const std::string word = COFFER_TRY(text(member));
      const auto known = std::find(kWhiteSpace.begin(), kWhiteSpace.end(), word);
      if (known == kWhiteSpace.end()) return wrong_type(name);
      rule.white_space = static_cast<WhiteSpace>(known - kWhiteSpace.begin());
    } else {
      return unknown_member(name);
    }
    return {};
  }

  const Document& document_;
  NodeId object_;
};

Result<void> read_metadata_member(const Document& document, std::string_view name, NodeId member,
                                  MetadataChange& change) {
  const Members read(document);
  if (name == "max_versions") {
    change.max_versions = COFFER_TRY(read.number<std::uint32_t>(member));
  } else if (name == "cas_required") {
    change.cas_required = COFFER_TRY(read.boolean(member));
  } else if (name == "delete_version_after_ms") {
    change.delete_version_after_ms = COFFER_TRY(read.number<std::int64_t>(member));
  } else if (name == "kind") {
    change.kind = COFFER_TRY(read.text(member));
  } else if (name == "description") {
    change.description = COFFER_TRY(read.text(member));
  } else if (name == "owner") {
    change.owner = COFFER_TRY(read.text(member));
  } else if (name == "tags") {
    change.tags.emplace();
    for (const NodeId tag : COFFER_TRY(read.elements(member)))
      change.tags->push_back(COFFER_TRY(read.text(tag)));
  } else if (name == "custom_metadata" || name == "custom") {
    change.custom.emplace();
    return Members(document, member).each([&](std::string_view key, NodeId value) -> Result<void> {
      change.custom->emplace(key, COFFER_TRY(read.text(value)));
      return {};
    });
  } else {
    return unknown_member(name);
  }
  return {};
}

Result<ScopeSettings> read_scope(const Document& document, NodeId object) {
  ScopeSettings scope;
  const Members read(document, object);
  COFFER_TRY(read.each([&](std::string_view name, NodeId member) -> Result<void> {
    if (name == "prefix") {
      scope.prefix = COFFER_TRY(read.text(member));
    } else if (name == "value_bytes_max") {
      scope.value_bytes_max = COFFER_TRY(read.number<std::uint64_t>(member));
    } else if (name == "names") {
      scope.names = COFFER_TRY(read.name_rules(member));
    } else {
      return unknown_member(name);
    }
    return {};
  }));
  return scope;
}

}  // namespace

std::string print_metadata(const Metadata& metadata) {
  std::string out = "{\"max_versions\":" + std::to_string(metadata.max_versions);
  out += ",\"cas_required\":" + std::string(metadata.cas_required ? "true" : "false");
  out += ",\"delete_version_after_ms\":" + std::to_string(metadata.delete_version_after_ms);
  out += ",\"kind\":" + quoted(metadata.kind);
  out += ",\"description\":" + quoted(metadata.description);
  out += ",\"owner\":" + quoted(metadata.owner) + ",\"tags\":[";
  for (const std::string& tag : metadata.tags)
    out += (&tag == metadata.tags.data() ? "" : ",") + quoted(tag);
  out += "],\"custom_metadata\":{";
  for (const auto& [key, value] : metadata.custom)
    out += (key == metadata.custom.begin()->first ? "" : ",") + quoted(key) + ":" + quoted(value);
  out += "},\"created_at_ms\":" + std::to_string(metadata.created_at_ms);
  out += ",\"updated_at_ms\":" + std::to_string(metadata.updated_at_ms);
  out += ",\"marked_by\":" + quoted(metadata.marked_by);
  out += std::string(",\"marks_doubted\":") + (metadata.marks_doubted ? "true" : "false");
  return out + ",\"revision\":" + std::to_string(metadata.revision) + "}";
}

Result<MetadataChange> parse_metadata(std::string_view text) {
  const Document document = COFFER_TRY(Document::parse(text));
  MetadataChange change;
  COFFER_TRY(Members(document).each([&](std::string_view name, NodeId member) {
    return read_metadata_member(document, name, member, change);
  }));
  return change;
}

std::string print_settings(const StoreSettings& settings) {
  std::string out = "{\"max_versions\":";
  out += settings.max_versions == 0 ? "null" : std::to_string(settings.max_versions);
  out += ",\"cas_required\":" + std::string(settings.cas_required ? "true" : "false");
  out += ",\"delete_version_after_ms\":" + std::to_string(settings.delete_version_after_ms);
  out += ",\"value_bytes_max\":" + std::to_string(settings.value_bytes_max);
  out += ",\"names\":" + print_rules(settings.names) + ",\"scopes\":[";
  for (const ScopeSettings& scope : settings.scopes) {
    out += (&scope == settings.scopes.data() ? "{" : ",{");
    out += "\"prefix\":" + quoted(scope.prefix);
    if (scope.value_bytes_max)
      out += ",\"value_bytes_max\":" + std::to_string(*scope.value_bytes_max);
    if (scope.names) out += ",\"names\":" + print_rules(*scope.names);
    out += "}";
  }
  out += "],\"audit_reads\":" + std::string(settings.audit_reads ? "true" : "false");
  out += ",\"audit_keep_ms\":" + std::to_string(settings.audit_keep_ms);
  return out + ",\"audit_keep_records\":" + std::to_string(settings.audit_keep_records) + "}";
}

Result<void> apply_settings(std::string_view text, StoreSettings& settings) {
  const Document document = COFFER_TRY(Document::parse(text));
  const Members read(document);
  return read.each([&](std::string_view name, NodeId member) -> Result<void> {
    if (name == "max_versions") {
      const bool is_unset = document.type(member) == json::Type::null;
      settings.max_versions = is_unset ? 0 : COFFER_TRY(read.number<std::uint32_t>(member));
    } else if (name == "cas_required") {
      settings.cas_required = COFFER_TRY(read.boolean(member));
    } else if (name == "delete_version_after_ms") {
      settings.delete_version_after_ms = COFFER_TRY(read.number<std::int64_t>(member));
    } else if (name == "value_bytes_max") {
      settings.value_bytes_max = COFFER_TRY(read.number<std::uint64_t>(member));
    } else if (name == "names") {
      settings.names = COFFER_TRY(read.name_rules(member));
    } else if (name == "audit_reads") {
      settings.audit_reads = COFFER_TRY(read.boolean(member));
    } else if (name == "audit_keep_ms") {
      settings.audit_keep_ms = COFFER_TRY(read.number<std::int64_t>(member));
    } else if (name == "audit_keep_records") {
      settings.audit_keep_records = COFFER_TRY(read.number<std::uint64_t>(member));
    } else if (name == "scopes") {
      settings.scopes.clear();
      for (const NodeId scope : COFFER_TRY(read.elements(member)))
        settings.scopes.push_back(COFFER_TRY(read_scope(document, scope)));
    } else {
      return unknown_member(name);
    }
    return {};
  });
}

}  // namespace coffer::c_api

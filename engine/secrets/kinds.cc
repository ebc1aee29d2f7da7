#include "secrets/kinds.h"

#include <algorithm>
#include <array>
#include <string>

#include "format/name_rule.h"
#include "text/json.h"
#include "text/utf8.h"

namespace coffer::secrets {
namespace {

using json::Document;
using json::NodeId;
using json::Type;

Error no_such_kind() {
  return {ErrorCode::usage, "there is no such kind of secret",
          "one of: generic, password, key, token, key-value, key-value-properties, certificate, "
          "docker-config"};
}

Error is_empty() {
  return {ErrorCode::usage, "a secret of this kind must not be empty", "give a value"};
}

Result<Document> parse_object(const Value& value) {
  auto document = Document::parse(value.text());
  if (!document || document->type(0) != Type::object)
    return Error(ErrorCode::usage, "a secret of this kind is a JSON object with fields",
                 Advice::put_fields_or_json);
  if (document->first_child(0) == json::kNoNode) return is_empty();
  return document;
}

template <typename Visit>
Result<void> each_member(const Document& document, NodeId object, const Visit& visit) {
  for (NodeId member = document.first_child(object); member != json::kNoNode;
       member = document.next_sibling(member))
    COFFER_TRY(visit(member));
  return {};
}

bool holds_pem(std::string_view text) {
  return text.find("CERTIFICATE-----") != std::string_view::npos;
}

Result<void> check_any(const Value&) { return {}; }

Result<void> check_something(const Value& value) {
  if (value.bytes().empty() || (value.is_json() && value.text() == "\"\"")) return is_empty();
  return {};
}

// The value must be a text, or fields whose values are texts.
Result<void> check_text(const Value& value) {
  COFFER_TRY(check_something(value));
  if (!value.is_json()) {
    if (!utf8::is_valid(value.text()))
      return Error(ErrorCode::usage, "a secret of this kind is text, and this is not UTF-8",
                   "use kind key or generic for bytes");
    return {};
  }
  const Document document = COFFER_TRY(Document::parse(value.text()));
  if (document.type(0) == Type::string) return {};
  const Document object = COFFER_TRY(parse_object(value));
  return each_member(object, 0, [&](NodeId member) -> Result<void> {
    if (object.type(member) != Type::string)
      return Error(ErrorCode::usage, "every field of a secret of this kind must be a text",
                   "put numbers in quotes");
    if (object.string(member).empty()) return is_empty();
    return {};
  });
}

// A header or URL that carries a token would end at the first blank or line end.
Result<void> check_token(const Value& value) {
  COFFER_TRY(check_text(value));
  const auto breaks = [](std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char letter) {
      return static_cast<unsigned char>(letter) <= ' ' || letter == 0x7F;
    });
  };
  const Error broken{ErrorCode::usage,
                     "a token cannot hold blanks, line ends or control characters",
                     "strip the line end, or use kind password or generic"};
  if (!value.is_json()) return breaks(value.text()) ? Result<void>(broken) : Result<void>();
  const Document document = COFFER_TRY(Document::parse(value.text()));
  if (document.type(0) == Type::string && breaks(document.string(0))) return broken;
  return each_member(document, 0, [&](NodeId member) -> Result<void> {
    return breaks(document.string(member)) ? Result<void>(broken) : Result<void>();
  });
}

// The names must be valid as keys of a properties file and as names of variables.
Result<void> check_pairs(const Document& document, bool scalars_only) {
  static const NameRule kFields{.characters = "A-Za-z0-9_.-", .bytes_min = 1};
  return each_member(document, 0, [&](NodeId member) -> Result<void> {
    COFFER_TRY(format::check_field_name(kFields, document.key(member)));
    const Type type = document.type(member);
    if (type == Type::null)
      return Error(ErrorCode::usage, "a field of a secret of this kind must not be null",
                   "leave the field out");
    if (scalars_only && (type == Type::object || type == Type::array))
      return Error(ErrorCode::usage,
                   "a field of a secret of this kind must be a text, number or bool",
                   "use kind key-value for nested values");
    return {};
  });
}

Result<void> check_key_value(const Value& value) {
  return check_pairs(COFFER_TRY(parse_object(value)), false);
}

Result<void> check_properties(const Value& value) {
  return check_pairs(COFFER_TRY(parse_object(value)), true);
}

// Docker's config.json: the credentials for each registry.
Result<void> check_docker_config(std::string_view text) {
  const Error malformed{ErrorCode::usage, "this is not a docker config: `auths` is missing",
                        "as docker login writes it to ~/.docker/config.json"};
  auto document = Document::parse(text);
  if (!document || document->type(0) != Type::object) return malformed;
  const NodeId auths = document->find(0, "auths");
  if (auths == json::kNoNode || document->type(auths) != Type::object ||
      document->first_child(auths) == json::kNoNode)
    return malformed;
  return each_member(*document, auths, [&](NodeId registry) -> Result<void> {
    const auto has = [&](std::string_view name) {
      const NodeId field = document->find(registry, name);
      return field != json::kNoNode && document->type(field) == Type::string &&
             !document->string(field).empty();
    };
    if (!has("auth") && !has("identitytoken") && !(has("username") && has("password")))
      return Error(ErrorCode::usage, "a registry of the docker config has no credentials",
                   "each needs auth, identitytoken, or username and password");
    return {};
  });
}

Result<void> check_docker_config_value(const Value& value) {
  auto document = Document::parse(value.text());
  if (!document || document->type(0) != Type::object) return check_docker_config(value.text());
  const NodeId wrapped = document->find(0, ".dockerconfigjson");
  if (wrapped == json::kNoNode) return check_docker_config(value.text());
  return check_docker_config(document->type(wrapped) == Type::string ? document->string(wrapped)
                                                                     : document->raw(wrapped));
}

// A certificate in PEM, or bytes: DER and keystores are not checked further.
bool may_hold_certificate(const Document& document, NodeId node) {
  if (document.type(node) == Type::string) return holds_pem(document.string(node));
  for (NodeId child = document.first_child(node); child != json::kNoNode;
       child = document.next_sibling(child)) {
    const bool is_file =
        document.type(node) == Type::object && document.key(child) == "value_base64";
    if (is_file || may_hold_certificate(document, child)) return true;
  }
  return false;
}

Result<void> check_certificate(const Value& value) {
  COFFER_TRY(check_something(value));
  bool fits = false;
  if (value.is_json()) {
    const Document document = COFFER_TRY(Document::parse(value.text()));
    fits = may_hold_certificate(document, 0);
  } else {
    fits = !utf8::is_valid(value.text()) || holds_pem(value.text());
  }
  if (fits) return {};
  return Error(
      ErrorCode::usage, "a secret of this kind must hold a certificate, but the value has none",
      "give one in PEM (-----BEGIN CERTIFICATE-----) or DER, or a keystore's bytes; or use "
      "kind generic");
}

struct Rule {
  std::string_view kind;
  Result<void> (*check)(const Value&);
};

constexpr std::array kRules = {
    Rule{"generic", check_any},
    Rule{"password", check_text},
    Rule{"key", check_something},
    Rule{"token", check_token},
    Rule{"key-value", check_key_value},
    Rule{"key-value-properties", check_properties},
    Rule{"certificate", check_certificate},
    Rule{"docker-config", check_docker_config_value},
};

const Rule* find_rule(std::string_view kind) {
  const auto* found = std::find_if(kRules.begin(), kRules.end(),
                                   [&](const Rule& rule) { return rule.kind == kind; });
  return found == kRules.end() ? nullptr : found;
}

}  // namespace

Result<void> check_kind(std::string_view kind) {
  if (!kind.empty() && find_rule(kind) == nullptr) return no_such_kind();
  return {};
}

Result<void> check_value_of_kind(std::string_view kind, const Value& value) {
  const Rule* rule = find_rule(kind);
  return rule == nullptr ? Result<void>() : rule->check(value);
}

}  // namespace coffer::secrets

// A policy as JSON text, for people, files and the C interface.
#include <coffer/policy.h>

#include "text/json_reader.h"
#include "text/json_writer.h"
#include "text/printable.h"

namespace coffer {
namespace {

using json::PlainWriter;
using json::Reader;

constexpr Literal kExample =
    R"(as in {"rules":[{"effect":"allow","subjects":["*"],"use_cases":["list"],)"
    R"("objects":["**"]}]})";

void append_rule(PlainWriter& json, const PolicyRule& rule) {
  json.open('{').key("effect").string(rule.allow ? "allow" : "deny");
  json.key("subjects").strings(rule.subjects).key("use_cases").open('[');
  for (const UseCase use_case : rule.use_cases) json.string(use_case_name(use_case));
  json.close(']').key("objects").strings(rule.objects);
  if (!rule.tags.empty()) json.key("tags").strings(rule.tags);
  json.close('}');
}

Result<std::vector<UseCase>> read_use_cases(const Reader& list) {
  std::vector<UseCase> use_cases;
  for (const std::string& name : COFFER_TRY(list.strings())) {
    const auto known = parse_use_case(name);
    if (!known)
      return text::about_if_printable(
          Error(ErrorCode::usage, "there is no such use case",
                "one of list, use, reveal, write, delete, force, admin, audit"),
          Subject::Kind::name, name);
    use_cases.push_back(*known);
  }
  return use_cases;
}

Result<PolicyRule> read_rule(const Reader& object) {
  PolicyRule rule;
  const auto effect = [&rule](const Reader& word) -> Result<void> {
    const std::string name = COFFER_TRY(word.string());
    if (name != "allow" && name != "deny")
      return word.refuse({ErrorCode::usage, "must be allow or deny"});
    rule.allow = name == "allow";
    return {};
  };
  const auto use_cases = [&rule](const Reader& list) -> Result<void> {
    rule.use_cases = COFFER_TRY(read_use_cases(list));
    return {};
  };
  COFFER_TRY(object.members({{"effect", effect, true},
                             {"subjects", into(rule.subjects, &Reader::strings)},
                             {"use_cases", use_cases},
                             {"objects", into(rule.objects, &Reader::strings)},
                             {"tags", into(rule.tags, &Reader::strings)}}));
  return rule;
}

Result<void> read_rules(const Reader& list, std::vector<PolicyRule>& rules) {
  return list.each_element([&rules](const Reader& object) -> Result<void> {
    rules.push_back(COFFER_TRY(read_rule(object)));
    return {};
  });
}

Result<void> read_roles(const Reader& object, std::vector<PolicyRole>& roles) {
  return object.each_member([&roles](std::string_view name, const Reader& members) -> Result<void> {
    PolicyRole role;
    role.name = name;
    role.members = COFFER_TRY(members.strings());
    roles.push_back(std::move(role));
    return {};
  });
}

}  // namespace

std::string policy_json(const Policy& policy) {
  PlainWriter json;
  json.open('{').key("revision").number(policy.revision).key("rules").open('[');
  for (const PolicyRule& rule : policy.rules) append_rule(json, rule);
  json.close(']');
  if (!policy.roles.empty()) {
    json.key("roles").open('{');
    for (const PolicyRole& role : policy.roles) json.key(role.name).strings(role.members);
    json.close('}');
  }
  return json.close('}').take();
}

Result<Policy> parse_policy(std::string_view json) {
  const auto document = json::Document::parse(json);
  if (!document) return Error(document.error()).about(Subject::Kind::name, "policy");
  const Reader root(*document, {.name = "policy", .hint = kExample});
  Policy policy;
  if (root.type() == json::Type::array) {
    COFFER_TRY(read_rules(root, policy.rules));
    return policy;
  }
  const auto rules = [&](const Reader& list) { return read_rules(list, policy.rules); };
  const auto roles = [&](const Reader& object) { return read_roles(object, policy.roles); };
  // A misspelt document must not pass for one that takes every rule away: rules must be there.
  COFFER_TRY(root.members({{"revision", into(policy.revision, &Reader::number)},
                           {"rules", rules, true},
                           {"roles", roles}}));
  return policy;
}

}  // namespace coffer

// A policy as JSON text, for people, files and the C interface.
#include <coffer/policy.h>

#include <charconv>

#include "engine/text/json.h"
#include "engine/text/printable.h"

namespace coffer {
namespace {

using json::Document;
using json::NodeId;
using json::Type;

std::string print_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? "," : "") + json::quoted(text);
  return out + "]";
}

std::string print_rule(const PolicyRule& rule) {
  std::string use_cases;
  for (const UseCase use_case : rule.use_cases)
    use_cases += (use_cases.empty() ? "" : ",") + json::quoted(use_case_name(use_case));
  std::string out = std::string(R"({"effect":)") + (rule.allow ? R"("allow")" : R"("deny")");
  out += R"(,"subjects":)" + print_list(rule.subjects) + R"(,"use_cases":[)" + use_cases;
  out += R"(],"objects":)" + print_list(rule.objects);
  if (!rule.tags.empty()) out += R"(,"tags":)" + print_list(rule.tags);
  return out + "}";
}

std::string print_roles(const std::vector<PolicyRole>& roles) {
  std::string out;
  for (const PolicyRole& role : roles)
    out += (out.empty() ? "" : ",") + json::quoted(role.name) + ":" + print_list(role.members);
  return R"(,"roles":{)" + out + "}";
}

class Reader {
 public:
  explicit Reader(const Document& document) : document_(document) {}

  Result<Policy> policy() const {
    Policy policy;
    if (document_.type(0) == Type::array) {
      policy.rules = COFFER_TRY(rules(0));
      return policy;
    }
    if (document_.type(0) != Type::object) return wrong("rules");
    bool has_rules = false;
    for (NodeId member = document_.first_child(0); member != json::kNoNode;
         member = document_.next_sibling(member)) {
      const std::string_view key = document_.key(member);
      if (key == "revision") {
        policy.revision = COFFER_TRY(number(member));
      } else if (key == "rules") {
        policy.rules = COFFER_TRY(rules(member));
        has_rules = true;
      } else if (key == "roles") {
        policy.roles = COFFER_TRY(roles(member));
      } else {
        return unknown(key);
      }
    }
    // A misspelt document must not pass for one that takes every rule away.
    if (!has_rules) return wrong("rules");
    return policy;
  }

 private:
  static Error wrong(std::string_view name) {
    return text::about_if_printable(
        Error{ErrorCode::usage, "a member of the policy is missing, or not what it must be",
              R"(as in {"rules":[{"effect":"allow","subjects":["*"],"use_cases":["list"],)"
              R"("objects":["**"]}]})"},
        Subject::Kind::name, name);
  }
  static Error unknown(std::string_view name) {
    return text::about_if_printable(
        Error{ErrorCode::usage, "there is no such member of a policy",
              "a rule has effect, subjects, use_cases, objects and tags"},
        Subject::Kind::name, name);
  }

  Result<std::uint64_t> number(NodeId node) const {
    const std::string_view text = document_.raw(node);
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || stop != text.data() + text.size()) return wrong("revision");
    return value;
  }

  Result<std::vector<PolicyRule>> rules(NodeId node) const {
    std::vector<PolicyRule> rules;
    if (document_.type(node) != Type::array) return wrong("rules");
    for (NodeId each = document_.first_child(node); each != json::kNoNode;
         each = document_.next_sibling(each))
      rules.push_back(COFFER_TRY(rule(each)));
    return rules;
  }

  Result<std::vector<PolicyRole>> roles(NodeId node) const {
    std::vector<PolicyRole> roles;
    if (document_.type(node) != Type::object) return wrong("roles");
    for (NodeId each = document_.first_child(node); each != json::kNoNode;
         each = document_.next_sibling(each)) {
      PolicyRole role;
      role.name = document_.key(each);
      role.members = COFFER_TRY(texts(each));
      roles.push_back(std::move(role));
    }
    return roles;
  }

  Result<PolicyRule> rule(NodeId node) const {
    PolicyRule rule;
    bool has_effect = false;
    if (document_.type(node) != Type::object) return wrong("rules");
    for (NodeId member = document_.first_child(node); member != json::kNoNode;
         member = document_.next_sibling(member)) {
      const std::string_view key = document_.key(member);
      if (key == "effect") {
        const std::string_view effect =
            document_.type(member) == Type::string ? document_.string(member) : "";
        if (effect != "allow" && effect != "deny") return wrong(key);
        rule.allow = effect == "allow";
        has_effect = true;
      } else if (key == "subjects") {
        rule.subjects = COFFER_TRY(texts(member));
      } else if (key == "use_cases") {
        rule.use_cases = COFFER_TRY(use_cases(member));
      } else if (key == "objects") {
        rule.objects = COFFER_TRY(texts(member));
      } else if (key == "tags") {
        rule.tags = COFFER_TRY(texts(member));
      } else {
        return unknown(key);
      }
    }
    if (!has_effect) return wrong("effect");
    return rule;
  }

  Result<std::vector<std::string>> texts(NodeId node) const {
    std::vector<std::string> texts;
    if (document_.type(node) != Type::array) return wrong(document_.key(node));
    for (NodeId each = document_.first_child(node); each != json::kNoNode;
         each = document_.next_sibling(each)) {
      if (document_.type(each) != Type::string) return wrong(document_.key(node));
      texts.emplace_back(document_.string(each));
    }
    return texts;
  }

  Result<std::vector<UseCase>> use_cases(NodeId node) const {
    std::vector<UseCase> use_cases;
    for (const std::string& name : COFFER_TRY(texts(node))) {
      const auto known = parse_use_case(name);
      if (!known)
        return text::about_if_printable(
            Error{ErrorCode::usage, "there is no such use case",
                  "one of list, use, reveal, write, delete, force, admin, audit"},
            Subject::Kind::name, name);
      use_cases.push_back(*known);
    }
    return use_cases;
  }

  const Document& document_;
};

}  // namespace

std::string policy_json(const Policy& policy) {
  std::string out = R"({"revision":)" + std::to_string(policy.revision) + R"(,"rules":[)";
  for (std::size_t i = 0; i < policy.rules.size(); ++i)
    out += (i == 0 ? "" : ",") + print_rule(policy.rules[i]);
  out += "]";
  if (!policy.roles.empty()) out += print_roles(policy.roles);
  return out + "}";
}

Result<Policy> parse_policy(std::string_view json) {
  auto document = Document::parse(json);
  if (!document) return std::move(document).error().about(Subject::Kind::name, "policy");
  return Reader(*document).policy();
}

}  // namespace coffer

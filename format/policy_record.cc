#include "format/policy_record.h"

#include "format/limits.h"
#include "format/wire.h"

namespace coffer::format {
namespace {

Error malformed() { return {ErrorCode::corrupt, "the policy's record is malformed"}; }
Error unknown_field() { return {ErrorCode::too_new, "the policy's record has an unknown field"}; }

// A reader must not act on a policy of which it understands only a part.
Result<UseCase> use_case_of(std::uint64_t number) {
  if (number > static_cast<std::uint64_t>(UseCase::audit))
    return Error(ErrorCode::too_new, "the policy has an unknown use case");
  return static_cast<UseCase>(number);
}

void add_text(WireReader& reader, std::size_t bytes_max, std::vector<std::string>& texts) {
  const ByteView bytes = reader.want_bytes();
  if (bytes.empty() || bytes.size() > bytes_max || texts.size() == kPolicyListMax) reader.fail();
  if (reader.ok()) texts.emplace_back(as_text(bytes));
}

// In the order of their numbers, so that a set of use cases has one encoding.
Result<void> add_use_case(WireReader& reader, std::vector<UseCase>& use_cases) {
  const std::uint64_t number = reader.number();
  const bool rises = use_cases.empty() || number > static_cast<std::uint64_t>(use_cases.back());
  if (reader.is_bytes() || number == 0 || !rises) reader.fail();
  if (reader.ok()) use_cases.push_back(COFFER_TRY(use_case_of(number)));
  return {};
}

Result<PolicyRule> decode_rule(ByteView bytes) {
  PolicyRule rule;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: rule.allow = reader.want_true(); break;
      case 2: add_text(reader, kPolicySubjectBytesMax, rule.subjects); break;
      case 3: COFFER_TRY(add_use_case(reader, rule.use_cases)); break;
      case 4: add_text(reader, kPolicyObjectBytesMax, rule.objects); break;
      case 5: add_text(reader, kTagBytesMax, rule.tags); break;
      default: return unknown_field();
    }
  }
  if (!reader.ok() || rule.subjects.empty() || rule.use_cases.empty() || rule.objects.empty())
    return malformed();
  return rule;
}

Result<PolicyRole> decode_role(ByteView bytes) {
  PolicyRole role;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: {
        const ByteView name = reader.want_some_bytes();
        if (name.size() > kPolicySubjectBytesMax) reader.fail();
        if (reader.ok()) role.name = as_text(name);
        break;
      }
      case 2: add_text(reader, kPolicySubjectBytesMax, role.members); break;
      default: return unknown_field();
    }
  }
  if (!reader.ok() || role.name.empty() || role.members.empty()) return malformed();
  return role;
}

SecretBytes encode_role(const PolicyRole& role) {
  SecretBytes out;
  WireWriter<SecretBytes> writer(out);
  writer.text(1, role.name);
  for (const std::string& member : role.members) writer.text(2, member);
  return out;
}

SecretBytes encode_rule(const PolicyRule& rule) {
  SecretBytes out;
  WireWriter<SecretBytes> writer(out);
  writer.number(1, rule.allow ? 1 : 0);
  for (const std::string& subject : rule.subjects) writer.text(2, subject);
  for (const UseCase use_case : rule.use_cases)
    writer.number(3, static_cast<std::uint64_t>(use_case));
  for (const std::string& object : rule.objects) writer.text(4, object);
  for (const std::string& tag : rule.tags) writer.text(5, tag);
  return out;
}

}  // namespace

SecretBytes encode_policy(const Policy& policy) {
  SecretBytes out;
  WireWriter<SecretBytes> writer(out);
  writer.number(1, policy.revision);
  for (const PolicyRule& rule : policy.rules) writer.always_bytes(2, encode_rule(rule).bytes());
  for (const PolicyRole& role : policy.roles) writer.always_bytes(3, encode_role(role).bytes());
  return out;
}

Result<Policy> decode_policy(ByteView bytes) {
  if (bytes.size() > kPolicyBytesMax) return malformed();
  Policy policy;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: policy.revision = reader.want_number(); break;
      case 2:
        if (policy.rules.size() == kPolicyRulesMax) return malformed();
        policy.rules.push_back(COFFER_TRY(decode_rule(reader.want_bytes())));
        break;
      case 3:
        if (policy.roles.size() == kPolicyRolesMax) return malformed();
        policy.roles.push_back(COFFER_TRY(decode_role(reader.want_bytes())));
        break;
      default: return unknown_field();
    }
  }
  if (!reader.ok() || policy.revision == 0) return malformed();
  return policy;
}

}  // namespace coffer::format

// coffer policy show | allow | deny | role | write-only | remove | set | test
#include <algorithm>

#include "text/ascii.h"
#include "text/json.h"
#include "tools/command/consent/still_admin.h"
#include "tools/command/fail.h"
#include "tools/command/numbers.h"
#include "tools/command/opening/context.h"
#include "tools/command/secret/target.h"
#include "tools/command/streams/input.h"
#include "tools/command/streams/output.h"
#include "tools/command/streams/prompt.h"
#include "tools/command/verb.h"
#include "tools/exchange/place.h"

namespace coffer::tools {
namespace {

constexpr char kAboutRules[] =
    "SUBJECT: user:NAME, group:NAME (as the system knows them), role:NAME (see `policy role`), "
    "owner, *\nor several with commas.\n"
    "USE: list, use, reveal, write, delete, force, admin, audit, several with commas, or all.\n"
    "OBJECT: a path, team/** below it, config:ID, or ** for everything. A rule that denies wins, "
    "and with\na policy nothing is done that no rule allows. --actor changes nobody's rights.\n"
    "It guards what passes through coffer: who has the key and the files can open them otherwise.";

constexpr char kAboutYes[] = "Even if you may not change the policy any more after that";

std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

Result<UseCase> use_case_of(std::string_view word) {
  if (const auto known = parse_use_case(word)) return *known;
  return Error(ErrorCode::usage, "there is no such use case",
               "one of list, use, reveal, write, delete, force, admin, audit, or all");
}

Result<std::vector<UseCase>> use_cases_of(std::string_view text) {
  if (text == "all")
    return std::vector<UseCase>{UseCase::list,   UseCase::use,   UseCase::reveal, UseCase::write,
                                UseCase::remove, UseCase::force, UseCase::admin,  UseCase::audit};
  std::vector<UseCase> use_cases;
  for (const std::string& word : parts_of(text)) use_cases.push_back(COFFER_TRY(use_case_of(word)));
  return use_cases;
}

Result<void> write_table(const Policy& policy) {
  if (policy.rules.empty()) return write_line("there is no policy: everybody may do everything");
  Table table({"RULE", "EFFECT", "SUBJECTS", "USE", "OBJECTS", "TAGS"});
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    const PolicyRule& rule = policy.rules[i];
    table.row({std::to_string(i + 1), rule.allow ? "allow" : "deny", ascii::joined(rule.subjects),
               ascii::joined(rule.use_cases, ", ", use_case_name), ascii::joined(rule.objects),
               ascii::joined(rule.tags)});
  }
  COFFER_TRY(table.write());
  if (policy.roles.empty()) return {};
  Table roles({"ROLE", "MEMBERS"});
  for (const PolicyRole& role : policy.roles) roles.row({role.name, ascii::joined(role.members)});
  return roles.write();
}

// Without a rule there is no policy: the verb asks before that, and notes it afterwards.
Result<void> ask_for_end(bool had_rules, const Policy& after, bool yes) {
  if (!had_rules || !after.rules.empty()) return {};
  return confirm("Without this there is no rule left. May everybody do everything?", yes);
}

Result<void> tell_policy(const Context& context, bool had_rules, const Policy& policy,
                         std::uint64_t revision) {
  if (context.json()) {
    JsonText json;
    json.open('{').key("revision").number(revision);
    json.key("rules").number(policy.rules.size()).close('}');
    return json.write();
  }
  if (had_rules && policy.rules.empty())
    note(std::string("no rule is left: everybody may do everything now") +
         (policy.roles.empty() ? "" : "; the roles stay"));
  return {};
}

// Puts what `change` makes of the policy that stands, unless somebody changed it meanwhile.
template <typename Change>
Result<void> change_policy(const Context& context, bool yes, const Change& change) {
  Store store = COFFER_TRY(context.open());
  Policy policy = COFFER_TRY(store.policies().get());
  const std::uint64_t revision = policy.revision;
  const bool had_rules = !policy.rules.empty();
  COFFER_TRY(change(policy));
  COFFER_TRY(ask_for_end(had_rules, policy, yes));
  COFFER_TRY(check_still_admin(context, policy, yes));
  const std::uint64_t after = COFFER_TRY(store.policies().put(policy, revision));
  return tell_policy(context, had_rules, policy, after);
}

VerbResult add_rule(Arguments& arguments, const VerbText& text, bool allow) {
  std::string subjects;
  std::string uses;
  std::string object;
  PolicyRule rule{allow, {}, {}, {}, {}};
  bool yes = false;
  Syntax syntax(arguments, text);
  syntax.word("SUBJECT", subjects, "The users and groups that it applies to");
  syntax.word("USE", uses, "What they may do, or may not");
  syntax.word("OBJECT", object, "With what");
  syntax.repeated("--tag", rule.tags, "TAG", "Only secrets that have this tag; of several, each");
  syntax.flag("-y,--yes", yes, kAboutYes);
  syntax.explain(kAboutRules);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  rule.subjects = parts_of(subjects);
  rule.use_cases = COFFER_TRY(use_cases_of(uses));
  rule.objects = {object};
  COFFER_TRY(change_policy(context, yes, [&](Policy& policy) -> Result<void> {
    policy.rules.push_back(rule);
    return {};
  }));
  return 0;
}

Result<Policy> policy_in(const SecretBytes& text, std::string_view file) {
  auto policy = parse_policy(text.text());
  if (policy || !policy.error().number()) return policy;
  const auto document = json::Document::parse(text.text());
  if (document) return policy;
  return at_json_place(Error(document.error()), file == "-" ? "standard input" : file, text.text());
}

// As `get` reads it: a rule means a secret with all its versions and fields.
Result<std::string> tested_object(const std::string& text) {
  if (text == "**" || text.starts_with("config:") || text.starts_with("secret:")) return text;
  return "secret:" + COFFER_TRY(parse_target(text)).path;
}

VerbResult verb_policy_show(Arguments& arguments, const VerbText& text) {
  Syntax syntax(arguments, text);
  syntax.explain(kAboutRules);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  Store store = COFFER_TRY(context.open());
  const Policy policy = COFFER_TRY(store.policies().get());
  COFFER_TRY(context.json() ? write_line(policy_json(policy)) : write_table(policy));
  return 0;
}

VerbResult verb_policy_allow(Arguments& arguments, const VerbText& text) {
  return add_rule(arguments, text, true);
}

VerbResult verb_policy_deny(Arguments& arguments, const VerbText& text) {
  return add_rule(arguments, text, false);
}

VerbResult verb_policy_role(Arguments& arguments, const VerbText& text) {
  std::string name;
  std::optional<std::string> members;
  bool removed = false, yes = false;
  Syntax syntax(arguments, text);
  syntax.word("NAME", name, "What rules call it: role:NAME");
  syntax.optional_word("MEMBERS", members, "user:NAME, group:NAME or several with commas, in all");
  syntax.flag("--remove", removed, "There is no such role any more; no rule may name it");
  syntax.flag("-y,--yes", yes, kAboutYes);
  syntax.explain(
      "A role is one name for users and groups that rules can use. From now on it has these "
      "members and no others.");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (removed == members.has_value())
    return Error(ErrorCode::usage, "give the members of the role, or --remove");
  COFFER_TRY(change_policy(context, yes, [&](Policy& policy) -> Result<void> {
    const auto found = std::find_if(policy.roles.begin(), policy.roles.end(),
                                    [&](const PolicyRole& role) { return role.name == name; });
    if (!removed && found == policy.roles.end()) {
      policy.roles.push_back({name, parts_of(*members)});
    } else if (!removed) {
      found->members = parts_of(*members);
    } else if (found == policy.roles.end()) {
      return Error(ErrorCode::not_found, "there is no such role", "see: coffer policy show");
    } else {
      policy.roles.erase(found);
    }
    return {};
  }));
  return 0;
}

VerbResult verb_policy_write_only(Arguments& arguments, const VerbText& text) {
  std::string object;
  const bool yes = false;  // It denies `reveal` alone.
  Syntax syntax(arguments, text);
  syntax.word("OBJECT", object, "A path, team/** below it, config:ID, or ** for everything");
  syntax.explain(
      "The same as: coffer policy deny '*' reveal OBJECT. No verb shows the value on a terminal "
      "any more. Users with the right `use` still use it: run, inject and hydrate hand it to a "
      "program or a file, and anybody who chooses that program or may read that file sees the "
      "value.");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  COFFER_TRY(change_policy(context, yes, [&](Policy& policy) -> Result<void> {
    policy.rules.push_back({false, {"*"}, {UseCase::reveal}, {object}, {}});
    return {};
  }));
  return 0;
}

VerbResult verb_policy_remove(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> word;
  bool all = false, yes = false;
  Syntax syntax(arguments, text);
  syntax.optional_word("RULE", word, "Its number in `coffer policy show`; the others move up");
  syntax.flag("--all", all, "Every rule and role: everybody may do everything again");
  syntax.flag("-y,--yes", yes, kAboutYes);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (all == word.has_value())
    return Error(ErrorCode::usage, "give the number of the rule to remove, or --all");
  const std::uint64_t number = all ? 0 : COFFER_TRY(parse_number("RULE", *word));
  COFFER_TRY(change_policy(context, yes, [&](Policy& policy) -> Result<void> {
    if (all) {
      policy.rules.clear();
      policy.roles.clear();
      return {};
    }
    if (number == 0 || number > policy.rules.size())
      return Error(ErrorCode::not_found, "there is no such rule", "see: coffer policy show")
          .with_number(number);
    policy.rules.erase(policy.rules.begin() + static_cast<std::ptrdiff_t>(number - 1));
    return {};
  }));
  return 0;
}

VerbResult verb_policy_set(Arguments& arguments, const VerbText& text) {
  std::string file;
  std::optional<std::string> revision;
  bool yes = false;
  Syntax syntax(arguments, text);
  syntax.word("FILE", file, "JSON, as `coffer policy show --format json` tells it; - for stdin");
  syntax.option("--revision", revision, "N", "Only where the policy that stands has this revision");
  syntax.flag("-y,--yes", yes, kAboutYes);
  syntax.explain(kAboutRules);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  std::optional<std::uint64_t> expected;
  if (revision) expected = COFFER_TRY(parse_number("--revision", *revision));
  const SecretBytes bytes = COFFER_TRY(read_input(file));
  const Policy policy = COFFER_TRY(policy_in(bytes, file));
  COFFER_TRY(check_still_admin(context, policy, yes));
  Store store = COFFER_TRY(context.open());
  const bool had_rules = COFFER_TRY(store.policies().in_force());
  COFFER_TRY(ask_for_end(had_rules, policy, yes));
  const std::uint64_t after = COFFER_TRY(store.policies().put(policy, expected));
  COFFER_TRY(tell_policy(context, had_rules, policy, after));
  return 0;
}

VerbResult verb_policy_test(Arguments& arguments, const VerbText& text) {
  std::string who;
  std::string use;
  std::string object;
  PolicySubject subject;
  Syntax syntax(arguments, text);
  syntax.word("SUBJECT", who, "user:NAME, group:NAME, or * for somebody whom no rule names");
  syntax.word("USE", use, "list, use, reveal, write, delete, force, admin or audit");
  syntax.word("OBJECT", object, "A secret as `get` takes it, config:ID, or ** for the whole store");
  syntax.repeated("--group", subject.groups, "NAME", "A group that the user is in");
  syntax.explain("Exit code 15 where it is denied.");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (who.starts_with("user:")) {
    subject.user = who.substr(5);
  } else if (who.starts_with("group:")) {
    subject.groups.push_back(who.substr(6));
  } else if (who != "*") {
    return Error(ErrorCode::usage, "takes user:NAME, group:NAME or *")
        .about(Subject::Kind::name, "SUBJECT");
  }
  const UseCase use_case = COFFER_TRY(use_case_of(use));
  object = COFFER_TRY(tested_object(object));
  Store store = COFFER_TRY(context.open());
  const PolicyDecision decision = COFFER_TRY(store.policies().test(subject, use_case, object));
  if (context.json()) {
    JsonText json;
    json.open('{').key("allowed").boolean(decision.allowed);
    json.key("rule").number(decision.rule).close('}');
    COFFER_TRY(json.write());
  } else {
    const std::string by = decision.rule == 0
                               ? (decision.allowed ? ": there is no policy" : ": no rule allows it")
                               : " by rule " + std::to_string(decision.rule);
    COFFER_TRY(write_line((decision.allowed ? "allowed" : "denied") + by));
  }
  return decision.allowed ? 0 : static_cast<int>(ErrorCode::denied);
}

}  // namespace

extern constinit const Verb kPolicyShowVerb{{"policy show", "Shows the rules of who may do what.",
                                             "coffer policy show --format json > policy.json"},
                                            Section::rights,
                                            verb_policy_show,
                                            "The rules of who may do what"};

extern constinit const Verb kPolicyAllowVerb{{"policy allow",
                                              "Adds a rule that allows. The first one turns the "
                                              "policy on, so it must leave somebody `admin`.",
                                              "coffer policy allow user:$USER all '**'"},
                                             Section::rights,
                                             verb_policy_allow};

extern constinit const Verb kPolicyDenyVerb{
    {"policy deny", "Adds a rule that denies. A denial wins over any rule that allows.",
     "coffer policy deny group:interns reveal,delete 'team/**' --tag production"},
    Section::rights,
    verb_policy_deny};

extern constinit const Verb kPolicyRoleVerb{
    {"policy role", "Gives users and groups one name that rules can use.",
     "coffer policy role operators user:ann,group:ops"},
    Section::rights,
    verb_policy_role};

extern constinit const Verb kPolicyWriteOnlyVerb{
    {"policy write-only",
     "Stops showing a value to anybody; those who may use it hand it to programs.",
     "coffer policy write-only 'ingestion/**'"},
    Section::rights,
    verb_policy_write_only};

extern constinit const Verb kPolicyRemoveVerb{
    {"policy remove", "Removes a rule, or all of them.", "coffer policy remove 3"},
    Section::rights,
    verb_policy_remove};

extern constinit const Verb kPolicySetVerb{{"policy set", "Replaces the policy by a whole new one.",
                                            "coffer policy set policy.json --revision 4"},
                                           Section::rights,
                                           verb_policy_set};

extern constinit const Verb kPolicyTestVerb{
    {"policy test", "Shows whether somebody may do something, and which rule decides.",
     "coffer policy test user:ann reveal ingestion/redshift --group etl"},
    Section::rights,
    verb_policy_test};

}  // namespace coffer::tools

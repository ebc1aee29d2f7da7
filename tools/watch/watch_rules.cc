#include "tools/watch/watch_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "format/audit_action.h"
#include "text/time_text.h"
#include "tools/command/streams/output.h"
#include "tools/exchange/input_document.h"
#include "tools/exchange/yaml/yaml.h"

namespace coffer::tools {
namespace {

constexpr std::size_t kBodyBytesMax = 16 << 10;
constexpr std::array<std::string_view, 4> kDeleted = {"delete", "destroy", "expire", "erase"};
constexpr std::string_view kDeletedWord = "deleted", kReadWord = "read", kRefusedWord = "refused",
                           kDeniedWord = "denied";

using Facts = std::map<std::string, std::string, std::less<>>;

Facts facts_of(const Delivery& delivery, const Change& change) {
  return {{"rule", delivery.rule},
          {"severity", delivery.severity},
          {"what", change.what},
          {"path", change.path},
          {"version", std::to_string(change.version)},
          {"revision", std::to_string(change.revision)},
          {"index", std::to_string(change.index)},
          {"outcome", std::string(outcome_of(change))},
          {"time", text::print_time(change.at_ms)}};
}

// `text` as the inside of a JSON string.
std::string inside_quotes(std::string_view text) {
  const std::string quoted = json::quoted(text);
  return quoted.substr(1, quoted.size() - 2);
}

// Fills in the facts; nullopt if the body names one that no event has.
std::optional<std::string> filled(std::string_view body, const Facts& facts) {
  std::string out;
  for (;;) {
    const std::size_t begin = body.find("{{");
    out += body.substr(0, begin);
    if (begin == std::string_view::npos) return out;
    const std::size_t end = body.find("}}", begin);
    if (end == std::string_view::npos) return std::nullopt;
    const auto fact = facts.find(body.substr(begin + 2, end - begin - 2));
    if (fact == facts.end()) return std::nullopt;
    out += inside_quotes(fact->second);
    body.remove_prefix(end + 2);
  }
}

Result<void> check_actions(const WatchRule& rule, const Spot& spot) {
  for (const std::string& what : rule.what) {
    if (what == kDeletedWord || what == kReadWord || what == kRefusedWord || what == kDeniedWord)
      continue;
    const auto action = format::parse_action(what);
    if (action && format::is_change(*action)) continue;
    if (action)
      return spot.refuse({ErrorCode::usage,
                          "this action is recorded, but is not an event of a secret or config",
                          "`coffer audit list --action WHAT` shows it; `refused` and `denied` are "
                          "the events of all refused actions"});
    return spot.refuse({ErrorCode::usage, "there is no such event",
                        "use an action of `coffer audit list`; `deleted` for the end of a version; "
                        "`read`, `refused`, or `denied` for refusals by the policy"});
  }
  return {};
}

bool means(const std::string& word, const Change& change) {
  if (change.refused_with)
    return word == kRefusedWord ||
           (word == kDeniedWord && *change.refused_with == ErrorCode::denied);
  if (word != kDeletedWord) return word == change.what;
  return std::find(kDeleted.begin(), kDeleted.end(), change.what) != kDeleted.end();
}

Spot::Take take_target(WatchRule& rule, Delivery::Way way) {
  return [&rule, way](const Spot& spot) -> Result<void> {
    if (!rule.delivery.target.empty()) {
      return spot.refuse(
          {ErrorCode::usage, "exec, file and webhook cannot be combined", "write a rule for each"});
    }
    rule.delivery.way = way;
    rule.delivery.target = COFFER_TRY(spot.string());
    if (rule.delivery.target.empty()) return spot.refuse({ErrorCode::usage, "is empty"});
    const std::string& target = rule.delivery.target;
    const bool is_url = target.starts_with("https://") || target.starts_with("http://");
    const bool is_plain =
        std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (way == Delivery::Way::webhook && (!is_url || !is_plain))
      return spot.refuse({ErrorCode::usage, "is not an http or https URL"});
    return {};
  };
}

Result<WatchRule> read_rule(const Spot& spot) {
  WatchRule rule;
  COFFER_TRY(spot.members({{"name", into(rule.delivery.rule, &Spot::string), true},
                           {"severity", into(rule.delivery.severity, &Spot::string)},
                           {"prefix", into(rule.prefix, &Spot::string)},
                           {"body", into(rule.body, &Spot::string)},
                           {"what",
                            [&rule](const Spot& what) -> Result<void> {
                              rule.what = COFFER_TRY(what.strings());
                              return check_actions(rule, what);
                            }},
                           {"exec", take_target(rule, Delivery::Way::exec)},
                           {"file", take_target(rule, Delivery::Way::file)},
                           {"webhook", take_target(rule, Delivery::Way::webhook)}}));
  if (rule.delivery.target.empty())
    return spot.refuse({ErrorCode::usage, "has no receiver", "give exec, file or webhook"});
  if (rule.delivery.way == Delivery::Way::exec && !rule.body.empty()) {
    return spot.refuse(
        {ErrorCode::usage, "a command has no body", "it gets the event in COFFER_EVENT_*"});
  }
  if (rule.body.size() > kBodyBytesMax) {
    return spot.refuse(Error(ErrorCode::limit, "the body is too long, in bytes")
                           .with_size(rule.body.size(), kBodyBytesMax));
  }
  if (rule.delivery.way == Delivery::Way::file && rule.body.find('\n') != std::string::npos)
    return spot.refuse({ErrorCode::usage, "the body for a file must be one line"});
  if (!filled(rule.body, facts_of({}, {}))) {
    return spot.refuse({ErrorCode::usage, "the body has an unknown name between {{ and }}",
                        "{{rule}}, {{severity}}, {{what}}, {{path}}, {{version}}, {{revision}}, "
                        "{{index}}, {{time}}, {{outcome}}"});
  }
  return rule;
}

}  // namespace

bool WatchRule::matches(const Change& change) const {
  const bool is_below =
      prefix.empty() || change.path == prefix ||
      (change.path.starts_with(prefix) &&
       (prefix.ends_with('/') || change.path.substr(prefix.size()).starts_with('/')));
  if (!is_below) return false;
  // Reads and refusals change nothing, so they match only rules that name them.
  if (what.empty()) return !change.refused_with && change.what != kReadWord;
  return std::any_of(what.begin(), what.end(),
                     [&change](const std::string& word) { return means(word, change); });
}

bool WatchRule::wants_reads() const {
  return std::find(what.begin(), what.end(), kReadWord) != what.end();
}

bool WatchRule::wants_refused() const {
  return std::any_of(what.begin(), what.end(), [](const std::string& word) {
    return word == kRefusedWord || word == kDeniedWord;
  });
}

Delivery WatchRule::delivery_of(const Change& change) const {
  Delivery whole = delivery;
  const Facts facts = facts_of(delivery, change);
  if (!body.empty()) {
    whole.text = filled(body, facts).value_or("");
    return whole;
  }
  JsonText json;
  json.open('{').key("rule").string(delivery.rule).key("severity").string(delivery.severity);
  json.key("what").string(change.what).key("path").string(change.path);
  json.key("version").number(change.version).key("revision").number(change.revision);
  json.key("index").number(change.index).key("time").time(change.at_ms);
  json.key("outcome").string(outcome_of(change)).close('}');
  whole.text = std::string(json.text());
  return whole;
}

Result<std::vector<WatchRule>> read_watch_rules(const SecretBytes& text, std::string_view source) {
  const json::Document document =
      COFFER_TRY(parse_input(COFFER_TRY(json_from_yaml(text.text(), source)), source));
  std::vector<WatchRule> rules;
  const auto take_one = [&rules](const Spot& spot) -> Result<void> {
    rules.push_back(COFFER_TRY(read_rule(spot)));
    return {};
  };
  COFFER_TRY(input_reader(document, source)
                 .members({{"rules", [&](const Spot& spot) { return spot.each_element(take_one); },
                            true}}));
  if (rules.empty())
    return Error(ErrorCode::usage, "holds no rule").about(Subject::Kind::file, source);
  return rules;
}

}  // namespace coffer::tools

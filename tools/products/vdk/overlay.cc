#include "tools/products/vdk/overlay.h"

#include <algorithm>
#include <map>
#include <optional>

#include "text/ascii.h"
#include "text/json.h"

namespace coffer::tools {
namespace {

constexpr std::string_view kMainSection = "vdk";
constexpr std::string_view kVariablePrefix = "VDK_";

std::string normal(std::string_view name) {
  std::string out(name);
  for (char& c : out) c = c == '-' || c == '.' ? '_' : ascii::lower(c);
  return out;
}

// Names without case, as VDK looks for them; of two that differ in case only, the first.
std::map<std::string, std::string_view> variables_of(const char* const* environment) {
  std::map<std::string, std::string_view> variables;
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry(*environment);
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    std::string name(entry.substr(0, equals));
    std::transform(name.begin(), name.end(), name.begin(), ascii::upper);
    variables.emplace(std::move(name), entry.substr(equals + 1));
  }
  return variables;
}

// A section's name stands there in whole words, with a key behind it: where the key begins is
// told, and the name without the section's is what VDK looks for.
std::optional<std::string> without_section(const std::string& name, const std::string& section) {
  const std::string word = section + "_";
  for (std::size_t at = name.find(word); at != std::string::npos; at = name.find(word, at + 1)) {
    const bool begins_word = at == 0 || name[at - 1] == '_';
    if (begins_word && name.size() > word.size())
      return name.substr(0, at) + name.substr(at + word.size());
  }
  return std::nullopt;
}

class Overlay {
 public:
  Overlay(const std::vector<Setting>& settings, const char* const* environment)
      : variables_(variables_of(environment)), settled_(settings.size()) {
    settings_.reserve(settings.size());
    for (const Setting& setting : settings) {
      const std::string section = normal(setting.section);
      settings_.push_back({section == kMainSection ? "" : section, normal(setting.key)});
    }
  }

  Result<void> index() {
    for (std::size_t i = 0; i < settings_.size(); ++i) {
      const Setting& setting = settings_[i];
      if (!by_name_[setting.section].emplace(setting.key, i).second) {
        return Error(ErrorCode::usage, "is there twice, so it is unclear which one counts",
                     "names that differ in case only, or by -, . and _, are one")
            .about(Subject::Kind::name, full_name(setting));
      }
    }
    return {};
  }

  Result<void> take_environment() {
    for (std::size_t i = 0; i < settings_.size(); ++i) {
      const auto variable = find_variable(full_name(settings_[i]));
      if (!variable) continue;
      if (!json::is_valid_utf8(variable->second)) {
        return Error(ErrorCode::usage, "is set to bytes that are not UTF-8",
                     "unset the variable, or correct it")
            .about(Subject::Kind::name, variable->first);
      }
      Overlaid& settled = settled_[i].emplace();
      json::append_quoted(settled.json, variable->second);
      settled.variable = variable->first;
    }
    return {};
  }

  Result<void> take_secret(std::string_view name, std::string_view json) {
    const std::string wanted = normal(name);
    if (find_variable(wanted)) return {};
    const std::optional<std::size_t> setting = COFFER_TRY(setting_of(wanted, name));
    if (!setting) return {};
    std::optional<Overlaid>& settled = settled_[*setting];
    if (settled && !settled->variable.empty()) return {};
    if (settled) {
      return Error(ErrorCode::usage, "is one of two secrets for one setting",
                   "names that differ in case only, or by -, . and _, are one: rename one of them")
          .about(Subject::Kind::name, name);
    }
    settled.emplace().json = SecretBytes::copy_of(json);
    return {};
  }

  std::vector<Overlaid> all() && {
    std::vector<Overlaid> found;
    for (std::size_t i = 0; i < settled_.size(); ++i) {
      if (!settled_[i]) continue;
      settled_[i]->setting = i;
      found.push_back(std::move(*settled_[i]));
    }
    return found;
  }

 private:
  using Variable = std::pair<std::string, std::string_view>;

  static std::string full_name(const Setting& setting) {
    return setting.section.empty() ? setting.key : setting.section + "_" + setting.key;
  }

  std::optional<Variable> find_variable(const std::string& name) const {
    std::string plain = name;
    std::transform(plain.begin(), plain.end(), plain.begin(), ascii::upper);
    for (const std::string& variable : {std::string(kVariablePrefix) + plain, plain}) {
      const auto found = variables_.find(variable);
      if (found != variables_.end()) return Variable(*found);
    }
    return std::nullopt;
  }

  // Nothing: the file does not know it. `name` is for the error.
  Result<std::optional<std::size_t>> setting_of(const std::string& wanted,
                                                std::string_view name) const {
    const std::map<std::string, std::size_t>* section = nullptr;
    std::size_t longest = 0;
    std::string key;
    for (const auto& [section_name, keys] : by_name_) {
      if (section_name.size() <= longest) continue;
      const std::optional<std::string> rest = without_section(wanted, section_name);
      if (!rest) continue;
      longest = section_name.size();
      section = &keys;
      key = *rest;
    }
    const auto main = by_name_.find("");
    if (section == nullptr && main == by_name_.end()) return std::optional<std::size_t>();
    const auto& keys = section != nullptr ? *section : main->second;
    const auto found = keys.find(section != nullptr ? key : wanted);
    if (found != keys.end()) return std::optional<std::size_t>(found->second);
    if (section == nullptr) return std::optional<std::size_t>();
    return Error(ErrorCode::usage, "names a section of the config that has no such setting",
                 "write the setting into the section, or give the secret another name")
        .about(Subject::Kind::name, name);
  }

  std::map<std::string, std::string_view> variables_;
  std::vector<Setting> settings_;  // In normal form; the main section's name is empty.
  std::map<std::string, std::map<std::string, std::size_t>> by_name_;
  std::vector<std::optional<Overlaid>> settled_;
};

}  // namespace

Result<std::vector<Overlaid>> overlay(const std::vector<Setting>& settings, const Value& secrets,
                                      const char* const* environment) {
  Overlay overlay(settings, environment);
  COFFER_TRY(overlay.index());
  COFFER_TRY(overlay.take_environment());
  if (!secrets.is_json()) return Error(ErrorCode::usage, "has no fields to lay over a config");
  const auto document = COFFER_TRY(json::Document::parse(secrets.text()));
  if (document.type(0) != json::Type::object)
    return Error(ErrorCode::usage, "has no fields to lay over a config");
  for (json::NodeId node = document.first_child(0); node != json::kNoNode;
       node = document.next_sibling(node)) {
    if (document.type(node) == json::Type::null) continue;
    COFFER_TRY(overlay.take_secret(document.key(node), document.raw(node)));
  }
  return std::move(overlay).all();
}

}  // namespace coffer::tools

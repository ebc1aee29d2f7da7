#include "tests/crash/power_cut/fingerprint.h"

#include <algorithm>
#include <map>
#include <regex>
#include <utility>
#include <vector>

namespace coffer::test {
namespace {

std::string number(std::int64_t value) { return std::to_string(value); }

std::string value_or_error(const Result<Secret>& secret) {
  if (!secret.ok()) return "<" + std::string(code_name(secret.error().code())) + ">";
  return std::string(secret->value.text());
}

std::string document_or_error(const Result<ConfigDocument>& document) {
  if (!document.ok()) return "<" + std::string(code_name(document.error().code())) + ">";
  return std::string(document->document.text());
}

void add_metadata(std::string& out, Store& store, const std::string& path) {
  const auto metadata = store.metadata(path);
  if (!metadata.ok()) {
    out += " <" + std::string(code_name(metadata.error().code())) + ">";
    return;
  }
  out += " created=" + number(metadata->created_at_ms) + " max=" + number(metadata->max_versions) +
         " managed=" + number(metadata->managed) + " kind=" + metadata->kind +
         " description=" + metadata->description;
  for (const auto& [key, value] : metadata->custom) out += " " + key + "=" + value;
}

void add_secret(std::string& out, Store& store, const std::string& path) {
  out += "secret " + path;
  add_metadata(out, store, path);
  out += "\n";
  if (const auto history = store.history(path); history.ok()) {
    for (const VersionInfo& info : history->versions) {
      out += "  v" + std::to_string(info.version) + " created=" + number(info.created_at_ms) +
             " deletion=" + number(info.deletion_at_ms) + " expires=" + number(info.expires_at_ms) +
             " destroyed=" + number(info.destroyed) + " " +
             value_or_error(store.get(path, info.version)) + "\n";
    }
  }
  const auto references = store.references_to(path);
  if (!references.ok()) {
    out += "  <references>\n";
    return;
  }
  std::vector<std::string> lines;
  for (const ReferenceInfo& each : *references) {
    lines.push_back("  used by " + each.user_kind + " " + each.user + " v" +
                    std::to_string(each.version) + "\n");
  }
  std::sort(lines.begin(), lines.end());
  for (const std::string& line : lines) out += line;
}

void add_config(std::string& out, Store& store, const ConfigSummary& config) {
  out += "config " + config.id + " revision=" + std::to_string(config.revision) +
         " updated=" + number(config.updated_at_ms) +
         " secrets=" + std::to_string(config.secret_count) + "\n";
  for (const ConfigForm form : {ConfigForm::partial, ConfigForm::masked, ConfigForm::revealed})
    out += "  " + document_or_error(store.configs().get(config.id, form)) + "\n";
}

// Splits the text before each line that is not indented.
std::vector<std::string> blocks_of(const std::string& text) {
  std::vector<std::string> blocks;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = text.find('\n', begin) + 1;
    if (text[begin] != ' ' || blocks.empty()) blocks.emplace_back();
    blocks.back() += text.substr(begin, end - begin);
    begin = end;
  }
  return blocks;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

}  // namespace

std::string fingerprint(Store& store) {
  std::string out;
  const auto names = store.list("", {.recursive = true, .state = ListState::all});
  if (!names.ok()) return "list: " + describe(names.error()) + "\n";
  for (const std::string& name : *names) add_secret(out, store, name);
  const auto configs = store.configs().list();
  if (!configs.ok()) return "configs: " + describe(configs.error()) + "\n";
  for (const ConfigSummary& each : *configs) add_config(out, store, each);
  const auto status = store.status();
  if (!status.ok()) return "status: " + describe(status.error()) + "\n";
  out += "records=" + std::to_string(status->record_count) +
         " secrets=" + std::to_string(status->secret_count) +
         " configs=" + std::to_string(status->config_count) +
         " slots=" + std::to_string(status->slot_count) + "\n";
  const auto report = store.verify();
  if (!report.ok()) return out + "verify: " + describe(report.error()) + "\n";
  for (const std::string& problem : report->problems) out += "problem: " + problem + "\n";
  return out;
}

std::string without_chance(const std::string& fingerprint) {
  static const std::regex kName("airbyte_workspace_[0-9a-f-]{36}_secret_[0-9a-f-]{36}");
  // For each name: the text about it without the name, and the first place of it in a config.
  std::map<std::string, std::pair<std::string, std::string>> told;
  const std::vector<std::string> blocks = blocks_of(fingerprint);
  for (const std::string& block : blocks) {
    for (std::sregex_iterator it(block.begin(), block.end(), kName), end; it != end; ++it) {
      auto& [own, elsewhere] = told[it->str()];
      if (block.starts_with("secret ")) {
        own = replaced(block, it->str(), "*");
      } else if (elsewhere.empty()) {
        elsewhere = block.substr(0, block.find(' ', 7)) + std::to_string(it->position());
      }
    }
  }
  std::vector<std::pair<std::pair<std::string, std::string>, std::string>> order;
  for (const auto& [name, what] : told) order.emplace_back(what, name);
  std::sort(order.begin(), order.end());
  std::vector<std::string> out = blocks;
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::string& block : out)
      block = replaced(block, order[i].second, "minted#" + std::to_string(i));
  }
  std::sort(out.begin(), out.end());
  std::string text;
  for (const std::string& block : out) text += block;
  return text;
}

}  // namespace coffer::test

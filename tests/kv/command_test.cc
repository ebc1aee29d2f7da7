// Runs the rules by the command.
#include <chrono>
#include <thread>

#include "tests/cli/command.h"
#include "tests/kv/check_rules.h"
#include "tests/kv/telling.h"
#include "text/time_text.h"

namespace kv::command_test {
namespace {

using cli::Json;
using cli::Outcome;
using cli::Words;

std::string joined(const std::vector<std::uint64_t>& numbers) {
  std::string text;
  for (const std::uint64_t number : numbers)
    text += (text.empty() ? "" : ",") + std::to_string(number);
  return text;
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::int64_t time_of(const Json& text) {
  return coffer::text::parse_time(text.get<std::string>()).value();
}

Json json_of(const coffer::MetadataChange& change) {
  Json json = Json::object();
  if (change.max_versions) json["max_versions"] = *change.max_versions;
  if (change.cas_required) json["cas_required"] = *change.cas_required;
  if (change.custom) json["custom"] = *change.custom;
  return json;
}

// One entry of a bulk document.
Json entry_of(const Operation& op) {
  Json body = {{"path", op.path}};
  if (op.cas) body["cas"] = *op.cas;
  if (!op.versions.empty()) body["versions"] = op.versions;
  switch (op.verb) {
    case Verb::put: body["data"] = Json::parse(op.text); return {{"put", body}};
    case Verb::patch: body["patch"] = Json::parse(op.text); return {{"patch", body}};
    case Verb::rollback: body["to"] = op.version; return {{"rollback", body}};
    case Verb::remove: return {{"delete", body}};
    case Verb::undelete: return {{"undelete", body}};
    case Verb::destroy: return {{"destroy", body}};
    case Verb::erase: return {{"metadata_delete", body}};
    case Verb::put_metadata: body.update(json_of(op.change)); return {{"metadata", body}};
    case Verb::move: return {{"move", {{"from", op.path}, {"to", op.to}}}};
    case Verb::copy: return {{"copy", {{"from", op.path}, {"to", op.to}}}};
    default: FAIL("no such operation in a transaction"); return {};
  }
}

Words words_of(const coffer::MetadataChange& change) {
  Words words;
  const auto add = [&words](const char* option, const std::string& value) {
    words.push_back(option);
    words.push_back(value);
  };
  if (change.max_versions) add("--max-versions", std::to_string(*change.max_versions));
  if (change.cas_required)
    words.push_back(*change.cas_required ? "--cas-required" : "--cas-required=false");
  if (change.delete_version_after_ms)
    add("--delete-version-after", std::to_string(*change.delete_version_after_ms / 1000));
  if (change.owner) add("--owner", *change.owner);
  if (change.kind) add("--kind", *change.kind);
  if (change.tags) {
    for (const std::string& tag : *change.tags) add("--tag", tag);
  }
  if (change.custom) {
    for (const auto& [key, value] : *change.custom) add("--custom", key + "=" + value);
  }
  for (const auto& [key, value] : change.custom_patch)
    value ? add("--custom", key + "=" + *value) : add("--remove-custom", key);
  return words;
}

class CommandDriver : public Driver {
 public:
  CommandDriver() { box_.init(); }

  Seen carry_out(const Operation& op) override {
    switch (op.verb) {
      case Verb::put: return put(op);
      case Verb::patch: return version(op, {"patch", op.path, "--json", "-"}, op.text);
      case Verb::rollback:
        return version(op, {"rollback", op.path, "--to", std::to_string(op.version)}, "");
      case Verb::get: return get(op);
      case Verb::remove: return on_versions({"delete", op.path}, op);
      case Verb::undelete: return on_versions({"undelete", op.path}, op);
      case Verb::destroy: return on_versions({"destroy", op.path}, op);
      case Verb::destroy_all: return plain({"destroy", op.path, "--all"});
      case Verb::erase: return plain({"metadata", "delete", op.path});
      case Verb::list: return list(op);
      case Verb::history: return history(op);
      case Verb::oldest: return oldest(op);
      case Verb::get_metadata: return metadata(op);
      case Verb::put_metadata: return change({"metadata", "put", op.path}, op);
      case Verb::patch_metadata: return change({"metadata", "patch", op.path}, op);
      case Verb::move: return plain({"move", op.path, op.to});
      case Verb::copy: return plain({"copy", op.path, op.to});
      case Verb::settings: return settings(op);
      case Verb::transaction: return together(op);
      case Verb::sweep: return plain({"sweep"});
      case Verb::wait: break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(op.wait_ms));
    return {};
  }

 private:
  Seen plain(const Words& words, const std::string& input = {}) {
    return {box_.run(words, input).exit_code};
  }
  std::optional<Json> json(Words words, Seen& seen, const std::string& input = {}) {
    words.insert(words.end(), {"--format", "json"});
    const Outcome outcome = box_.run(words, input);
    seen.code = outcome.exit_code;
    if (seen.code != 0) return std::nullopt;
    return outcome.json();
  }
  Seen version(const Operation& op, Words words, const std::string& input) {
    if (op.cas) words.insert(words.end(), {"--cas", std::to_string(*op.cas)});
    if (op.ttl_s != 0) words.insert(words.end(), {"--ttl", std::to_string(op.ttl_s) + "s"});
    if (op.expires_at_ms != 0)
      words.insert(words.end(), {"--expires-at", coffer::text::print_time(op.expires_at_ms)});
    Seen seen;
    if (const auto answer = json(words, seen, input))
      seen.text = std::to_string((*answer)["version"].get<std::uint64_t>());
    return seen;
  }
  Seen put(const Operation& op) {
    return version(op, {"put", op.path, op.opaque ? "--value" : "--json", "-"}, op.text);
  }
  Seen get(const Operation& op) {
    Words words = {"get", op.path};
    if (op.version != 0) words.insert(words.end(), {"--version", std::to_string(op.version)});
    // The exact text of a JSON value distinguishes a string from its characters; bytes have no such
    // text.
    Words as_json = words;
    as_json.emplace_back("--json");
    const Outcome told = box_.run(as_json);
    if (told.exit_code != 2) return {told.exit_code, told.out};
    const Outcome outcome = box_.run(words);
    return {outcome.exit_code, outcome.out};
  }
  Seen on_versions(Words words, const Operation& op) {
    if (!op.versions.empty()) words.insert(words.end(), {"--versions", joined(op.versions)});
    return plain(words);
  }
  Seen list(const Operation& op) {
    Words words = {"list"};
    if (!op.path.empty()) words.push_back(op.path);
    if (op.recursive) words.push_back("--recursive");
    if (op.state == coffer::ListState::live) words.insert(words.end(), {"--state", "live"});
    if (op.state == coffer::ListState::deleted) words.insert(words.end(), {"--state", "deleted"});
    if (op.state == coffer::ListState::expired) words.insert(words.end(), {"--state", "expired"});
    if (op.state == coffer::ListState::all) words.insert(words.end(), {"--state", "all"});
    Seen seen;
    if (const auto answer = json(words, seen))
      seen.text = tell_names((*answer)["keys"].get<std::vector<std::string>>());
    return seen;
  }
  Seen history(const Operation& op) {
    Seen seen;
    const auto answer = json({"history", op.path}, seen);
    if (!answer) return seen;
    std::vector<coffer::VersionInfo> versions;
    for (const Json& each : (*answer)["versions"]) {
      coffer::VersionInfo& version = versions.emplace_back();
      version.version = each["version"];
      version.destroyed = each["destroyed"];
      version.deletion_at_ms = time_of(each["deletion_time"]);
    }
    seen.text = tell_versions(versions, now_ms());
    return seen;
  }
  // KV v2 has it in the metadata; the history says the same.
  Seen oldest(const Operation& op) {
    Seen seen;
    const auto answer = json({"metadata", "get", op.path}, seen);
    if (!answer) return seen;
    seen.text = (*answer)["oldest_version"].dump();
    CHECK((*json({"history", op.path}, seen))["oldest_version"].dump() == seen.text);
    return seen;
  }
  Seen metadata(const Operation& op) {
    Seen seen;
    const auto answer = json({"metadata", "get", op.path}, seen);
    if (!answer) return seen;
    coffer::Metadata metadata;
    metadata.max_versions = (*answer)["max_versions"];
    metadata.cas_required = (*answer)["cas_required"];
    metadata.delete_version_after_ms =
        coffer::text::parse_duration((*answer)["delete_version_after"].get<std::string>()).value();
    metadata.owner = (*answer)["owner"];
    metadata.kind = (*answer)["kind"];
    metadata.tags = (*answer)["tags"].get<std::vector<std::string>>();
    metadata.custom = (*answer)["custom_metadata"].get<std::map<std::string, std::string>>();
    seen.text = tell_metadata(metadata);
    return seen;
  }
  Seen change(Words words, const Operation& op) {
    for (std::string& word : words_of(op.change)) words.push_back(std::move(word));
    return plain(words);
  }
  Seen settings(const Operation& op) {
    Words words = {"settings", "put"};
    words.insert(words.end(), op.words.begin(), op.words.end());
    return plain(words);
  }
  Seen together(const Operation& op) {
    Json operations = Json::array();
    for (const Operation& each : op.group) operations.push_back(entry_of(each));
    return plain({"bulk", "-"}, Json({{"operations", operations}}).dump());
  }

  cli::Sandbox box_;
};

}  // namespace

TEST_CASE("every rule holds for the command") {
  kv::check_all_rules([] { return std::make_unique<CommandDriver>(); });
}

}  // namespace kv::command_test

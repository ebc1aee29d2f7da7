// Every case of the table that a command can play, through the command.
#include <coffer/store.h>

#include <algorithm>

#include "format/names.h"
#include "tests/cli/command.h"
#include "tests/config_cases/case_runner.h"
#include "tests/crash/power_cut/fingerprint.h"

namespace coffer::test::through_command_test {
namespace {

using cli::Json;
using cli::Words;

class Command : public Driver {
 public:
  Command() { box_.init(); }

  Told put(const PutWords& words) override {
    Words line = line_of("put", words);
    add(line, {"--workspace", words.workspace, "--report"});
    if (words.compat) add(line, {"--compat", "airbyte"});
    return report(line);
  }
  Told patch(const PutWords& words) override {
    Words line = line_of("patch", words);
    add(line, {"--report"});
    return report(line);
  }
  Told import_partial(const PutWords& words) override {
    Words line = line_of("import", words);
    add(line, {"--workspace", words.workspace, "--report", "--payloads",
               box_.write("payloads.json", words.payloads)});
    return report(line);
  }
  Told stage(const PutWords& words) override {
    Words line = line_of("stage", words);
    add(line, {"--workspace", words.workspace});
    if (words.compat) add(line, {"--compat", "airbyte"});
    if (words.lease_ms != 0) add(line, {"--lease", seconds(words.lease_ms)});
    return report(line);
  }
  Told commit(const CommitWords& words) override {
    Words line{"config", "commit", words.id, words.stage, "--report"};
    if (words.keep_old_ms != 0) add(line, {"--keep-old", seconds(words.keep_old_ms)});
    if (words.outside) add(line, {"--outside"});
    return report(line);
  }
  Told abandon(const std::string& id, const std::string& stage) override {
    return gone({"config", "abandon", id, stage});
  }
  Told end_check(const std::string& document) override {
    return gone({"config", "end-check", "-"}, document);
  }
  Told end_check_of(const std::string& id) override {
    return gone({"config", "end-check", "--id", id});
  }
  Told refer(bool is_added, const std::string& coordinate, const std::string& user) override {
    Told told = run({"refs", is_added ? "add" : "remove", coordinate, user});
    told.text.clear();
    return told;
  }
  Told check(const CheckWords& words) override {
    Words line{"config", "check", "--report"};
    add_files(line, words.spec, words.document);
    if (!words.id.empty()) add(line, {"--id", words.id});
    if (words.ttl_ms != 0) add(line, {"--ttl", seconds(words.ttl_ms)});
    return report(line);
  }
  Told show(const std::string& id, const std::string& form) override {
    return run({"config", "get", id, form == "revealed" ? "--reveal" : "--" + form});
  }
  Told hydrate(const std::string& document, const std::string& by,
               const std::string& what) override {
    Words line{"config", "hydrate", "-"};
    if (by == "id") add(line, {"--id", what});
    if (by == "spec") add(line, {"--spec", box_.write("spec.json", what)});
    return run(line, document);
  }
  Told remove(const std::string& id) override { return gone({"config", "delete", id}); }
  Told copy(const std::string& from, const std::string& to) override {
    return report({"config", "copy", from, to, "--report"});
  }
  Told rename(const std::string& from, const std::string& to) override {
    Told told = run({"config", "rename", from, to});
    if (!told.error.empty()) return told;
    told.revision = Json::parse(told.text)["revision"].get<std::uint64_t>();
    told.text.clear();
    return told;
  }
  Told sweep(std::int64_t grace_ms) override {
    Told told = run({"sweep", "--grace", seconds(grace_ms), "--format", "json"});
    if (told.error.empty()) told.destroyed.resize(Json::parse(told.text)["swept"].size());
    return told;
  }
  Told put_by_hand(const std::string& path, const std::string& value) override {
    return run({"put", path, "--value", "-"}, value);
  }
  Told state(const std::string& coordinate) override {
    Told told = run({"get", coordinate});
    told.text = told.error.empty() ? "live" : told.error;
    told.error.clear();
    return told;
  }
  bool turn(std::int64_t) override { return false; }
  bool resolve(const std::map<std::string, std::string>&) override { return false; }
  std::string fingerprint() override {
    auto store = Store::open(box_.store(), KeySource::file(box_.path("master.key")));
    REQUIRE(store.ok());
    return test::fingerprint(*store);
  }

 private:
  static void add(Words& line, std::initializer_list<std::string> more) {
    line.insert(line.end(), more);
  }
  static std::string seconds(std::int64_t ms) { return std::to_string(ms / 1000); }
  Words line_of(const std::string& verb, const PutWords& words) const {
    Words line{"config", verb, words.id, "--input", box_.write("document.json", words.document)};
    if (!words.spec.empty()) add(line, {"--spec", box_.write("spec.json", words.spec)});
    if (words.revision) add(line, {"--revision", std::to_string(*words.revision)});
    if (words.keep_old_ms != 0) add(line, {"--keep-old", seconds(words.keep_old_ms)});
    if (!words.bump.empty()) add(line, {"--bump", words.bump});
    for (const std::string& each : words.unmark) add(line, {"--unmark", each});
    return line;
  }
  Told gone(const Words& line, std::string_view input = {}) {
    Told told = run(line, input);
    told.destroyed = coordinates_in(told.text);
    told.text.clear();
    return told;
  }
  void add_files(Words& line, const std::string& spec, const std::string& document) const {
    add(line, {"--spec", box_.write("spec.json", spec), "--input",
               box_.write("document.json", document)});
  }

  static std::vector<std::string> coordinates_in(const std::string& text) {
    std::vector<std::string> out;
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_object() && json.contains("destroyed")) {
      for (const Json& each : json["destroyed"]) out.push_back(each.get<std::string>());
    }
    return out;
  }

  Told run(const Words& line, std::string_view input = {}) {
    Words words = line;
    if (std::find(words.begin(), words.end(), "--format") == words.end())
      add(words, {"--format", "json"});
    const cli::Outcome outcome = box_.run(words, input);
    Told told;
    told.text = outcome.out;
    if (outcome.exit_code == 0) return told;
    const std::string last = outcome.err.substr(0, outcome.err.rfind('\n'));
    const Json error = Json::parse(last.substr(last.rfind('\n') + 1), nullptr, false);
    INFO(outcome.err);
    REQUIRE(error.is_object());
    told.error = error["error"]["code"].get<std::string>();
    told.about = error["error"]["message"].get<std::string>();
    return told;
  }

  Told report(const Words& line) {
    Told told = run(line);
    if (!told.error.empty()) return told;
    const auto parsed = json::Document::parse(told.text, {.depth = 200});
    REQUIRE(parsed.ok());
    const Node root(*parsed, 0);
    Told out;
    out.text = root.find("partial")->raw();
    out.stage = root.word("stage");
    if (const auto revision = root.find("revision"))
      out.revision = static_cast<std::uint64_t>(revision->number());
    for (const Node& each : root.find("outcomes")->children()) {
      out.outcomes.push_back(each.word("outcome") + " " + each.word("pointer") + " " +
                             each.word("coordinate"));
    }
    for (const Node& each : root.find("destroyed")->children())
      out.destroyed.push_back(each.text());
    return out;
  }

  cli::Sandbox box_;
};

}  // namespace

TEST_CASE("Every case that a command can play comes out the same through it") {
  std::size_t played = 0;
  for (const CaseFile& file : load_case_files()) {
    for (const Node& each : file.cases()) {
      if (needs_library(each)) continue;
      INFO(file.name << ": " << each.word("name"));
      Command command;
      const std::string problem = play(each, command);
      INFO(problem);
      CHECK(problem.empty());
      ++played;
    }
  }
  CHECK(played >= 100);
}

}  // namespace coffer::test::through_command_test

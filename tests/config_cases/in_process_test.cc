// Every case of the table through the library.
#include <catch2/catch.hpp>
#include <cstdio>
#include <set>

#include "format/names.h"
#include "tests/config_cases/case_runner.h"
#include "tests/crash/power_cut/fingerprint.h"
#include "tests/scratch.h"

namespace coffer::test::in_process_test {
namespace {

std::string_view word_of(ConfigOutcome::Kind kind) {
  switch (kind) {
    case ConfigOutcome::Kind::minted: return "minted";
    case ConfigOutcome::Kind::bumped: return "bumped";
    case ConfigOutcome::Kind::kept: return "kept";
    case ConfigOutcome::Kind::external: return "external";
    case ConfigOutcome::Kind::removed: return "removed";
  }
  return "";
}

Told refusal(const Error& error) {
  Told told;
  told.error = code_name(error.code());
  told.about = error.subject() != nullptr ? error.subject()->text : std::string(error.text());
  return told;
}

class Library : public Driver {
 public:
  Library() : store_(scratch_.open()) {}

  Told put(const PutWords& words) override {
    return report(configs().put(words.id, words.spec, words.document, options_of(words)));
  }
  Told patch(const PutWords& words) override {
    return report(configs().patch(words.id, words.document, options_of(words), words.spec));
  }
  Told import_partial(const PutWords& words) override {
    return report(configs().import_partial(words.id, words.spec, words.document, words.payloads,
                                           options_of(words)));
  }
  Told stage(const PutWords& words) override {
    const std::int64_t lease = words.lease_ms != 0 ? words.lease_ms : kConfigLeaseMs;
    return report(configs().stage(words.id, words.spec, words.document, options_of(words), lease));
  }
  Told commit(const CommitWords& words) override {
    return report(configs().commit(words.id, words.stage,
                                   {.keep_old_ms = words.keep_old_ms, .outside = words.outside}));
  }
  Told abandon(const std::string& id, const std::string& stage) override {
    return gone(configs().abandon(id, stage));
  }
  Told end_check(const std::string& document) override {
    return gone(configs().end_check(document));
  }
  Told end_check_of(const std::string& id) override { return gone(configs().end_check_of(id)); }
  Told refer(bool add, const std::string& coordinate, const std::string& user) override {
    const auto parsed = format::parse_coordinate(coordinate);
    const auto done = add ? store_.add_reference(parsed->base, parsed->version, user)
                          : store_.remove_reference(parsed->base, parsed->version, user);
    return done.ok() ? Told() : refusal(done.error());
  }
  Told check(const CheckWords& words) override {
    ConfigCheckOptions options;
    if (!words.id.empty()) options.id = words.id;
    if (words.ttl_ms != 0) options.ttl_ms = words.ttl_ms;
    return report(configs().check(words.spec, words.document, options));
  }
  Told show(const std::string& id, const std::string& form) override {
    const ConfigForm wanted = form == "partial"       ? ConfigForm::partial
                              : form == "revealed"    ? ConfigForm::revealed
                              : form == "coordinates" ? ConfigForm::coordinates
                                                      : ConfigForm::masked;
    auto document = configs().get(id, wanted);
    if (!document.ok()) return refusal(document.error());
    Told told = text(document->document.text());
    told.hidden = document->hidden;
    return told;
  }
  Told hydrate(const std::string& document, const std::string& by,
               const std::string& what) override {
    auto full = by == "id"     ? configs().hydrate_for(what, document)
                : by == "spec" ? configs().hydrate_with(what, document)
                               : configs().hydrate(document);
    if (!full.ok()) return refusal(full.error());
    return text(full->text());
  }
  Told remove(const std::string& id) override { return gone(configs().remove(id)); }
  Told copy(const std::string& from, const std::string& to) override {
    return report(configs().copy(from, to));
  }
  Told rename(const std::string& from, const std::string& to) override {
    const auto revision = configs().rename(from, to);
    if (!revision.ok()) return refusal(revision.error());
    Told told;
    told.revision = *revision;
    return told;
  }
  Told sweep(std::int64_t grace_ms) override {
    const auto swept = store_.sweep({.grace_ms = grace_ms});
    if (!swept.ok()) return refusal(swept.error());
    Told told;
    for (const SweptVersion& each : swept->swept)
      told.destroyed.push_back(format::print_coordinate({each.path, each.version}));
    return told;
  }
  Told put_by_hand(const std::string& path, const std::string& value) override {
    const auto put = store_.put(path, Value::opaque(value));
    return put.ok() ? Told() : refusal(put.error());
  }
  Told state(const std::string& coordinate) override {
    const auto parsed = format::parse_coordinate(coordinate);
    const auto secret = store_.get(parsed->base, parsed->version);
    return text(secret.ok() ? "live" : code_name(secret.error().code()));
  }
  bool turn(std::int64_t ms) override {
    scratch_.clock.turn(ms);
    return true;
  }
  bool resolve(const std::map<std::string, std::string>& values) override {
    resolver_ = [values](std::string_view name) -> Result<SecretBytes> {
      const auto found = values.find(std::string(name));
      if (found == values.end()) return Error(ErrorCode::not_found, "not kept elsewhere either");
      return SecretBytes::copy_of(found->second);
    };
    return true;
  }
  std::string fingerprint() override { return test::fingerprint(store_); }

 private:
  Configs configs() {
    return resolver_ ? store_.configs().with_resolver(resolver_) : store_.configs();
  }
  static ConfigPutOptions options_of(const PutWords& words) {
    ConfigPutOptions options;
    options.workspace = words.workspace;
    if (words.revision) options.revision = static_cast<std::uint64_t>(*words.revision);
    options.keep_old_ms = words.keep_old_ms;
    options.compat_airbyte = words.compat;
    options.unmark = words.unmark;
    if (words.bump == "always") options.bump = ConfigBump::always;
    return options;
  }
  static Told gone(Result<std::vector<std::string>> destroyed) {
    if (!destroyed.ok()) return refusal(destroyed.error());
    Told told;
    told.destroyed = std::move(*destroyed);
    return told;
  }
  static Told text(std::string_view content) {
    Told told;
    told.text = content;
    return told;
  }
  static Told report(const Result<ConfigPutReport>& result) {
    if (!result.ok()) return refusal(result.error());
    Told told = text(result->partial.text());
    told.revision = result->revision;
    told.stage = result->stage;
    told.destroyed = result->destroyed;
    for (const ConfigOutcome& each : result->outcomes) {
      told.outcomes.push_back(std::string(word_of(each.kind)) + " " + each.pointer + " " +
                              each.coordinate);
    }
    return told;
  }

  ScratchStore scratch_;
  Store store_;
  ConfigResolver resolver_;
};

}  // namespace

TEST_CASE("Every case of the table comes out as it says, through the library") {
  std::size_t played = 0;
  std::set<std::string> names;
  for (const CaseFile& file : load_case_files()) {
    for (const Node& each : file.cases()) {
      INFO(file.name << ": " << each.word("name"));
      // A case says what it shows, once.
      CHECK_FALSE(each.word("shows").empty());
      CHECK(names.insert(each.word("name")).second);
      Library library;
      const std::string problem = play(each, library);
      INFO(problem);
      CHECK(problem.empty());
      ++played;
    }
  }
  std::printf("%zu cases\n", played);
  CHECK(played >= 150);
}

}  // namespace coffer::test::in_process_test

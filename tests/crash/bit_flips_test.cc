// Flips single bits of data.mdb, one at a time, in a small store with every kind of record. Each
// reading call must then give its former answer or refuse; it never gives another answer and never
// crashes. By default a seeded sample; COFFER_BIT_FLIPS sets the number of flips (see
// bit_flips.sh).
//
// A bit in a record's clear fields may make the record look like one of a later version. Then the
// answer is `too_new`, a refusal like `corrupt`. The results of `verify` and of a dry sweep are not
// compared: verify reports the damage, and the sweep relies on the time index, whose loss only
// verify notices.
#include <coffer/configs.h>
#include <coffer/store.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>

#include "tests/scratch.h"

namespace coffer::test::bit_flips_test {
namespace {

constexpr std::size_t kFlipsByDefault = 400;
constexpr std::size_t kMetaBytes = 152;
constexpr char kSpec[] =
    R"({"properties":{"a":{"airbyte_secret":true},"b":{"type":"string"},"c":{"airbyte_secret":true}}})";

using Answers = std::map<std::string, std::string>;

template <typename T, typename Print>
void note(Answers& answers, std::string what, const Result<T>& result, const Print& print) {
  answers[std::move(what)] =
      result ? "ok " + print(*result) : "! " + std::string(code_name(result.error().code()));
}

std::string print(const VersionInfo& info) {
  return std::to_string(info.version) + ' ' + std::to_string(info.created_at_ms) + ' ' +
         std::to_string(info.deletion_at_ms) + ' ' + std::to_string(info.expires_at_ms) +
         (info.destroyed ? " destroyed;" : ";");
}

std::string print(const Metadata& metadata) {
  std::string text = metadata.owner + '|' + metadata.description + '|' + metadata.kind + '|' +
                     std::to_string(metadata.max_versions) + '|' +
                     std::to_string(metadata.updated_at_ms) + '|' +
                     std::to_string(metadata.revision);
  for (const std::string& tag : metadata.tags) text += ' ' + tag;
  return text;
}

std::string print(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

std::string print(const std::vector<AuditRecord>& records) {
  std::string text;
  for (const AuditRecord& record : records) {
    text += std::to_string(record.number) + record.actor + std::to_string(record.at_ms);
    for (const AuditItem& item : record.items) text += item.action + item.path;
  }
  return text;
}

class Bench {
 public:
  Bench() {
    Store store = open();
    must(store.put_settings({.max_versions = 3, .audit_reads = false}).ok(), "settings");
    for (int i = 0; i < 20; ++i)
      paths_.push_back((i % 3 == 0   ? ""
                        : i % 3 == 1 ? "team/"
                                     : "team/deep/er/") +
                       std::string("name") + std::to_string(i));
    for (const std::string& path : paths_) put(store, path, 1);
    for (int i = 0; i < 20; i += 4) put(store, paths_[i], i % 3 + 1);
    for (int i = 0; i < 20; i += 5)
      must(store.put_metadata(paths_[i], {.owner = "me", .tags = std::vector<std::string>{"t"}})
               .ok(),
           "metadata");
    paths_.emplace_back("only/head");
    must(store.put_metadata("only/head", {.description = "of nothing"}).ok(), "head");
    must(store.soft_delete(paths_[1]).ok(), "delete");
    must(store.destroy(paths_[4], {1}).ok(), "destroy");
    must(store.put(paths_[2], Value::opaque(std::string(3000, 'l'))).ok(), "long");
    must(store.add_reference(paths_[2], 0, "job").ok(), "reference");
    PutOptions brief;
    brief.ttl_ms = 3'600'000;
    must(store.put(paths_[3], Value::opaque("brief"), brief).ok(), "brief");
    const auto report = store.configs().put("config", kSpec, R"({"a":"x","b":"y","c":"z"})");
    must(report.ok(), "config");
    for (const auto& outcome : report->outcomes)
      paths_.push_back(outcome.coordinate.substr(0, outcome.coordinate.rfind("_v")));
    partial_ = std::string(report->partial.text());
    const std::vector<UseCase> all = {UseCase::list,  UseCase::use,    UseCase::reveal,
                                      UseCase::write, UseCase::remove, UseCase::force,
                                      UseCase::admin, UseCase::audit};
    must(store.policies()
             .put({0,
                   {{true, {"user:me"}, all, {"**"}},
                    {true, {"user:other"}, {UseCase::use}, {"**"}, {"t"}},
                    {true, {"owner"}, {UseCase::write}, {"**"}}}})
             .ok(),
         "policy");
  }

  Result<Store> try_open(const char* actor = "me") const {
    OpenOptions options;
    options.clock = &scratch_.clock;
    options.actor.actor = actor;
    return Store::open(scratch_.path(), scratch_.key(), options);
  }
  Store open() const {
    auto store = try_open();
    must(store.ok(), "open");
    return std::move(*store);
  }
  std::string data() const { return scratch_.file("data.mdb"); }
  std::size_t names() const { return paths_.size(); }

  // Every question and its answer; a single answer if the store does not open.
  Answers ask() const {
    Answers answers;
    auto opened = try_open();
    note(answers, "open", opened, [](const Store&) { return std::string(); });
    if (!opened) return answers;
    Store& store = *opened;
    ask_lists(store, answers);
    for (const std::string& path : paths_) ask_of(store, path, answers);
    ask_configs(store, answers);
    ask_of_store(store, answers);
    auto other = store.as({.actor = "other"});
    for (const std::string& path : {paths_[0], paths_[1], paths_[5]})
      note(answers, "other get " + path, other->get(path),
           [](const Secret& secret) { return std::string(secret.value.text()); });
    (void)store.verify();
    (void)store.sweep({.dry_run = true});
    return answers;
  }

 private:
  static void put(Store& store, const std::string& path, int times) {
    for (int i = 0; i < times; ++i)
      must(store.put(path, Value::opaque(path + std::to_string(i))).ok(), "put");
  }

  static void ask_lists(Store& store, Answers& answers) {
    const auto lines = [](const std::vector<std::string>& names) { return print(names); };
    for (const char* folder : {"", "team", "team/deep", "team/deep/er", "only", "none"})
      note(answers, "list " + std::string(folder), store.list(folder), lines);
    note(answers, "list -r", store.list("", {.recursive = true}), lines);
    note(answers, "list -r --tag", store.list("", {.recursive = true, .tags = {"t"}}), lines);
    note(answers, "find", store.find("", {.recursive = true, .state = ListState::all}),
         [](const std::vector<ListedSecret>& found) {
           std::string text;
           for (const ListedSecret& each : found)
             text += each.path + ' ' + std::string(state_name(each.state)) + print(each.newest) +
                     print(each.metadata) + '\n';
           return text;
         });
  }

  static void ask_of(Store& store, const std::string& path, Answers& answers) {
    const auto value = [](const Secret& secret) {
      return std::string(secret.value.text()) + print(secret.info);
    };
    for (const std::uint64_t version : {0U, 1U, 2U, 9U})
      note(answers, "get " + path + " " + std::to_string(version), store.get(path, version), value);
    note(answers, "metadata " + path, store.metadata(path),
         [](const Metadata& metadata) { return print(metadata); });
    note(answers, "history " + path, store.history(path), [](const History& history) {
      std::string text = std::to_string(history.current_version) + ' ';
      for (const VersionInfo& info : history.versions) text += print(info);
      return text;
    });
    note(answers, "refs " + path, store.references_to(path),
         [](const std::vector<ReferenceInfo>& found) {
           std::string text;
           for (const ReferenceInfo& each : found) text += each.user + ' ';
           return text;
         });
  }

  void ask_configs(Store& store, Answers& answers) const {
    const auto text = [](const SecretBytes& bytes) { return std::string(bytes.text()); };
    note(answers, "config list", store.configs().list(),
         [](const std::vector<ConfigSummary>& found) {
           std::string lines;
           for (const ConfigSummary& each : found) lines += each.id + ' ';
           return lines;
         });
    for (const ConfigForm form : {ConfigForm::masked, ConfigForm::partial, ConfigForm::revealed})
      note(answers, "config get " + std::to_string(static_cast<int>(form)),
           store.configs().get("config", form), [](const ConfigDocument& document) {
             return std::to_string(document.revision) + std::string(document.document.text());
           });
    note(answers, "config get none", store.configs().get("none"),
         [](const ConfigDocument&) { return std::string(); });
    note(answers, "hydrate", store.configs().hydrate(partial_), text);
    note(answers, "hydrate_for", store.configs().hydrate_for("config", partial_), text);
  }

  static void ask_of_store(Store& store, Answers& answers) {
    note(answers, "settings", store.settings(), [](const StoreSettings& settings) {
      return std::to_string(settings.max_versions) + std::to_string(settings.value_bytes_max);
    });
    note(answers, "policy", store.policies().get(), [](const Policy& policy) {
      return std::to_string(policy.revision) + ' ' + std::to_string(policy.rules.size());
    });
    note(answers, "status", store.status(), [](const Status& status) {
      return std::to_string(status.sequence) + ' ' + std::to_string(status.record_count) + ' ' +
             std::to_string(status.secret_count) + ' ' + std::to_string(status.epoch);
    });
    note(answers, "audit list", store.audit().list(),
         [](const std::vector<AuditRecord>& records) { return print(records); });
    note(answers, "changes", store.audit().changes(0), [](const ChangeBatch& batch) {
      return std::to_string(batch.revision) + ' ' + std::to_string(batch.changes.size());
    });
  }

  ScratchStore scratch_;
  std::vector<std::string> paths_;
  std::string partial_;
};

std::vector<std::size_t> bytes_that_say_something(const Bytes& file) {
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < file.size(); ++at)
    if (file[at] != 0) places.push_back(at);
  return places;
}

bool is_refusal(const std::string& answer) {
  return answer == "! corrupt" || answer == "! too_new";
}

std::size_t asked_for(const char* variable, std::size_t otherwise) {
  const char* asked = std::getenv(variable);
  return asked == nullptr ? otherwise : std::strtoull(asked, nullptr, 10);
}

// If the store does not open, every question counts as refused.
std::vector<std::string> wrong_answers(const Answers& expected, const Answers& told) {
  std::vector<std::string> wrong;
  for (const auto& [question, answer] : told)
    if (answer != expected.at(question) && !is_refusal(answer))
      wrong.push_back(question + ": " + answer.substr(0, 200));
  return wrong;
}

}  // namespace

TEST_CASE("F-180 to F-189: a flipped bit is refused, or changes no answer") {
  const Bench bench;
  CHECK(bench.names() == 23);
  // A denied question writes an audit record, so each round starts from the same file.
  const Bytes whole = read_whole_file(bench.data());
  const Answers expected = bench.ask();
  for (const auto& [question, answer] : expected) {
    INFO(question << ": " << answer);
    REQUIRE_FALSE(is_refusal(answer));
  }
  write_whole_file(bench.data(), whole);
  REQUIRE((bench.ask() == expected));
  const std::vector<std::size_t> places = bytes_that_say_something(whole);
  std::mt19937_64 random(asked_for("COFFER_BIT_FLIPS_SEED", 1));
  std::size_t refused = 0;
  std::size_t unseen = 0;
  std::size_t wrong = 0;
  const std::size_t flips = asked_for("COFFER_BIT_FLIPS", kFlipsByDefault);
  for (std::size_t flip = 0; flip < flips; ++flip) {
    // Every fourth flip hits a meta page, which LMDB reads before anything else.
    const std::size_t place = flip % 4 == 0 ? random() % 2 * 4096 + random() % kMetaBytes
                                            : places[random() % places.size()];
    const auto bit = static_cast<std::uint8_t>(1U << random() % 8);
    INFO("byte " << place << " ^ " << unsigned{bit});
    Bytes file = whole;
    file[place] ^= bit;
    write_whole_file(bench.data(), file);
    const Answers told = bench.ask();
    const std::vector<std::string> found = wrong_answers(expected, told);
    for (const std::string& each : found) {
      ++wrong;
      UNSCOPED_INFO(each);
    }
    CHECK(found.empty());
    (told == expected ? unseen : refused) += 1;
  }
  std::cerr << flips << " flips of " << places.size() * 8 << " bits: " << refused << " refused, "
            << unseen << " changed no answer, " << wrong << " answers were wrong\n";
}

}  // namespace coffer::test::bit_flips_test

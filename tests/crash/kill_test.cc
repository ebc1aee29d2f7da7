// kill -9 at random instants during a stream of puts and config puts: every acknowledged write is
// there, and any other is there whole or not at all.
#include <coffer/store.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <map>
#include <regex>
#include <set>

#include "tests/crash/child_process.h"
#include "tests/crash/write_plan.h"

namespace kill_test {

namespace {

constexpr int kRounds = 120;

// The expected content of the store: for each secret every value ever put, for each config its
// last document.
struct Model {
  std::map<std::string, std::vector<std::string>> secrets;
  std::map<std::string, std::string> configs;

  void apply(const crash::Write& write) {
    if (write.is_config) {
      configs[write.name] = write.content;
    } else {
      secrets[write.name].push_back(write.content);
    }
  }
};

// Whether the unacknowledged write is in the store nevertheless.
bool took_effect(coffer::Store& store, const Model& model, const crash::Write& write) {
  if (write.is_config) {
    auto stored = store.configs().get(write.name, coffer::ConfigForm::revealed);
    if (!stored) {
      REQUIRE(stored.error().code() == coffer::ErrorCode::not_found);
      return false;
    }
    return stored->document.text() == write.content;
  }
  const auto known = model.secrets.find(write.name);
  const std::size_t count = known == model.secrets.end() ? 0 : known->second.size();
  auto history = store.history(write.name);
  if (!history) {
    REQUIRE(history.error().code() == coffer::ErrorCode::not_found);
    return false;
  }
  return history->current_version == count + 1;
}

void check_secrets(coffer::Store& store, const Model& model) {
  for (const auto& [path, values] : model.secrets) {
    INFO(path);
    auto history = store.history(path);
    REQUIRE(history.ok());
    REQUIRE(history->current_version == values.size());
    for (const coffer::VersionInfo& info : history->versions) {
      auto secret = store.get(path, info.version);
      REQUIRE(secret.ok());
      REQUIRE(secret->value.text() == values[info.version - 1]);
    }
  }
}

// Every config is whole: its coordinates resolve, there are no others, and they give the document
// that was written last.
void check_configs(coffer::Store& store, const Model& model) {
  static const std::regex kCoordinate(
      "(airbyte_workspace_[0-9a-f-]{36}_secret_[0-9a-f-]{36})_v([0-9]+)");
  std::set<std::string> reachable;
  for (const auto& [id, content] : model.configs) {
    INFO(id);
    auto revealed = store.configs().get(id, coffer::ConfigForm::revealed);
    REQUIRE(revealed.ok());
    REQUIRE(revealed->document.text() == content);
    auto partial = store.configs().get(id, coffer::ConfigForm::partial);
    REQUIRE(partial.ok());
    const std::string text(partial->document.text());
    std::size_t count = 0;
    for (std::sregex_iterator it(text.begin(), text.end(), kCoordinate), end; it != end; ++it) {
      ++count;
      reachable.insert((*it)[1]);
      REQUIRE(store.get((*it)[1].str(), std::stoull((*it)[2])).ok());
    }
    REQUIRE(count >= 3);
    auto hydrated = store.configs().hydrate_for(id, text);
    REQUIRE(hydrated.ok());
    REQUIRE(hydrated->text() == content);
  }
  auto names = store.list("", {.recursive = true, .state = coffer::ListState::live});
  REQUIRE(names.ok());
  for (const std::string& name : *names) {
    INFO(name << " is reached by no config");
    REQUIRE((!name.starts_with("airbyte_") || reachable.contains(name)));
  }
  REQUIRE(store.configs().list().value().size() == model.configs.size());
}

// The chain is whole, with a record for every write in the store and for no other.
void check_audit(coffer::Store& store, const Model& model) {
  const auto report = store.audit().verify();
  REQUIRE(report.ok());
  REQUIRE(report->problem.empty());
  std::map<std::string, std::size_t> puts;
  std::map<std::string, std::uint64_t> revisions;
  const auto records = store.audit().list();
  REQUIRE(records.ok());
  for (const coffer::AuditRecord& record : *records) {
    REQUIRE(record.allowed);
    for (const coffer::AuditItem& item : record.items) {
      if (item.action == "put" && item.path.starts_with("stream/")) ++puts[item.path];
      if (item.action == "config.put") revisions[item.path] = item.version;
    }
  }
  REQUIRE(puts.size() == model.secrets.size());
  for (const auto& [path, values] : model.secrets) REQUIRE(puts[path] == values.size());
  REQUIRE(revisions.size() == model.configs.size());
  for (const auto& [id, revision] : revisions)
    REQUIRE(store.configs().get(id)->revision == revision);
}

void check_store(coffer::Store& store, const Model& model) {
  check_audit(store, model);
  check_secrets(store, model);
  check_configs(store, model);
  auto report = store.verify();
  REQUIRE(report.ok());
  for (const std::string& problem : report->problems) FAIL_CHECK(problem);
  REQUIRE(report->problems.empty());
}

void sleep_us(std::uint64_t microseconds) {
  const timespec duration = {static_cast<time_t>(microseconds / 1'000'000),
                             static_cast<long>(microseconds % 1'000'000 * 1000)};
  nanosleep(&duration, nullptr);
}

}  // namespace

TEST_CASE("a killed writer loses nothing it acknowledged and leaves nothing half done") {
  const std::uint64_t seed = crash::test_seed();
  std::printf("seed: %llu\n", static_cast<unsigned long long>(seed));
  INFO("COFFER_TEST_SEED=" << seed);
  std::mt19937_64 random(seed);

  crash::ScratchStore scratch;
  Model model;
  std::uint64_t next = 0;
  int cut_in_flight = 0;
  for (int round = 0; round < kRounds; ++round) {
    INFO("round " << round << ", next write " << next);
    {
      crash::WriterChild child(scratch, "stream", next);
      std::uint64_t acknowledged = 0;
      // Most rounds are killed during writes, some while the store is being opened.
      if (round % 4 != 3 && child.next_acknowledged(acknowledged))
        model.apply(crash::write_number(next++));
      sleep_us(random() % 60'000);
      REQUIRE(child.kill_now());
      while (child.next_acknowledged(acknowledged)) {
        REQUIRE(acknowledged == next);
        model.apply(crash::write_number(next++));
      }
    }
    coffer::Store store = scratch.open();
    const crash::Write in_flight = crash::write_number(next);
    if (took_effect(store, model, in_flight)) {
      model.apply(in_flight);
      ++next;
      ++cut_in_flight;
    }
    check_store(store, model);
  }
  std::printf("%llu writes over %d kills; %d stood though not acknowledged\n",
              static_cast<unsigned long long>(next), kRounds, cut_in_flight);
  CHECK(next > kRounds);
}

}  // namespace kill_test

// Cuts every scenario at every call that changes a file. A power cut keeps what was synced and any
// part of the rest; a kill keeps every completed call. The store then opens and verifies, its state
// is that of before or of after and never between, and acknowledged changes are there.
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "tests/crash/power_cut/fingerprint.h"
#include "tests/crash/power_cut/replay.h"
#include "tests/crash/power_cut/scenario.h"

namespace coffer::test::power_cut_test {
namespace {

bool long_run() { return std::getenv("COFFER_LONG") != nullptr; }

std::uint64_t test_seed() {
  static const std::uint64_t seed = [] {
    const char* given = std::getenv("COFFER_TEST_SEED");
    const std::uint64_t value =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::printf("COFFER_TEST_SEED=%llu\n", static_cast<unsigned long long>(value));
    return value;
  }();
  return seed;
}

// A prepared scenario and its initial files.
class Stage {
 public:
  explicit Stage(const Scenario& scenario) : scenario_(scenario), place_(root_.path()) {
    std::filesystem::create_directory(place_.work());
    scenario.prepare(place_);
    place_.clock.turn(scenario.later_ms);
    start_ = Tree::read(place_.work());
  }

  Recording::Ended act(long kill_at = 0) {
    std::filesystem::remove(log());
    Recording::Run run;
    run.words = {"/proc/self/exe", kActWord, scenario_.name, root_.path()};
    run.directory = place_.work();
    run.log = log();
    run.kill_at = kill_at;
    return Recording::run(run);
  }

  // Records a run from the start and checks that the calls add up to the result: none was missed.
  Recording record() {
    restore(start_);
    Tree before = Tree::read(place_.work());
    REQUIRE(act().well());
    Recording recording = Recording::read(before, log());
    Tree after = before;
    for (const Step& step : recording.steps) apply(after, step);
    check_equal(after, Tree::read(place_.work()));
    return recording;
  }

  void restore(const Tree& tree) { tree.write(place_.work()); }
  void restart() { restore(start_); }
  std::string look() { return scenario_.look(place_); }
  std::string steal() { return scenario_.steal ? scenario_.steal(place_) : ""; }
  std::vector<std::string> notes() { return Recording::read(start_, log()).notes(); }
  const Place& place() const { return place_; }

 private:
  std::string log() const { return place_.in("calls"); }

  static void check_equal(const Tree& replayed, const Tree& real) {
    REQUIRE(replayed.directories == real.directories);
    for (const auto& [directory, names] : real.directories) {
      for (const auto& [leaf, inode] : names) {
        // Written through a map, and not needed after a cut.
        if (real.files.count(inode) == 0 || leaf == "lock.mdb") continue;
        INFO(leaf);
        REQUIRE((replayed.files.at(inode) == real.files.at(inode)));
      }
    }
  }

  const Scenario& scenario_;
  ScratchDirectory root_;
  Place place_;
  Tree start_;
};

// What is wrong with the state after a cut; empty if it is an allowed one.
std::string judge(const std::string& seen, const std::vector<std::string>& told,
                  std::size_t told_by_then) {
  const std::size_t least = told_by_then == 0 ? 0 : told_by_then - 1;
  for (std::size_t i = least; i < told.size() && i <= told_by_then; ++i) {
    if (seen == told[i]) return "";
  }
  for (std::size_t i = 0; i < least; ++i) {
    if (seen == told[i]) return "an acknowledged change is lost";
  }
  return "neither as before nor as after:\n" + seen;
}

struct Verdicts {
  std::size_t states = 0;
  std::size_t failures = 0;
  std::string first;  ///< The problem of the first bad state.
};

// `enough`: stops after this many failures.
Verdicts judge_all(Stage& stage, const Recording& recording, const ReplayOptions& options,
                   std::size_t enough) {
  Verdicts out;
  const std::vector<std::string> told = recording.notes();
  out.states = replay(recording, options, [&](const CutState& state) {
    stage.restore(state.tree);
    std::string problem = state.notes == told.size() ? stage.steal() : "";
    if (problem.empty()) problem = judge(stage.look(), told, state.notes);
    // Repairs of the first opening must last.
    if (problem.empty() && state.steps % 8 == 0) problem = judge(stage.look(), told, state.notes);
    if (problem.empty()) return true;
    if (out.failures++ == 0)
      out.first = "after " + std::to_string(state.steps) + " calls, " + state.how + ": " + problem;
    return out.failures < enough;
  });
  return out;
}

}  // namespace

TEST_CASE("a power cut leaves the state before or after") {
  std::size_t all = 0;
  for (const Scenario& scenario : scenarios()) {
    INFO(scenario.name);
    INFO("COFFER_TEST_SEED=" << test_seed());
    Stage stage(scenario);
    const Recording recording = stage.record();
    ReplayOptions options;
    options.seed = test_seed();
    options.random_states = long_run() ? 5000 : 300;
    const Verdicts verdicts = judge_all(stage, recording, options, 1);
    std::printf("%s: %zu calls, %zu states\n", scenario.name.c_str(), recording.steps.size(),
                verdicts.states);
    INFO(verdicts.first);
    CHECK(verdicts.failures == 0);
    all += verdicts.states;
  }
  std::printf("%zu states in all\n", all);
  CHECK(all > 6000);
}

TEST_CASE("without syncs a power cut does harm, and is seen to") {
  for (const Scenario& scenario : scenarios()) {
    INFO(scenario.name);
    Stage stage(scenario);
    const Recording recording = stage.record();
    ReplayOptions options;
    options.ignore_syncs = true;
    CHECK(judge_all(stage, recording, options, 1).failures != 0);
  }
}

TEST_CASE("a sync that could be left out has another one behind it") {
  for (const Scenario& scenario : scenarios()) {
    INFO(scenario.name);
    Stage stage(scenario);
    const Recording recording = stage.record();
    std::size_t syncs = 0;
    std::size_t needed = 0;
    for (std::size_t i = 0; i < recording.steps.size(); ++i) {
      if (recording.steps[i].call != Call::sync && !recording.steps[i].durable) continue;
      ReplayOptions options;
      options.random_states = 16;
      options.ignored = {i};
      ++syncs;
      needed += judge_all(stage, recording, options, 1).failures != 0;
    }
    // Keyring parts are stored twice and a shredding commits twice, so one of two may be lost.
    std::printf("%s: %zu of %zu syncs cannot be left out\n", scenario.name.c_str(), needed, syncs);
    CHECK(needed >= 2);
  }
}

TEST_CASE("a kill before any call leaves the state before or after") {
  std::size_t kills = 0;
  for (const Scenario& scenario : scenarios()) {
    INFO(scenario.name);
    Stage stage(scenario);
    std::vector<std::string> told = stage.record().notes();
    for (std::string& each : told) each = without_chance(each);
    for (long at = 1;; ++at) {
      INFO("killed before call " << at);
      stage.restart();
      const auto ended = stage.act(at);
      const std::string problem = judge(without_chance(stage.look()), told, stage.notes().size());
      INFO(problem);
      REQUIRE(problem.empty());
      if (!ended.killed()) {
        REQUIRE(ended.well());
        break;
      }
      ++kills;
    }
  }
  std::printf("%zu kills\n", kills);
  CHECK(kills > 100);
}

}  // namespace coffer::test::power_cut_test

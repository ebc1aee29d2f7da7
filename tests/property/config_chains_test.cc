// Random specs, random configs valid under them, random chains of updates, through the whole
// library. After every step:
//
//   no text of a secret stands in the stored document, nor in the masked one
//   what is hydrated is what was put, to the byte
//   every secret place that was made is one that was found, and no other
//   every version that is reached lives, and none that is not (but for a lease that was asked
//   for, until it is over and swept)
//   the masked view, the coordinates and the partial document put back change nothing
//
// The seed is printed; RC_PARAMS="seed=..." brings a run back. COFFER_LONG=1 runs many more.
#include <coffer/store.h>
#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <regex>
#include <set>

#include "format/names.h"
#include "tests/config_maker/config_maker.h"
#include "tests/scratch.h"

namespace coffer::test {
namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr char kId[] = "c";

struct Tally {
  std::size_t chains = 0, puts = 0, secrets = 0, mixed = 0, mixed_refused = 0, sweeps = 0;
};

Tally& tally() {
  static Tally instance;
  return instance;
}

template <typename T>
T good(Result<T> result, const char* what) {
  if (!result.ok()) RC_FAIL(std::string(what) + ": " + describe(result.error()));
  return std::move(*result);
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::set<std::string> coordinates_in(const std::string& text) {
  static const std::regex kCoordinate(
      "airbyte_workspace_[0-9a-f-]{36}_secret_[0-9a-f-]{36}_v[0-9]+");
  std::set<std::string> out;
  for (std::sregex_iterator it(text.begin(), text.end(), kCoordinate), end; it != end; ++it)
    out.insert(it->str());
  return out;
}

class Chain {
 public:
  Chain(ScratchStore& scratch, std::optional<Store>& store, Tape& tape)
      : scratch_(scratch), store_(store), tape_(tape), maker_(tape), config_(maker_.make_config()) {
    ++tally().chains;
  }

  void run() {
    put_whole({});
    for (int step = 0; step < 25 && !tape_.done(); ++step) step_once(tape_.pick(12));
    scratch_.clock.turn(3 * kHour);
    sweep();
    good(store_->configs().remove(kId), "remove");
    RC_ASSERT(living().empty());
    RC_ASSERT(good(store_->verify(), "verify").problems.empty());
  }

 private:
  void step_once(unsigned what) {
    switch (what) {
      case 0:
      case 1:
      case 2: maker_.change(config_); return put_whole({});
      case 3: maker_.change(config_); return put_whole({.keep_old_ms = kHour});
      case 4: return put_back(ConfigForm::masked);
      case 5: return put_back(ConfigForm::partial);
      case 6: return put_back(ConfigForm::coordinates);
      case 7: return put_mixed();
      case 8: return put_kept();
      case 9: return check_first();
      case 10: return sweep();
      default: return start_again();
    }
  }

  std::string show(ConfigForm form) {
    return std::string(good(store_->configs().get(kId, form), "get").document.text());
  }

  ConfigPutReport put(const std::string& document, const ConfigPutOptions& options) {
    ++tally().puts;
    return good(store_->configs().put(kId, maker_.spec(), document, options), "put");
  }

  void put_whole(const ConfigPutOptions& options) {
    const auto report = put(ConfigMaker::render(config_), options);
    std::set<std::string> found, made;
    for (const ConfigOutcome& each : report.outcomes)
      if (each.kind != ConfigOutcome::Kind::removed) found.insert(each.pointer);
    for (const auto& secret : ConfigMaker::secrets(config_)) made.insert(secret.first);
    tally().secrets += made.size();
    RC_ASSERT(found == made);
    check_all();
  }

  /// What was shown goes in again as it is.
  void put_back(ConfigForm form) {
    const std::string before = show(ConfigForm::partial);
    const auto before_names = living_names();
    const auto report = put(show(form), {});
    RC_ASSERT(report.partial.text() == before);
    RC_ASSERT(report.destroyed.empty());
    RC_ASSERT(living_names() == before_names);
    check_all();
  }

  /// Some secrets new, some as the mask. Where a mask cannot be told it is refused; it never
  /// comes back as anything but what stood there.
  void put_mixed() {
    const Item before = config_;
    maker_.change(config_);
    const std::string document =
        ConfigMaker::render(config_, [&](const std::string&, const std::string& text) {
          const bool known = holds(ConfigMaker::render(before), text);
          return known && !tape_.one_in(4) ? "\"**********\"" : text;
        });
    ++tally().mixed;
    const auto report = store_->configs().put(kId, maker_.spec(), document);
    if (!report.ok()) {
      ++tally().mixed_refused;
      RC_ASSERT(report.error().code() == ErrorCode::usage);
      config_ = before;
    } else if (show(ConfigForm::revealed) != ConfigMaker::render(config_)) {
      // A mask stands for what was at its place, which may not be what the change meant: then
      // it is some secret of before, and no mask.
      RC_ASSERT(!holds(show(ConfigForm::revealed), "**********"));
      good(store_->configs().put(kId, maker_.spec(), ConfigMaker::render(config_)), "put");
    }
    check_all();
  }

  /// Every second secret by its coordinate.
  void put_kept() {
    std::map<std::string, std::string> held;
    for (const auto& outcome : put(show(ConfigForm::partial), {}).outcomes)
      held[outcome.pointer] = outcome.coordinate;
    bool turn = false;
    put(ConfigMaker::render(config_,
                            [&](const std::string& pointer, const std::string& text) {
                              turn = !turn;
                              return turn ? "{\"_secret\":\"" + held.at(pointer) + "\"}" : text;
                            }),
        {});
    check_all();
  }

  void check_first() {
    maker_.change(config_);
    const std::string document = ConfigMaker::render(config_);
    const auto checked =
        good(store_->configs().check(maker_.spec(), document, {.id = kId}), "check");
    const std::string partial(checked.partial.text());
    RC_ASSERT(!holds(partial, ConfigMaker::kMark));
    RC_ASSERT(good(store_->configs().hydrate_with(maker_.spec(), partial), "hydrate").text() ==
              document);
    if (tape_.one_in(2)) return put_whole({});
    put(partial, {});
    check_all();
  }

  void sweep() {
    ++tally().sweeps;
    good(store_->sweep({}), "sweep");
    check_all();
    const auto reached = coordinates_in(show(ConfigForm::partial));
    // What is not reached is kept for a lease that is not over, or for nothing.
    for (const auto& [coordinate, info] : living())
      RC_ASSERT(reached.count(coordinate) != 0 || info.expires_at_ms > scratch_.clock.now_ms());
  }

  void start_again() {
    if (tape_.one_in(2)) {
      store_.reset();
      store_.emplace(scratch_.open());
      return check_all();
    }
    good(store_->configs().remove(kId), "remove");
    put_whole({});
  }

  /// Every version of a minted secret whose value can be had.
  std::map<std::string, VersionInfo> living() {
    std::map<std::string, VersionInfo> out;
    for (const std::string& name :
         good(store_->list("", {.recursive = true, .state = ListState::all}), "list")) {
      for (const VersionInfo& info : good(store_->history(name), "history").versions) {
        if (store_->get(name, info.version).ok())
          out.emplace(format::print_coordinate({name, info.version}), info);
      }
    }
    return out;
  }

  std::set<std::string> living_names() {
    std::set<std::string> out;
    for (const auto& each : living()) out.insert(each.first);
    return out;
  }

  void check_all() {
    const std::string full = ConfigMaker::render(config_);
    const std::string partial = show(ConfigForm::partial);
    RC_ASSERT(show(ConfigForm::revealed) == full);
    RC_ASSERT(good(store_->configs().hydrate_for(kId, partial), "hydrate").text() == full);
    RC_ASSERT(!holds(partial, ConfigMaker::kMark));
    RC_ASSERT(!holds(show(ConfigForm::masked), ConfigMaker::kMark));
    RC_ASSERT(!holds(show(ConfigForm::coordinates), ConfigMaker::kMark));
    const auto alive = living();
    const auto reached = coordinates_in(partial);
    for (const std::string& each : reached) {
      RC_ASSERT(alive.count(each) != 0);
      RC_ASSERT(alive.at(each).expires_at_ms == 0);
    }
    for (const auto& [coordinate, info] : alive)
      RC_ASSERT(info.expires_at_ms != 0 || reached.count(coordinate) != 0);
  }

  ScratchStore& scratch_;
  std::optional<Store>& store_;
  Tape& tape_;
  ConfigMaker maker_;
  Item config_;
};

}  // namespace

TEST_CASE("random configs under random specs keep their promises through random updates") {
  // rapidcheck takes its settings from the environment: a seed is chosen here so that it can
  // be printed before anything happens.
  const char* given = std::getenv("RC_PARAMS");
  std::string parameters = given != nullptr ? given : "";
  if (parameters.find("seed=") == std::string::npos)
    parameters += " seed=" + std::to_string(std::random_device{}());
  if (parameters.find("max_success=") == std::string::npos)
    parameters += std::getenv("COFFER_LONG") != nullptr ? " max_success=20000" : " max_success=600";
  ::setenv("RC_PARAMS", parameters.c_str(), 1);
  std::printf("RC_PARAMS=\"%s\"\n", parameters.c_str());
  std::fflush(stdout);

  ScratchStore scratch;
  std::optional<Store> store(scratch.open());
  CHECK(rc::check("configs keep their promises", [&] {
    const auto choices = *rc::gen::scale(
        10.0, rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>()));
    Tape tape(choices);
    if (!store) store.emplace(scratch.open());
    // What a failed chain left behind is not the next one's.
    (void)store->configs().remove(kId);
    scratch.clock.turn(3 * kHour);
    (void)store->sweep({});
    Chain(scratch, store, tape).run();
  }));
  const Tally& t = tally();
  std::printf("%zu chains, %zu puts, %zu secrets, %zu sweeps; %zu of %zu mixed puts refused\n",
              t.chains, t.puts, t.secrets, t.sweeps, t.mixed_refused, t.mixed);
  CHECK(t.secrets > 1000);
  CHECK(t.mixed > t.mixed_refused);
}

}  // namespace coffer::test

// Random specs, random configs valid under them, and random chains of updates, through the whole
// library. After every step:
//
//   no secret's text is in the stored document or in the masked one
//   the hydrated document equals the one that was put, byte for byte
//   the walker finds exactly the secret places that were made
//   exactly the reachable versions live (and those with a requested lease, until a sweep)
//   putting back the masked view, the coordinates or the partial document changes nothing
//   a stage changes nothing until its commit, and leaves nothing when it is abandoned
//   a patch gives the result of its merge; an imported document comes out unchanged
//   a secret with an outside user stays until that user is removed
//   the stored references equal those in the documents
//
// The seed is printed; RC_PARAMS="seed=..." repeats a run. COFFER_LONG=1 runs many more.
#include <coffer/store.h>
#include <rapidcheck.h>

#include <algorithm>
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
#include "text/json.h"

namespace coffer::test::config_chains_test {
namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr char kId[] = "c";

struct Tally {
  std::size_t chains = 0, puts = 0, secrets = 0, mixed = 0, mixed_refused = 0, sweeps = 0;
  std::size_t patches = 0, commits = 0, abandoned = 0, imports = 0, ended = 0, copies = 0, used = 0;
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

void good(const Result<void>& result, const char* what) {
  if (!result.ok()) RC_FAIL(std::string(what) + ": " + describe(result.error()));
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

// The value with its members sorted and without null members, which a merge patch cannot set: what
// the result of a merge can be compared by.
std::string gist(const json::Document& document, json::NodeId node = 0) {
  const json::Type type = document.type(node);
  if (type != json::Type::object && type != json::Type::array)
    return std::string(document.raw(node));
  std::map<std::string, std::string> members;
  std::string out = type == json::Type::object ? "{" : "[";
  for (json::NodeId child = document.first_child(node); child != json::kNoNode;
       child = document.next_sibling(child)) {
    if (type == json::Type::array) {
      out += gist(document, child) + ",";
    } else if (document.type(child) != json::Type::null) {
      members.emplace(document.key(child), gist(document, child));
    }
  }
  for (const auto& [key, text] : members) out += json::quoted(key) + ":" + text + ",";
  return out + (type == json::Type::object ? "}" : "]");
}

std::string gist(const std::string& text) {
  const auto document = json::Document::parse(text);
  RC_ASSERT(document.ok());
  return gist(*document);
}

// A patch that turns `before` into `after`: the whole of `after`, and null for every removed
// member.
std::string patch_text(const json::Document& before, json::NodeId a, const json::Document& after,
                       json::NodeId b) {
  if (before.type(a) != json::Type::object || after.type(b) != json::Type::object)
    return std::string(after.raw(b));
  std::string out = "{";
  for (json::NodeId child = after.first_child(b); child != json::kNoNode;
       child = after.next_sibling(child)) {
    const json::NodeId old = before.find(a, after.key(child));
    out += (out.size() > 1 ? "," : "") + json::quoted(after.key(child)) + ":" +
           (old == json::kNoNode ? std::string(after.raw(child))
                                 : patch_text(before, old, after, child));
  }
  for (json::NodeId child = before.first_child(a); child != json::kNoNode;
       child = before.next_sibling(child)) {
    if (after.find(b, before.key(child)) != json::kNoNode) continue;
    out += (out.size() > 1 ? "," : "") + json::quoted(before.key(child)) + ":null";
  }
  return out + "}";
}

class Chain {
 public:
  Chain(ScratchStore& scratch, std::optional<Store>& store, Tape& tape)
      : scratch_(scratch), store_(store), tape_(tape), maker_(tape), config_(maker_.make_config()) {
    ++tally().chains;
  }

  void run() {
    put_whole({});
    for (int step = 0; step < 25 && !tape_.done(); ++step) step_once(tape_.pick(22));
    scratch_.clock.turn(3 * kHour);
    sweep();
    good(store_->configs().remove(kId), "remove");
    RC_ASSERT(living().empty());
    // The store reports a secret as expired for a week; then its name goes as well.
    scratch_.clock.turn(8 * 24 * kHour);
    good(store_->sweep({}), "sweep");
    RC_ASSERT(names().empty());
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
      case 11: return patch_to_another();
      case 12:
      case 13: return stage_and_settle();
      case 14: return import_and_drop();
      case 15: return check_and_end();
      case 16:
      case 17: return put_with_a_copy();
      case 18:
      case 19: return use_from_outside();
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

  // Puts the shown document back unchanged.
  void put_back(ConfigForm form) {
    const std::string before = show(ConfigForm::partial);
    const auto before_names = living_names();
    const auto report = put(show(form), {});
    RC_ASSERT(report.partial.text() == before);
    RC_ASSERT(report.destroyed.empty());
    RC_ASSERT(living_names() == before_names);
    check_all();
  }

  // Puts some secrets as new values and some as masks. An uncertain mask is refused; it never
  // comes back as anything but the stored value of its place.
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
      // A mask stands for the former value of its place, which may differ from what the change
      // meant. Then the result is some earlier secret, but not the mask itself.
      RC_ASSERT(!holds(show(ConfigForm::revealed), "**********"));
      good(store_->configs().put(kId, maker_.spec(), ConfigMaker::render(config_)), "put");
    }
    check_all();
  }

  // Puts every second secret by its coordinate.
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

  void patch_to_another() {
    const Item before = config_;
    maker_.change(config_);
    const auto old = json::Document::parse(ConfigMaker::render(before));
    const auto wanted = json::Document::parse(ConfigMaker::render(config_));
    RC_ASSERT(old.ok() && wanted.ok());
    if (wanted->type(0) != json::Type::object) return put_whole({});
    ++tally().patches;
    good(store_->configs().patch(kId, patch_text(*old, 0, *wanted, 0)), "patch");
    RC_ASSERT(!holds(show(ConfigForm::partial), ConfigMaker::kMark));
    RC_ASSERT(!holds(show(ConfigForm::masked), ConfigMaker::kMark));
    RC_ASSERT(gist(show(ConfigForm::revealed)) == gist(ConfigMaker::render(config_)));
    check_reach();
    put_whole({});
  }

  void stage_and_settle() {
    const Item before = config_;
    const auto names_before = living_names();
    maker_.change(config_);
    const std::string full = ConfigMaker::render(config_);
    const auto staged = good(store_->configs().stage(kId, maker_.spec(), full), "stage");
    RC_ASSERT(!holds(staged.partial.text(), ConfigMaker::kMark));
    RC_ASSERT(show(ConfigForm::revealed) == ConfigMaker::render(before));
    const auto names_staged = living_names();
    for (const std::string& each : names_before) RC_ASSERT(names_staged.count(each) == 1);
    const unsigned how = tape_.pick(4);
    if (how == 0) {
      ++tally().abandoned;
      good(store_->configs().abandon(kId, staged.stage), "abandon");
      RC_ASSERT(living_names() == names_before);
      config_ = before;
      return check_all();
    }
    if (how == 1) {
      // Another put came first: the stage ends without effect, now or with its lease.
      put_whole({});
      const auto late = store_->configs().commit(kId, staged.stage);
      RC_ASSERT(!late.ok() && late.error().code() == ErrorCode::conflict);
      if (tape_.one_in(2)) good(store_->configs().abandon(kId, staged.stage), "abandon");
      return check_all();
    }
    ++tally().commits;
    const auto done = good(store_->configs().commit(kId, staged.stage), "commit");
    RC_ASSERT(done.partial.text() == staged.partial.text());
    check_all();
  }

  // Imports Airbyte's form of the same config under another id, and removes it.
  void import_and_drop() {
    const auto names_before = living_names();
    std::string payloads = "{";
    unsigned number = 0;
    const std::string partial =
        ConfigMaker::render(config_, [&](const std::string&, const std::string& text) {
          // Every third one is another version of the secret before it.
          const unsigned base = number - (number % 3 == 2 ? 1 : 0);
          const std::string name =
              "airbyte_custom_" + std::to_string(base) + "_v" + std::to_string(20 + number);
          ++number;
          payloads += (payloads.size() > 1 ? ",\"" : "\"") + name + "\":" + text;
          return "{\"_secret\":\"" + name + "\"}";
        });
    ++tally().imports;
    const auto report = good(
        store_->configs().import_partial("i", maker_.spec(), partial, payloads + "}"), "import");
    RC_ASSERT(report.partial.text() == partial);
    const std::string revealed(
        good(store_->configs().get("i", ConfigForm::revealed), "get").document.text());
    RC_ASSERT(revealed ==
              ConfigMaker::render(config_, [](const std::string&, const std::string& text) {
                return text[0] == '"' ? text : json::quoted(text);
              }));
    RC_ASSERT(!holds(good(store_->configs().get("i"), "get").document.text(), ConfigMaker::kMark));
    const auto masked = store_->configs().put(
        "i", maker_.spec(), good(store_->configs().get("i"), "get").document.text(),
        {.compat_airbyte = true});
    RC_ASSERT(masked.ok() && masked->partial.text() == partial);
    RC_ASSERT(good(store_->configs().remove("i"), "remove").size() == number);
    RC_ASSERT(living_names() == names_before);
    check_all();
  }

  // Puts a secret's value in plain at another place too: no view shows it, and it comes back.
  void put_with_a_copy() {
    const auto secrets = ConfigMaker::secrets(config_);
    const auto known = std::find_if(secrets.begin(), secrets.end(), [](const auto& secret) {
      // The inside of an object may look like a coordinate, which a plain value may not.
      return secret.second[0] == '"' && holds(secret.second, ConfigMaker::kMark);
    });
    std::string full = ConfigMaker::render(config_);
    const auto document = json::Document::parse(full);
    RC_ASSERT(document.ok());
    if (known == secrets.end() || document->type(0) != json::Type::object) return put_whole({});
    const std::string comma = document->child_count(0) != 0 ? "," : "";
    full.insert(full.rfind('}'), comma + "\"zz-copy\":" + known->second);
    bool is_secret = false;
    for (const ConfigOutcome& each : put(full, {}).outcomes)
      is_secret = is_secret || each.pointer == "/zz-copy";
    if (is_secret) return put_whole({});
    ++tally().copies;
    const auto masked = good(store_->configs().get(kId), "get");
    RC_ASSERT(!holds(masked.document.text(), ConfigMaker::kMark));
    RC_ASSERT(std::count(masked.hidden.begin(), masked.hidden.end(), "/zz-copy") == 1);
    const std::string before = show(ConfigForm::partial);
    RC_ASSERT(put(std::string(masked.document.text()), {}).partial.text() == before);
    RC_ASSERT(show(ConfigForm::revealed) == full);
    put_whole({});
  }

  void use_from_outside() {
    const auto reached = coordinates_in(show(ConfigForm::partial));
    if (reached.empty()) return put_whole({});
    held_ = *std::next(reached.begin(), tape_.pick(static_cast<unsigned>(reached.size())));
    const auto version = format::parse_coordinate(held_);
    RC_ASSERT(version.has_value());
    const auto text = [&] {
      return std::string(good(store_->get(version->base, version->version), "get").value.text());
    };
    const std::string before = text();
    ++tally().used;
    good(store_->add_reference(version->base, version->version, "job"), "refs add");
    maker_.change(config_);
    put_whole({});
    sweep();
    RC_ASSERT(text() == before);
    good(store_->remove_reference(version->base, version->version, "job"), "refs remove");
    held_.clear();
    sweep();
  }

  void check_and_end() {
    const auto names_before = living_names();
    const Item before = config_;
    maker_.change(config_);
    const auto checked = good(
        store_->configs().check(maker_.spec(), ConfigMaker::render(config_), {.id = kId}), "check");
    config_ = before;
    ++tally().ended;
    if (tape_.one_in(2)) {
      good(store_->configs().end_check_of(kId), "end_check_of");
    } else {
      good(store_->configs().end_check(checked.partial.text()), "end_check");
    }
    RC_ASSERT(living_names() == names_before);
    check_all();
  }

  void sweep() {
    ++tally().sweeps;
    good(store_->sweep({}), "sweep");
    check_all();
    const auto reached = coordinates_in(show(ConfigForm::partial));
    // An unreachable version may live only until its lease ends.
    for (const auto& [coordinate, info] : living())
      RC_ASSERT(reached.count(coordinate) != 0 || coordinate == held_ ||
                info.expires_at_ms > scratch_.clock.now_ms());
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

  std::vector<std::string> names() {
    return good(store_->list("", {.recursive = true, .state = ListState::all}), "list");
  }

  // Every version of a minted secret whose value can be read.
  std::map<std::string, VersionInfo> living() {
    std::map<std::string, VersionInfo> out;
    for (const std::string& name : names()) {
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
    check_reach();
  }

  void check_reach() {
    const auto alive = living();
    const auto reached = coordinates_in(show(ConfigForm::partial));
    for (const std::string& each : reached) {
      RC_ASSERT(alive.count(each) != 0);
      RC_ASSERT(alive.at(each).expires_at_ms == 0);
    }
    for (const auto& [coordinate, info] : alive)
      RC_ASSERT(info.expires_at_ms != 0 || reached.count(coordinate) != 0 || coordinate == held_);
    const auto would = good(store_->sweep({.dry_run = true, .full = true}), "sweep --full");
    RC_ASSERT(would.differences.empty());
  }

  ScratchStore& scratch_;
  std::optional<Store>& store_;
  Tape& tape_;
  ConfigMaker maker_;
  Item config_;
  std::string held_;  ///< The coordinate with an outside user; empty: none.
};

}  // namespace

TEST_CASE("random configs under random specs keep their promises through random updates") {
  // rapidcheck reads its settings from the environment. The seed is chosen here, so that it can be
  // printed before anything happens.
  const char* given = std::getenv("RC_PARAMS");
  std::string parameters = given != nullptr ? given : "";
  if (parameters.find("seed=") == std::string::npos)
    parameters += " seed=" + std::to_string(std::random_device{}());
  if (parameters.find("max_success=") == std::string::npos)
    parameters += std::getenv("COFFER_LONG") != nullptr ? " max_success=20000" : " max_success=350";
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
    // Removes what a failed chain may have left.
    (void)store->configs().remove(kId);
    scratch.clock.turn(3 * kHour);
    (void)store->sweep({});
    Chain(scratch, store, tape).run();
  }));
  const Tally& t = tally();
  std::printf("%zu chains, %zu puts, %zu secrets, %zu sweeps; %zu of %zu mixed puts refused\n",
              t.chains, t.puts, t.secrets, t.sweeps, t.mixed_refused, t.mixed);
  std::printf(
      "%zu patches, %zu commits, %zu abandoned, %zu imports, %zu checks ended, %zu copies hidden, "
      "%zu used outside\n",
      t.patches, t.commits, t.abandoned, t.imports, t.ended, t.copies, t.used);
  CHECK(t.secrets > 1000);
  CHECK(std::min({t.patches, t.commits, t.abandoned, t.imports, t.ended, t.copies, t.used}) > 20);
  CHECK(t.mixed > t.mixed_refused);
}

}  // namespace coffer::test::config_chains_test

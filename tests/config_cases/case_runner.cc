#include "tests/config_cases/case_runner.h"

#include <algorithm>
#include <stdexcept>

namespace coffer::test {
namespace {

constexpr char kWorkspace[] = "11111111-2222-3333-4444-555555555555";

// No sign of a secret in it: then it must come back as it was.
bool is_plain(const std::string& document) {
  return document.find("_secret\"") == std::string::npos &&
         document.find("secret_coordinate::") == std::string::npos &&
         document.find("**********") == std::string::npos &&
         document.find("\\u002a") == std::string::npos;
}

class Player {
 public:
  Player(const Node& test_case, Driver& driver) : case_(test_case), driver_(driver) {}

  std::string play() {
    std::size_t number = 0;
    for (const Node& step : case_.find("steps")->children()) {
      ++number;
      step_ = &step;
      const std::string problem = play_step();
      if (!problem.empty()) return "step " + std::to_string(number) + ": " + problem;
    }
    return "";
  }

 private:
  std::string play_step() {
    const bool refused = step_->find("error").has_value();
    const std::string before = refused ? driver_.fingerprint() : "";
    const Told told = act();
    std::string problem = check_error(told);
    if (problem.empty() && refused && driver_.fingerprint() != before)
      problem = "it was refused, and changed something";
    if (problem.empty() && !refused) problem = check_told(told);
    if (problem.empty() && !refused) problem = check_forms();
    return problem;
  }

  std::string id() const { return step_->word("id", "c"); }
  std::string spec() const {
    auto own = step_->document("spec");
    if (!own) own = case_.document("spec");
    if (!own) throw std::runtime_error("a case without a spec");
    return *own;
  }
  std::int64_t number(std::string_view key) const {
    const auto found = step_->find(key);
    return found ? found->number() : 0;
  }
  std::string document(const std::string& name) const {
    return coordinates_.fill(*step_->document(name));
  }

  Told act() {
    if (step_->document("put")) return put();
    if (step_->document("stage")) return stage();
    if (step_->document("patch")) return driver_.patch(words("patch"));
    if (step_->document("import")) return driver_.import_partial(words("import"));
    if (const auto name = step_->find("commit")) return commit(name->text());
    if (const auto name = step_->find("abandon"))
      return driver_.abandon(id(), staged(name->text()));
    if (step_->document("check"))
      return driver_.check({step_->word("id"), spec(), document("check"), number("ttl")});
    if (step_->document("end_check")) return driver_.end_check(document("end_check"));
    if (const auto of = step_->find("end_check_of")) return driver_.end_check_of(of->text());
    if (const auto form = step_->find("show")) return driver_.show(id(), form->text());
    if (step_->document("hydrate")) {
      const std::string by = step_->word("by", "id");
      return driver_.hydrate(document("hydrate"), by, by == "spec" ? spec() : id());
    }
    if (const auto name = step_->find("delete")) return driver_.remove(name->text());
    if (const auto from = step_->find("copy")) return driver_.copy(from->text(), step_->word("to"));
    if (const auto from = step_->find("rename"))
      return driver_.rename(from->text(), step_->word("to"));
    return act_around();
  }

  // What is done to the store, and not to one of its configs.
  Told act_around() {
    if (const auto values = step_->find("resolver")) return set_resolver(*values);
    if (const auto by = step_->find("turn")) {
      if (!driver_.turn(by->number())) throw std::runtime_error("no clock to turn");
      return {};
    }
    if (const auto grace = step_->find("sweep")) return driver_.sweep(grace->number());
    if (const auto path = step_->find("put_by_hand"))
      return driver_.put_by_hand(coordinates_.fill(path->text()), step_->word("value"));
    if (const auto of = step_->find("state")) return driver_.state(coordinates_.fill(of->text()));
    for (const bool add : {true, false}) {
      const auto of = step_->find(add ? "refs_add" : "refs_remove");
      if (of) return driver_.refer(add, coordinates_.fill(of->text()), step_->word("user"));
    }
    throw std::runtime_error("a step that does nothing");
  }

  Told set_resolver(const Node& values) {
    std::map<std::string, std::string> known;
    for (const Node& each : values.children()) known.emplace(each.key(), each.raw());
    if (!driver_.resolve(known)) throw std::runtime_error("no resolver to set");
    return {};
  }

  PutWords words(const std::string& what) const {
    PutWords words;
    words.id = id();
    const auto with_spec = step_->find("with_spec");
    if (what != "patch" || (with_spec && with_spec->truth())) words.spec = spec();
    words.document = document(what);
    if (step_->document("payloads")) words.payloads = document("payloads");
    words.workspace = step_->word("workspace", kWorkspace);
    if (step_->find("revision_seen")) words.revision = number("revision_seen");
    words.keep_old_ms = number("keep_old");
    words.lease_ms = number("lease");
    words.compat = step_->find("compat") && step_->find("compat")->truth();
    words.bump = step_->word("bump");
    if (const auto unmark = step_->find("unmark")) {
      for (const Node& each : unmark->children()) words.unmark.push_back(each.text());
    }
    return words;
  }

  Told put() {
    const PutWords said = words("put");
    put_plain_ = is_plain(said.document) && !said.compat ? said.document : "";
    Told told = driver_.put(said);
    if (!told.error.empty()) put_plain_.clear();
    return told;
  }

  Told stage() {
    const PutWords said = words("stage");
    Told told = driver_.stage(said);
    if (!told.error.empty()) return told;
    const std::string name = step_->word("as", "s");
    stages_[name] = told.stage;
    plain_stages_[name] = is_plain(said.document) && !said.compat ? said.document : "";
    return told;
  }

  // A name that stands for no stage is taken as it is.
  std::string staged(const std::string& name) const {
    const auto found = stages_.find(name);
    return found == stages_.end() ? name : found->second;
  }

  Told commit(const std::string& name) {
    const bool outside = step_->find("outside") && step_->find("outside")->truth();
    Told told = driver_.commit({id(), staged(name), number("keep_old"), outside});
    if (told.error.empty()) put_plain_ = plain_stages_[name];
    return told;
  }

  std::string check_error(const Told& told) const {
    const auto wanted = step_->find("error");
    if (!wanted) return told.error.empty() ? "" : "refused: " + told.error + " " + told.about;
    const std::string text = wanted->text();
    const std::size_t blank = text.find(' ');
    if (told.error != text.substr(0, blank)) {
      return "expected " + text + ", got " + (told.error.empty() ? "no error" : told.error) + " " +
             told.about;
    }
    const std::string place = blank == std::string::npos ? "" : text.substr(blank + 1);
    if (told.about.find(place) == std::string::npos)
      return "the error does not name " + place + ": " + told.about;
    return "";
  }

  std::string compare(const std::string& name, const std::string& actual) {
    const auto expected = step_->document(name);
    if (!expected || coordinates_.match(*expected, actual)) return "";
    return name + ": expected " + *expected + ", got " + actual;
  }

  std::string compare_list(std::string_view name, std::vector<std::string> actual) {
    const auto expected = step_->find(name);
    if (!expected) return "";
    std::string all;
    for (const std::string& each : actual) all += "\n  " + each;
    const auto wanted = expected->children();
    bool same = wanted.size() == actual.size();
    for (const Node& each : wanted) same = same && take(each.text(), actual);
    return same ? "" : std::string(name) + ": expected " + expected->raw() + ", got" + all;
  }

  // Lists are compared without regard to order. "kept /a" fits whatever coordinate follows.
  bool take(const std::string& wanted, std::vector<std::string>& actual) {
    const auto found = std::find_if(actual.begin(), actual.end(), [&](const std::string& each) {
      // Keys may hold blanks, so what follows the place is told by how it begins.
      const bool whole = wanted[0] == '/' || wanted.find('<') != std::string::npos ||
                         wanted.find(" airbyte_") != std::string::npos ||
                         wanted.find("secret_coordinate::") != std::string::npos;
      return coordinates_.match(wanted, whole ? each : each.substr(0, each.rfind(' ')));
    });
    if (found == actual.end()) return false;
    actual.erase(found);
    return true;
  }

  std::string check_told(const Told& told) {
    for (const char* name : {"partial", "text"}) {
      if (auto problem = compare(name, told.text); !problem.empty()) return problem;
    }
    for (const std::string& problem :
         {compare_list("outcomes", told.outcomes), compare_list("destroyed", told.destroyed),
          compare_list("hidden", told.hidden)}) {
      if (!problem.empty()) return problem;
    }
    if (step_->find("revision") && std::to_string(told.revision) != step_->find("revision")->raw())
      return "revision " + std::to_string(told.revision);
    if (step_->find("swept") &&
        std::to_string(told.destroyed.size()) != step_->find("swept")->raw())
      return "swept " + std::to_string(told.destroyed.size());
    if (step_->find("is") && told.text != step_->word("is")) return "it is " + told.text;
    return "";
  }

  std::string check_forms() {
    for (const std::string form : {"masked", "coordinates", "revealed"}) {
      if (!step_->document(form)) continue;
      const Told told = driver_.show(id(), form);
      if (!told.error.empty()) return form + ": " + told.error + " " + told.about;
      if (auto problem = compare(form, told.text); !problem.empty()) return problem;
    }
    if (put_plain_.empty()) return "";
    const std::string plain = std::exchange(put_plain_, "");
    const Told told = driver_.show(id(), "revealed");
    return told.text == plain ? "" : "it does not come back as it was: " + told.text + told.error;
  }

  const Node& case_;
  Driver& driver_;
  const Node* step_ = nullptr;
  Coordinates coordinates_;
  std::string put_plain_;
  std::map<std::string, std::string> stages_, plain_stages_;
};

}  // namespace

std::string play(const Node& test_case, Driver& driver) { return Player(test_case, driver).play(); }

bool needs_library(const Node& test_case) {
  if (test_case.find("only")) return true;
  const auto steps = test_case.find("steps")->children();
  return std::any_of(steps.begin(), steps.end(),
                     [](const Node& step) { return step.find("turn").has_value(); });
}

}  // namespace coffer::test

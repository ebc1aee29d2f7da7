// The rollback anchor as scripts use it.
#include "tests/cli/command.h"

namespace cli::anchor_test {
namespace {

namespace fs = std::filesystem;

struct Anchored : Sandbox {
  std::string uri() const { return "file://" + path("anchor"); }
  void copy(const std::string& from, const std::string& to) const {
    fs::remove_all(path(to));
    fs::copy(path(from), path(to));
    fs::permissions(path(to), fs::perms::owner_all);
  }
};

}  // namespace

TEST_CASE("an older copy of the store exits with 14, and is accepted where that is said") {
  const Anchored box;
  box.init();
  CHECK(box.expect(0, {"anchor", "show"}).out.find("no anchor") != std::string::npos);
  box.expect(0, {"anchor", "set", box.uri()});
  box.expect(0, {"put", "a", "k=1"});
  box.copy("store", "older");
  box.expect(0, {"put", "a", "k=2"});
  const Json shown = box.expect(0, {"anchor", "show", "--format", "json"}).json();
  CHECK(shown["anchor"] == box.uri());
  CHECK(shown["every"] == "commit");
  CHECK(shown["behind"] == false);
  CHECK(shown["sequence"] == shown["anchored_sequence"]);
  CHECK(box.expect(0, {"status", "--format", "json"}).json()["anchor"] == box.uri());
  box.copy("older", "store");
  const Outcome refused = box.expect(14, {"get", "a"});
  CHECK(refused.out.empty());
  CHECK((refused.says("older than its anchor") && refused.says("coffer anchor accept")));
  box.expect(14, {"anchor", "update"});
  box.expect(0, {"anchor", "accept", "--reason", "ticket 9"});
  CHECK(box.expect(0, {"get", "a", "--field", "k"}).out == "1");
  const Json told = box.expect(0, {"audit", "list", "--format", "json"}).json();
  CHECK(told.dump().find("anchor.accept") != std::string::npos);
  CHECK(told.dump().find("ticket 9") != std::string::npos);
}

TEST_CASE("where there is no anchor, or none that disagrees, nothing is accepted or removed") {
  const Anchored box;
  box.init();
  CHECK(box.expect(4, {"anchor", "accept"}).says("the store has no anchor"));
  CHECK(box.expect(4, {"anchor", "remove"}).says("the store has no anchor"));
  box.expect(0, {"anchor", "set", box.uri()});
  CHECK(box.expect(0, {"anchor", "accept"}).says("nothing to accept"));
  CHECK(box.expect(0, {"anchor", "accept", "--format", "json"}).json() ==
        Json{{"accepted", false}});
  CHECK(box.expect(0, {"audit", "list"}).out.find("anchor.accept") == std::string::npos);
  box.expect(12, {"--key", "file://" + box.path("other"), "anchor", "accept"});
  CHECK(box.expect(0, {"anchor", "remove", "--format", "json"}).json() == Json{{"removed", true}});
}

TEST_CASE("whoever names the anchor refuses a copy that knows of none; a lost one is given up") {
  Anchored box;
  box.init();
  box.copy("store", "before");
  box.expect(0, {"anchor", "set", box.uri(), "--every", "shred"});
  box.copy("before", "store");
  box.expect(0, {"list"});
  box.expect(14, {"list", "--anchor", box.uri()});
  box.environment.push_back("COFFER_ANCHOR=" + box.uri());
  box.expect(14, {"list"});
  box.environment.pop_back();
  box.expect(0, {"anchor", "set", box.uri(), "--every", "close"});
  box.expect(0, {"--anchor", box.uri(), "put", "a", "k=1"});
  fs::remove(box.path("anchor"));
  const Outcome gone = box.expect(12, {"get", "a"});
  CHECK(gone.says("anchor remove"));
  box.expect(0, {"anchor", "remove"});
  box.expect(0, {"get", "a"});
  box.expect(4, {"anchor", "remove"});
  box.expect(4, {"anchor", "update"});
  box.expect(2, {"anchor", "set", box.uri(), "--every", "day"});
  box.expect(2, {"anchor", "set", "file://" + box.store() + "/anchor"});
}

TEST_CASE("an anchor is accepted and removed by who may administer the store, whatever is named") {
  const Anchored box;
  box.init();
  box.expect(0, {"anchor", "set", box.uri()});
  box.expect(0, {"put", "a", "k=1"});
  const std::string elsewhere = "file://" + box.path("nowhere/x");
  // Naming another anchor does not replace the check of the store's own.
  CHECK(box.expect(12, {"--anchor", elsewhere, "anchor", "remove", "-y"}).says("anchor"));
  CHECK(box.expect(0, {"status", "--format", "json"}).json()["anchor"] == box.uri());
  const std::string rules =
      R"([{"effect":"allow","subjects":["user:boss"],"use_cases":["admin"],"objects":["**"]},)"
      R"({"effect":"allow","subjects":["*"],"use_cases":["list","audit"],"objects":["**"]}])";
  box.expect(0, {"policy", "set", "-", "-y"}, rules);
  box.expect(15, {"anchor", "remove", "-y"});
  box.expect(15, {"--anchor", elsewhere, "anchor", "remove", "-y"});
  fs::rename(box.path("anchor"), box.path("lost"));
  box.expect(15, {"anchor", "remove", "-y"});
  box.expect(15, {"anchor", "accept", "-y"});
  box.expect(15, {"--anchor", elsewhere, "anchor", "accept", "-y"});
  fs::rename(box.path("lost"), box.path("anchor"));
  CHECK(box.expect(0, {"status", "--format", "json"}).json()["anchor"] == "file:");
  const Json records =
      box.expect(0, {"audit", "list", "--refused", "--format", "json"}).json()["records"];
  REQUIRE_FALSE(records.empty());
  CHECK(records[0]["items"][0]["action"] == "anchor.remove");
}

TEST_CASE("the guard can be set up by one who names the anchor already, and is told to go on so") {
  Anchored box;
  box.init();
  box.copy("store", "before");
  const Outcome unnamed = box.expect(0, {"anchor", "set", box.uri()});
  CHECK(unnamed.says("COFFER_ANCHOR=" + box.uri()));
  box.expect(0, {"anchor", "remove"});
  box.environment.push_back("COFFER_ANCHOR=" + box.uri());
  const Outcome named = box.expect(0, {"anchor", "set", box.uri()});
  CHECK_FALSE(named.says("COFFER_ANCHOR"));
  box.expect(0, {"put", "a", "k=1"});
  box.copy("before", "store");
  box.expect(14, {"list"});
  // A script that sets the anchor at each start must not anchor the older copy.
  box.expect(14, {"anchor", "set", box.uri()});
  // A copy is also refused if another anchor is named.
  box.expect(14, {"anchor", "set", "file://" + box.path("other")});
}

TEST_CASE("an anchor is moved by one who names the place that it is to have, or has by now") {
  Anchored box;
  box.init();
  box.expect(0, {"anchor", "set", box.uri()});
  const std::string second = "file://" + box.path("second");
  box.expect(0, {"anchor", "set", second, "--anchor", second});
  CHECK_FALSE(fs::exists(box.path("anchor")));
  fs::rename(box.path("second"), box.path("anchor"));
  box.expect(0, {"anchor", "set", box.uri(), "--anchor", box.uri()});
  // If the named anchor does not exist yet, the store's own is checked.
  box.copy("store", "older");
  box.expect(0, {"put", "a", "k=1"});
  box.copy("older", "store");
  box.expect(14, {"anchor", "set", second, "--anchor", second});
  CHECK_FALSE(fs::exists(box.path("second")));
}

TEST_CASE("one store's anchor is not written over by accepting another") {
  const Anchored one;
  const Anchored two;
  one.init();
  two.init();
  one.expect(0, {"anchor", "set", one.uri()});
  two.expect(0, {"anchor", "set", two.uri()});
  const std::string mark = read_file(one.path("anchor"));
  const Outcome refused = two.expect(13, {"anchor", "accept", "--anchor", one.uri()});
  CHECK(refused.says("anchor remove"));
  CHECK(read_file(one.path("anchor")) == mark);
  one.expect(0, {"list"});
}

}  // namespace cli::anchor_test

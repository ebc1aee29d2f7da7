// Removes a folder as a whole, with consent given in advance.
#include <algorithm>

#include "tests/cli/command.h"

namespace removal_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

constexpr const char* kEverything = "team\nteam/a\nteam/b/c\nteam/meta\nteamster\nx\n";

// A team's folder with a secret of the same name, a deleted one, and one that has only metadata.
void fill(const Sandbox& box) {
  box.init();
  for (const char* path : {"team", "team/a", "team/b/c", "teamster", "x"})
    box.expect(0, {"put", path, "k=v1"});
  box.expect(0, {"put", "team/a", "k=v2"});
  box.expect(0, {"delete", "team/b/c"});
  box.expect(0, {"metadata", "put", "team/meta", "--owner", "ada"});
}

std::string listed(const Sandbox& box) {
  return box.expect(0, {"list", "-r", "--state", "all"}).out;
}

std::string refused(const Sandbox& box, int exit_code, const Words& words) {
  const Outcome outcome = box.expect(exit_code, words);
  CHECK(outcome.out.empty());
  CHECK(listed(box) == kEverything);
  return outcome.err;
}

}  // namespace

TEST_CASE("a folder goes as a whole: every state, one shredding, and nothing beside it") {
  const Sandbox box;
  fill(box);
  const auto status = [&] { return box.expect(0, {"status", "--format", "json"}).json(); };
  const Json before = status();
  const Outcome tried = box.expect(0, {"metadata", "delete", "team", "-r", "--dry-run"});
  CHECK(tried.out ==
        "STATE             PATH\nwould_be_removed  team\nwould_be_removed  team/a\n"
        "would_be_removed  team/b/c\nwould_be_removed  team/meta\n");
  CHECK(listed(box) == kEverything);
  CHECK(status()["epoch"] == before["epoch"]);

  const Json gone =
      box.expect(0, {"metadata", "delete", "team/", "--recursive", "--format", "json"}).json();
  CHECK(gone == Json{{"dry_run", false}, {"removed", {"team", "team/a", "team/b/c", "team/meta"}}});
  CHECK(listed(box) == "teamster\nx\n");
  CHECK(status()["epoch"] == before["epoch"].get<int>() + 1);
  CHECK(box.expect(0, {"put", "team/a", "k=v", "--format", "json"}).json()["version"] == 1);
  box.expect(0, {"verify"});
}

TEST_CASE("a folder's removal gives one receipt, of every version that it held") {
  const Sandbox box;
  fill(box);
  const Json receipt = box.expect(0, {"metadata", "delete", "team", "-r", "--receipt"}).json();
  std::vector<std::string> versions;
  for (const Json& version : receipt["destroyed"])
    versions.push_back(version["path"].get<std::string>() + " " + version["version"].dump());
  std::sort(versions.begin(), versions.end());
  CHECK(versions == std::vector<std::string>{"team 1", "team/a 1", "team/a 2", "team/b/c 1"});
}

TEST_CASE("what is in use is not deleted, and the refusal names its users and the way out") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "db", "k=v1"});
  for (const char* user : {"nightly", "dashboard", "api", "export"})
    box.expect(0, {"refs", "add", "db", user});
  for (const Words& words : std::vector<Words>{{"delete", "db"},
                                               {"delete", "db", "--versions", "1"},
                                               {"destroy", "db", "--all"},
                                               {"destroy", "db", "--versions", "1"},
                                               {"metadata", "delete", "db"},
                                               {"move", "db", "db2"}}) {
    const std::string told = box.expect(9, words).err;
    CHECK(told.find("api, dashboard, export and 1 more") != std::string::npos);
    CHECK(told.find("coffer refs") != std::string::npos);
  }
  CHECK(box.expect(9, {"bulk", "-"}, R"({"operations":[{"delete":{"path":"db"}}]})")
            .says("api, dashboard"));
  CHECK(box.expect(0, {"get", "db", "--field", "k"}).out == "v1");
  for (const char* user : {"nightly", "dashboard", "api", "export"})
    box.expect(0, {"refs", "remove", "db", user});
  box.expect(0, {"delete", "db"});
}

TEST_CASE("what is in use keeps its whole folder, and all of it is named") {
  const Sandbox box;
  fill(box);
  box.expect(0, {"refs", "add", "team/a", "nightly-report"});
  box.expect(0, {"refs", "add", "team", "dashboard"});
  for (const Words& words : std::vector<Words>{{"metadata", "delete", "team", "-r"},
                                               {"metadata", "delete", "team", "-r", "-n"}}) {
    CHECK(refused(box, 9, words).find("error: team, team/a: ") != std::string::npos);
  }
  CHECK(box.expect(0, {"get", "team/a", "--field", "k"}).out == "v2");
  // The audit log names the user who tried.
  CHECK(box.expect(0, {"audit", "list", "--refused"}).out.find("team/a") != std::string::npos);
  box.expect(0, {"refs", "remove", "team/a", "nightly-report"});
  CHECK(refused(box, 9, {"metadata", "delete", "team", "-r"}).find("error: team: ") !=
        std::string::npos);
  box.expect(0, {"refs", "remove", "team", "dashboard"});
  box.expect(0, {"metadata", "delete", "team", "-r"});
  CHECK(listed(box) == "teamster\nx\n");
}

TEST_CASE("a folder with nothing in it is no success, and options that mean nothing are refused") {
  const Sandbox box;
  fill(box);
  refused(box, 4, {"metadata", "delete", "tea", "-r"});
  refused(box, 2, {"metadata", "delete", "", "-r"});
  refused(box, 2, {"metadata", "delete", "/", "-r"});
  refused(box, 2, {"metadata", "delete", "team", "--dry-run"});
  refused(box, 2, {"metadata", "delete", "team", "-r", "--dry-run", "--receipt"});
}

TEST_CASE("--confirm must name what is meant, or nothing is done") {
  const Sandbox box;
  fill(box);
  box.write("spec.json", R"({"properties": {"pw": {"type": "string", "airbyte_secret": true}}})");
  box.write("full.json", R"({"pw": "Marzipan"})");
  for (const Words& words : std::vector<Words>{{"metadata", "delete", "team", "-r"},
                                               {"metadata", "delete", "team/a"},
                                               {"destroy", "team/a", "--all"},
                                               {"destroy", "team/a", "--versions", "1"},
                                               {"config", "delete", "source-1"}}) {
    Words meant_otherwise = words;
    meant_otherwise.insert(meant_otherwise.end(), {"--confirm", "teem"});
    CHECK(refused(box, 2, meant_otherwise).find("--confirm") != std::string::npos);
  }
  CHECK(box.expect(0, {"get", "team/a", "--version", "1", "--field", "k"}).out == "v1");
  box.expect(0, {"config", "put", "source-1", "--spec", box.path("spec.json"), "--input",
                 box.path("full.json")});
  box.expect(0, {"config", "delete", "source-1", "--confirm", "source-1"});
  box.expect(0, {"destroy", "team/a", "--versions", "1", "--confirm", "team/a"});
  box.expect(0, {"destroy", "team/a", "--all", "--confirm", "team/a"});
  box.expect(0, {"metadata", "delete", "team/a", "--confirm", "team/a"});
  box.expect(0, {"metadata", "delete", "team", "-r", "--confirm", "team"});
  CHECK(listed(box) == "teamster\nx\n");
}

TEST_CASE("what nobody has written for long is found by its age") {
  const Sandbox box;
  fill(box);
  CHECK(box.expect(0, {"list", "team", "-r", "--older-than", "180d"}).out.empty());
  CHECK(box.expect(0, {"list", "team", "-r", "--newer-than", "180d"}).out ==
        "team/a\nteam/b/c\nteam/meta\n");
}

}  // namespace removal_test

// Renames or copies a folder as a whole: all of it, or nothing.
#include "tests/cli/command.h"

namespace folders_test {

using cli::Json;
using cli::Sandbox;

namespace {

void fill(const Sandbox& box) {
  box.init();
  box.expect(0, {"put", "team", "k=of-the-name"});
  box.expect(0, {"put", "team/a", "k=1"});
  box.expect(0, {"put", "team/a", "k=2"});
  box.expect(0, {"put", "team/sub/b", "k=3", "--metadata", "env=prod"});
  box.expect(0, {"put", "team/gone", "k=4"});
  box.expect(0, {"delete", "team/gone"});
  box.expect(0, {"put", "teams/other", "k=5"});
}

}  // namespace

TEST_CASE("move -r takes a folder with its history, metadata and what is deleted") {
  const Sandbox box;
  fill(box);
  CHECK(box.expect(0, {"move", "-r", "team", "crew", "--format", "json"}).json().at("moved") ==
        Json({"crew", "crew/a", "crew/gone", "crew/sub/b"}));
  CHECK(box.expect(0, {"list", "--recursive"}).out.find("team/") == std::string::npos);
  CHECK(box.expect(0, {"get", "crew", "--field", "k"}).out == "of-the-name");
  CHECK(box.expect(0, {"get", "crew/a", "--version", "1", "--field", "k"}).out == "1");
  CHECK(box.expect(0, {"metadata", "get", "crew/sub/b"}).out.find("prod") != std::string::npos);
  box.expect(5, {"get", "crew/gone"});
  box.expect(0, {"undelete", "crew/gone", "--versions", "1"});
  CHECK(box.expect(0, {"get", "teams/other", "--field", "k"}).out == "5");
  box.expect(0, {"verify"});
}

TEST_CASE("copy -r leaves the folder where it is") {
  const Sandbox box;
  fill(box);
  box.expect(0, {"copy", "-r", "team/", "crew/"});
  CHECK(box.expect(0, {"get", "team/sub/b", "--field", "k"}).out == "3");
  CHECK(box.expect(0, {"get", "crew/sub/b", "--field", "k"}).out == "3");
}

TEST_CASE("a folder that cannot go as a whole stays as a whole") {
  const Sandbox box;
  fill(box);
  box.expect(0, {"put", "crew/sub/b", "k=theirs"});
  CHECK(box.expect(8, {"move", "-r", "team", "crew"}).says("crew/sub/b"));
  CHECK(box.expect(0, {"get", "team/a", "--field", "k"}).out == "2");
  box.expect(4, {"get", "crew/a"});
  box.expect(4, {"move", "-r", "nothing", "else"});
  box.expect(2, {"move", "-r", "team", "team/below"});
  box.expect(2, {"move", "-r", "team/sub", "team"});
  box.expect(2, {"copy", "-r", "team", "team"});
  box.expect(0, {"refs", "add", "team/a", "job"});
  box.expect(9, {"move", "-r", "team", "elsewhere"});
  CHECK(box.expect(0, {"get", "team", "--field", "k"}).out == "of-the-name");
}

}  // namespace folders_test

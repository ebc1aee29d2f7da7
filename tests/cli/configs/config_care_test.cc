// What the config verbs refuse, warn about and report, so that no secret is lost or shown by
// mistake; and configs under another name.
#include "tests/cli/command.h"

namespace config_care_test {

using cli::Json;
using cli::Sandbox;
using cli::Words;

namespace {

constexpr const char* kSpec = R"({"type":"object","properties":{"host":{"type":"string"},
  "password":{"type":"string","airbyte_secret":true}}})";
constexpr const char* kFull = R"({"host":"db","password":"Marzipan-7f3a"})";

struct Bench {
  Bench() {
    box.init();
    box.expect(0, {"config", "put", "c", "--spec", spec, "--input", full});
  }
  cli::Outcome put(int exit_code, const std::string& by_spec, const std::string& input,
                   const Words& more = {}) const {
    Words words{"config", "put", "c", "--spec", by_spec, "--input", input};
    words.insert(words.end(), more.begin(), more.end());
    return box.expect(exit_code, words);
  }
  std::string reveal(const std::string& id = "c") const {
    return box.expect(0, {"config", "get", id, "--reveal"}).out;
  }

  Sandbox box;
  std::string spec = box.write("spec.json", kSpec);
  std::string full = box.write("full.json", kFull);
};

}  // namespace

TEST_CASE("the wrong file as the spec destroys nothing and shows nothing") {
  const Bench bench;
  const cli::Outcome refused = bench.put(2, bench.full, bench.full);
  CHECK(refused.says("/password"));
  CHECK(refused.says("--unmark"));
  CHECK(bench.put(2, bench.full, bench.full, {"--unmark", ""}).says("--unmark"));
  CHECK_FALSE(refused.says("Marzipan"));
  CHECK(bench.reveal() == kFull);
  const cli::Outcome done = bench.put(0, bench.full, bench.full, {"--unmark", "/password"});
  CHECK(done.says("coffer: warning: the spec marks no place with airbyte_secret"));
  CHECK(bench.box.expect(0, {"config", "get", "c"}).out == kFull);
}

TEST_CASE("a spec that marks nothing is warned of, and one that marks something is not") {
  const Bench bench;
  const std::string plain = bench.box.write("plain.json", R"({"properties":{"host":{}}})");
  const std::string host = bench.box.write("host.json", R"({"host":"db"})");
  for (const Words& words : {Words{"config", "put", "d", "--report"}, Words{"config", "stage", "d"},
                             Words{"config", "check", "--report"}}) {
    Words line = words;
    line.insert(line.end(), {"--spec", plain, "--input", host});
    const cli::Outcome told = bench.box.expect(0, line);
    CHECK(told.says("warning: the spec marks no place"));
    CHECK(told.json()["spec_marks_nothing"] == true);
  }
  const cli::Outcome marked = bench.put(0, bench.spec, bench.full, {"--report"});
  CHECK_FALSE(marked.says("warning"));
  CHECK_FALSE(marked.json().contains("spec_marks_nothing"));
}

TEST_CASE("what is no JSON is told by its file, line and column, with a hint about the document") {
  const Bench bench;
  const std::string broken = bench.box.write("broken.json", "{\"host\":\"db\",\n \"password\": }");
  for (const Words& words :
       {Words{"config", "put", "c", "--spec", bench.spec, "--input", broken},
        Words{"config", "put", "c", "--spec", broken, "--input", bench.full},
        Words{"config", "patch", "c", "--input", broken},
        Words{"config", "stage", "c", "--spec", broken, "--input", bench.full},
        Words{"config", "check", "--spec", bench.spec, "--input", broken},
        Words{"config", "import", "i", "--spec", bench.spec, "--input", bench.full, "--payloads",
              broken},
        Words{"config", "hydrate", broken}, Words{"config", "end-check", broken},
        Words{"config", "get", "c", "--reveal", "--external", broken}}) {
    INFO(words[1] << " " << words[2]);
    const cli::Outcome refused = bench.box.expect(2, words);
    CHECK(refused.says(broken + ", line 2, column 14: a JSON value is missing here"));
    CHECK(refused.says("coffer: hint: correct the file there"));
    CHECK_FALSE(refused.says("coffer help"));
  }
  const cli::Outcome piped = bench.box.expect(2, {"config", "hydrate"}, "{");
  CHECK(piped.says("standard input, line 1, column 2: "));
}

TEST_CASE("a fault at a place of the document or the spec has a hint about that place") {
  const Bench bench;
  const std::string sign = bench.box.write("sign.json", R"({"password":{"_secret":1}})");
  const cli::Outcome document = bench.put(2, bench.spec, sign);
  CHECK(document.says("/password"));
  CHECK(document.says("hint: correct the document at this place"));
  const std::string bad =
      bench.box.write("bad.json", R"({"properties":{"p":{"airbyte_secret":"yes"}}})");
  const cli::Outcome spec = bench.put(2, bad, bench.full);
  CHECK(spec.says("/properties/p/airbyte_secret"));
  CHECK(spec.says("hint: correct the spec at this place"));
}

TEST_CASE("a patch comes from standard input where no file is named") {
  const Bench bench;
  bench.box.expect(0, {"config", "patch", "c"}, R"({"host":"other"})");
  CHECK(bench.reveal() == R"({"host":"other","password":"Marzipan-7f3a"})");
  const cli::Outcome empty = bench.box.expect(2, {"config", "patch", "c"});
  CHECK(empty.says("standard input, line 1, column 1: "));
}

TEST_CASE("a masked document put by a spec that marks what is around the secret is refused") {
  const Bench bench;
  const std::string whole =
      bench.box.write("whole.json", R"({"type":"object","airbyte_secret":true})");
  for (const char* form : {"--masked", "--partial", "--coordinates"}) {
    const std::string shown = bench.box.expect(0, {"config", "get", "c", form}).out;
    const cli::Outcome refused = bench.put(2, whole, bench.box.write("shown.json", shown));
    CHECK(refused.says("/password"));
    CHECK(bench.box.expect(2, {"config", "hydrate", "--spec", whole}, shown).out.empty());
  }
  CHECK(bench.reveal() == kFull);
}

TEST_CASE("a secret kept elsewhere in Airbyte's form is resolved by a spec as by an id") {
  const Bench bench;
  const std::string values = bench.box.write("values.json", R"({"aws/prod/tok":"Nougat"})");
  const std::string partial = R"({"host":"db","password":{"_secret":"aws/prod/tok"}})";
  const std::string full = R"({"host":"db","password":"Nougat"})";
  for (const Words& more : {Words{"--spec", bench.spec}, Words{}, Words{"--compat", "airbyte"},
                            Words{"--spec", bench.spec, "--compat", "airbyte"}}) {
    Words words{"config", "hydrate", "--external", values};
    words.insert(words.end(), more.begin(), more.end());
    CHECK(bench.box.expect(0, words, partial).out == full);
  }
  const cli::Outcome none =
      bench.box.expect(2, {"config", "hydrate", "--spec", bench.spec}, partial);
  CHECK(none.says("/password"));
}

// F-200
TEST_CASE("a config is copied without showing a value, and renamed with all it has") {
  const Bench bench;
  const cli::Outcome copied = bench.box.expect(0, {"config", "copy", "c", "team/d"});
  CHECK(copied.json()["password"]["_secret"].get<std::string>().ends_with("_v1"));
  CHECK(copied.out.find("Marzipan") == std::string::npos);
  const std::string before = bench.box.expect(0, {"config", "get", "c", "--partial"}).out;
  CHECK(copied.json() != Json::parse(before));
  CHECK(bench.reveal("team/d") == kFull);
  bench.box.expect(8, {"config", "copy", "c", "team/d"});
  bench.box.expect(4, {"config", "copy", "none", "e"});

  const Json renamed =
      bench.box.expect(0, {"config", "rename", "c", "e", "--format", "json"}).json();
  CHECK(renamed == Json{{"id", "e"}, {"revision", 1}});
  CHECK(bench.box.expect(0, {"config", "get", "e", "--partial"}).out == before);
  bench.box.expect(4, {"config", "get", "c"});
  bench.box.expect(4, {"config", "rename", "c", "f"});
  bench.box.expect(8, {"config", "rename", "e", "team/d"});
  const Json refs =
      bench.box.expect(0, {"refs", Json::parse(before)["password"]["_secret"], "--format", "json"})
          .json();
  REQUIRE(refs["references"].size() == 1);
  CHECK(refs["references"][0]["user"] == "e");
  bench.box.expect(0, {"verify"});
}

TEST_CASE("a listing leaves the secrets of configs out, or shows only them, or one workspace's") {
  const Bench bench;
  constexpr const char* kWorkspace = "11111111-2222-4333-8444-555555555555";
  bench.box.expect(0, {"config", "put", "w", "--spec", bench.spec, "--input", bench.full,
                       "--workspace", kWorkspace});
  bench.box.expect(0, {"put", "one", "a=1"});
  bench.box.expect(0, {"put", "two", "a=1"});
  CHECK(bench.box.expect(0, {"list", "--unmanaged"}).out == "one\ntwo\n");
  const auto lines = [&](const Words& more) {
    Words words{"list", "--format", "json"};
    words.insert(words.end(), more.begin(), more.end());
    return bench.box.expect(0, words).json()["keys"];
  };
  CHECK(lines({}).size() == 4);
  CHECK(lines({"--managed"}).size() == 2);
  const Json of_one = lines({"--workspace", kWorkspace});
  REQUIRE(of_one.size() == 1);
  CHECK(of_one[0].get<std::string>().find(kWorkspace) != std::string::npos);
  CHECK(bench.box.expect(0, {"list", "-l", "--unmanaged", "--format", "json"})
            .json()["secrets"]
            .size() == 2);
  bench.box.expect(2, {"list", "--managed", "--unmanaged"});
  bench.box.expect(2, {"list", "--workspace", "not-a-uuid"});
}

TEST_CASE("a listing ends at its limit and tells how much is left out") {
  const Bench bench;
  for (const char* name : {"one", "three", "two"}) bench.box.expect(0, {"put", name, "a=1"});
  const cli::Outcome cut = bench.box.expect(0, {"list", "--unmanaged", "--limit", "2"});
  CHECK(cut.out == "one\nthree\n");
  CHECK(cut.says("1 more are left out"));
  const Json json =
      bench.box.expect(0, {"list", "--unmanaged", "--limit", "1", "--format", "json"}).json();
  CHECK(json == Json{{"keys", {"one"}}, {"left_out", 2}});
  const Json rows =
      bench.box.expect(0, {"list", "-l", "--unmanaged", "--limit", "1", "--format", "json"}).json();
  CHECK(rows["secrets"].size() == 1);
  CHECK(rows["left_out"] == 2);
  const cli::Outcome all = bench.box.expect(0, {"list", "--unmanaged", "--limit", "3"});
  CHECK(all.out == "one\nthree\ntwo\n");
  CHECK(all.err.empty());
  bench.box.expect(2, {"list", "--limit", "0"});
}

}  // namespace config_care_test

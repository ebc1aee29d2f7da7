// config put, get, list, delete, hydrate, check, and the references that they keep.
#include "tests/cli/command.h"

namespace configs_test {

using cli::Json;
using cli::Sandbox;

namespace {

constexpr const char* kSpec = R"({"type": "object", "properties": {
  "host": {"type": "string"},
  "password": {"type": "string", "airbyte_secret": true},
  "tunnel": {"type": "object", "properties": {
    "key": {"type": "string", "airbyte_secret": true}}}}})";
constexpr const char* kFull =
    "{ \"host\": \"db\",\n  \"password\": \"Marzipan-7f3a\",\n  \"tunnel\": {\"key\": "
    "\"Nougat-1c\"} }";

struct Files {
  explicit Files(const Sandbox& box)
      : spec(box.write("spec.json", kSpec)), full(box.write("full.json", kFull)) {}
  std::string spec;
  std::string full;
};

std::string coordinate(const Json& partial) {
  return partial["password"]["_secret"].get<std::string>();
}

}  // namespace

TEST_CASE("a config goes in, its secrets become coordinates, and all comes back to the byte") {
  const Sandbox box;
  box.init();
  const Files files(box);
  const Json partial =
      box.expect(0, {"config", "put", "source-1", "--spec", files.spec, "--input", files.full})
          .json();
  CHECK(partial["host"] == "db");
  CHECK(coordinate(partial).ends_with("_v1"));
  CHECK(box.expect(0, {"config", "get", "source-1", "--reveal"}).out == kFull);
  const auto stored = box.expect(0, {"config", "get", "source-1", "--partial"});
  CHECK(stored.json() == partial);
  const Json masked = box.expect(0, {"config", "get", "source-1"}).json();
  CHECK(masked["password"] == "**********");
  CHECK(masked == box.expect(0, {"config", "get", "source-1", "--masked"}).json());
  CHECK(box.expect(0, {"get", coordinate(partial)}).out.find("Marzipan") != std::string::npos);

  CHECK(box.expect(0, {"config", "hydrate"}, stored.out).out == kFull);
  CHECK(box.expect(0, {"config", "hydrate", "-", "--id", "source-1"}, stored.out).out == kFull);
  CHECK(box.expect(0, {"config", "hydrate", box.write("partial.json", stored.out), "--spec",
                       files.spec})
            .out == kFull);
}

TEST_CASE("the report tells what became of each secret") {
  const Sandbox box;
  box.init();
  const Files files(box);
  const cli::Words put{"config", "put", "c", "--spec", files.spec, "--input"};
  cli::Words words = put;
  words.insert(words.end(), {files.full, "--report"});
  const Json first = box.expect(0, words).json();
  CHECK(first["id"] == "c");
  CHECK(first["revision"] == 1);
  REQUIRE(first["outcomes"].size() == 2);
  CHECK(first["outcomes"][0]["outcome"] == "minted");
  CHECK(first["outcomes"][0]["pointer"] == "/password");
  CHECK(first["destroyed"].empty());

  std::string changed = kFull;
  changed.replace(changed.find("Marzipan"), 8, "Pistache");
  words = put;
  words.insert(words.end(), {"-", "--report", "--revision", "1"});
  const auto outcome = box.run(words, changed);
  CHECK_FALSE(outcome.says("Pistache"));
  const Json second = outcome.json();
  CHECK(second["revision"] == 2);
  CHECK(second["outcomes"][0]["outcome"] == "bumped");
  CHECK(second["outcomes"][1]["outcome"] == "kept");
  CHECK(second["destroyed"] == Json::array({coordinate(first["partial"])}));
  box.expect(7, {"get", coordinate(first["partial"])});
  CHECK(box.expect(8, words, changed).says("coffer: error: "));
}

TEST_CASE("configs are listed, looked up, and deleted with their secrets") {
  const Sandbox box;
  box.init();
  const Files files(box);
  const Json partial =
      box.expect(0, {"config", "put", "c", "--spec", files.spec, "--input", files.full}).json();
  const Json list = box.expect(0, {"config", "list", "--format", "json"}).json();
  REQUIRE(list["configs"].size() == 1);
  CHECK(list["configs"][0]["id"] == "c");
  CHECK(list["configs"][0]["revision"] == 1);
  CHECK(list["configs"][0]["secrets"] == 2);
  CHECK(list["configs"][0]["updated_time"].get<std::string>().back() == 'Z');
  CHECK(box.expect(0, {"config", "list"}).out.find("c ") != std::string::npos);

  const Json refs = box.expect(0, {"refs", coordinate(partial), "--format", "json"}).json();
  REQUIRE(refs["references"].size() == 1);
  CHECK(refs["references"][0]["user"] == "c");
  CHECK(refs["references"][0]["user_kind"] == "config");
  CHECK(box.expect(0, {"refs", coordinate(partial)}).out.find("config") != std::string::npos);
  box.expect(2, {"refs", "add"});

  box.expect(0, {"config", "delete", "c"});
  box.expect(4, {"config", "get", "c"});
  box.expect(4, {"config", "delete", "c"});
  CHECK(box.run({"get", coordinate(partial)}).exit_code != 0);
  CHECK(box.expect(0, {"config", "list", "--format", "json"}).json()["configs"].empty());
}

TEST_CASE("a check leaves short-lived coordinates and no config") {
  const Sandbox box;
  box.init();
  const Files files(box);
  const Json partial =
      box.expect(0, {"config", "check", "--spec", files.spec, "--input", files.full, "--ttl", "1"})
          .json();
  CHECK(coordinate(partial).find("00000000-0000-0000-0000-000000000000") != std::string::npos);
  CHECK(box.expect(0, {"config", "list", "--format", "json"}).json()["configs"].empty());
  usleep(1'100'000);
  box.expect(6, {"get", coordinate(partial)});
}

TEST_CASE("what is no acceptable config is refused and nothing is written") {
  const Sandbox box;
  box.init();
  const Files files(box);
  const auto refused = [&](int code, const cli::Words& words, std::string_view input = {}) {
    const auto outcome = box.expect(code, words, input);
    CHECK_FALSE(outcome.says("Marzipan"));
    CHECK(outcome.out.empty());
  };
  refused(2, {"config", "put", "c", "--spec", files.spec});
  refused(2, {"config", "put", "c", "--input", files.full});
  refused(2, {"config", "put", "--spec", files.spec, "--input", files.full});
  refused(2, {"config", "put", "c", "--spec", "-", "--input", "-"}, kSpec);
  refused(17, {"config", "put", "c", "--spec", "/nonexistent", "--input", files.full});
  refused(2, {"config", "put", "c", "--spec", files.spec, "--input", "-"}, "{\"Marzipan\"");
  refused(2, {"config", "put", "c", "--spec", "-", "--input", files.full},
          R"({"properties": {"a": {"airbyte_secret": "yes"}}})");
  refused(2, {"config", "put", "c", "--spec", files.spec, "--input", files.full, "--compat", "x"});
  refused(2,
          {"config", "put", "c", "--spec", files.spec, "--input", files.full, "--workspace", "x"});
  refused(8,
          {"config", "put", "c", "--spec", files.spec, "--input", files.full, "--revision", "4"});
  refused(4, {"config", "get", "c"});
  refused(2, {"config", "get", "c", "--reveal", "--partial"});
  refused(2, {"config", "hydrate", "--id", "c", "--spec", files.spec}, "{}");
  refused(4, {"config", "hydrate", "--id", "c"}, "{}");
  CHECK(box.expect(0, {"list"}).out.empty());
}

TEST_CASE("compat mode bumps every time") {
  const Sandbox box;
  box.init();
  const Files files(box);
  const cli::Words put{"config",
                       "put",
                       "c",
                       "--spec",
                       files.spec,
                       "--input",
                       files.full,
                       "--compat",
                       "airbyte",
                       "--workspace",
                       "0ca11ab1-0000-4000-8000-000000000001"};
  CHECK(coordinate(box.expect(0, put).json()).ends_with("_v1"));
  const std::string second = coordinate(box.expect(0, put).json());
  CHECK(second.ends_with("_v2"));
  CHECK(second.starts_with("airbyte_workspace_0ca11ab1-0000-4000-8000-000000000001_secret_"));
}

TEST_CASE("a part of a config is changed by a patch, and either bump policy may be asked for") {
  const Sandbox box;
  box.init();
  const Files files(box);
  const Json first =
      box.expect(0, {"config", "put", "c", "--spec", files.spec, "--input", files.full}).json();
  const Json patched =
      box.expect(0, {"config", "patch", "c", "--input", "-", "--revision", "1", "--report"},
                 R"({"host":null,"tunnel":{"key":"Praline-2"}})")
          .json();
  CHECK(patched["revision"] == 2);
  CHECK(patched["outcomes"][0]["outcome"] == "kept");
  CHECK(patched["outcomes"][1]["outcome"] == "bumped");
  CHECK(patched["partial"]["password"] == first["password"]);
  CHECK(box.expect(0, {"config", "get", "c", "--reveal"}).json() ==
        Json::parse(R"({"password":"Marzipan-7f3a","tunnel":{"key":"Praline-2"}})"));
  box.expect(8, {"config", "patch", "c", "--input", "-", "--revision", "1"}, "{}");
  box.expect(2, {"config", "patch", "c", "--input", "-"}, "[]");
  box.expect(4, {"config", "patch", "d", "--input", "-"}, "{}");
  const cli::Words put{"config", "put", "c", "--spec", files.spec, "--input", files.full, "--bump"};
  cli::Words always = put;
  always.push_back("always");
  CHECK(coordinate(box.expect(0, always).json()).ends_with("_v2"));
  cli::Words wrong = put;
  wrong.push_back("never");
  box.expect(2, wrong);
}

TEST_CASE("a document kept elsewhere is staged, then committed or abandoned") {
  const Sandbox box;
  box.init();
  const Files files(box);
  const cli::Words stage{"config", "stage", "c", "--spec", files.spec, "--input", files.full};
  const Json staged = box.expect(0, stage).json();
  CHECK(staged["revision"] == 0);
  CHECK(staged["expires_time"].get<std::string>().back() == 'Z');
  const std::string name = staged["stage"];
  box.expect(4, {"config", "get", "c"});
  CHECK(box.expect(0, {"config", "commit", "c", name}).json() == staged["partial"]);
  CHECK(box.expect(0, {"config", "commit", "c", name, "--report"}).json()["revision"] == 1);
  CHECK(box.expect(0, {"config", "get", "c", "--reveal"}).out == kFull);

  const std::string other = box.expect(0, stage).json()["stage"];
  box.expect(4, {"config", "abandon", "d", other});
  box.expect(0, {"config", "abandon", "c", other});
  box.expect(4, {"config", "commit", "c", other});
  cli::Words brief = stage;
  brief.insert(brief.end(), {"--lease", "1"});
  const std::string late = box.expect(0, brief).json()["stage"];
  usleep(1'100'000);
  box.expect(6, {"config", "commit", "c", late});
  const std::string last = box.expect(0, stage).json()["stage"];
  box.expect(0, {"config", "commit", "c", last, "--outside"});
  const Json refs =
      box.expect(0, {"refs", coordinate(staged["partial"]), "--format", "json"}).json();
  CHECK(refs["references"][0]["user_kind"] == "external");
}

TEST_CASE("a check ends before its time") {
  const Sandbox box;
  box.init();
  const Files files(box);
  const cli::Words check{"config", "check", "--spec", files.spec, "--input", files.full};
  const auto partial = box.expect(0, check);
  const auto ended = box.expect(0, {"config", "end-check", "--format", "json"}, partial.out);
  CHECK(ended.json()["destroyed"].size() == 2);
  box.expect(4, {"get", coordinate(partial.json())});
  cli::Words named = check;
  named.insert(named.end(), {"--id", "c"});
  box.expect(0, named);
  box.expect(0, {"config", "end-check", "--id", "c"});
  box.expect(4, {"config", "end-check", "--id", "c"});
  CHECK(box.expect(0, {"list"}).out.empty());
}

TEST_CASE("secrets kept elsewhere come from a file, and hidden copies are warned of") {
  const Sandbox box;
  box.init();
  const Files files(box);
  const std::string input = R"({"host":"Marzipan","password":"Marzipan",)"
                            R"("tunnel":{"key":"secret_coordinate::vault/k"}})";
  box.expect(0, {"config", "put", "c", "--spec", files.spec, "--input", "-"}, input);
  const auto masked = box.expect(0, {"config", "get", "c"});
  CHECK(masked.out.find("Marzipan") == std::string::npos);
  CHECK(masked.says("coffer: warning: /host"));
  CHECK_FALSE(masked.says("Marzipan"));
  const Json shown = box.expect(0, {"config", "get", "c", "--coordinates"}).json();
  CHECK(coordinate(shown).ends_with("_v1"));
  CHECK(shown["host"] == "**********");
  box.expect(2, {"config", "get", "c", "--reveal"});
  const std::string values = box.write("values.json", R"({"vault/k":[1.50]})");
  const std::string full = R"({"host":"Marzipan","password":"Marzipan","tunnel":{"key":[1.50]}})";
  CHECK(box.expect(0, {"config", "get", "c", "--reveal", "--external", values}).out == full);
  const std::string partial = box.expect(0, {"config", "get", "c", "--partial"}).out;
  CHECK(box.expect(0, {"config", "hydrate", "--id", "c", "--external", values}, partial).out ==
        full);
  const std::string none = box.write("none.json", "{}");
  box.expect(4, {"config", "get", "c", "--reveal", "--external", none});
  box.expect(2, {"config", "get", "c", "--external", values});
}

TEST_CASE("a config of Airbyte's is taken in with the values behind it") {
  const Sandbox box;
  box.init();
  const Files files(box);
  const std::string partial =
      R"({"host":"db","password":{"_secret":"airbyte_x_v7"},"tunnel":{"key":{"_secret":"aws/k"}}})";
  const std::string values = box.write("values.json", R"({"airbyte_x_v7":"Nougat"})");
  const cli::Words import{"config",  "import", "c",          "--spec", files.spec,
                          "--input", "-",      "--payloads", values};
  CHECK(box.expect(0, import, partial).out == partial);
  CHECK(box.expect(0, {"get", "airbyte_x_v7"}).out.find("Nougat") != std::string::npos);
  CHECK(box.expect(0, {"config", "get", "c", "--partial"}).out == partial);
  box.expect(4,
             {"config", "import", "d", "--spec", files.spec, "--input", "-", "--payloads",
              box.write("none.json", "{}")},
             R"({"password":{"_secret":"airbyte_y_v1"}})");
}

TEST_CASE("outside users are noted, told and forgotten, and the sweep waits for them") {
  const Sandbox box;
  box.init();
  const Files files(box);
  const std::string one = coordinate(
      box.expect(0, {"config", "put", "c", "--spec", files.spec, "--input", files.full}).json());
  box.expect(0, {"refs", "add", one, "night job"});
  CHECK(box.expect(0, {"refs", one}).out.find("night job") != std::string::npos);
  box.expect(2, {"refs", "add", one});
  box.expect(2, {"refs", one, "more"});
  box.expect(4, {"refs", "add", "nothing", "user"});
  box.expect(0, {"config", "delete", "c"});
  CHECK(box.expect(0, {"sweep", "--format", "json"}).json()["swept"].empty());
  box.expect(0, {"get", one});
  box.expect(0, {"refs", "remove", one, "night job"});
  box.expect(4, {"refs", "remove", one, "night job"});
  const Json listed = box.expect(0, {"sweep", "--dry-run", "--format", "json"}).json();
  REQUIRE(listed["swept"].size() == 1);
  CHECK(listed["swept"][0]["kind"] == "config");
  CHECK(listed["swept"][0]["why"] == "unreachable");
  CHECK(listed["swept"][0]["since"].get<std::string>().back() == 'Z');
  CHECK(box.expect(0, {"sweep"}).out.find("unreachable") != std::string::npos);
  box.expect(4, {"get", one});

  box.expect(0, {"put", "add", "--value", "-"}, "x");
  box.expect(0, {"refs", "add", "coffer://add", "user"});
  CHECK(box.expect(0, {"refs", "coffer://add"}).out.find("user") != std::string::npos);
}

TEST_CASE("of two processes that update one revision at once, one is told of a conflict") {
  const Sandbox box;
  box.init();
  const Files files(box);
  box.expect(0, {"config", "put", "c", "--spec", files.spec, "--input", files.full});
  const std::string empty = box.write("empty", "");
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    const std::string input =
        box.write("input" + std::to_string(i), "{\"password\":\"" + std::to_string(i) + "\"}");
    children.push_back(box.start({COFFER_BIN, "config", "put", "c", "--spec", files.spec, "--input",
                                  input, "--revision", "1"},
                                 empty, box.path("out" + std::to_string(i))));
  }
  int won = -1;
  for (int i = 0; i < 4; ++i) {
    int status = 0;
    while (waitpid(children[i], &status, 0) < 0 && errno == EINTR) continue;
    const int code = cli::exit_code_of(status);
    CHECK((code == 0 || code == 8));
    if (code != 0) continue;
    CHECK(won == -1);
    won = i;
  }
  REQUIRE(won != -1);
  CHECK(box.expect(0, {"config", "get", "c", "--reveal"}).json()["password"] ==
        std::to_string(won));
  CHECK(box.expect(0, {"verify"}).exit_code == 0);
}

TEST_CASE("a config's secret is not deleted by hand") {
  const Sandbox box;
  box.init();
  const Files files(box);
  const Json partial =
      box.expect(0, {"config", "put", "c", "--spec", files.spec, "--input", files.full}).json();
  const std::string name = coordinate(partial);
  box.expect(9, {"delete", name});
  CHECK(box.expect(0, {"config", "get", "c", "--reveal"}).out == kFull);
}

}  // namespace configs_test

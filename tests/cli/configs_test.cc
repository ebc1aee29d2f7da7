// config put, get, list, delete, hydrate, check, and the references behind them.
#include "tests/cli/command.h"

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

// A config file with a job's secrets over it, in VDK's order: variable, secret, file.
#include "tests/cli/command.h"

namespace overlay_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

constexpr const char* kConfig =
    "; the job's own\n"
    "[owner]\n"
    "team = ingestion\n"
    "\n"
    "[vdk]\n"
    "db.user: from-file\n"
    "DB_PASSWORD = from-file\n"
    "timeout=30\n"
    "note = first\n"
    "   second\n"
    "   # a comment in between\n"
    "   third\n"
    "empty =\n"
    "[oracle-reports]\n"
    "oracle_user = from-file\n"
    "oracle_password = from-file\n"
    "[oracle]\n"
    "user = from-file\n";

// The output for config.ini with a secret of these fields.
Outcome overlaid(const Sandbox& box, int exit_code, std::string_view fields,
                 const char* config = kConfig, const char* name = "config.ini") {
  box.expect(0, {"put", "ingestion/my-job", "--json", "-"}, fields);
  return box.expect(exit_code,
                    {"inject", "--overlay", "ingestion/my-job", "-i", box.write(name, config)});
}

// The file as Python reads it: an object of sections.
Json as_python_reads(const Sandbox& box, const std::string& ini) {
  const std::string script =
      "import configparser, json, sys\n"
      "c = configparser.ConfigParser()\nc.read(sys.argv[1], encoding='utf-8')\n"
      "print(json.dumps({s: {k: c.get(s, k) for k in c[s]} for s in c.sections()}))\n";
  const Outcome outcome = box.run_program(
      {"/usr/bin/python3", box.write("read.py", script), box.write("merged.ini", ini)});
  INFO(ini << outcome.err);
  REQUIRE(outcome.exit_code == 0);
  return Json::parse(outcome.out);
}

}  // namespace

TEST_CASE("overlay: a secret beats the file, and what it does not name stays to the byte") {
  const Sandbox box;
  box.init();
  CHECK(overlaid(box, 0, "{}").out == kConfig);
  const std::string merged =
      overlaid(box, 0,
               R"({"db-user": "Marzipan", "Note": "one line", "timeout": 60,)"
               R"( "empty": "now set", "unknown": "Nougat", "db_password": null})")
          .out;
  std::string wanted = kConfig;
  const auto replace = [&wanted](const std::string& old, const std::string& with) {
    wanted.replace(wanted.find(old), old.size(), with);
  };
  replace("db.user: from-file", "db.user: Marzipan");
  replace("timeout=30", "timeout=60");
  replace("first\n   second\n   # a comment in between\n   third", "one line");
  replace("empty =", "empty =now set");
  CHECK(merged == wanted);
}

TEST_CASE("overlay: a variable beats the secret, and VDK_ beats the plain name") {
  Sandbox box;
  box.init();
  box.environment.insert(box.environment.end(),
                         {"DB_USER=plain", "vdk_db_user=prefixed", "TIMEOUT=90",
                          "ORACLE_USER=by variable", "UNKNOWN=x"});
  const Outcome outcome =
      overlaid(box, 0, R"({"db_user": "s", "timeout": 1, "db_password": "s", "unknown": "s"})");
  const Json merged = as_python_reads(box, outcome.out);
  CHECK(merged["vdk"]["db.user"] == "prefixed");
  CHECK(merged["vdk"]["timeout"] == "90");
  CHECK(merged["vdk"]["db_password"] == "s");
  CHECK(merged["oracle"]["user"] == "by variable");
  CHECK(merged["oracle-reports"]["oracle_user"] == "from-file");
  CHECK_FALSE(merged["vdk"].contains("unknown"));
  // The command names the variables that the environment set, without values.
  CHECK(outcome.says("VDK_DB_USER"));
  CHECK(outcome.says("ORACLE_USER"));
  CHECK_FALSE(outcome.says("prefixed"));
}

TEST_CASE("overlay: a name with a section's in it is that section's, the longest one's") {
  const Sandbox box;
  box.init();
  const Json merged = as_python_reads(
      box, overlaid(box, 0,
                    R"({"oracle_reports_oracle_user": "reports", "ORACLE.user": "oracle",)"
                    R"( "coracle_user": "no section of ours"})")
               .out);
  CHECK(merged["oracle-reports"]["oracle_user"] == "reports");
  CHECK(merged["oracle"]["user"] == "oracle");
  CHECK(merged["oracle-reports"]["oracle_password"] == "from-file");
  // A setting missing in the section is an error, and no line of the file is printed.
  const Outcome missing = overlaid(box, 2, R"({"oracle_reports_sid": "Marzipan"})");
  CHECK(missing.says("oracle_reports_sid"));
  CHECK_FALSE(missing.says("Marzipan"));
  CHECK(missing.out.empty());
}

TEST_CASE("overlay: every value that a line holds comes back from Python as it is") {
  const Sandbox box;
  box.init();
  for (const char* value : {"100%", "%(team)s", "a=b:c", "# no comment", "; nor this", "[x]",
                            "\"q\"", "it's", "\\n", "a  b", "\xC3\xA9\xE2\x82\xAC", ""}) {
    const std::string fields = Json{{"db_password", value}}.dump();
    INFO(value);
    CHECK(as_python_reads(box, overlaid(box, 0, fields).out)["vdk"]["db_password"] == value);
  }
  CHECK(as_python_reads(
            box, overlaid(box, 0, R"({"timeout": [1, {"a": true}]})").out)["vdk"]["timeout"] ==
        R"([1, {"a": true}])");
  for (const char* value : {"two\nlines", " x", "x ", "x\t", "\rx", "x\xC2\xA0", "\xE2\x80\xA9x"}) {
    const Outcome refused = overlaid(box, 2, Json{{"db_password", value}}.dump());
    CHECK(refused.says("DB_PASSWORD"));
    CHECK(refused.out.empty());
  }
}

TEST_CASE("overlay: JSON and YAML keep the types of the secret's values") {
  const Sandbox box;
  box.init();
  const char* fields = R"({"db_user": "Marzipan", "port": 5439, "oracle_user": ["a", 1.50]})";
  CHECK(
      overlaid(box, 0, fields,
               R"({ "db-user":"f",  "vdk": {"port": "1", "x": 1.0}, "oracle": {"user": {}} })",
               "c.json")
          .out ==
      R"({ "db-user":"Marzipan",  "vdk": {"port": 5439, "x": 1.0}, "oracle": {"user": ["a", 1.50]} })");
  const std::string yaml =
      overlaid(box, 0, fields, "# ours\ndb-user: f\nvdk:\n  port: 1\noracle:\n  user: f\n",
               "c.yaml")
          .out;
  CHECK(yaml.find("\"Marzipan\"") != std::string::npos);
  CHECK(yaml.find("5439\n") != std::string::npos);
  CHECK(yaml.find("# ours") == std::string::npos);
  // Standard input has no name that could say the form.
  CHECK(box.expect(0, {"inject", "--overlay", "ingestion/my-job", "--as", "json"},
                   R"({"db_user": 1})")
            .out == R"({"db_user": "Marzipan"})");
}

TEST_CASE("overlay: what could be read in two ways, or not at all, gives nothing") {
  const Sandbox box;
  box.init();
  const char* fields = R"({"a": "Marzipan"})";
  for (const char* config :
       {"[x]\na = 1\nA = 2\n", "a = 1\n[vdk]\na = 2\n", "[x\na = 1\n", "[x] y\na = 1\n", "[]\n",
        "[x]\nno delimiter\n", "[x]\n= 1\n", "[x]\na = \xFF\n", "[x]\na = 1\rb = 2\n"}) {
    const Outcome refused = overlaid(box, 2, fields, config);
    INFO(config);
    CHECK(refused.out.empty());
    CHECK_FALSE(refused.says("Marzipan"));
  }
  CHECK(overlaid(box, 2, fields, "[x]\nb = 1\nno delimiter\n").says("config.ini:3:1"));
  overlaid(box, 2, R"({"db-user": "1", "db_user": "2"})");
  overlaid(box, 2, fields, "[1]", "c.json");
  overlaid(box, 2, fields, "{\"a\": 1, \"a\": 2}", "c.json");
  overlaid(box, 2, fields, "a = 1\n", "config.toml");
  overlaid(box, 2, "[1]");
  box.expect(2, {"inject", "--as", "ini"}, "x");
  box.expect(2, {"inject", "--overlay", "coffer://ingestion/my-job#a", "--as", "ini"}, "a = 1\n");
  box.expect(4, {"inject", "--overlay", "ingestion/other", "--as", "ini"}, "a = 1\n");
  box.expect(0, {"put", "opaque", "--value", "-"}, "x");
  box.expect(2, {"inject", "--overlay", "opaque", "--as", "ini"}, "a = 1\n");
  // A new file is private, and exists only after success.
  const std::string out = box.path("out.ini");
  box.expect(2, {"inject", "--overlay", "opaque", "--as", "ini", "-o", out}, "a = 1\n");
  CHECK_FALSE(std::filesystem::exists(out));
  box.expect(0, {"put", "ingestion/my-job", "a=Marzipan"});
  box.expect(0, {"inject", "--overlay", "ingestion/my-job", "--as", "ini", "-o", out}, "a = 1\n");
  CHECK(cli::read_file(out) == "a = Marzipan\n");
  CHECK((std::filesystem::status(out).permissions() & std::filesystem::perms::all) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

}  // namespace overlay_test

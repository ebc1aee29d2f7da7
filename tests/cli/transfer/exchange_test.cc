// export and import: everything exported can be imported, anything unfit is refused, and files are
// closed to others.
#include "tests/cli/command.h"

#include <set>

namespace exchange_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

constexpr const char* kValue = "Marzipan-7f3a";

void fill(const Sandbox& box) {
  box.expect(0, {"put", "db/user", "name=ann", "port:=5439.10", "list:=[1, {\"a\":null}]"});
  box.expect(0, {"put", "db/user", "name=bob", "port:=5439.10"});
  box.expect(0,
             {"put", "db/raw", "--value", "-", "--kind", "generic", "--owner", "ops", "--tag", "x",
              "--tag", "y", "--description", "a key", "--metadata", "k=v"},
             std::string("\x00\xff\n", 3));
  box.expect(0, {"put", "text", "--value", "-", "--ttl", "30d"}, "two\nlines\n");
  box.expect(0, {"put", "doc", "--json", "-"}, "{ \"b\" : 1.00,\n \"a\": [ ] }");
  box.expect(0, {"put", "gone", "a=1"});
  box.expect(0, {"delete", "gone"});
  box.expect(0, {"metadata", "put", "empty", "--max-versions", "3", "--cas-required",
                 "--delete-version-after", "30d", "--custom", "a=b"});
}

// A second store in the same sandbox.
void use_other_store(Sandbox& box) {
  box.environment = {"PATH=/usr/bin:/bin", "HOME=" + box.path(""), "LC_ALL=C.UTF-8",
                     "COFFER_STORE=" + box.path("other"), "COFFER_KEY=" + box.key()};
  box.expect(0, {"init"});
}

std::set<std::string> names(const Json& list) {
  std::set<std::string> all;
  for (const auto& name : list) all.insert(name.get<std::string>());
  return all;
}

using Names = std::set<std::string>;

}  // namespace

TEST_CASE("bytes that Vault's form cannot hold are named on the way out and in") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "bin", "--value", "-"}, "\x01\xFF");
  box.expect(0, {"put", "text", "--value", "-"}, "word");
  const Outcome out = box.expect(0, {"export", "--as", "vault"});
  CHECK(out.says("warning: bin: bytes become a field"));
  CHECK_FALSE(out.says("text:"));
  const Outcome in = box.expect(0, {"import", "-", "--as", "vault", "--prefix", "back"}, out.out);
  CHECK(in.says("warning: back/bin: value_base64 is imported as a text field"));
  CHECK_FALSE(in.says("back/text:"));
}

TEST_CASE("what is exported as JSON or YAML is imported elsewhere with values and metadata") {
  Sandbox box;
  box.init();
  fill(box);
  const std::string form = GENERATE(std::string("json"), std::string("yaml"));
  const std::string document = box.expect(0, {"export", "--as", form}).out;
  use_other_store(box);
  const Json dry =
      box.expect(0, {"import", "-", "--as", form, "-n", "--format", "json"}, document).json();
  CHECK(dry["dry_run"] == true);
  CHECK(names(dry["created"]) == Names{"db/raw", "db/user", "doc", "empty", "gone", "text"});
  CHECK(box.expect(0, {"list"}).out.empty());
  const Json done =
      box.expect(0, {"import", "-", "--as", form, "--format", "json"}, document).json();
  CHECK(done["dry_run"] == false);
  CHECK(done["created"] == dry["created"]);
  CHECK(box.expect(0, {"get", "db/raw"}).out == std::string("\x00\xff\n", 3));
  CHECK(box.expect(0, {"get", "db/user", "--field", "port"}).out == "5439.10");
  CHECK(box.expect(0, {"get", "text"}).out == "two\nlines\n");
  CHECK(box.expect(0, {"get", "text", "--format", "json"}).json()["expires_time"] != "");
  if (form == "json") {
    CHECK(box.expect(0, {"get", "doc"}).out == "{ \"b\" : 1.00,\n \"a\": [ ] }");
  } else {
    CHECK(box.expect(0, {"get", "doc"}).out == "{\"b\":1.00,\"a\":[]}");
  }
  const Json raw = box.expect(0, {"metadata", "get", "db/raw", "--format", "json"}).json();
  CHECK(raw["owner"] == "ops");
  CHECK(raw["kind"] == "generic");
  CHECK(raw["description"] == "a key");
  CHECK(raw["tags"] == Json::array({"x", "y"}));
  CHECK(raw["custom_metadata"]["k"] == "v");
  const Json empty = box.expect(0, {"metadata", "get", "empty", "--format", "json"}).json();
  CHECK(empty["max_versions"] == 3);
  CHECK(empty["cas_required"] == true);
  CHECK(empty["delete_version_after"] == "30d");
  // A second import changes nothing.
  const Json again =
      box.expect(0, {"import", "-", "--as", form, "--format", "json"}, document).json();
  CHECK(again["created"].empty());
  CHECK(again["updated"].empty());
  CHECK(again["unchanged"].size() == 6);
  CHECK(box.expect(0, {"history", "db/user", "--format", "json"}).json()["current_version"] >= 1);
}

TEST_CASE("import says what to do with what is there already") {
  Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "k=1"});
  box.expect(0, {"put", "b", "k=1"});
  const std::string document = box.expect(0, {"export", "--as", "json"}).out;
  box.expect(0, {"put", "b", "k=2"});
  box.expect(0, {"metadata", "delete", "a"});

  const Outcome refused = box.expect(8, {"import", "-", "--as", "json"}, document);
  CHECK(refused.says("b: exists in the store already"));
  CHECK(refused.says("hint: --overwrite"));
  CHECK(box.expect(0, {"list"}).out == "b\n");  // All or nothing.

  const Outcome stale = box.expect(8, {"import", "-", "--as", "json", "--cas"}, document);
  CHECK(stale.says("b: was changed after the document"));
  CHECK(box.expect(0, {"list"}).out == "b\n");

  const Json skipped =
      box.expect(0, {"import", "-", "--as", "json", "--skip-existing", "--format", "json"},
                 document)
          .json();
  CHECK(names(skipped["skipped"]) == Names{"b"});
  CHECK(names(skipped["created"]) == Names{"a"});
  CHECK(box.expect(0, {"get", "b", "--field", "k"}).out == "2");

  const Json written =
      box.expect(0, {"import", "-", "--as", "json", "--overwrite", "--format", "json"}, document)
          .json();
  CHECK(names(written["updated"]) == Names{"b"});
  CHECK(names(written["unchanged"]) == Names{"a"});
  CHECK(box.expect(0, {"get", "b", "--field", "k"}).out == "1");
  CHECK(box.expect(0, {"history", "b", "--format", "json"}).json()["current_version"] == 3);

  const std::string fresh = box.expect(0, {"export", "--as", "json"}).out;
  std::string changed = fresh;
  changed.replace(changed.find("{\"k\":\"1\"}"), 9, "{\"k\":\"9\"}");
  box.expect(0, {"import", "-", "--as", "json", "--cas"}, changed);
  CHECK(box.expect(0, {"get", "a", "--field", "k"}).out == "9");
}

TEST_CASE("a dotenv file becomes the fields of one secret, and fields become dotenv lines") {
  Sandbox box;
  box.init();
  const std::string file =
      box.write("app.env", "# settings\nexport USER=ann\nPASSWORD='p $x \"q\"'\nEMPTY=\n");
  CHECK(box.expect(2, {"import", file, "--as", "dotenv"}).says("--prefix PATH"));
  box.expect(0, {"import", file, "--as", "dotenv", "--prefix", "app/web"});
  CHECK(box.expect(0, {"get", "app/web"}).out ==
        R"({"USER":"ann","PASSWORD":"p $x \"q\"","EMPTY":""})");
  box.expect(0, {"put", "app/TOKEN", "--value", "-"}, "multi\nline");
  CHECK(box.expect(0, {"export", "app", "--as", "dotenv"}).out ==
        "TOKEN='multi\nline'\nUSER=ann\nPASSWORD='p $x \"q\"'\nEMPTY=\n");
  // A shell reads the same values.
  const std::string sourced =
      box.write("exported.env", box.expect(0, {"export", "app", "--as", "dotenv"}).out);
  CHECK(
      box.run_program({"/bin/sh", "-c", ". " + sourced + "; printf %s \"$PASSWORD|$TOKEN\""}).out ==
      "p $x \"q\"|multi\nline");
  box.expect(0, {"put", "app/other", "USER=bob"});
  CHECK(box.expect(2, {"export", "app", "--as", "dotenv"}).says("#USER: two secrets"));
  box.expect(0, {"put", "bytes", "--value", "-"}, "\xff");
  CHECK(box.expect(2, {"export", "bytes", "--as", "dotenv"}).says("bytes#bytes"));
  box.expect(0, {"put", "odd", "a b=1"});
  CHECK(box.expect(2, {"export", "odd", "--as", "dotenv"}).says("odd#a b"));
  const Outcome bad = box.expect(
      2, {"import", box.write("bad.env", "A=1\nB = 2\n"), "--as", "dotenv", "--prefix", "p"});
  CHECK(bad.says("bad.env:2:2: a blank before ="));
  CHECK(bad.says("hint: write NAME=VALUE"));
}

TEST_CASE("Vault's forms are read and written") {
  Sandbox box;
  box.init();
  const std::string answer =
      R"({"request_id":"7c","lease_id":"","lease_duration":0,"renewable":false,)"
      R"("data":{"data":{"user":"ann","port":5439.10},"metadata":{"created_time":)"
      R"("2024-03-22T02:36:43.986212308Z","custom_metadata":{"team":"a"},"deletion_time":"",)"
      R"("destroyed":false,"version":7}},"warnings":null,"mount_type":"kv"})";
  CHECK(box.expect(2, {"import", "-", "--as", "vault"}, answer).says("--prefix PATH"));
  box.expect(0, {"import", "-", "--as", "vault", "--prefix", "db/user"}, answer);
  CHECK(box.expect(0, {"get", "db/user"}).out == R"({"user":"ann","port":5439.10})");
  CHECK(box.expect(0, {"get", "db/user", "--format", "json"})
            .json()["metadata"]["custom_metadata"]["team"] == "a");
  box.expect(0, {"import", "-", "--as", "vault", "--prefix", "team"},
             R"({"a":{"k":"v"},"b/c":{"n":1}})");
  CHECK(box.expect(0, {"list", "-r"}).out == "db/user\nteam/a\nteam/b/c\n");
  box.expect(0, {"put", "team/plain", "--value", "-"}, "x");
  CHECK(box.expect(0, {"export", "team", "--as", "vault"}).json() ==
        Json::parse(R"({"team/a":{"k":"v"},"team/b/c":{"n":1},"team/plain":{"value":"x"}})"));
  const std::string deleted = R"({"data":{"data":null,"metadata":{"version":7}}})";
  CHECK(box.expect(2, {"import", "-", "--as", "vault", "--prefix", "p"}, deleted)
            .says("#/data/data: has no fields"));
  CHECK(box.expect(2, {"import", "-", "--as", "vault"}, R"({"a":"x"})").says("#/a: must be"));
  CHECK(box.expect(2, {"import", "-", "--as", "vault", "--cas"}, R"({"a":{"k":"v"}})")
            .says("--cas: the document has no version"));
}

TEST_CASE("an export file is new, closed to others, and whole or not there") {
  Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "k=1"});
  const std::string file = box.path("out.json");
  box.expect(0, {"export", "--as", "json", "-o", file});
  struct stat status {};
  REQUIRE(stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(Json::parse(cli::read_file(file))["secrets"].size() == 1);
  const std::string before = cli::read_file(file);
  const Outcome refused = box.expect(8, {"export", "--as", "json", "-o", file});
  CHECK(refused.says("a file of this name exists already"));
  CHECK(refused.says("--force"));
  CHECK(cli::read_file(file) == before);

  // A file open to others is replaced by a closed one; a link is neither replaced nor followed.
  REQUIRE(chmod(file.c_str(), 0644) == 0);
  box.expect(0, {"export", "--as", "yaml", "-o", file, "--force"});
  REQUIRE(stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const std::string target = box.write("target", "untouched");
  REQUIRE(symlink(target.c_str(), box.path("link").c_str()) == 0);
  box.expect(2, {"export", "--as", "json", "-o", box.path("link")});
  box.expect(2, {"export", "--as", "json", "-o", box.path("link"), "--force"});
  CHECK(cli::read_file(target) == "untouched");
  box.expect(2, {"export", "--as", "json", "-o", box.path(""), "--force"});
  box.expect(17, {"export", "--as", "json", "-o", box.path("no/such/folder/f")});
  box.expect(2, {"export", "--as", "json", "--force"});

  // A failed export leaves nothing behind.
  box.expect(0, {"put", "b", "k=2"});
  box.expect(2, {"export", "--as", "dotenv", "-o", box.path("env")});
  CHECK_FALSE(std::filesystem::exists(box.path("env")));
}

TEST_CASE("export and import refuse what they do not understand, and write nothing") {
  Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "k=1"});
  box.expect(2, {"export"});
  box.expect(2, {"export", "--as", "xml"});
  box.expect(2, {"export", "--as", "vault", "--history"});
  box.expect(4, {"export", "nothing/here", "--as", "json"});
  box.expect(2, {"import", "-"}, "{}");
  box.expect(2, {"import", "-", "--as", "json", "--cas", "--overwrite"}, "{}");
  box.expect(17, {"import", "/no/such/file", "--as", "json"});
  const std::string head = R"({"format":"coffer-export","format_version":1,"secrets":[)";
  const auto refused = [&](const std::string& document, const std::string& says, int code = 2) {
    INFO(document);
    const Outcome outcome = box.expect(code, {"import", "-", "--as", "json"}, document);
    INFO(outcome.err);
    CHECK(outcome.says(says));
    CHECK_FALSE(outcome.says(kValue));
  };
  const std::string v = std::string(R"("value":")") + kValue + "\"";
  refused("", "standard input:1:1");
  refused("[]", "is not an export document");
  refused("{}", "is not an export document");
  refused(R"({"format":"other","format_version":1,"secrets":[]})", "is not an export document");
  refused(R"({"format":"coffer-export","format_version":3,"secrets":[]})", "a newer coffer", 19);
  refused(R"({"format":"coffer-export","format_version":1})", "#/secrets: is missing");
  refused(head + "]", "standard input:1:");
  refused(head + R"({"path":"x","path":"y"}]})", "standard input:1:");
  refused(head + R"({"path":"x"}]})", "#/secrets/0/versions: is missing");
  refused(head + R"({"path":1,"versions":[]}]})", "#/secrets/0/path: must be a string");
  refused(head + R"({"path":"x","versions":[],"extra":1}]})",
          "#/secrets/0/extra: this member is unknown");
  refused(head + R"({"path":"x","versions":[{"version":0,)" + v + "}]}]}", "numbers begin at 1");
  refused(head + R"({"path":"x","versions":[{"version":1.5,)" + v + "}]}]}", "a whole number");
  refused(head + R"({"path":"x","versions":[{"version":-1,)" + v + "}]}]}", "a whole number");
  refused(head + R"({"path":"x","versions":[{"version":1,)" + v + R"(},{"version":2}]}]})",
          "newest first");
  refused(head + R"({"path":"x","versions":[{"version":1,"data":1,)" + v + "}]}]}",
          "more than one way");
  refused(head + R"({"path":"x","versions":[{"version":1,"destroyed":true,)" + v + "}]}]}",
          "a destroyed version");
  refused(head + R"({"path":"x","versions":[{"version":1,"value_base64":"Zg"}]}]})", "base64");
  refused(head + R"({"path":"x","versions":[{"version":1,"expires_time":"soon",)" + v + "}]}]}",
          "must be a time");
  refused(head + R"({"path":"x","versions":[],"metadata":{"max_versions":5000000000}}]})",
          "too large");
  refused(head + R"({"path":"x","versions":[],"metadata":{"tags":"a"}}]})", "a JSON array");
  refused(head + R"({"path":"x/../y","versions":[{"version":1,)" + v + "}]}]}", "x/../y");
  refused(head + R"({"path":"x","versions":[]},{"path":"x","versions":[]}]})",
          "x: is in the document twice");
  refused(head + R"({"path":"x","versions":[{"version":1,"value":")" + std::string(1048577, 'v') +
              "\"}]}]}",
          "x: ", 10);
  CHECK(box.expect(0, {"list"}).out == "a\n");
}

TEST_CASE("secrets of configs stay out of exports unless asked for") {
  Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "k=1"});
  box.expect(0, {"config", "put", "c1", "--spec",
                 box.write("spec", R"({"type":"object","properties":{"p":{"type":"string",)"
                                   R"("airbyte_secret":true}}})"),
                 "--input", box.write("full", std::string(R"({"p":")") + kValue + "\"}")});
  CHECK(box.expect(0, {"export", "--as", "json", "--newest"}).out.find(kValue) ==
        std::string::npos);
  const Json all = box.expect(0, {"export", "--as", "json", "--newest", "--managed"}).json();
  REQUIRE(all["secrets"].size() == 2);
  CHECK(all["secrets"][1]["managed"] == true);
  CHECK(all["secrets"][1]["versions"][0]["data"] == kValue);
}

TEST_CASE("history goes out on demand, with numbers, times and states") {
  Sandbox box;
  box.init();
  for (const char* value : {"k=1", "k=2", "k=3", "k=4"}) box.expect(0, {"put", "a", value});
  box.expect(0, {"delete", "a", "--versions", "2"});
  box.expect(0, {"destroy", "a", "--versions", "3"});
  CHECK(box.expect(0, {"export", "a", "--as", "json"}).json()["secrets"][0]["versions"].size() ==
        1);
  const Json versions =
      box.expect(0, {"export", "a", "--as", "json", "--history"}).json()["secrets"][0]["versions"];
  REQUIRE(versions.size() == 4);
  CHECK(versions[0]["data"]["k"] == "4");
  CHECK(versions[1]["destroyed"] == true);
  CHECK_FALSE(versions[1].contains("data"));
  CHECK(versions[2]["deletion_time"] != "");
  CHECK(versions[2]["data"]["k"] == "2");
  CHECK(versions[3]["data"]["k"] == "1");
}

TEST_CASE("history comes in with its numbers, times and states where nothing stands yet") {
  Sandbox box;
  box.init();
  box.expect(0, {"settings", "put", "--max-versions", "3"});
  for (const char* value : {"k=1", "k=2", "k=3", "k=4", "k=5"})
    box.expect(0, {"put", "a", value, "--metadata", "m=n", "--ttl", "1d"});
  box.expect(0, {"destroy", "a", "--versions", "4"});
  box.expect(0, {"delete", "a", "--versions", "3"});
  box.expect(0, {"metadata", "put", "empty", "--owner", "ann"});
  const std::string form = GENERATE(std::string("json"), std::string("yaml"));
  const std::string document = box.expect(0, {"export", "--as", form, "--history"}).out;
  const Json before = box.expect(0, {"history", "a", "--format", "json"}).json();
  use_other_store(box);
  box.expect(0, {"import", "-", "--as", form}, document);
  const Json after = box.expect(0, {"history", "a", "--format", "json"}).json();
  CHECK(after["current_version"] == 5);
  REQUIRE(after["versions"].size() == 3);
  CHECK(after["versions"][0] == before["versions"][0]);
  CHECK(after["versions"][1] == before["versions"][1]);
  CHECK(after["versions"][2] == before["versions"][2]);
  box.expect(0, {"undelete", "a", "--versions", "3"});
  CHECK(box.expect(0, {"get", "a", "--version", "3", "--field", "k"}).out == "3");
  CHECK(box.expect(0, {"get", "a", "--field", "k"}).out == "5");
  CHECK(
      box.expect(0, {"get", "a", "--format", "json"}).json()["metadata"]["custom_metadata"]["m"] ==
      "n");
  box.expect(8, {"put", "a", "k=6", "--cas", "1"});
  CHECK(box.expect(0, {"put", "a", "k=6", "--cas", "5", "--format", "json"}).json()["version"] ==
        6);
  CHECK(box.expect(0, {"metadata", "get", "empty", "--format", "json"}).json()["owner"] == "ann");
  box.expect(0, {"verify"});
  // Over an existing secret only the newest version counts.
  CHECK(box.expect(8, {"import", "-", "--as", form}, document)
            .says("a: exists in the store already"));
  box.expect(0, {"import", "-", "--as", form, "--overwrite"}, document);
  CHECK(box.expect(0, {"get", "a", "--field", "k"}).out == "5");
  CHECK(box.expect(0, {"history", "a", "--format", "json"}).json()["current_version"] == 7);
}

TEST_CASE("a history that no secret can have is refused") {
  Sandbox box;
  box.init();
  const std::string head =
      R"({"format":"coffer-export","format_version":1,"history":true,"secrets":[{"path":"x","versions":[)";
  for (const std::string versions :
       {R"({"version":1,"created_time":"2999-01-01T00:00:00Z","value":"v"})",
        R"({"version":18446744073709551615,"value":"v"})",
        R"({"version":1,"expires_time":"9999-01-01T00:00:00Z","value":"v"})"}) {
    INFO(versions);
    box.expect(2, {"import", "-", "--as", "json"}, head + versions + "]}]}");
  }
  CHECK(box.expect(0, {"list"}).out.empty());
}

TEST_CASE("input too large, too deep or too clever is a limit, and nothing is written") {
  Sandbox box;
  box.init();
  const std::string huge = box.write("huge", "");
  std::filesystem::resize_file(huge, (std::uintmax_t{64} << 20) + 1);
  for (const char* form : {"yaml", "dotenv", "vault"}) {
    const Outcome outcome = box.expect(10, {"import", huge, "--as", form, "--prefix", "p"});
    CHECK(outcome.says("huge: is larger than 64 MiB"));
  }
  box.expect(2, {"import", huge, "--as", "json"});
  box.expect(10, {"bulk", huge});
  box.expect(10, {"import", "-", "--as", "vault"}, std::string(300, '['));
  box.expect(10, {"bulk"}, std::string(300, '['));
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c < 'l'; ++c) {
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += "*" + std::string(1, static_cast<char>(c - 1)) + ", ";
    bomb += "]\n";
  }
  CHECK(box.expect(10, {"import", "-", "--as", "yaml"}, bomb).says("standard input:"));
  box.expect(2, {"import", box.path(""), "--as", "json"});
  CHECK(box.expect(0, {"list"}).out.empty());
}

TEST_CASE("an export that cannot be written says so") {
  Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "k=1"});
  CHECK(box.run({"export", "--as", "json"}, {}, "/dev/full").exit_code == 17);
  CHECK(box.run({"export", "--as", "json", "-o", "/dev/full", "--force"}).exit_code == 2);
}

TEST_CASE("a file called .env is taken for one, and that is told; an empty one is refused") {
  Sandbox box;
  box.init();
  const std::string file = box.write("prod.env", std::string("A=") + kValue + "\nB=2\n");
  const Outcome dry = box.expect(0, {"import", file, "--prefix", "app", "-n"});
  CHECK(dry.says("--as dotenv is taken"));
  CHECK(dry.says("app gets 2 fields: A, B"));
  CHECK_FALSE(dry.says(kValue));
  box.expect(0, {"import", file, "--prefix", "app"});
  CHECK(box.expect(0, {"get", "app", "--field", "B"}).out == "2");
  const std::string empty = box.write(".env", "# nothing yet\n");
  CHECK(box.expect(2, {"import", empty, "--prefix", "app", "--overwrite"}).says("no variable"));
  CHECK(box.expect(0, {"get", "app", "--field", "B"}).out == "2");
  CHECK(box.expect(2, {"import", box.write("x.txt", "A=1\n")})
            .says("the form of the file is missing"));
}

TEST_CASE("a table that begins with a byte order mark is told so") {
  Sandbox box;
  box.init();
  const std::string table = "\xEF\xBB\xBFkey,value\r\na,1\r\n";
  CHECK(box.expect(2, {"import", "-", "--as", "csv"}, table).says("byte order mark"));
}

TEST_CASE("import brings no value back that was deleted when it was due") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "kept/db", "a=1"});
  std::string document = box.expect(0, {"export", "--as", "json"}).out;
  const std::string unset = "\"deletion_time\":\"\"";
  const auto at = document.find(unset);
  REQUIRE(at != std::string::npos);
  document.replace(at, unset.size(), "\"deletion_time\":\"2020-01-01T00:00:00Z\"");
  const Sandbox other;
  other.init();
  other.expect(0, {"import", "-", "--as", "json"}, document);
  const Outcome gone = other.run({"get", "kept/db"});
  CHECK(gone.exit_code != 0);
  CHECK(gone.out.empty());
}

}  // namespace exchange_test

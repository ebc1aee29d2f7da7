// patch, rollback, move, copy, metadata, settings, bulk: as scripts use them.
#include "tests/cli/command.h"

namespace secret_verbs_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

constexpr const char* kValue = "Marzipan-7f3a";

std::uint64_t current_version(const Sandbox& box, const std::string& path) {
  return box.expect(0, {"history", path, "--format", "json"}).json()["current_version"];
}

}  // namespace

TEST_CASE("put takes expiry, kind, owner, description and tags") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "k=1", "--expires-at", "2999-01-31T12:00:00Z", "--kind", "key-value",
                 "--owner", "ann", "--description", "for tests", "--tag", "x", "--tag", "y z"});
  CHECK(box.expect(0, {"get", "a", "--format", "json"}).json()["expires_time"] ==
        "2999-01-31T12:00:00.000Z");
  const Json metadata = box.expect(0, {"metadata", "get", "a", "--format", "json"}).json();
  CHECK(metadata["kind"] == "key-value");
  CHECK(metadata["tags"] == Json::array({"x", "y z"}));
  CHECK(box.expect(2, {"put", "a", "k=1", "--kind", "secret-stuff"}).says("key-value-properties"));
  box.expect(2, {"put", "a", "k=1", "--ttl", "1h", "--expires-at", "2999-01-31T12:00:00Z"});
  box.expect(2, {"put", "a", "k=1", "--expires-at", "tomorrow"});
  box.expect(2, {"put", "a", "k=1", "--expires-at", ""});
  box.expect(2, {"put", "a", "k=1", "--expires-at", "1999-01-31T12:00:00Z"});
  box.expect(2, {"put", "a", "k=1", "--tag", "x", "--tag", "x"});
  CHECK(current_version(box, "a") == 1);
}

TEST_CASE("patch changes what it names and leaves the rest to the byte") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "--json", "-"},
             "{ \"n\" : 1.50, \"o\" : {\"x\":1,\"y\":2}, \"s\":\"t\" }");
  const Json written = box.expect(0, {"patch", "a", "s=u", "new:=[1]", "--format", "json"}).json();
  CHECK(written["version"] == 2);
  CHECK(written["path"] == "a");
  CHECK(box.expect(0, {"get", "a"}).out ==
        "{ \"n\" : 1.50, \"o\" : {\"x\":1,\"y\":2}, \"s\":\"u\",\"new\":[1] }");
  box.expect(0, {"patch", "a", "--json", "-", "--cas", "2"}, R"({"o":{"x":null},"n":null})");
  const Json data = box.expect(0, {"get", "a", "--format", "json"}).json()["data"];
  CHECK(data == Json::parse(R"({"o":{"y":2},"s":"u","new":[1]})"));
  box.expect(0, {"patch", "a", "new:=null"});
  box.expect(4, {"get", "a", "--field", "new"});
  CHECK(box.expect(8, {"patch", "a", "s=v", "--cas", "2"}).says("hint: "));
  CHECK(box.expect(4, {"patch", "nothing", "s=v"}).says("nothing"));
  box.expect(2, {"patch", "a"});
  box.expect(2, {"patch", "a", "s=v", "--json", "-"}, "{}");
  box.expect(2, {"patch", "a", "--json", "-"}, R"({"a":1,"a":2})");
  box.expect(2, {"patch", "a", "--json", "-"}, "");
  box.expect(4, {"patch", "a?version=1#f", "k=v"});  // A plain path is literal.
  box.expect(17, {"patch", "a", "--json", "/no/such/file"});
}

TEST_CASE("rollback, move and copy carry values and history") {
  const Sandbox box;
  box.init();
  for (const char* value : {"k=1", "k=2", "k=3"}) box.expect(0, {"put", "a", value});
  CHECK(box.expect(0, {"rollback", "a", "--to", "1", "--format", "json"}).json()["version"] == 4);
  CHECK(box.expect(0, {"get", "a", "--field", "k"}).out == "1");
  box.expect(4, {"rollback", "a", "--to", "9"});
  box.expect(4, {"rollback", "none", "--to", "1"});
  box.expect(2, {"rollback", "a"});
  box.expect(2, {"rollback", "a", "--to", "0"});
  box.expect(8, {"rollback", "a", "--to", "2", "--cas", "2"});
  box.expect(0, {"destroy", "a", "--versions", "3"});
  box.expect(7, {"rollback", "a", "--to", "3"});

  box.expect(0, {"copy", "a", "b/c"});
  CHECK(current_version(box, "b/c") == 4);
  CHECK(box.expect(0, {"get", "b/c", "--version", "2", "--field", "k"}).out == "2");
  box.expect(7, {"get", "b/c", "--version", "3"});
  CHECK(box.expect(8, {"copy", "a", "b/c"}).says("b/c: there is a secret of that name already"));
  const Json moved = box.expect(0, {"move", "b/c", "d", "--format", "json"}).json();
  CHECK(moved["from"] == "b/c");
  CHECK(moved["to"] == "d");
  box.expect(4, {"get", "b/c"});
  CHECK(box.expect(0, {"list", "-r"}).out == "a\nd\n");
  box.expect(8, {"move", "a", "d"});
  box.expect(8, {"move", "a", "a"});
  box.expect(4, {"move", "none", "e"});
  box.expect(2, {"move", "a"});
  box.expect(2, {"move", "a", "b//c"});
  box.expect(2, {"copy", "a#f", "../b"});
  CHECK(box.expect(0, {"list", "-r"}).out == "a\nd\n");
}

TEST_CASE("metadata is told, set, changed and removed") {
  const Sandbox box;
  box.init();
  box.expect(4, {"metadata", "get", "a"});
  box.expect(4, {"metadata", "patch", "a", "--owner", "x"});
  box.expect(4, {"metadata", "delete", "a"});
  box.expect(0, {"metadata", "put", "a", "--custom", "one=1", "--custom", "two=2", "--cas-required",
                 "--max-versions", "2", "--delete-version-after", "90m", "--owner", "ann"});
  Json metadata = box.expect(0, {"metadata", "get", "a", "--format", "json"}).json();
  CHECK(metadata["current_version"] == 0);
  CHECK(metadata["cas_required"] == true);
  CHECK(metadata["max_versions"] == 2);
  CHECK(metadata["delete_version_after"] == "90m");
  CHECK(metadata["custom_metadata"] == Json::parse(R"({"one":"1","two":"2"})"));
  CHECK(box.expect(0, {"metadata", "get", "a"}).out.find("custom.one") != std::string::npos);
  CHECK(box.expect(8, {"put", "a", "k=1"}).says("--cas N"));
  box.expect(0, {"put", "a", "k=1", "--cas", "0"});
  box.expect(0, {"metadata", "patch", "a", "--custom", "three=3", "--remove-custom", "one",
                 "--cas-required=false", "--delete-version-after", "0"});
  metadata = box.expect(0, {"metadata", "get", "a", "--format", "json"}).json();
  CHECK(metadata["custom_metadata"] == Json::parse(R"({"three":"3","two":"2"})"));
  CHECK(metadata["cas_required"] == false);
  CHECK(metadata["owner"] == "ann");
  box.expect(0, {"metadata", "put", "a", "--custom", "only=1", "--tag", "t"});
  metadata = box.expect(0, {"metadata", "get", "a", "--format", "json"}).json();
  CHECK(metadata["custom_metadata"] == Json::parse(R"({"only":"1"})"));
  const std::string revision = std::to_string(metadata["metadata_revision"].get<int>());
  box.expect(8, {"metadata", "put", "a", "--owner", "bob", "--metadata-cas", "1"});
  box.expect(0, {"metadata", "put", "a", "--no-tags", "--metadata-cas", revision});
  CHECK(box.expect(0, {"metadata", "get", "a", "--format", "json"}).json()["tags"].empty());
  for (const Words& bad : std::vector<Words>{
           {"metadata", "put", "a"},
           {"metadata", "put", "a", "--max-versions", "many"},
           {"metadata", "put", "a", "--max-versions", "5000000000"},
           {"metadata", "put", "a", "--cas-required=perhaps"},
           {"metadata", "put", "a", "--custom", "novalue"},
           {"metadata", "put", "a", "--custom", "a=1", "--custom", "a=2"},
           {"metadata", "put", "a", "--remove-custom", "a"},
           {"metadata", "patch", "a", "--custom", "a=1", "--remove-custom", "a"},
           {"metadata", "put", "a", "--tag", "x", "--no-tags"},
           {"metadata", "put", "a", "--delete-version-after", "-1"},
           {"metadata", "put", "--cas-required"},
           {"metadata", "rename", "a"},
           {"metadata"},
       }) {
    CHECK(box.run(bad).exit_code == 2);
  }
  box.expect(0, {"metadata", "delete", "a"});
  box.expect(4, {"get", "a"});
  CHECK(box.expect(0, {"put", "a", "k=9", "--format", "json"}).json()["version"] == 1);
}

TEST_CASE("what is too large is told with its size and the bound, by whatever verb it comes") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "k=1"});
  box.expect(0, {"settings", "put", "--value-limit", "100"});
  box.expect(0, {"settings", "put", "--scope", "small", "--value-limit", "10"});
  const std::string large(101, 'x'), told = "(101, at most 100)";
  CHECK(box.expect(10, {"put", "new", "--value", "-"}, large).says(told));
  CHECK(box.expect(10, {"put", "small/a", "--value", "-"}, large).says("(101, at most 10)"));
  // {"k":"1","l":"..."} is longer than the added field by this much.
  CHECK(box.expect(10, {"patch", "a", "l=" + std::string(85, 'x')}).says(told));
  CHECK(box.expect(10, {"bulk", "-"},
                   R"({"operations":[{"put":{"path":"b","value":")" + large + "\"}}]}")
            .says(told));
  CHECK(box.expect(10, {"import", "-", "--as", "csv"}, "key,value\nb," + large + "\n").says(told));
  const std::string spec = box.write(
      "spec", R"({"type":"object","properties":{"p":{"type":"string","airbyte_secret":true}}})");
  const std::string document = box.write("document", "{\"p\":\"" + large + "\"}");
  for (const char* verb : {"put", "stage"}) {
    // A config's value is stored as its JSON text, with the quotes.
    CHECK(box.expect(10, {"config", verb, "c", "--spec", spec, "--input", document})
              .says("(103, at most 100)"));
  }
  const std::string huge = box.write("huge", "{\"p\":\"" + std::string(4 << 20, 'x') + "\"}");
  CHECK(box.expect(10, {"config", "put", "c", "--spec", spec, "--input", huge})
            .says("(4194312, at most 4194304)"));
  CHECK(box.expect(10, {"metadata", "put", "a", "--owner", std::string(2000, 'o')})
            .says("(2000, at most "));
}

TEST_CASE("a kind may be named in a product's words") {
  const Sandbox box;
  box.init();
  const auto kind_of = [&box](const std::string& path) {
    return box.expect(0, {"metadata", "get", path, "--format", "json"}).json()["kind"];
  };
  box.expect(0, {"put", "a", "k=v", "--kind", "cloud-kernel"});
  CHECK(kind_of("a") == "key-value");
  box.expect(0, {"metadata", "put", "b", "--kind", "cloud-kernel-image-pull"});
  CHECK(kind_of("b") == "docker-config");
  box.expect(2, {"put", "b", "k=v"});
  box.expect(0, {"bulk", "-"},
             R"({"operations":[{"put":{"path":"c","data":{"k":1},"kind":"cloud-kernel"}},)"
             R"({"metadata":{"path":"d","kind":"certificates"}}]})");
  CHECK((kind_of("c") == "key-value" && kind_of("d") == "certificate"));
  CHECK(box.expect(0, {"list", "--kind", "cloud-kernel", "--format", "json"}).json()["keys"] ==
        Json({"a", "c"}));
  CHECK(box.expect(2, {"put", "a", "k=v", "--kind", "cloud"}).says("docker-config"));
}

TEST_CASE("settings are told and changed, of the store and of a folder") {
  const Sandbox box;
  box.init();
  CHECK(box.expect(0, {"settings", "get", "--format", "json"}).json()["max_versions"].is_null());
  box.expect(0, {"settings", "put", "--max-versions", "2", "--value-limit", "100"});
  box.expect(0, {"settings", "put", "--scope", "small", "--value-limit", "10", "--names", "vdk"});
  box.expect(0, {"settings", "put", "--delete-version-after", "never"});
  const Json settings = box.expect(0, {"settings", "get", "--format", "json"}).json();
  CHECK(settings["max_versions"] == 2);
  CHECK(settings["delete_version_after"] == "never");
  CHECK((settings["names"] == "core" && settings["name_rules"].empty()));
  REQUIRE(settings["scopes"].size() == 1);
  const Json& scope = settings["scopes"][0];
  CHECK((scope["prefix"] == "small" && scope["value_limit"] == 10 && scope["names"] == "vdk"));
  CHECK(scope["name_rules"] == Json::parse(R"({"components":{"white_space":"not_alone"},)"
                                           R"("fields":{"white_space":"forbidden"}})"));
  CHECK(box.expect(0, {"settings", "get"})
            .out.find("value_limit 10, names vdk: in a path not white space alone; in fields no "
                      "white space") != std::string::npos);
  box.expect(0, {"put", "large", "--value", "-"}, std::string(100, 'x'));
  box.expect(10, {"put", "large", "--value", "-"}, std::string(101, 'x'));
  box.expect(0, {"put", "small/a", "--value", "-"}, std::string(10, 'x'));
  box.expect(10, {"put", "small/a", "--value", "-"}, std::string(11, 'x'));
  CHECK(box.expect(0, {"get", "small/a"}).out == std::string(10, 'x'));
  box.expect(2, {"put", "small/b", "a =1"});
  box.expect(
      0, {"settings", "put", "--scope", "small", "--value-limit", "inherit", "--names", "inherit"});
  CHECK(box.expect(0, {"settings", "get", "--format", "json"}).json()["scopes"].empty());
  box.expect(0, {"settings", "put", "--cas-required"});
  box.expect(8, {"put", "new", "k=1"});
  box.expect(0, {"settings", "put", "--cas-required=false"});
  for (const Words& bad : std::vector<Words>{
           {"settings", "put"},
           {"settings", "put", "--names", "any"},
           {"settings", "put", "--value-limit", "inherit"},
           {"settings", "put", "--value-limit", "1K"},
           {"settings", "put", "--scope", "a"},
           {"settings", "put", "--scope", "a", "--max-versions", "3"},
           {"settings", "put", "--scope", "a//b", "--value-limit", "3"},
           {"settings", "put", "--max-versions", "-1"},
           {"settings", "get", "a"},
           {"settings"},
       }) {
    INFO(bad.back());
    CHECK(box.run(bad).exit_code == 2);
  }
  box.expect(10, {"settings", "put", "--value-limit", "99999999999"});
}

TEST_CASE("bulk carries out all operations or none, and names the entry that failed") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "old", "k=1"});
  box.expect(0, {"put", "doc", "k=1", "l=2"});
  const std::string document = R"({"operations":[
    {"put":{"path":"a","data":{"n":1.50},"cas":0,"kind":"key-value","tags":["x"],"custom":{"c":"d"}}},
    {"put":{"path":"b","value":"text","ttl":"2h"}},
    {"put":{"path":"c","value_base64":"AP8=","expires_time":"2999-01-01T00:00:00Z"}},
    {"patch":{"path":"doc","patch":{"k":null,"m":3}}},
    {"rollback":{"path":"doc","to":1}},
    {"copy":{"from":"doc","to":"doc2"}}, {"move":{"from":"doc2","to":"doc3"}},
    {"metadata":{"path":"empty","max_versions":3,"cas_required":true,"delete_version_after":"90s"}},
    {"delete":{"path":"old"}}, {"undelete":{"path":"old","versions":[1]}},
    {"destroy":{"path":"doc3","versions":[1]}}, {"metadata_delete":{"path":"old"}}]})";
  const Json dry = box.expect(0, {"bulk", "-", "-n", "--format", "json"}, document).json();
  CHECK(dry["dry_run"] == true);
  CHECK(dry["results"].size() == 12);
  CHECK(box.expect(0, {"list"}).out == "doc\nold\n");
  const Json done =
      box.expect(0, {"bulk", box.write("bulk.json", document), "--format", "json"}).json();
  CHECK(done["sequence"] > 0);
  CHECK(done["results"][0] == Json({{"operation", "put"},
                                    {"path", "a"},
                                    {"version", 1},
                                    {"created_time", done["results"][0]["created_time"]}}));
  CHECK(done["results"][4]["version"] == 3);
  CHECK(box.expect(0, {"list"}).out == "a\nb\nc\ndoc\ndoc3\nempty\n");
  CHECK(box.expect(0, {"get", "c"}).out == std::string("\0\xff", 2));
  CHECK(box.expect(0, {"get", "a"}).out == R"({"n":1.50})");
  box.expect(7, {"get", "doc3", "--version", "1"});

  const Outcome failed = box.expect(
      8, {"bulk"},
      R"({"operations":[{"put":{"path":"new","value":"x"}},{"put":{"path":"a","value":"y","cas":7}}]})");
  CHECK(failed.says("standard input#/operations/1/put: a: "));
  CHECK(failed.says("hint: "));
  box.expect(4, {"get", "new"});
  CHECK(current_version(box, "a") == 1);
}

TEST_CASE("bulk documents that are not right are refused whole, without repeating a value") {
  const Sandbox box;
  box.init();
  const std::string v = std::string("\"value\":\"") + kValue + "\"";
  const std::pair<std::string, std::string> cases[] = {
      {"", ":1:1"},
      {"[]", "must be a JSON object"},
      {"{}", "#/operations: is missing"},
      {R"({"operations":{}})", "#/operations: must be a JSON array"},
      {R"({"operations":[1]})", "#/operations/0: must be a JSON object"},
      {R"({"operations":[{}]})", "#/operations/0: holds no operation"},
      {R"({"operations":[{"put":{"path":"p",)" + v + R"(},"delete":{"path":"p"}}]})",
       "#/operations/0/delete: an entry holds one operation"},
      {R"({"operations":[{"pub":{"path":"p",)" + v + "}}]}",
       "#/operations/0/pub: this member is unknown"},
      {R"({"operations":[{"put":{)" + v + "}}]}", "#/operations/0/put/path: is missing"},
      {R"({"operations":[{"put":{"path":"p"}}]})", "#/operations/0/put: has no value"},
      {R"({"operations":[{"put":{"path":"p",)" + v + ",\"data\":1}}]}", "more than one way"},
      {R"({"operations":[{"put":{"path":"p",)" + v + ",\"cas\":\"1\"}}]}", "a whole number"},
      {R"({"operations":[{"put":{"path":"p",)" + v + ",\"ttl\":\"soon\"}}]}", "a duration"},
      {R"({"operations":[{"put":{"path":"p",)" + v + ",\"ttl\":0}}]}", "longer than zero"},
      {R"({"operations":[{"put":{"path":"p",)" + v +
           R"(,"ttl":"1h","expires_time":"2999-01-01T00:00:00Z"}}]})",
       "given twice"},
      {R"({"operations":[{"put":{"path":"p","value":1}}]})", "must be a string"},
      {R"({"operations":[{"put":{"path":"p","value_base64":"A"}}]})", "must be base64"},
      {R"({"operations":[{"put":{"path":"p",)" + v + "," + v + "}}]}", ":1:"},
      {R"({"operations":[{"put":{"path":"p//q",)" + v + "}}]}", "p//q"},
      {R"({"operations":[{"destroy":{"path":"p"}}]})", "must name versions or all"},
      {R"({"operations":[{"destroy":{"path":"p","versions":[1],"all":true}}]})", "versions or all"},
      {R"({"operations":[{"undelete":{"path":"p"}}]})", "versions: is missing"},
      {R"({"operations":[{"rollback":{"path":"p","to":0}}]})", "numbers begin at 1"},
      {R"({"operations":[{"metadata":{"path":"p","tags":[1]}}]})", "tags/0: must be a string"},
      {R"({"operations":[{"move":{"from":"p"}}]})", "to: is missing"},
      {R"({"operations":[],"more":1})", "#/more: this member is unknown"},
  };
  for (const auto& [document, says] : cases) {
    const Outcome outcome = box.run({"bulk"}, document);
    INFO(document << "\n" << outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.says(says));
    CHECK_FALSE(outcome.says(kValue));
    CHECK(outcome.out.empty());
  }
  box.expect(4, {"bulk"}, R"({"operations":[{"delete":{"path":"nothing"}}]})");
  CHECK(box.expect(0, {"list"}).out.empty());
}

TEST_CASE("a failing write verb never repeats a value") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "k=1"});
  const std::string secret = kValue;
  for (const Words& words : std::vector<Words>{
           {"patch", "a", secret},
           {"patch", "a", "k:=" + secret},
           {"patch", "a", "k=" + secret, "k=" + secret},
           {"patch", "a", "k=" + secret, "--cas", "0"},
           {"patch", "none", "k=" + secret},
           {"patch", "a", "k=" + secret, "--no-such"},
           {"put", "a", "k=" + secret, "--kind", "nonsense"},
           {"put", "a", "k=" + secret, "--cas", "5"},
           {"put", "a", "k=" + secret, "--expires-at", "x"},
       }) {
    const Outcome outcome = box.run(words);
    INFO(outcome.err);
    CHECK(outcome.exit_code != 0);
    CHECK_FALSE(outcome.says(secret));
  }
}

TEST_CASE("every verb shows an example, and every refusal a way on") {
  const Sandbox box;
  box.init();
  for (const char* verb : {"put", "patch", "rollback", "move", "copy", "metadata get",
                           "metadata put", "metadata patch", "metadata delete", "settings get",
                           "settings put", "bulk", "export", "import"}) {
    Words words;
    std::string text = verb;
    if (const auto blank = text.find(' '); blank != std::string::npos) {
      words = {text.substr(0, blank), text.substr(blank + 1)};
    } else {
      words = {text};
    }
    words.emplace_back("--help");
    const std::string help = box.expect(0, words).out;
    CHECK(help.find("Example:\n  coffer " + text) != std::string::npos);
    Words overview = {"help"};
    if (words.size() == 3) overview.push_back(words.front());
    CHECK(box.expect(0, overview).out.find("  " + text + " ") != std::string::npos);
  }
  for (const Words& words : std::vector<Words>{{"rollback", "none", "--to", "1"},
                                               {"move", "none", "b"},
                                               {"metadata", "get", "none"},
                                               {"export", "none", "--as", "json"},
                                               {"import", "/none", "--as", "json"},
                                               {"patch", "none", "a=1"}}) {
    CHECK(box.run(words).says("coffer: error: "));
  }
}

TEST_CASE("put tells by name which fields of the version before it drops") {
  const Sandbox box;
  box.init();
  CHECK(box.expect(0, {"put", "p", "user=ann", "password=Marzipan"}).err.empty());
  const Outcome dropped = box.expect(0, {"put", "p", "user=bob"});
  CHECK(dropped.says("password"));
  CHECK_FALSE(dropped.says("Marzipan"));
  CHECK_FALSE(dropped.says("user,"));
  CHECK(box.expect(0, {"put", "p", "user=eve"}).err.empty());
  CHECK(box.expect(0, {"put", "p", "--value", "-"}, "opaque").says("user"));
  CHECK(box.expect(0, {"put", "p", "user=eve"}).err.empty());
  box.expect(0, {"patch", "p", "more=1"});
  // With a policy the refusal must not reveal names.
  box.expect(0, {"policy", "allow", "*", "all", "**"});
  CHECK(box.expect(0, {"put", "p", "user=bob"}).says("more"));
  box.expect(0, {"policy", "deny", "*", "use", "**"});
  CHECK(box.expect(0, {"put", "p", "other=bob"}).err.empty());
}

TEST_CASE("a pair without a secret's name before it is refused, and is not repeated") {
  const Sandbox box;
  box.init();
  const Outcome refused = box.expect(2, {"put", "password=Marzipan"}, "x");
  CHECK_FALSE(refused.says("Marzipan"));
  CHECK(refused.says("coffer put PATH NAME=VALUE"));
  CHECK(box.expect(0, {"list"}).out.empty());
  const Outcome two = box.expect(0, {"put", "user=ann", "password=Marzipan"});
  CHECK(two.says("first word is the secret's name"));
  CHECK_FALSE(two.says("Marzipan"));
  box.expect(0, {"put", "dt=2024", "--value", "-"}, "v");
}

TEST_CASE("a line end that is stored with a value is told of, and stored") {
  const Sandbox box;
  box.init();
  CHECK(box.expect(0, {"put", "p", "--value", "-"}, "word\n").says("stored with it"));
  CHECK(box.expect(0, {"get", "p"}).out == "word\n");
  CHECK(box.expect(0, {"put", "q", "--value", "-"}, "two\nlines\n").err.empty());
  CHECK(box.expect(0, {"put", "q", "--value", "-"}, "word").err.empty());
  CHECK(box.expect(0, {"put", "q", "--file", box.write("f", "word\n")}).err.empty());
  const std::string of_field = "a ends in a line end";
  CHECK(box.expect(0, {"put", "r", "a=-"}, "word\n").says(of_field));
  CHECK(box.expect(0, {"put", "r", "a=@" + box.path("f")}).says(of_field));
  CHECK(box.expect(0, {"patch", "r", "a=@" + box.path("f")}).says(of_field));
  CHECK(box.expect(0, {"put", "r", "a:=-"}, "1\n").err.empty());
  CHECK(box.expect(0, {"put", "r", "a=word\n"}).err.empty());
  // The note is printed only for stored values.
  CHECK_FALSE(box.expect(2, {"put", "s", "--kind", "token", "--value", "-"}, "hi\n")
                  .says("stored with it"));
  CHECK_FALSE(box.expect(8, {"put", "r", "--cas", "9", "a=-"}, "word\n").says("stored with it"));
}

TEST_CASE("a document that is no JSON is told by line and column, with what to do") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "k=v"});
  const std::string broken = box.write("broken.json", "{\n \"a\": ,}");
  for (const Words& words : std::vector<Words>{{"bulk", broken},
                                               {"put", "a", "--json", broken},
                                               {"patch", "a", "--json", broken},
                                               {"import", broken, "--as", "vault"},
                                               {"policy", "set", broken}}) {
    INFO(words.front());
    const Outcome refused = box.expect(2, words);
    CHECK(refused.says(broken + ":2:7: a JSON value is missing here: so it is not JSON\n"));
    CHECK(refused.says("line and column"));
  }
  CHECK(box.expect(2, {"put", "a", "--json", "-"}, "{").says("standard input:1:2: "));
  CHECK(box.expect(2, {"bulk", "-"}, R"({"operations":[{"rollback":{"path":"a","version":1}}]})")
            .says("the known members are: path (required), to (required), cas"));
  CHECK(box.expect(2, {"bulk", "-"}, R"({"operations":[{"put":{"path":1}}]})")
            .says("hint: correct the document at this place"));
}

}  // namespace secret_verbs_test

// A data job's secrets, in the order of a tutorial for VDK's users.
#include <chrono>
#include <thread>

#include "tests/cli/command.h"
#include "tests/cli/left_behind.h"

namespace vdk_secrets_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

// `coffer secrets -t ingestion -n my-job` and the rest.
Words job(Words rest) {
  Words words = {"secrets", "-t", "ingestion", "-n", "my-job"};
  words.insert(words.end(), rest.begin(), rest.end());
  return words;
}

Json shown(const Sandbox& box) {
  return box.expect(0, job({"--list", "--show-secrets", "-o", "json"})).json();
}

}  // namespace

TEST_CASE("secrets: set, list, get, delete: the page") {
  const Sandbox box;
  box.init();
  // An empty job is not an error.
  CHECK(box.expect(0, job({"--list"})).out == "No Data.\n");
  CHECK(box.expect(0, job({"--list", "-o", "json"})).out == "{}\n");
  CHECK(box.expect(0, job({"--get", "db-user"})).out == "No Data.\n");

  // A key without a value is asked for; without a terminal a line of input is the answer.
  box.expect(0, job({"--set", "db-password", "--set-prompt", "api key"}),
             "Pumpernickel 7\nTok:en\n");
  const Outcome told = box.expect(0, job({"--set", "db-user", "foo", "--set", "port", "-5439"}));
  CHECK(told.says("coffer: warning: "));
  CHECK_FALSE(told.says("foo"));
  CHECK(told.out.empty());

  // Lists only names, in their order; values only if asked for.
  CHECK(box.expect(0, job({"--list"})).out ==
        "key\n-----------\ndb-password\napi key\ndb-user\nport\n");
  const Outcome names = box.expect(0, job({"--list", "-o", "JSON"}));
  CHECK(names.out.find("Pumpernickel") == std::string::npos);
  CHECK(names.json().size() == 4);
  CHECK(box.expect(0, job({"--list", "--show-secrets"})).out ==
        "key          value\n"
        "-----------  --------------\n"
        "db-password  Pumpernickel 7\n"
        "api key      Tok:en\n"
        "db-user      foo\n"
        "port         -5439\n");
  CHECK(box.expect(0, job({"--get", "db-user", "-o", "json"})).out == "{\"db-user\": \"foo\"}\n");
  CHECK(box.expect(0, job({"--get", "db-user"})).out ==
        "key      value\n-------  -------\ndb-user  foo\n");
  CHECK(box.expect(0, job({"--get", "other", "-o", "json"})).out == "{}\n");

  // All secrets are one object at TEAM/JOB, which coffer's other verbs can use.
  CHECK(box.expect(0, {"get", "ingestion/my-job", "--field", "port"}).out == "-5439");
  CHECK(box.expect(0, {"run", "--map", "P=coffer://ingestion/my-job#db-password", "--", "sh", "-c",
                       "echo ${#P}"})
            .out == "14\n");

  // Either all keys to delete exist, or none is deleted.
  const Outcome unknown = box.expect(2, job({"--delete", "db-user", "--delete", "dbuser"}));
  CHECK(unknown.says("dbuser"));
  CHECK(unknown.says("nothing has been changed"));
  CHECK(shown(box).size() == 4);
  box.expect(0, job({"--delete", "db-user", "--delete", "port"}));
  CHECK(shown(box).size() == 2);
  box.expect(0, job({"--delete-all-job-secrets"}));
  CHECK(box.expect(0, {"get", "ingestion/my-job"}).out == "{}");
  box.expect(0, job({"--set-stdin", "pem"}), "line\n--\n");
  CHECK(shown(box)["pem"] == "line\n--\n");
  CHECK(box.expect(0, job({"--get", "pem"})).out.find("line\\x0a--\\x0a") != std::string::npos);
  box.expect(0, job({"--delete-all-job-properties", "-y"}));
  CHECK(shown(box).empty());

  // In any state of the object: if it is absent, the job is empty and the next set creates it.
  for (const Words& end : std::vector<Words>{{"destroy", "ingestion/my-job", "--all"},
                                             {"delete", "ingestion/my-job"},
                                             {"metadata", "delete", "ingestion/my-job"}}) {
    box.expect(0, job({"--set", "k", "v"}));
    box.expect(0, end);
    CHECK(shown(box).empty());
  }
  box.expect(0, {"settings", "put", "--cas-required"});
  box.expect(0, job({"--set-file", "pem=" + box.write("pem", "line\n")}));
  box.expect(0, job({"--set", "k", "v"}));
  CHECK(shown(box) == Json::parse("{\"pem\": \"line\\n\", \"k\": \"v\"}"));
}

TEST_CASE("secrets: a key keeps its type, or nothing of the call is done") {
  const Sandbox box;
  box.init();
  const std::string all =
      R"({"i": 1, "big": 123456789012345678901234567890, "f": 1.50, "b": true, "n": null, )"
      R"("l": [1, {"x": 2.0}], "s": "1"})";
  box.expect(0, job({"--overwrite-all-job-secrets", box.write("all.json", all + "\n")}));
  // Numbers keep every digit, on one line.
  CHECK(box.expect(0, job({"--list", "--show-secrets", "-o", "json"})).out == all + "\n");

  box.expect(0, job({"--set", "i", " +007 ", "--set", "big", "99999999999999999999", "--set", "f",
                     "3", "--set", "b", "FALSE", "--set", "s", "2", "--set", "n", "now a text"}));
  CHECK(box.expect(0, {"get", "ingestion/my-job"}).out ==
        R"({"i":7,"big":99999999999999999999,"f":3.0,"b":false,"n":"now a text",)"
        R"("l":[1, {"x": 2.0}],"s":"2"})");
  for (const auto& [text, stored] : std::vector<std::pair<std::string, std::string>>{
           {".5", "0.5"}, {"5.", "5.0"}, {"-01.25E+03", "-1.25e3"}, {"-0", "-0.0"}}) {
    box.expect(0, job({"--set", "f", text}));
    CHECK(box.expect(0, {"get", "ingestion/my-job", "--field", "f"}).out == stored);
  }
  const std::string before = box.expect(0, {"get", "ingestion/my-job"}).out;
  for (const auto& [key, text] :
       std::vector<std::pair<std::string, std::string>>{{"i", "1.5"},
                                                        {"i", "x1y2"},
                                                        {"i", ""},
                                                        {"f", "nan"},
                                                        {"f", "1e"},
                                                        {"f", "."},
                                                        {"f", "1+2"},
                                                        {"f", "1.-2"},
                                                        {"b", "1"},
                                                        {"l", "[]"},
                                                        {"s", "**********"}}) {
    INFO(key << " " << text);
    const Outcome refused = box.expect(2, job({"--set", "new", "x", "--set", key, text}));
    CHECK(refused.says(key + ": "));
    CHECK_FALSE((text.size() > 3 && text != "**********" && refused.says(text)));
    CHECK(box.expect(0, {"get", "ingestion/my-job"}).out == before);
  }
}

TEST_CASE("secrets: all are replaced by a JSON object, or stay as they are") {
  const Sandbox box;
  box.init();
  box.expect(0, job({"--set", "a", "Quark-1"}));
  for (const char* bad : {"", "{", "[]", "null", "{\"a\":1,\"a\":2}", "{\"a\":\"\xFF\"}", "{} x",
                          "{\"a\":\"**********\",\"b\":\"**********\"}"}) {
    INFO(bad);
    const Outcome refused = box.expect(2, job({"--overwrite-all-job-secrets", "-"}), bad);
    CHECK(refused.says("nothing has been changed"));
    CHECK(shown(box) == Json{{"a", "Quark-1"}});
  }
  CHECK(box.expect(2, job({"--overwrite-all-job-secrets", box.write("bad", "{\"k\":\n oops}")}))
            .says("bad:2:2: expected valid JSON"));
  CHECK(box.expect(2, job({"--overwrite-all-job-secrets", box.path("none")})).says("none"));
  CHECK(box.expect(2, job({"--set-file", "k=" + box.path("none")})).says("none"));
  // A masked list can be written back: a mask keeps the present value.
  box.expect(0, job({"--overwrite-all-job-secrets", "-"}), "{\"b\": 1, \"a\": \"**********\"}");
  CHECK(shown(box) == Json::parse("{\"b\": 1, \"a\": \"Quark-1\"}"));
  // One call can do everything: sets, deletions, output, and at last the overwrite.
  box.expect(0, job({"--set", "c", "2", "--delete", "a", "--overwrite-all-job-secrets", "-"}),
             "{\"c\":\"**********\"}");
  CHECK(shown(box) == Json{{"c", "2"}});
}

TEST_CASE("secrets: one mebibyte, and not one byte more") {
  const Sandbox box;
  box.init();
  const auto object_of = [](std::size_t bytes) {
    return "{\"big\":\"" + std::string(bytes - 10, 'x') + "\"}";
  };
  box.expect(0, job({"--overwrite-all-job-secrets", "-"}), object_of(1048576));
  const Outcome refused =
      box.expect(2, job({"--overwrite-all-job-secrets", "-"}), object_of(1048577));
  CHECK(refused.says("1048577"));
  CHECK(refused.says("1048576"));
  CHECK(box.expect(2, job({"--set", "k", "v"})).says("nothing has been changed"));
  CHECK(box.expect(0, {"get", "ingestion/my-job"}).out == object_of(1048576));
  // A larger limit of the store does not make a job's object larger.
  box.expect(0, {"settings", "put", "--value-limit", "4194304"});
  box.expect(2, job({"--overwrite-all-job-secrets", "-"}), object_of(1048577));
}

TEST_CASE("secrets: words that do not go together are refused") {
  const Sandbox box;
  box.init();
  box.expect(0, job({"--set", "k", "v"}));
  for (const Words& words : std::vector<Words>{{"--set", "k", "w", "--get", "k"},
                                               {"--set-prompt", "k", "--list"},
                                               {"--delete", "k", "--get", "k"},
                                               {"--delete", "k", "--list"},
                                               {"--get", "k", "--list"},
                                               {"--show-secrets"},
                                               {"--get", "k", "--show-secrets"},
                                               {"--list", "-o", "yaml"},
                                               {"--set"},
                                               {"--set", "k", "v", "w"},
                                               {"--set-file", "k"},
                                               {}}) {
    INFO(words.size());
    box.expect(2, job(words), "line\n");
    CHECK(shown(box) == Json{{"k", "v"}});
  }
  CHECK(
      box.expect(2, {"secrets", "-t", " ", "-n", "j", "--list"}).says("Team Name cannot be blank"));
  CHECK(box.expect(2, {"secrets", "-t", "t", "-n", "", "--list"})
            .says("Data Job Name cannot be blank"));
  // Missing names are asked for, first the job; a missing answer is not a user error.
  CHECK(box.expect(0, {"secrets", "--get", "k", "-o", "json"}, "my-job\ningestion\n").json() ==
        Json{{"k", "v"}});
  box.expect(3, {"secrets", "--list"});
  // Errors that are not the user's have their own codes.
  box.expect(18, {"--store", box.path("none"), "secrets", "-t", "t", "-n", "j", "--list"});
  box.expect(0, {"put", "t/j", "--value", "-"}, "no object");
  box.expect(2, {"secrets", "-t", "t", "-n", "j", "--list"});
  box.expect(2, {"secrets", "-t", "t", "-n", "j", "--set", "k", "v"});
  box.expect(0, {"secrets", "-t", "t", "-n", "j", "--overwrite-all-job-secrets", "-"}, "{}");
}

TEST_CASE("secrets: no two jobs share an object, whatever they are called") {
  const Sandbox box;
  box.init();
  const std::vector<std::pair<std::string, std::string>> names = {{"a/b", "c"},
                                                                  {"a", "b/c"},
                                                                  {"a%2Fb", "c"},
                                                                  {".", ".."},
                                                                  {"..", "."},
                                                                  {"my team!", "@#$%^&*()"},
                                                                  {"t\xC3\xA9"
                                                                   "am",
                                                                   "x\ny"}};
  for (const auto& [team, name] : names)
    box.expect(0, {"secrets", "-t", team, "-n", name, "--set", "me", team + "|" + name});
  for (const auto& [team, name] : names) {
    CHECK(box.expect(0, {"secrets", "-t", team, "-n", name, "--get", "me", "-o", "json"}).json() ==
          Json{{"me", team + "|" + name}});
  }
  CHECK(box.expect(0, {"list", "--recursive"}).out.find("a%2Fb/c\n") != std::string::npos);
}

TEST_CASE("secrets: two at once lose nothing") {
  const Sandbox box;
  box.init();
  std::vector<pid_t> running;
  for (int i = 0; i < 8; ++i) {
    const std::string key = "k" + std::to_string(i);
    Words words = job({"--set", key, "v"});
    words.insert(words.begin(), COFFER_BIN);
    running.push_back(box.start(words, "/dev/null", "/dev/null"));
  }
  for (const pid_t pid : running) {
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK(status == 0);
  }
  CHECK(shown(box).size() == 8);
}

TEST_CASE("secrets: a value is nowhere but in the store") {
  const Sandbox box;
  box.init();
  const std::string value = "Zwetschgenknoedel-4711";
  // While it waits for standard input, its arguments are visible to others.
  const std::string fifo = box.path("fifo");
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  const int writer = open(fifo.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(writer >= 0);
  Words words = job({"--set", "k", value, "--set-stdin", "other"});
  words.insert(words.begin(), COFFER_BIN);
  const pid_t pid = box.start(words, fifo, "/dev/null");
  std::string arguments = value;
  for (int tries = 0; tries < 1000 && arguments.find(value) != std::string::npos; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    arguments = cli::read_file("/proc/" + std::to_string(pid) + "/cmdline");
  }
  CHECK(arguments.find("secrets") != std::string::npos);
  CHECK(arguments.find(value) == std::string::npos);
  close(writer);
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  CHECK(status == 0);
  const Outcome verbose = box.expect(0, job({"-v", "--list"}));
  CHECK_FALSE(verbose.says(value));
  CHECK(box.expect(0, {"audit", "list", "--format", "json"}).out.find(value) == std::string::npos);
  CHECK(cli::files_holding(box.path("."), value).empty());
  CHECK(shown(box)["k"] == value);
}

}  // namespace vdk_secrets_test

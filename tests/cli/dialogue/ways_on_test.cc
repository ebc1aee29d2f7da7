// How a refusal helps: its hint names what exists, and the hint is true.
#include <pwd.h>

#include "tests/cli/command.h"

namespace ways_on_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

struct Refusal {
  int exit_code;
  Words words;
  Words says;
  Words keeps_quiet_of = {};
  std::string input = {};
};

void check(const Sandbox& box, const std::vector<Refusal>& refusals) {
  for (const Refusal& refusal : refusals) {
    const Outcome outcome = box.expect(refusal.exit_code, refusal.words, refusal.input);
    std::string line;
    for (const std::string& word : refusal.words) line += word + " ";
    INFO(line << "\n" << outcome.err);
    for (const std::string& text : refusal.says) CHECK(outcome.says(text));
    for (const std::string& text : refusal.keeps_quiet_of) CHECK_FALSE(outcome.says(text));
  }
}

std::string me() {
  const passwd* user = getpwuid(getuid());
  return user == nullptr ? "#" + std::to_string(getuid()) : user->pw_name;
}

// A store with a policy that lets this user do everything, a config and a secret.
void fill_with_policy(const Sandbox& box) {
  box.init();
  box.expect(0, {"put", "a", "x=1"});
  const std::string spec = box.write(
      "spec", R"({"type":"object","properties":{"p":{"type":"string","airbyte_secret":true}}})");
  box.expect(0, {"config", "put", "c", "--spec", spec, "--input", "-"}, R"({"p":"v"})");
  box.expect(0, {"policy", "allow", "user:" + me(), "all", "**"});
}

}  // namespace

TEST_CASE("a policy that is carried along does not shut out who carries it") {
  const Sandbox box;
  fill_with_policy(box);
  const Words other{"--store", box.path("n2"), "--key", box.key()};
  const auto in_other = [&](int code, Words words) {
    words.insert(words.begin(), other.begin(), other.end());
    return box.expect(code, words);
  };
  in_other(0, {"init"});
  const Words from{"migrate", "--from", box.store(), "--from-key", box.key()};
  CHECK(in_other(0, from).out.find("config:c") != std::string::npos);
  CHECK(in_other(0, {"policy", "show", "--format", "json"}).json()["rules"].size() == 1);
  CHECK(in_other(0, {"config", "get", "c", "--reveal"}).out.find("\"v\"") != std::string::npos);
  CHECK(in_other(0, {"audit", "list", "--refused", "--format", "json"}).json()["records"].empty());
  // Import reads nothing back, so the same document can be imported repeatedly.
  const std::string file = box.path("all.json");
  box.expect(0, {"export", "--as", "json", "-o", file});
  const Words third{"--store", box.path("n3"), "--key", box.key()};
  for (const Words& words : std::vector<Words>{
           {"init"}, {"import", file, "--as", "json"}, {"import", file, "--as", "json"}}) {
    Words all = third;
    all.insert(all.end(), words.begin(), words.end());
    box.expect(0, all);
  }
}

TEST_CASE("a version that was destroyed is told as destroyed, whatever is asked of it") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "x=1"});
  box.expect(0, {"put", "a", "x=2"});
  box.expect(0, {"destroy", "a", "--versions", "1"});
  const std::string told = "a: this version was destroyed (1)";
  check(box, {{7, {"get", "a", "--version", "1"}, {told, "coffer history a"}},
              {7, {"rollback", "a", "--to", "1"}, {told}},
              {7, {"delete", "a", "--versions", "1"}, {told, "coffer history a"}},
              {7, {"undelete", "a", "--versions", "1"}, {told}},
              {7, {"destroy", "a", "--versions", "1,2"}, {told}},
              {7,
               {"bulk", "-"},
               {"this version was destroyed"},
               {},
               R"({"operations":[{"delete":{"path":"a","versions":[1]}}]})"},
              {4, {"delete", "a", "--versions", "9"}, {"there is no such version"}}});
  CHECK(box.expect(0, {"get", "a", "--field", "x"}).out == "2");
  box.expect(0, {"put", "brief", "x=1", "--ttl", "1s"});
  box.run_program({"/bin/sleep", "1.2"});
  box.expect(0, {"sweep"});
  check(box, {{6, {"get", "brief"}, {"expired"}},
              {6, {"undelete", "brief", "--versions", "1"}, {"expired"}},
              {6, {"destroy", "brief", "--versions", "1"}, {"expired"}}});
}

TEST_CASE("a key slot is told to be given up once it is, and not where it stays") {
  const Sandbox box;
  box.init();
  check(box, {{4, {"key", "remove", "7"}, {"no such key slot"}, {"removed: "}},
              {9, {"key", "remove", "1"}, {"last key slot"}, {"removed: "}},
              {9, {"key", "rotate", "--without", "1"}, {}, {"removed: "}}});
  box.expect(0, {"key", "add", "recovery:"});
  const std::string spare = "file://" + box.path("spare");
  box.expect(0, {"key", "add", spare});
  // The paper key is not available.
  check(box, {{12, {"key", "rotate", "--without", "3"}, {}, {"removed: "}},
              {4, {"key", "rotate", "--without", "3,7"}, {}, {"removed: "}}});
  CHECK(box.expect(0, {"key", "remove", "3"}).says("removed: key slot 3"));
  // A key file is neither kept nor reported if there is no room for its slot.
  for (int slot = 3; slot <= 8; ++slot)
    CHECK(box.expect(0, {"key", "add", "file://" + box.path("k" + std::to_string(slot))})
              .says("made the key file"));
  check(box, {{10, {"key", "add", "file://" + box.path("k9")}, {}, {"made the key file"}}});
  CHECK_FALSE(std::filesystem::exists(box.path("k9")));
}

TEST_CASE("a hint names options that the verb has") {
  const Sandbox box;
  fill_with_policy(box);
  box.expect(0, {"settings", "put", "--max-versions", "3"});
  const Words other{"--store", box.path("n2"), "--key", box.key()};
  const auto in_other = [&](Words words) {
    words.insert(words.begin(), other.begin(), other.end());
    return words;
  };
  const Words from{"migrate", "--from", box.store(), "--from-key", box.key()};
  const std::string all = box.path("all.json");
  box.expect(0, {"export", "--as", "json", "-o", all});
  box.expect(0, in_other({"init"}));
  box.expect(0, in_other({"settings", "put", "--max-versions", "4"}));
  check(box, {{8, in_other(from), {"--skip-existing"}, {"--overwrite"}},
              {8, in_other({"import", all, "--as", "json"}), {"--overwrite replaces"}}});
  box.expect(0, in_other({"settings", "put", "--max-versions", "3"}));
  box.expect(0, in_other({"policy", "allow", "user:" + me() + ",user:ann", "all", "**"}));
  check(box, {{8, in_other(from), {"policy of its own", "--skip-existing"}, {"--overwrite"}},
              {18,
               {"migrate", "--from", box.path("nope"), "--from-key", box.key()},
               {"--from DIR", "nope"},
               {"coffer init"}},
              {2, {"put", "a", "word"}, {"--value -"}},
              {2, {"patch", "a", "word"}, {"k:=null"}, {"--value", "--file"}}});
}

TEST_CASE("a job or an env file in which nothing stands selects nothing") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "X=1"});
  const std::string empty = box.write("e.json", "{}");
  const std::string spark = box.write("s.json", R"({"sparkConf":{"spark.x":"y"}})");
  const std::string misspelled = box.write("m.json", R"({"envvars":{"A":"${secrets.a}"}})");
  const std::string lines = box.write("e.env", "# nothing\n");
  for (const std::string& job : {empty, spark, misspelled})
    check(box, {{4, {"run", "--job", job, "--", "/bin/true"}, {"holds no variable", "envVars"}}});
  check(box, {{4, {"env", "--job", empty}, {"holds no variable"}},
              {4, {"env", "--job", spark}, {"holds no variable"}},
              {4, {"env", "--job", "-"}, {"standard input: holds no variable"}, {}, "{}"},
              {4, {"run", "--env-file", lines, "--", "/bin/true"}, {"has no variables"}},
              {4, {"env", "--env-file", lines}, {"has no variables"}}});
  CHECK(box.expect(0, {"env", "--job", spark, "--as", "spark"}).out.find("spark.x") !=
        std::string::npos);
  box.expect(0, {"run", "--only", "a", "--job", empty, "--", "/bin/true"});
  box.expect(0, {"run", "--only", "a", "--env-file", lines, "--", "/bin/true"});
}

TEST_CASE("a file that is not there is told so, however it would be read") {
  const Sandbox box;
  box.init();
  const std::string none = box.path("none");
  for (const Words& words :
       std::vector<Words>{{"import", none, "--as", "json"},
                          {"import", none, "--as", "dotenv"},
                          {"bulk", none},
                          {"inject", "-i", none},
                          {"put", "a", "--file", none},
                          {"put", "a", "--json", none},
                          {"policy", "set", none},
                          {"receipt", "verify", none},
                          {"config", "put", "c", "--spec", none, "--input", none},
                          {"run", "--env-file", none, "--", "/bin/true"}})
    check(box, {{17, words, {"a file of this name exists"}, {"check the path"}}});
}

TEST_CASE("- is standard output wherever an output file is named") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "X=1"});
  for (Words words : std::vector<Words>{{"export", "--as", "dotenv"},
                                        {"export", "--as", "json", "--newest"},
                                        {"env", "--only", "a"},
                                        {"inject", "-i", box.write("t", "${secrets.a#X}\n")}}) {
    const std::string out = box.expect(0, words).out;
    CHECK_FALSE(out.empty());
    Words change_here{"/bin/sh", "-c", "cd " + box.path("") + R"( && exec "$@")", "sh", COFFER_BIN};
    change_here.insert(change_here.end(), words.begin(), words.end());
    change_here.insert(change_here.end(), {"-o", "-"});
    const Outcome outcome = box.run_program(change_here);
    INFO(outcome.err);
    CHECK(outcome.exit_code == 0);
    if (words[0] != "export" || words[2] == "dotenv") CHECK(outcome.out == out);
    CHECK_FALSE(outcome.out.empty());
    CHECK_FALSE(std::filesystem::exists(box.path("-")));
    CHECK(box.expect(0, {words[0], "--help"}).out.find("`-`") != std::string::npos);
  }
}

TEST_CASE("who may see a value is told its fields where he asks for another") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "db", "user=ann", "password=Marzipan"});
  box.expect(0, {"put", "raw", "--value", "-"}, "Marzipan");
  const std::string fields = "its fields are: user, password";
  const std::string env_file = box.write("e.env", "X=coffer://db#nope\n");
  check(box,
        {{4, {"get", "db", "--field", "nope"}, {"db#nope", fields}, {"Marzipan", "ann"}},
         {4, {"get", "coffer://db#nope"}, {fields}, {"Marzipan"}},
         {4, {"get", "db", "--field", "/nope/x"}, {fields}, {"Marzipan"}},
         {4, {"get", "db", "--field", "nope", "--format", "json"}, {fields}, {"Marzipan"}},
         {4, {"env", "--only", "coffer://db#nope"}, {fields}, {"Marzipan"}},
         {4, {"env", "--map", "A=coffer://db#nope"}, {fields}, {"Marzipan"}},
         {4, {"run", "--map", "A=coffer://db#nope", "--", "/bin/true"}, {fields}, {"Marzipan"}},
         {4, {"inject"}, {fields}, {"Marzipan"}, "${secrets.db#nope}"},
         {4, {"env", "--env-file", env_file}, {fields}, {"Marzipan"}},
         {2, {"get", "raw", "--field", "a"}, {"without a field"}, {"Marzipan"}}});
  // A user who may only use the secret learns no part of it.
  box.expect(0, {"policy", "allow", "user:" + me(), "admin,list,use", "**"});
  const std::string else_where = "the whole value, read without a field";
  check(box,
        {{4, {"run", "--map", "A=coffer://db#nope", "--", "/bin/true"}, {else_where}, {"password"}},
         {4, {"inject"}, {else_where}, {"password"}, "${secrets.db#nope}"},
         {15, {"get", "db", "--field", "nope"}, {}, {"password"}},
         {15, {"env", "--only", "coffer://db#nope"}, {}, {"password"}}});
}

TEST_CASE("# and ? in a plain path lead to how a field or a version is written") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "key=1"});
  for (const Words& words : std::vector<Words>{{"get", "p#key"},
                                               {"get", "p?version=1"},
                                               {"history", "p#key"},
                                               {"delete", "p#key"},
                                               {"run", "--only", "p#key", "--", "/bin/true"},
                                               {"env", "--only", "p#key"},
                                               {"env", "--map", "A=p#key"}})
    check(box, {{4, words, {"coffer://PATH#FIELD"}}});
  check(box, {{4, {"env", "--map", "A=Marzi#pan"}, {"coffer://PATH#FIELD"}, {"Marzi"}},
              {4, {"get", "q"}, {}, {"#"}}});
  // Such a name is an ordinary name.
  box.expect(0, {"put", "p#key", "x=2"});
  CHECK(box.expect(0, {"get", "p#key", "--field", "x"}).out == "2");
}

TEST_CASE("a user's reference to one version is not taken for none") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "x=1"});
  box.expect(0, {"put", "p", "x=2"});
  box.expect(0, {"refs", "add", "coffer://p?version=2", "old"});
  box.expect(0, {"refs", "add", "p", "new"});
  check(box,
        {{4, {"refs", "remove", "p", "old"}, {"one version of the secret only (2)", "?version=N"}},
         {4, {"refs", "remove", "coffer://p?version=1", "old"}, {"this version", "(1)"}},
         {4, {"refs", "remove", "coffer://p?version=2", "new"}, {"to the current one"}},
         {4, {"refs", "remove", "p", "nobody"}, {"does not refer to the secret"}},
         {4, {"refs", "nope"}, {"nope: there is no such secret"}}});
  box.expect(0, {"refs", "remove", "coffer://p?version=2", "old"});
}

TEST_CASE("secrets says which errors end in 2, and which keep their code") {
  const Sandbox box;
  box.init();
  const std::string help = box.expect(0, {"secrets", "--help"}).out;
  CHECK(help.find("Every error") == std::string::npos);
  CHECK(help.find("exit-codes") != std::string::npos);
  const Words job{"secrets", "-t", "a", "-n", "b"};
  const auto with = [&](const Words& more) {
    Words words = job;
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  check(box, {{2, with({"--get", "k", "--list"}), {}},
              {2, with({"--set-file", "k=" + box.path("none")}), {}},
              {2, with({"--delete-all-job-secrets", "--get", "x", "--set", "a"}), {}},
              {3, with({"--set", "k"}), {}},
              {18, with({"--list", "--store", box.path("none")}), {}}});
}

TEST_CASE("a store's label is for what takes --source, and list lists such a store whole") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "team/a", "x=1"});
  const std::string help = box.expect(0, {"list", "--help"}).out;
  CHECK(help.find("store=LABEL") == std::string::npos);
  const std::string source = "o=" + box.store();
  check(box,
        {{2,
          {"list", "--source", source, "--source-key", "o=" + box.key(), "coffer://team?store=o"},
          {"this is a reference", "without coffer://"}},
         {2, {"list", "coffer://team"}, {"this is a reference"}},
         {2, {"export", "coffer://team", "--as", "json"}, {"this is a reference"}},
         {2, {"env", "--prefix", "coffer://team"}, {"this is a reference"}},
         {2, {"get", "coffer://team/a?store=o"}, {"store=LABEL is for what takes --source"}}});
}

TEST_CASE("an option's error names the option, and the verb whose help tells of it") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "x=1"});
  const std::string spec = box.write("spec", "{}");
  check(box, {{2, {"put", "a", "x=1", "--ttl", "5minutes"}, {"--ttl: this is not a duration"}},
              {2, {"list", "--older-than", "x"}, {"--older-than: this is not a duration"}},
              {2, {"sweep", "--grace", "x"}, {"--grace: this is not a duration"}},
              {2,
               {"config", "check", "--spec", spec, "--input", spec, "--ttl", "x"},
               {"--ttl: this is not a"}},
              {2,
               {"config", "stage", "c", "--spec", spec, "--input", spec, "--lease", "x"},
               {"--lease: this is not a"}},
              {2,
               {"config", "put", "c", "--spec", spec},
               {"--input: is missing", "coffer help config put"}},
              {2, {"get", "a", "--version", "x"}, {"--version", "coffer help get"}},
              {2, {"list", "--state", "bogus"}, {"--state", "coffer help list"}},
              {2, {"get", "a", "--format", "jsn"}, {"--format", "coffer help get"}},
              {2, {"key", "test", "x"}, {"coffer help key test"}},
              {2, {"import", spec, "--as", "json", "--prefix"}, {"--prefix: needs a value"}},
              {2, {"get", "a", "--json=x"}, {"--json: takes no value"}},
              {2, {"get", "a", "--field", "x", "--field", "y"}, {"--field: is given twice"}},
              {2,
               {"inject", "--overlay", "a", "-i", box.write("out.txt", "x=1")},
               {"out.txt: has a name that does not show"}},
              {2, {"env", "--only", "a", "--as", "kubernetes"}, {"--name: is missing"}}});
}

TEST_CASE("what a hint says to do to a secret names the secret") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "team/a b", "x=1"});
  box.expect(0, {"put", "a", "x=1"});
  box.expect(0, {"delete", "a"});
  box.expect(0, {"delete", "team/a b"});
  check(box, {{5, {"get", "a"}, {"coffer undelete a --versions N"}},
              {5, {"get", "team/a b"}, {"coffer undelete 'team/a b' --versions N"}},
              {4, {"get", "a", "--version", "9"}, {"coffer history a"}},
              {2, {"get", ""}, {"error: the name is empty"}, {"(empty)"}}});
  box.expect(0, {"undelete", "a"});
  box.expect(0, {"refs", "add", "a", "job"});
  check(box, {{9, {"destroy", "a", "--all"}, {"coffer refs a"}}});
}

}  // namespace ways_on_test

// How products store secrets elsewhere: in Vault's KV v2, and in a database's table.
#include "tests/cli/command.h"

namespace layouts_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

const std::string kHostile = "a,\"b\"\r\n'c' \\d $e é \t  ";

void fill(const Sandbox& box) {
  box.init();
  box.expect(0, {"put", "dom/db_password", "--value", "-"}, kHostile);
  box.expect(0, {"put", "dom/empty", "--value", "-"}, "");
  box.expect(0, {"put", "dom/job", "user=ada", "n:=1.50"});
}

}  // namespace

TEST_CASE("vault-entries: an entry a key, each with its value, both ways") {
  const Sandbox box;
  fill(box);
  const Outcome out = box.expect(0, {"export", "dom", "--as", "vault-entries"});
  CHECK(out.json() == Json({{"dom/db_password", {{"value", kHostile}}},
                            {"dom/empty", {{"value", ""}}},
                            {"dom/job/user", {{"value", "ada"}}},
                            {"dom/job/n", {{"value", "1.50"}}}}));
  box.expect(0, {"import", "-", "--as", "vault-entries", "--prefix", "in"}, out.out);
  CHECK(box.expect(0, {"get", "in/dom/db_password"}).out == kHostile);
  CHECK(box.expect(0, {"get", "in/dom/job/n"}).out == "1.50");
  for (const char* bad : {R"({"a":{"value":1}})", R"({"a":{}})", R"({"a":{"value":"x","b":"y"}})",
                          R"({"a":"x"})", R"([])"}) {
    box.expect(2, {"import", "-", "--as", "vault-entries", "--prefix", "bad"}, bad);
  }
  box.expect(4, {"get", "bad/a"});
}

TEST_CASE("vault-json: an entry a job, its object as text, both ways") {
  const Sandbox box;
  fill(box);
  const Outcome out = box.expect(0, {"export", "dom/job", "--as", "vault-json"});
  CHECK(
      out.json() ==
      Json({{"dom/job", {{"jobName", "dom/job"}, {"secretsJson", R"({"user":"ada","n":1.50})"}}}}));
  box.expect(0, {"import", "-", "--as", "vault-json", "--prefix", "in"}, out.out);
  CHECK(box.expect(0, {"get", "in/dom/job"}).out == R"({"user":"ada","n":1.50})");
  CHECK(box.expect(2, {"export", "dom", "--as", "vault-json"}).says("dom/db_password"));
  const Outcome bad = box.expect(2, {"import", "-", "--as", "vault-json"},
                                 R"({"a":{"secretsJson":"Marzipan-7f3a"}})");
  CHECK(bad.says("#/a/secretsJson"));
  CHECK_FALSE(bad.says("Marzipan"));
}

TEST_CASE("vault-json: an entry as VDK's control service writes it, job names with any letters") {
  const Sandbox box;
  box.init();
  box.expect(0, {"secrets", "-t", "team a", "-n", "job/1", "--set", "k", "v"});
  const Outcome out = box.expect(0, {"export", "team%20a", "--as", "vault-json"});
  CHECK(out.json() == Json({{"team%20a/job%2F1",
                             {{"jobName", "team a/job/1"}, {"secretsJson", R"({"k":"v"})"}}}}));
  box.expect(0, {"import", "-", "--as", "vault-json", "--prefix", "in"}, out.out);
  CHECK(box.expect(0, {"get", "in/team%20a/job%2F1"}).out == R"({"k":"v"})");
  const std::string real =
      R"({"secret/ing/job":{"jobName":"ing/job","secretsJson":"{\"a\":\"b\"}"}})";
  box.expect(0, {"import", "-", "--as", "vault-json"}, real);
  CHECK(box.expect(0, {"get", "secret/ing/job", "--field", "a"}).out == "b");
  const auto refused = [&](std::string_view text) {
    CHECK(box.expect(2, {"import", "-", "--as", "vault-json", "--prefix", "bad"}, text)
              .says("jobName"));
  };
  refused(R"({"ing/job":{"jobName":"ing/other","secretsJson":"{}"}})");
  refused(R"({"ing/job":{"jobName":"","secretsJson":"{}"}})");
  refused(R"({"ing/job":{"jobName":7,"secretsJson":"{}"}})");
  box.expect(4, {"get", "bad/ing/job"});
}

TEST_CASE("vault-entries: a secret whose only field is value is one entry under its own name") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "iv/K1", "value=one"});
  box.expect(0, {"put", "iv/K2", "value=two"});
  CHECK(box.expect(0, {"export", "iv", "--as", "vault-entries"}).json() ==
        Json({{"iv/K1", {{"value", "one"}}}, {"iv/K2", {{"value", "two"}}}}));
  CHECK(box.expect(0, {"run", "--pristine", "--all-of", "iv", "--", "/bin/sh", "-c",
                       "printf '%s %s' \"$K1\" \"$K2\""})
            .out == "one two");
  CHECK(box.expect(0, {"env", "--as", "json", "--all-of", "iv"}).json() ==
        Json({{"K1", "one"}, {"K2", "two"}}));
}

TEST_CASE("csv: a table of keys and values, as another program writes and reads it") {
  const Sandbox box;
  fill(box);
  const std::string file = box.path("store.csv");
  box.expect(0, {"export", "dom", "--as", "csv", "-o", file});
  // Python's reader, and its writer in the dialect of other systems.
  const std::string program =
      "import csv, sys, json\n"
      "rows = list(csv.DictReader(open(sys.argv[1], newline='', encoding='utf-8'), strict=True))\n"
      "print(json.dumps({r['key']: r['value'] for r in rows}))\n"
      "w = csv.DictWriter(open(sys.argv[2], 'w', newline='', encoding='utf-8'),\n"
      "                   ['value', 'key'], quoting=csv.QUOTE_NONNUMERIC, lineterminator='\\n')\n"
      "w.writeheader(); [w.writerow(r) for r in rows]\n";
  const std::string back = box.path("back.csv");
  const Outcome seen = box.run_program({"/usr/bin/python3", "-c", program, file, back});
  CHECK(seen.json() == Json({{"dom/db_password", kHostile},
                             {"dom/empty", ""},
                             {"dom/job/user", "ada"},
                             {"dom/job/n", "1.50"}}));
  box.expect(0, {"import", back, "--as", "csv", "--prefix", "in"});
  CHECK(box.expect(0, {"get", "in/dom/db_password"}).out == kHostile);
  CHECK(box.expect(0, {"get", "in/dom/empty"}).out.empty());
  CHECK(box.expect(0, {"get", "in/dom/job/user"}).out == "ada");
}

TEST_CASE("csv that is none of these is refused with its row, and changes nothing") {
  const Sandbox box;
  box.init();
  const auto refused = [&](std::string_view text, const char* what) {
    const Outcome outcome = box.expect(2, {"import", "-", "--as", "csv"}, text);
    INFO(outcome.err);
    CHECK(outcome.says(what));
    CHECK_FALSE(outcome.says("Marzipan"));
  };
  refused("", "row 1");
  refused("name,value\na,Marzipan\n", "row 1");
  refused("key,value,id\na,Marzipan,3\n", "row 1");
  refused("key,value\na,Marzipan\nb,Marzipan,c\n", "row 3");
  refused("key,value\na\n", "row 2");
  refused("key,value\na,\n", "NULL");
  refused("key,value\na,Marz\"ipan\n", "row 2");
  refused("key,value\na,\"Marzipan\n", "row 2");
  refused("key,value\na,\"Marzipan\xff\"\n", "UTF-8");
  refused("key,value\na,x\na,Marzipan\n", "twice");
  CHECK(box.expect(0, {"list"}).out.empty());
  box.expect(0, {"put", "raw", "--value", "-"}, std::string("\0\xff", 2));
  CHECK(box.expect(2, {"export", "--as", "csv"}).says("raw"));
}

}  // namespace layouts_test

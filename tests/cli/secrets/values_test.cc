// put and get: bytes in are bytes out, and no value is shown anywhere else.
#include "tests/cli/command.h"

namespace values_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;

namespace {

constexpr const char* kValue = "Marzipan-7f3a";

std::string put_whole(const Sandbox& box, const std::string& path, const std::string& bytes) {
  box.expect(0, {"put", path, "--value", "-"}, bytes);
  return box.expect(0, {"get", path}).out;
}

}  // namespace

TEST_CASE("bytes from standard input and files come back exactly") {
  const Sandbox box;
  box.init();
  const std::string bytes =
      GENERATE(std::string("plain"), std::string("line\n"), std::string("two\n\n"),
               std::string("nul\0inside", 10), std::string("\xff\xfe\x80"), std::string(),
               std::string("\r\n"));
  CHECK(put_whole(box, "a/b", bytes) == bytes);
  box.expect(0, {"put", "a/file", "--file", box.write("value", bytes)});
  CHECK(box.expect(0, {"get", "a/file"}).out == bytes);
}

TEST_CASE("fields are text from arguments, files and standard input, to the byte") {
  const Sandbox box;
  box.init();
  const std::string file = box.write("text", "from a file\n");
  box.expect(0, {"put", "job", "user=foo", "empty=", "equals=a=b", "file=@" + file, "in=-"},
             "from stdin\n");
  CHECK(box.expect(0, {"get", "job", "--field", "user"}).out == "foo");
  CHECK(box.expect(0, {"get", "job", "--field", "empty"}).out.empty());
  CHECK(box.expect(0, {"get", "job", "--field", "equals"}).out == "a=b");
  CHECK(box.expect(0, {"get", "job", "--field", "file"}).out == "from a file\n");
  CHECK(box.expect(0, {"get", "coffer://job#in"}).out == "from stdin\n");
  const Json all = Json::parse(box.expect(0, {"get", "job"}).out);
  CHECK(all["file"] == "from a file\n");
  CHECK(all.begin().key() == "user");
}

TEST_CASE("a field given as JSON keeps its exact text") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "job", "port:=5439.10", "on:=true", "list:=[1, 2]", "none:=null"});
  CHECK(box.expect(0, {"get", "job", "--field", "port"}).out == "5439.10");
  CHECK(box.expect(0, {"get", "job", "--field", "list"}).out == "[1, 2]");
  CHECK(box.expect(0, {"get", "job", "--field", "none"}).out == "null");
  box.expect(2, {"put", "job", "port:=1,\"x\":2"});
  box.expect(2, {"put", "job", "port:=word"});
  const std::string text = "{ \"b\" : 1.00,\n \"a\": [ ] }";
  box.expect(0, {"put", "doc", "--json", box.write("doc.json", text)});
  CHECK(box.expect(0, {"get", "doc"}).out == text);
  box.expect(0, {"put", "doc", "--json", "-"}, "[1]");
  CHECK(box.expect(0, {"get", "doc"}).out == "[1]");
  box.expect(2, {"put", "doc", "--json", box.write("bad.json", "{\"a\":1,\"a\":2}")});
}

TEST_CASE("what is no acceptable value is a usage error and changes nothing") {
  const Sandbox box;
  box.init();
  box.expect(2, {"put", "p"});
  box.expect(2, {"put", "p", "a=1", "a=2"});
  box.expect(2, {"put", "p", "=1"});
  box.expect(2, {"put", "p", ":=1"});
  box.expect(2, {"put", "p", "a=1", "--value", "-"}, "x");
  box.expect(2, {"put", "p", "--value", "literal"});
  box.expect(2, {"put", "p", "a=-", "b=-"}, "x");
  box.expect(2, {"put", "p", "a=@" + box.write("bytes", "\xff")});
  box.expect(17, {"put", "p", "a=@/nonexistent/file"});
  box.expect(17, {"put", "p", "--file", "/nonexistent/file"});
  box.expect(2, {"put", "p", "--file", "/"});
  box.expect(2, {"put", "p", "a=1", "--ttl", "soon"});
  box.expect(2, {"put", "p", "a=1", "--ttl", "0"});
  box.expect(2, {"put", "p", "a=1", "--cas", "-1"});
  box.expect(2, {"put", "p", "a=1", "--cas", "one"});
  box.expect(2, {"put", "p", "a=1", "--metadata", "novalue"});
  box.expect(2, {"put", "", "a=1"});
  box.expect(2, {"put", "a//b", "a=1"});
  box.expect(2, {"put", "../b", "a=1"});
  box.expect(2, {"put", "coffer://p?version=1", "a=1"});
  box.expect(2, {"put", "coffer://p#f", "a=1"});
  CHECK(box.expect(0, {"list"}).out.empty());
}

TEST_CASE("no value that went wrong is repeated on stderr") {
  const Sandbox box;
  box.init();
  const std::string secret = kValue;
  for (const cli::Words& words : std::vector<cli::Words>{
           {"put", "p", secret},
           {"put", "p", "a=1", secret},
           {"put", "p", "--value", secret},
           {"put", "p", "--value=" + secret},
           {"put", "p", "--valu=" + secret},
           {"put", "p", "--valu", secret},
           {"put", "p", "-" + secret},
           {"put", "p", "a:=" + secret},
           {"put", "p", "a=" + secret, "a=" + secret},
           {"put", "p", "a=" + secret, "--cas", "0", "--cas", "0"},
           {"put", "p", "a=" + secret, "--ttl", secret},
           {"put", "p", "a=" + secret, "--no-such-option"},
           {"init", "--key", secret},
           {"init", "--key", "passphrase:" + secret},
       }) {
    const Outcome plain = box.run(words);
    CHECK(plain.exit_code == 2);
    CHECK(plain.err.starts_with("coffer: error: "));
    CHECK_FALSE(plain.says(secret));
    CHECK(plain.out.empty());
  }
  box.expect(0, {"put", "q", "a=" + secret});
  CHECK_FALSE(box.expect(0, {"-v", "get", "q", "--field", "a"}).says(secret));
  CHECK(box.expect(0, {"put", "q", "a=" + secret}).out.find(secret) == std::string::npos);
  CHECK(box.expect(0, {"history", "q"}).out.find(secret) == std::string::npos);
}

TEST_CASE("a JSON value that is a string comes out as it reads, and --json gives its text") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "word", "--json", "-"}, R"("two\nlin\u00e9s")");
  CHECK(box.expect(0, {"get", "word"}).out == "two\nlin\xC3\xA9s");
  CHECK(box.expect(0, {"get", "word", "--json"}).out == R"("two\nlin\u00e9s")");
  box.expect(0, {"put", "list", "--json", "-"}, "[ 1.0, \"a\" ]");
  CHECK(box.expect(0, {"get", "list"}).out == "[ 1.0, \"a\" ]");
  box.expect(0, {"put", "doc", "s=it's", "n:=1.50"});
  CHECK(box.expect(0, {"get", "doc", "--field", "s"}).out == "it's");
  CHECK(box.expect(0, {"get", "doc", "--field", "s", "--json"}).out == "\"it's\"");
  CHECK(box.expect(0, {"get", "doc", "--field", "n", "--json"}).out == "1.50");
  put_whole(box, "raw", "bytes");
  CHECK(box.expect(2, {"get", "raw", "--json"}).says("raw: is opaque"));
  const std::string spec =
      box.write("spec", R"({"properties":{"pw":{"type":"string","airbyte_secret":true}}})");
  const Json partial = box.expect(0, {"config", "put", "c", "--spec", spec, "--input",
                                      box.write("full", R"({"pw":"hunter2"})")})
                           .json();
  const std::string coordinate = partial["pw"]["_secret"];
  CHECK(box.expect(0, {"get", coordinate}).out == "hunter2");
  CHECK(box.expect(0, {"get", coordinate, "--json"}).out == "\"hunter2\"");
}

TEST_CASE("a field that begins with / is a JSON pointer wherever a reference is read") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "app", "--json", "-"},
             R"({"a":{"b":["x",{"c/d":"deep"}],"e":2.50},"/odd":"by name"})");
  CHECK(box.expect(0, {"get", "coffer://app#/a/b/1/c~1d"}).out == "deep");
  CHECK(box.expect(0, {"get", "app", "--field", "/a/b/0"}).out == "x");
  CHECK(box.expect(0, {"get", "app", "--field", "/a/e"}).out == "2.50");
  CHECK(box.expect(0, {"get", "app", "--field", "/~1odd"}).out == "by name");
  CHECK(box.expect(0, {"--format", "json", "get", "app", "--field", "/a/b/0"}).json()["data"] ==
        "x");
  const Outcome missing = box.expect(4, {"get", "coffer://app#/a/b/2"});
  CHECK(missing.says("app#/a/b/2"));
  CHECK(box.expect(2, {"get", "app", "--field", "/a~2"}).says("app#/a~2"));
  CHECK(box.expect(0, {"run", "--map", "X=coffer://app#/a/b/1/c~1d", "--", "/bin/sh", "-c",
                       "printf %s \"$X\""})
            .out == "deep");
  CHECK(box.expect(4, {"run", "--map", "X=coffer://app#/a/none", "--", "/bin/true"})
            .says("app#/a/none"));
  CHECK(box.expect(0, {"env", "--map", "X=coffer://app#/a/b/0"}).out == "export X='x'\n");
  CHECK(box.expect(0, {"inject"}, "v={{ coffer://app#/a/b/0 }}\n").out == "v=x\n");
  const std::string file = box.write("refs.env", "X='coffer://app#/a/e'\n");
  CHECK(box.expect(0, {"run", "--env-file", file, "--", "/bin/sh", "-c", "printf %s \"$X\""}).out ==
        "2.50");
  // An export still writes a field under its own name.
  CHECK(box.expect(2, {"export", "app", "--as", "dotenv"}).says("app#/odd"));
}

TEST_CASE("get tells a version as JSON in its fixed shape") {
  const Sandbox box;
  box.init();
  const Json made = box.expect(0, {"put", "job", "b=2", "a:=1.50", "--metadata", "team=data",
                                   "--ttl", "2h", "--format", "json"})
                        .json();
  CHECK(made.size() == 3);
  CHECK(made["path"] == "job");
  CHECK(made["version"] == 1);
  const std::string text = box.expect(0, {"get", "job", "--format", "json"}).out;
  CHECK(text.find("\"data\":{\"b\":\"2\",\"a\":1.50}") != std::string::npos);
  const Json read = Json::parse(text);
  std::vector<std::string> keys;
  for (const auto& [key, value] : read.items()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"path", "version", "created_time", "deletion_time",
                                         "destroyed", "expires_time", "data", "metadata"});
  CHECK(read["created_time"] == made["created_time"]);
  CHECK(read["deletion_time"] == "");
  CHECK(read["destroyed"] == false);
  CHECK(read["expires_time"].get<std::string>().back() == 'Z');
  CHECK(read["metadata"]["custom_metadata"] == Json{{"team", "data"}});

  put_whole(box, "opaque", "text \"quoted\"");
  CHECK(box.expect(0, {"get", "opaque", "--format=json"}).json()["value"] == "text \"quoted\"");
  put_whole(box, "binary", std::string("\xff\x00\x01\x02", 4));
  const Json binary = box.expect(0, {"--format", "json", "get", "binary"}).json();
  CHECK(binary["value_base64"] == "/wABAg==");
  CHECK_FALSE(binary.contains("value"));
  CHECK(box.expect(0, {"--format", "json", "get", "job", "--field", "b"}).json()["data"] == "2");
}

TEST_CASE("the states of a version have exit codes of their own") {
  const Sandbox box;
  box.init();
  for (const char* value : {"one", "two", "three"}) put_whole(box, "p", value);
  CHECK(box.expect(0, {"get", "p", "--version", "2"}).out == "two");
  CHECK(box.expect(0, {"get", "coffer://p?version=1"}).out == "one");
  box.expect(4, {"get", "absent"});
  box.expect(4, {"get", "p", "--version", "9"});
  box.expect(4, {"get", "coffer://p?version=9"});
  box.expect(2, {"get", "p", "--version", "0"});
  box.expect(2, {"get", "coffer://p?version=1", "--version", "1"});
  box.expect(2, {"get", "p", "--field", "x"});
  box.expect(0, {"put", "fields", "a=1"});
  box.expect(4, {"get", "fields", "--field", "b"});

  box.expect(0, {"delete", "p"});
  CHECK(box.expect(5, {"get", "p"}).says("coffer: hint: "));
  CHECK(box.expect(0, {"get", "p", "--version", "2"}).out == "two");
  box.expect(0, {"undelete", "p", "--versions", "3"});
  CHECK(box.expect(0, {"get", "p"}).out == "three");
  box.expect(0, {"delete", "p", "--versions", "1,2"});
  box.expect(5, {"get", "p", "--version", "1"});
  box.expect(4, {"delete", "p", "--versions", "2,9"});
  box.expect(4, {"delete", "absent"});
  box.expect(4, {"undelete", "p", "--versions", "9"});
  box.expect(2, {"undelete", "p"});
  box.expect(2, {"delete", "p", "--versions", "1,1"});
  box.expect(2, {"delete", "p", "--versions", "1,,2"});

  box.expect(0, {"destroy", "p", "--versions", "3"});
  CHECK(box.expect(7, {"get", "p"}).says("destroyed"));
  box.expect(2, {"destroy", "p"});
  box.expect(2, {"destroy", "p", "--versions", "1", "--all"});
  box.expect(4, {"destroy", "p", "--versions", "9"});
  box.expect(0, {"destroy", "p", "--all"});
  CHECK(box.expect(0, {"put", "p", "a=1", "--format", "json"}).json()["version"] == 4);
}

TEST_CASE("an expired version is told as expired, and the sweep destroys it") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "a=1", "--ttl", "1"});
  CHECK(box.expect(0, {"get", "p", "--field", "a"}).out == "1");
  usleep(1'100'000);
  box.expect(6, {"get", "p"});
  const Json planned = box.expect(0, {"sweep", "--dry-run", "--format", "json"}).json();
  CHECK(planned["dry_run"] == true);
  REQUIRE(planned["swept"].size() == 1);
  CHECK(planned["swept"][0]["path"] == "p");
  CHECK(planned["swept"][0]["version"] == 1);
  CHECK(planned["swept"][0]["why"] == "expired");
  CHECK(planned["swept"][0]["kind"] == "secret");
  CHECK(box.expect(0, {"sweep"}).out.find("expired") != std::string::npos);
  CHECK(box.expect(0, {"sweep", "--format", "json"}).json()["swept"].empty());
  box.expect(6, {"get", "p"});
  CHECK(box.expect(0, {"list"}).out.empty());
}

TEST_CASE("a version is written only where compare-and-swap agrees") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "a=1", "--cas", "0"});
  box.expect(8, {"put", "p", "a=2", "--cas", "0"});
  box.expect(0, {"put", "p", "a=2", "--cas=1"});
  CHECK(box.expect(0, {"get", "p", "--field", "a"}).out == "2");
}

TEST_CASE("limits are told as limits") {
  const Sandbox box;
  box.init();
  const std::string longest(1024, 'p');
  box.expect(0, {"put", longest, "a=1"});
  box.expect(10, {"put", longest + "p", "a=1"});
  std::string bytes(1 << 20, 'v');
  CHECK(put_whole(box, "large", bytes) == bytes);
  bytes += 'v';
  box.expect(10, {"put", "larger", "--value", "-"}, bytes);
  box.expect(4, {"get", "larger"});
}

TEST_CASE("a destruction leaves a receipt where one is asked for, and an altered one is refused") {
  const Sandbox box;
  box.init();
  for (const char* field : {"a=1", "a=2", "a=3"}) box.expect(0, {"put", "p", field});
  const std::string text = box.expect(0, {"destroy", "p", "--versions", "1", "--receipt"}).out;
  const Json receipt = Json::parse(text);
  REQUIRE(receipt["destroyed"].size() == 1);
  Json gone = receipt["destroyed"][0];
  CHECK(gone["seal"].get<std::string>().size() == 32);
  gone.erase("seal");
  CHECK(gone == Json{{"path", "p"}, {"version", 1}, {"why", "destroyed"}});
  CHECK(receipt["epoch_after"].get<int>() > receipt["epoch_before"].get<int>());
  CHECK(receipt["out_of_reach"].size() >= 3);
  CHECK(receipt["time"].get<std::string>().back() == 'Z');
  const std::string file = box.write("gone.json", text);
  CHECK(box.expect(0, {"receipt", "verify", file}).out.find("1 to 2") != std::string::npos);
  CHECK(box.expect(0, {"receipt", "verify", "--format", "json"}, text).json()["genuine"].size() ==
        1);
  std::string altered = text;
  altered.replace(altered.find("\"version\":1"), 11, "\"version\":2");
  const cli::Outcome refused = box.expect(13, {"receipt", "verify", "-"}, text + altered);
  CHECK(refused.says("(2)"));
  box.expect(2, {"receipt", "verify", "-"}, "{}");
  box.expect(2, {"receipt", "verify", "-"}, "");
}

TEST_CASE("every verb that erases adds a receipt to the file that --receipts names") {
  const Sandbox box;
  box.init();
  const std::string file = box.path("receipts");
  for (const char* path : {"a", "b", "c"}) box.expect(0, {"put", path, "k=v", "--ttl", "1h"});
  box.expect(0, {"--receipts", file, "destroy", "a", "--all"});
  box.expect(0, {"metadata", "delete", "b", "--receipts", file});
  CHECK(box.expect(0, {"metadata", "delete", "c", "--receipt", "--receipts", file})
            .json()
            .contains("tag"));
  CHECK(box.expect(0, {"sweep", "--receipt", "--receipts", file}).out.empty());
  const Json told = box.expect(0, {"receipt", "verify", file, "--format", "json"}).json();
  CHECK(told["genuine"].size() == 3);
  // Nothing is erased if its receipt cannot be written.
  box.expect(0, {"put", "d", "k=v"});
  box.expect(17, {"destroy", "d", "--all", "--receipts", box.path("no/such/folder")});
  box.expect(0, {"get", "d"});
  box.expect(2, {"sweep", "--dry-run", "--receipt"});
}

TEST_CASE("a config's deletion leaves a receipt of its document and its secrets") {
  const Sandbox box;
  box.init();
  const std::string spec =
      box.write("spec.json",
                R"({"type":"object","properties":{"pw":{"type":"string","airbyte_secret":true}}})");
  const std::string full = box.write("full.json", R"({"pw":"x"})");
  box.expect(0, {"config", "put", "c", "--spec", spec, "--input", full});
  const Json receipt = box.expect(0, {"config", "delete", "c", "--receipt"}).json();
  REQUIRE(receipt["documents"].size() == 1);
  Json document = receipt["documents"][0];
  CHECK(document["seal"].get<std::string>().size() == 32);
  document.erase("seal");
  CHECK(document == Json{{"config", "c"}, {"revision", 1}});
  CHECK(receipt["destroyed"].size() == 1);
}

TEST_CASE("an error without advice of its own is given what its kind asks for") {
  const Sandbox box;
  box.init();
  const std::string long_name(1025, 'n');
  CHECK(box.expect(10, {"put", long_name, "k=v"}).says("coffer: hint: make it smaller"));
  CHECK(box.expect(4, {"config", "get", "none"}).says("coffer: hint: "));
  CHECK(box.expect(17, {"put", "a", "--file", box.path("none")}).says("coffer: hint: "));
  CHECK(box.expect(2, {"history", "a", "--none"}).says("coffer: hint: "));
}

}  // namespace values_test

// env and inject: secrets in the forms of other programs, by the command.
#include "tests/cli/command.h"

namespace env_test {

using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

void fill(const Sandbox& box) {
  box.init();
  box.expect(0, {"put", "app/db", "DB_USER=o'neil", "DB_PASSWORD=a\"b\\c$d", "PORT:=5439"});
  box.expect(0, {"put", "app/token", "--value", "-"}, "opaque");
  box.expect(0, {"put", "single", "value=only-member"});
}

}  // namespace

TEST_CASE("env writes what was selected in the form asked for") {
  const Sandbox box;
  fill(box);
  CHECK(box.expect(0, {"env", "--only", "app/db"}).out ==
        "export DB_USER='o'\\''neil'\nexport DB_PASSWORD='a\"b\\c$d'\nexport PORT='5439'\n");
  CHECK(box.expect(0, {"env", "--as", "json", "--only", "app/db"}).json() ==
        cli::Json{{"DB_USER", "o'neil"}, {"DB_PASSWORD", "a\"b\\c$d"}, {"PORT", "5439"}});
  CHECK(box.expect(0, {"env", "--as", "julia", "--map", "T=coffer://app/db#DB_PASSWORD"}).out ==
        "ENV[\"T\"] = \"a\\\"b\\\\c\\$d\";\n");
  const std::string manifest =
      box.expect(0, {"env", "--as", "kubernetes", "--name", "db", "--map", "t=app/token"}).out;
  CHECK(manifest ==
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\ndata:\n"
        "  \"t\": \"b3BhcXVl\"\n");
  const std::string spark =
      box.expect(0, {"env", "--as", "spark", "--map", "spark.hadoop.fs.s3a.secret.key=app/token",
                     "--map", "TOKEN=app/token"})
          .out;
  CHECK(spark ==
        "spark.hadoop.fs.s3a.secret.key=opaque\nspark.executorEnv.TOKEN=opaque\n"
        "spark.redaction.regex=(?i)secret|password|token|access[.]?key|"
        "spark\\\\.hadoop\\\\.fs\\\\.s3a\\\\.secret\\\\.key|spark\\\\.executorEnv\\\\.TOKEN\n"
        "spark.sql.redaction.options.regex=(?i)secret|password|token|access[.]?key|"
        "spark\\\\.hadoop\\\\.fs\\\\.s3a\\\\.secret\\\\.key|spark\\\\.executorEnv\\\\.TOKEN\n");
}

TEST_CASE("a docker login is put together, or a whole configuration is checked") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "pull", "registry=r.example", "username=u", "password=p:w"});
  CHECK(box.expect(0, {"env", "--as", "docker", "--only", "pull"}).json() ==
        cli::Json::parse(R"({"auths":{"r.example":{"username":"u","password":"p:w",)"
                         R"("auth":"dTpwOnc="}}})"));
  box.expect(0, {"put", "whole", ".dockerconfigjson=@" + box.write("c", R"({"auths":{}})")});
  CHECK(box.expect(0, {"env", "--as", "docker", "--only", "whole"}).out == "{\"auths\":{}}\n");
  CHECK(box.expect(0, {"env", "--as", "kubernetes", "--name", "n", "--only", "whole"})
            .out.find("type: kubernetes.io/dockerconfigjson") != std::string::npos);
  box.expect(0, {"put", "bad", ".dockerconfigjson=private-text"});
  CHECK_FALSE(box.expect(2, {"env", "--as", "docker", "--only", "bad"}).says("private-text"));
  box.expect(2, {"env", "--as", "docker", "--map", "registry=coffer://pull#registry"});
}

TEST_CASE("what a form cannot carry is refused by name, without the value") {
  const Sandbox box;
  fill(box);
  box.expect(0, {"put", "nul", "--value", "-"}, std::string_view("pri\0vate", 8));
  box.expect(0, {"put", "latin", "--value", "-"}, "priv\xE9");
  box.expect(0, {"put", "blank", "--value", "-"}, "private ");
  const auto refused = [&box](const std::string& form, const std::string& ref) {
    const Outcome outcome =
        box.expect(2, {"env", "--as", form, "--name", "n", "--map", "V=" + ref});
    CHECK(outcome.out.empty());
    CHECK_FALSE(outcome.says("priv"));
    CHECK(outcome.says(ref));
    CHECK(outcome.says("hint"));
  };
  for (const char* form :
       {"shell", "dotenv", "spark", "python", "r", "julia", "scala", "javascript"})
    refused(form, "nul");
  for (const char* form : {"dotenv", "json", "properties", "spark", "scala", "javascript"})
    refused(form, "latin");
  refused("spark", "blank");
  box.expect(2, {"env", "--as", "cobol", "--only", "app/db"});
  box.expect(2, {"env", "--as", "kubernetes", "--only", "app/db"});
  for (const char* name : {"Not_A_Name", "a..b", "a.-b", "a-.b", "-a", "a.", ".a"})
    box.expect(2, {"env", "--as", "kubernetes", "--name", name, "--only", "app/db"});
  box.expect(0, {"env", "--as", "kubernetes", "--name", "a-b.c1.d", "--only", "app/db"});
  box.expect(0, {"put", "app/dots", "..x=1"});
  CHECK(box.expect(2, {"env", "--as", "kubernetes", "--name", "n", "--only", "app/dots"})
            .says("..x: cannot be a key"));
  box.expect(2, {"env", "--only", "app/token"});
  box.expect(2, {"env", "--map", "A-B=app/token"});
  box.expect(4, {"env", "--only", "absent"});
}

TEST_CASE("inject fills a template and nothing else") {
  const Sandbox box;
  fill(box);
  CHECK(box.expect(0, {"inject"},
                   "u={{ coffer://app/db#DB_USER }} p=${secrets.app/db#PORT} "
                   "t=${secrets.app/token} s=${secrets.single} h=${HOME}\n")
            .out == "u=o'neil p=5439 t=opaque s=only-member h=${HOME}\n");
  const std::string templ = box.write("t.conf", "token = ${secrets.app/token}\n");
  const std::string out = box.path("out.conf");
  box.expect(0, {"inject", "-i", templ, "-o", out});
  CHECK(cli::read_file(out) == "token = opaque\n");
  struct stat status {};
  REQUIRE(stat(out.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  box.write("t.conf", "changed = ${secrets.app/token}\n");
  CHECK(box.expect(8, {"inject", "-i", templ, "-o", out}).says("--force"));
  CHECK(cli::read_file(out) == "token = opaque\n");
  box.expect(0, {"inject", "-i", templ, "-o", out, "--force"});
  CHECK(cli::read_file(out) == "changed = opaque\n");
  CHECK(std::distance(std::filesystem::directory_iterator(box.path("")), {}) <= 8);
}

TEST_CASE("inject refuses a template that refers to nothing; its help tells how one is written") {
  const Sandbox box;
  box.init();
  const Outcome plain = box.expect(4, {"inject"}, "a bare coffer://a#b and {{a#b}}");
  CHECK(plain.out.empty());
  CHECK(plain.says("refers to no secret"));
  const std::string help = box.expect(0, {"inject", "--help"}).out;
  for (const char* form : {"{{ coffer://PATH#FIELD }}", "${secrets.PATH#FIELD}", "\\{{", "$${"})
    CHECK(help.find(form) != std::string::npos);
  CHECK(box.expect(0, {"watch", "--help"}).out.find("- name: secret-deleted\n") !=
        std::string::npos);
}

TEST_CASE("env writes to a file of its own as inject does") {
  const Sandbox box;
  fill(box);
  const std::string out = box.path("job.env");
  CHECK(box.expect(0, {"env", "--as", "dotenv", "--only", "single", "-o", out}).out.empty());
  CHECK(cli::read_file(out) == "value=only-member\n");
  struct stat status {};
  REQUIRE(stat(out.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  box.expect(8, {"env", "--only", "app/db", "-o", out});
  box.expect(0, {"env", "--only", "single", "-o", out, "--force"});
  CHECK(cli::read_file(out) == "export value='only-member'\n");
  box.expect(2, {"env", "--only", "single", "--force"});
}

TEST_CASE("a reference that leads nowhere fails the whole, naming the place") {
  const Sandbox box;
  fill(box);
  const std::string out = box.path("never");
  const auto refused = [&](int code, std::string_view text) {
    const Outcome outcome = box.expect(code, {"inject", "-o", out}, text);
    CHECK_FALSE(std::filesystem::exists(out));
    return outcome;
  };
  CHECK(refused(4, "ok ${secrets.single}\n ${secrets.absent}").says("absent"));
  CHECK(refused(4, "${secrets.app/db#absent}").says("absent"));
  CHECK(refused(2, "line\n${secrets.app/db}").says("several fields"));
  CHECK(refused(2, "line\n {{ coffer://single").says("standard input:2:2"));
  CHECK(refused(4, "a\nb={{ coffer://app/db#nope }}\n")
            .says("standard input:2:3: coffer://app/db#nope"));
  CHECK(refused(4, "a\n${secrets.absent}").says("standard input:2:1: coffer://absent"));
  CHECK(box.expect(17, {"inject", "-i", box.path("none")}).says("this name exists"));
  box.expect(0, {"put", "lone", "value=1"});
  box.expect(0, {"delete", "lone"});
  refused(5, "${secrets.lone}");
}

}  // namespace env_test

// coffer policy: the command changes rules and obeys them. The rules mean the user who runs the
// tests; `policy test` decides for other users.
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "tests/cli/command.h"
#include "tests/cli/shifted_store.h"

namespace policy_test {

using cli::Json;
using cli::Sandbox;

namespace {

std::string me() {
  const passwd* user = getpwuid(getuid());
  return user == nullptr ? "#" + std::to_string(getuid()) : std::string(user->pw_name);
}

std::string my_group() {
  const group* own = getgrgid(getgid());
  return own == nullptr ? "#" + std::to_string(getgid()) : std::string(own->gr_name);
}

struct Bench : Sandbox {
  Bench() {
    init();
    expect(0, {"put", "team/db", "user=u", "password=secret-word"});
    expect(0, {"put", "other/key", "--value", "-"}, "other-word");
  }
  // Lets the present user change the policy, in addition to the rules.
  void set(const std::string& rules) const {
    const std::string admin = R"({"effect":"allow","subjects":["user:)" + me() +
                              R"("],"use_cases":["admin","audit"],"objects":["**"]})";
    expect(0, {"policy", "set", "-"}, "[" + admin + (rules.empty() ? "" : ",") + rules + "]");
  }
};

std::string allow(const std::string& subject, const std::string& use_cases,
                  const std::string& object) {
  return R"({"effect":"allow","subjects":[")" + subject + R"("],"use_cases":[)" + use_cases +
         R"(],"objects":[")" + object + R"("]})";
}

}  // namespace

TEST_CASE("a value may be used by a program and not be shown") {
  const Bench box;
  box.set(allow("group:" + my_group(), R"("list","use","write")", "team/**"));
  CHECK(box.expect(15, {"get", "team/db", "--field", "password"}).out.empty());
  CHECK(box.expect(15, {"get", "team/db"}).says("policy"));
  box.expect(15, {"export", "team", "--as", "json"});
  box.expect(15, {"env", "--as", "dotenv", "--only", "team/db"});
  const std::string script = "printf %s \"$password\" | wc -c";
  CHECK(box.expect(0, {"run", "--only", "team/db", "--", "/bin/sh", "-c", script}).out == "11\n");
  const std::string form = box.write("form", "{{ coffer://team/db#password }}");
  box.expect(0, {"inject", "-i", form, "-o", box.path("out")});
  CHECK(cli::read_file(box.path("out")) == "secret-word");
  box.expect(0, {"put", "team/db", "user=u", "password=another"});
  box.expect(15, {"delete", "team/db"});
  box.expect(15, {"put", "other/key", "k=v"});
  CHECK(box.expect(0, {"list", "--recursive"}).out == "team/db\n");
  CHECK(box.expect(15, {"get", "team/db", "--format", "json"}).says("\"code\":\"denied\""));
}

TEST_CASE("what was done is told to whom the policy lets look, and to nobody else") {
  const Bench box;
  const std::string all = R"("list","use","write","delete")";
  box.expect(0, {"put", "team/db", "user=u", "password=new"});
  box.set(allow("user:" + me(), all, "**"));
  const Json deleted = {{{"path", "team/db"}, {"version", 2}}};
  CHECK(box.expect(0, {"delete", "team/db", "--format", "json"}).json() ==
        Json{{"deleted", deleted}});
  CHECK(box.expect(0, {"undelete", "team/db", "--format", "json"}).json() ==
        Json{{"undeleted", deleted}});
  CHECK(box.expect(2, {"undelete", "team/db"}).says("its newest version is not deleted"));
  CHECK(box.expect(0, {"put", "team/db", "user=u"}).says("without these fields"));
  const auto refused = [&box] {
    return box.expect(0, {"audit", "list", "--refused", "--format", "json"})
        .json()["records"]
        .size();
  };
  const std::size_t before = refused();
  box.set(allow("user:" + me(), R"("write","delete")", "**"));
  CHECK(box.expect(0, {"delete", "team/db"}).says("deleted the newest version of team/db"));
  box.expect(0, {"undelete", "team/db"});
  CHECK_FALSE(box.expect(0, {"put", "team/db", "other=u"}).says("fields"));
  CHECK(refused() == before);
}

TEST_CASE("that nobody guards the store any more is told") {
  const Bench box;
  box.expect(0, {"policy", "role", "ops", "user:ann"});
  box.expect(0, {"policy", "allow", "user:" + me(), "all", "**"});
  box.expect(0, {"policy", "allow", "user:ann", "list", "**"});
  CHECK(box.expect(0, {"policy", "show"}).out.find("ROLE") != std::string::npos);
  CHECK_FALSE(box.expect(0, {"policy", "remove", "2"}).says("everybody"));
  const cli::Outcome last = box.expect(0, {"policy", "remove", "1", "-y"});
  CHECK(last.says("everybody may do everything now"));
  CHECK(last.says("roles stay"));
  box.expect(0, {"policy", "allow", "user:" + me(), "all", "**"});
  CHECK(box.expect(0, {"policy", "remove", "--all"}).says("everybody may do everything now"));
  box.expect(0, {"policy", "allow", "user:" + me(), "all", "**"});
  CHECK(box.expect(0, {"policy", "set", "-"}, "[]").says("everybody may do everything now"));
  CHECK(box.expect(2, {"policy", "set", "-"}, "[\n{]").says("standard input:2:2"));
}

TEST_CASE("a label raises nobody's rights") {
  const Bench box;
  box.set(allow("user:chief", R"("list","reveal")", "**"));
  box.expect(15, {"get", "team/db"});
  box.expect(15, {"--actor", "chief", "get", "team/db"});
  box.set(allow("owner", R"("reveal")", "**"));
  box.expect(15, {"--actor", "chief", "get", "team/db"});
  box.set(allow("user:#" + std::to_string(getuid()), R"("reveal")", "**"));
  box.expect(15, {"get", "team/db"});
  const Json records =
      box.expect(0, {"audit", "list", "--refused", "--format", "json"}).json()["records"];
  REQUIRE_FALSE(records.empty());
  for (const Json& record : records) CHECK(record["user"] == me());
}

TEST_CASE("an owner sees what he owns") {
  const Bench box;
  box.expect(0, {"metadata", "put", "team/db", "--owner", me()});
  box.set(allow("owner", R"("list","reveal")", "**"));
  CHECK(box.expect(0, {"get", "team/db", "--field", "password"}).out == "secret-word");
  box.expect(15, {"get", "other/key"});
  CHECK(box.expect(0, {"list"}).out == "team/\n");
}

TEST_CASE("rules are added, shown, tested and taken away") {
  const Bench box;
  CHECK(box.expect(0, {"policy", "show"}).out ==
        "there is no policy: everybody may do everything\n");
  CHECK(box.expect(2, {"policy", "allow", "*", "list", "**"}).says("can no longer administer"));
  CHECK(box.expect(2, {"policy", "allow", "*", "list", "**", "-y"}).says("nobody could change"));
  CHECK(box.expect(2, {"policy", "write-only", "**"}).says("admin"));
  box.expect(0, {"policy", "allow", "user:" + me(), "all", "**"});
  box.expect(0, {"policy", "allow", "user:ann,group:etl", "use,list", "team/**", "--tag", "new"});
  box.expect(0, {"policy", "write-only", "team/never"});
  box.expect(0, {"policy", "deny", "group:interns", "delete", "config:**"});
  const Json shown = box.expect(0, {"policy", "show", "--format", "json"}).json();
  CHECK(shown["revision"] == 4);
  REQUIRE(shown["rules"].size() == 4);
  CHECK(shown["rules"][1]["subjects"] == Json({"user:ann", "group:etl"}));
  CHECK(shown["rules"][1]["tags"] == Json({"new"}));
  CHECK(shown["rules"][2] == Json::parse(R"({"effect":"deny","subjects":["*"],)"
                                         R"("use_cases":["reveal"],"objects":["team/never"]})"));
  CHECK(box.expect(0, {"policy", "show"}).out.find("group:interns") != std::string::npos);

  const auto ask = [&](int code, const cli::Words& words) {
    cli::Words all = {"policy", "test"};
    all.insert(all.end(), words.begin(), words.end());
    return box.expect(code, all).out;
  };
  CHECK(ask(0, {"user:" + me(), "reveal", "team/db"}) == "allowed by rule 1\n");
  CHECK(ask(15, {"user:" + me(), "reveal", "team/never"}) == "denied by rule 3\n");
  CHECK(ask(15, {"user:ann", "use", "team/db"}) == "denied: no rule allows it\n");
  box.expect(0, {"metadata", "put", "team/db", "--tag", "new"});
  CHECK(ask(0, {"user:ann", "use", "team/db"}) == "allowed by rule 2\n");
  CHECK(ask(0, {"user:bob", "use", "team/db", "--group", "etl"}) == "allowed by rule 2\n");
  CHECK(ask(0, {"user:" + me(), "delete", "config:c"}) == "allowed by rule 1\n");
  CHECK(ask(15, {"group:interns", "delete", "config:c"}) == "denied by rule 4\n");
  CHECK(box.expect(15, {"policy", "test", "*", "admin", "**", "--format", "json"}).json() ==
        Json::parse(R"({"allowed":false,"rule":0})"));

  const std::string file =
      box.write("policy.json", box.expect(0, {"policy", "show", "--format", "json"}).out);
  CHECK(box.expect(8, {"policy", "set", file, "--revision", "1"}).says("revision"));
  box.expect(0, {"policy", "set", file, "--revision", "4"});
  box.expect(2, {"policy", "remove", "1"});  // Otherwise nobody could change the policy.
  box.expect(4, {"policy", "remove", "5"});
  box.expect(2, {"policy", "remove"});
  box.expect(0, {"policy", "remove", "3"});
  CHECK(ask(0, {"user:" + me(), "reveal", "team/never"}) == "allowed by rule 1\n");
  box.expect(0, {"policy", "remove", "--all"});
  CHECK(ask(0, {"*", "reveal", "team/db"}) == "allowed: there is no policy\n");
  box.expect(0, {"verify"});
}

TEST_CASE("a role stands for its members, and goes with the rules that name it") {
  const Bench box;
  box.expect(0, {"policy", "allow", "user:" + me(), "admin", "**"});
  CHECK(box.expect(2, {"policy", "allow", "role:ops", "list", "**"}).says("policy role"));
  box.expect(0, {"policy", "role", "ops", "user:ann,group:etl"});
  box.expect(0, {"policy", "allow", "role:ops", "list,reveal", "team/**"});
  const auto ask = [&](int code, const cli::Words& who) {
    cli::Words words = {"policy", "test", who[0], "reveal", "team/db"};
    words.insert(words.end(), who.begin() + 1, who.end());
    box.expect(code, words);
  };
  ask(0, {"user:ann"});
  ask(0, {"user:bob", "--group", "etl"});
  ask(15, {"user:bob"});
  box.expect(0, {"policy", "role", "ops", "user:" + me()});
  ask(15, {"user:ann"});
  CHECK(box.expect(0, {"get", "team/db", "--field", "password"}).out == "secret-word");
  const Json shown = box.expect(0, {"policy", "show", "--format", "json"}).json();
  CHECK(shown["roles"] == Json({{"ops", {"user:" + me()}}}));
  CHECK(box.expect(0, {"policy", "show"}).out.find("ops") != std::string::npos);
  box.expect(0, {"policy", "set", "-"}, shown.dump());
  box.expect(2, {"policy", "role", "ops", "--remove"});
  box.expect(2, {"policy", "role", "ops", "role:ops"});
  box.expect(2, {"policy", "role", "ops"});
  box.expect(4, {"policy", "role", "none", "--remove"});
  box.expect(0, {"policy", "remove", "2"});
  box.expect(0, {"policy", "role", "ops", "--remove"});
  box.expect(15, {"get", "team/db"});
}

TEST_CASE("import and migrate take policies of the same rules and other roles for different ones") {
  const Bench box;
  const auto in_other = [&box](int code, cli::Words words) {
    words.insert(words.begin(),
                 {"--store", box.path("other"), "--key", "file://" + box.path("other.key")});
    return box.expect(code, words);
  };
  const auto role_there = [&] {
    return in_other(0, {"policy", "show", "--format", "json"}).json()["roles"]["etl"][0];
  };
  in_other(0, {"init"});
  const std::string only_roles = box.path("roles.json");
  box.expect(0, {"policy", "role", "etl", "user:alice"});
  box.expect(0, {"export", "--as", "json", "-o", only_roles});
  in_other(0, {"import", only_roles, "--as", "json"});
  CHECK(role_there() == "user:alice");
  box.expect(0, {"policy", "allow", "user:" + me(), "all", "**"});
  box.expect(0, {"policy", "allow", "role:etl", "reveal", "**"});
  const std::string file = box.path("all.json");
  box.expect(0, {"export", "--as", "json", "-o", file});
  in_other(0, {"import", file, "--as", "json", "--overwrite"});
  in_other(0, {"policy", "role", "etl", "user:mallory"});
  CHECK(in_other(8, {"import", file, "--as", "json"}).says("policy"));
  CHECK(in_other(8, {"migrate", "--from", box.store(), "--from-key", box.key()}).says("policy"));
  in_other(0, {"import", file, "--as", "json", "--skip-existing"});
  CHECK(role_there() == "user:mallory");
  in_other(0, {"import", file, "--as", "json", "--overwrite"});
  CHECK(role_there() == "user:alice");
  in_other(0, {"migrate", "--from", box.store(), "--from-key", box.key()});
}

TEST_CASE("what goes as a whole is refused where a rule hides some of it from who administers") {
  const Bench box;
  box.expect(0, {"put", "team/shut", "k=v"});
  box.expect(0, {"metadata", "put", "team/shut", "--tag", "shut"});
  box.expect(0, {"policy", "allow", "user:" + me(), "all", "**"});
  box.expect(0, {"policy", "deny", "user:" + me(), "list", "**", "--tag", "shut"});
  const cli::Words to_other = {"--store", box.path("to"), "--key", "file://" + box.path("to.key")};
  const auto in_other = [&](int code, cli::Words words) {
    words.insert(words.begin(), to_other.begin(), to_other.end());
    return box.expect(code, words);
  };
  in_other(0, {"init"});
  for (const cli::Words& words :
       std::vector<cli::Words>{{"export", "--as", "json"},
                               {"export", "--as", "yaml"},
                               {"export", "team", "--as", "json"},
                               {"move", "team", "team2", "--recursive"},
                               {"copy", "team", "team2", "--recursive"},
                               {"metadata", "delete", "team", "--recursive", "--dry-run"},
                               {"metadata", "delete", "team", "--recursive", "-y"}}) {
    INFO(words[0]);
    CHECK(box.expect(15, words).says("policy"));
  }
  in_other(15,
           {"migrate", "--from", box.store(), "--from-key", box.key(), "--delete-source", "-y"});
  CHECK(in_other(0, {"list", "-r"}).out.empty());
  box.expect(0, {"export", "other", "--as", "json"});
  box.expect(0, {"move", "other", "others", "--recursive"});
  box.expect(0, {"policy", "remove", "2"});
  CHECK(box.expect(0, {"list", "team", "-r"}).out == "team/db\nteam/shut\n");
  box.expect(0, {"move", "team", "team2", "--recursive"});
}

TEST_CASE("a rule's object is a path, and a test of the policy agrees with what get does") {
  const Bench box;
  for (const char* object :
       {"coffer://team/db", "team/db#password", "coffer://team/db#password", "team//db",
        "./team/db", "team/db?version=1", "secret://team/db", "airbyte_workspace_**_v1",
        "airbyte_workspace_00000000-0000-0000-0000-000000000000_secret_"
        "00000000-0000-0000-0000-000000000001_v1"}) {
    INFO(object);
    box.expect(2, {"policy", "deny", "*", "reveal", object});
  }
  const std::string spec =
      box.write("spec", R"({"properties":{"key":{"type":"string","airbyte_secret":true}}})");
  const std::string partial =
      box.expect(0, {"config", "put", "c", "--spec", spec, "--input", "-"}, R"({"key":"k"})").out;
  const std::string coordinate = Json::parse(partial)["key"]["_secret"].get<std::string>();
  const std::string base = coordinate.substr(0, coordinate.rfind("_v"));
  box.set(allow("user:" + me(), R"("list","reveal")", "**") +
          R"(,{"effect":"deny","subjects":["*"],"use_cases":["reveal"],"objects":[")" + base +
          R"(","team/db"]})");
  for (const std::string& object : {std::string("team/db"), std::string("coffer://team/db"),
                                    std::string("coffer://team/db#password"), base, coordinate}) {
    INFO(object);
    CHECK(box.expect(15, {"policy", "test", "user:" + me(), "reveal", object}).out ==
          "denied by rule 3\n");
    box.expect(15, {"get", object});
  }
  // In a plain path # is an ordinary letter, so this is another secret.
  box.expect(0, {"policy", "test", "user:" + me(), "reveal", "team/db#password"});
  box.expect(4, {"get", "team/db#password"});
  box.expect(0, {"policy", "test", "user:" + me(), "reveal", "coffer://other/key"});
  box.expect(0, {"get", "coffer://other/key"});
}

TEST_CASE("a config that one may write and not list is written, and not shown") {
  const Bench box;
  const std::string spec = box.write(
      "spec",
      R"({"properties":{"h":{"type":"string"},"key":{"type":"string","airbyte_secret":true}}})");
  box.expect(0, {"config", "put", "c", "--spec", spec, "--input", "-"},
             R"({"h":"db.internal","key":"k"})");
  box.set(allow("user:" + me(), R"("write")", "config:c"));
  const auto patched = box.expect(0, {"config", "patch", "c", "--input", "-"}, "{}");
  CHECK((patched.out.empty() && patched.says("list")));
  const auto reported = box.expect(0, {"config", "patch", "c", "--input", "-", "--report"}, "{}");
  CHECK(reported.json()["partial"].is_null());
  CHECK(reported.out.find("internal") == std::string::npos);
}

TEST_CASE("resources need no more than what is done with them") {
  const Bench box;
  const std::string secret = box.write("new.yml",
                                       "name: fresh\nversion: v1\ntype: instance-secret\n"
                                       "tags:\n  - etl\ninstance-secret:\n  type: key-value\n"
                                       "  acl: r\n  data:\n    k: v\n");
  const std::string depot = box.write("depot.yml",
                                      "name: pg\nversion: v2alpha\ntype: depot\ndepot:\n"
                                      "  type: postgresql\n  secrets:\n    - name: fresh\n"
                                      "      allkeys: true\n");
  box.set(allow("user:" + me(), R"("list","write")", "**"));
  box.expect(0, {"resource", "apply", "-f", secret});
  const std::string path = "instance-secret/fresh";
  box.set(allow("user:" + me(), R"("list")", "**"));
  const Json told = box.expect(0, {"metadata", "get", path, "--format", "json"}).json();
  CHECK((told["owner"] == me() && told["tags"] == Json({"etl"})));
  box.set(allow("user:" + me(), R"("list","use","write")", "**"));
  box.expect(0, {"resource", "apply", "-f", secret});
  box.expect(0, {"resource", "apply", "-f", depot});
  box.set(allow("user:" + me(), R"("list")", "**"));
  const Json listed =
      box.expect(0, {"resource", "get", "-a", "--format", "json"}).json()["resources"];
  REQUIRE(listed.size() == 2);
  for (const Json& each : listed)
    CHECK(each["status"] == (each["type"] == "depot" ? "unknown" : "active"));
  box.set(allow("user:" + me(), R"("list","use","write","delete")", "**"));
  box.expect(0, {"resource", "delete", "-t", "depot", "-n", "pg", "-y"});
  box.set(allow("user:" + me(), R"("list","delete")", "**"));
  box.expect(0, {"resource", "delete", "-t", "instance-secret", "-n", "fresh", "-y"});
}

TEST_CASE("who changes the policy does not shut himself out by the way") {
  const Bench box;
  const std::string boss = "[" + allow("user:boss", R"("admin")", "**") + "]";
  CHECK(box.expect(2, {"policy", "set", "-"}, boss).says("-y"));
  box.expect(0, {"policy", "allow", "user:" + me(), "all", "**"});
  const cli::Words deny = {"policy", "deny", "group:" + my_group(), "admin", "**"};
  CHECK(box.expect(2, deny).says("user:" + me()));
  box.expect(0, {"policy", "role", "ops", "user:" + me()});
  box.expect(0, {"policy", "allow", "role:ops", "admin", "**"});
  box.expect(0, {"policy", "remove", "1"});
  CHECK(box.expect(2, {"policy", "role", "ops", "user:boss"}).says("administer"));
  CHECK(box.expect(0, {"policy", "show", "--format", "json"}).json()["revision"] == 4);
  // The policy of an imported document counts too.
  const cli::Sandbox other;
  other.init();
  const std::string document = R"({"format":"coffer-export","format_version":2,"history":true,)"
                               R"("settings":{},"policy":)" +
                               boss + R"(,"secrets":[]})";
  CHECK(other.expect(2, {"import", "-", "--as", "json"}, document).says("administer"));
  other.expect(0, {"policy", "show"});
  other.expect(0, {"import", "-", "--as", "json", "-y"}, document);
  other.expect(15, {"policy", "show"});
  box.expect(0, {"policy", "role", "ops", "user:boss", "--yes"});
  box.expect(15, {"policy", "show"});
}

TEST_CASE("F-214: doubt about owner and tags goes along by export and by migrate") {
  const std::string all = R"("list","use","reveal","write","delete","force")";
  const std::string rules =
      allow("user:" + me(), all, "**") + "," + allow("user:m", R"("write","list")", "team/**") +
      "," + allow("owner", R"("reveal")", "**") + "," + allow("user:svc", R"("write")", "**");
  const Bench box;
  box.set(rules);
  {
    coffer::Store store = coffer::Store::open(box.store(), cli::parse_key(box.key())).value();
    coffer::Store owner = store.as({.user = "m"}).value();
    REQUIRE(owner.put_metadata("team/x", {.owner = "m"}).ok());
    REQUIRE(store.as({.user = "svc"})
                ->put("team/x", coffer::Value::opaque(std::string_view("of the service")))
                .ok());
    REQUIRE(owner
                .put("team/own", coffer::Value::opaque(std::string_view("mine")),
                     {.metadata = {.owner = "m"}})
                .ok());
  }
  CHECK(box.expect(0, {"metadata", "get", "team/x"}).out.find("marks_doubted") !=
        std::string::npos);
  const Json told = box.expect(0, {"metadata", "get", "team/own", "--format", "json"}).json();
  CHECK((told["marked_by"] == "m" && told["marks_doubted"] == false));
  const auto may_see = [](const Sandbox& to, const char* path) {
    coffer::Store store = coffer::Store::open(to.store(), cli::parse_key(to.key())).value();
    return store.as({.user = "m"})->get(path).ok();
  };
  const std::string whole = box.expect(0, {"export", "--as", "json"}).out;
  const Sandbox imported, migrated, untold;
  for (const Sandbox* each : {&imported, &migrated, &untold}) each->init();
  imported.expect(0, {"import", "-", "--as", "json"}, whole);
  migrated.expect(0, {"migrate", "--from", box.store(), "--from-key", box.key()});
  for (const Sandbox* each : {&imported, &migrated}) {
    CHECK_FALSE(may_see(*each, "team/x"));
    CHECK(may_see(*each, "team/own"));
  }
  Bench folder;
  folder.set(rules);
  folder.expect(0, {"import", "-", "--as", "json"},
                box.expect(0, {"export", "team", "--as", "json", "--newest"}).out);
  CHECK_FALSE(may_see(folder, "team/x"));
  CHECK(may_see(folder, "team/own"));
  // Owner and tags are doubted if a document with a policy does not say who set them.
  Json old = Json::parse(whole);
  for (Json& secret : old["secrets"]) {
    secret["metadata"].erase("marked_by");
    secret["metadata"].erase("marks_doubted");
  }
  untold.expect(0, {"import", "-", "--as", "json"}, old.dump());
  CHECK_FALSE(may_see(untold, "team/own"));
  untold.expect(0, {"metadata", "patch", "team/own", "--owner", "m"});
  CHECK(may_see(untold, "team/own"));
}

TEST_CASE("a whole store is carried with what the policy hides, or not at all") {
  const Bench box;
  box.expect(0, {"put", "team/b", "k=1", "--tag", "shut"});
  const std::string all = allow("user:" + me(), R"("list","use","reveal","write","delete")", "**");
  const std::string hide = R"({"effect":"deny","subjects":["*"],"use_cases":["list"],)"
                           R"("objects":["**"],"tags":["shut"]})";
  box.set(all + "," + hide);
  CHECK(box.expect(15, {"export", "--as", "json"}).says("incomplete"));
  const Sandbox to;
  to.init();
  const cli::Words migrate = {"migrate", "--from",          box.store(), "--from-key",
                              box.key(), "--delete-source", "-y"};
  CHECK(to.expect(15, migrate).says("incomplete"));
  CHECK(box.expect(0, {"list", "--recursive"}).out.find("team/db") != std::string::npos);
  box.set(all);
  to.expect(0, migrate);
  CHECK(to.expect(0, {"get", "team/b", "--field", "k"}).out == "1");
}

TEST_CASE("a bad rule is refused and changes nothing") {
  const Bench box;
  box.expect(2, {"policy", "allow", "ann", "all", "**"});
  box.expect(2, {"policy", "allow", "*", "see", "**"});
  box.expect(2, {"policy", "allow", "*", "all", "/a"});
  box.expect(2, {"policy", "set", "-"}, "{");
  box.expect(2, {"policy", "set", "-"}, R"({"rule":[]})");
  box.expect(2, {"policy", "test", "ann", "use", "a"});
  CHECK(box.expect(0, {"policy", "show", "--format", "json"}).json()["revision"] == 0);
  for (const char* verb : {"show", "allow", "deny", "role", "write-only", "remove", "set", "test"})
    CHECK(box.expect(0, {"policy", verb, "--help"}).out.find("Example:") != std::string::npos);
}

TEST_CASE("a deletion by force needs its own right") {
  const Bench box;
  const std::string secret = box.write("secret.yml",
                                       "name: used\nversion: v1\ntype: instance-secret\n"
                                       "instance-secret:\n  type: key-value\n  acl: r\n"
                                       "  data:\n    k: v\n");
  box.expect(0, {"resource", "apply", "-f", secret});
  const std::string path = "instance-secret/used";
  box.expect(0, {"refs", "add", path, "job"});
  const std::string most = R"("list","use","write","delete")";
  box.set(allow("user:" + me(), most, "**"));
  box.expect(15, {"resource", "delete", "-i", "used:v1:instance-secret", "--force", "-y"});
  box.expect(9, {"resource", "delete", "-i", "used:v1:instance-secret", "-y"});
  box.set(allow("user:" + me(), most + R"(,"force")", "**"));
  box.expect(0, {"resource", "delete", "-i", "used:v1:instance-secret", "--force", "-y"});
}

}  // namespace policy_test

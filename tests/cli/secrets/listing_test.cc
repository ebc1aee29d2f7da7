// What the store says about itself: names, versions, state, help; never a value.
#include "tests/cli/command.h"

namespace listing_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;

TEST_CASE("list names one level or everything below, in byte order") {
  const Sandbox box;
  box.init();
  for (const char* path : {"b", "a/x", "a/y/z", "a", "\xC3\xA9"})
    box.expect(0, {"put", path, "k=v"});
  CHECK(box.expect(0, {"list"}).out == "a\na/\nb\n\xC3\xA9\n");
  CHECK(box.expect(0, {"list", "a"}).out == "x\ny/\n");
  CHECK(box.expect(0, {"list", "a", "--recursive"}).out == "a/x\na/y/z\n");
  CHECK(box.expect(0, {"list", "--format", "json"}).json() ==
        Json{{"keys", {"a", "a/", "b", "\xC3\xA9"}}});
  CHECK(box.expect(0, {"list", "absent"}).out.empty());
  box.expect(0, {"delete", "b"});
  CHECK(box.expect(0, {"list", "--state", "deleted"}).out == "b\n");
  CHECK(box.expect(0, {"list", "--state", "live"}).out.find("b\n") == std::string::npos);
  box.expect(2, {"list", "--state", "dead"});
}

TEST_CASE("list is narrowed by filters, and tells more of each with --long") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a/x", "k=v", "--metadata", "stage=prod", "--metadata", "team=t"});
  box.expect(0, {"put", "a/y", "k=v", "--metadata", "stage=test"});
  box.expect(0, {"put", "b", "k=v", "--ttl", "2h"});
  CHECK(box.expect(0, {"list", "-r", "--custom", "stage=prod"}).out == "a/x\n");
  CHECK(box.expect(0, {"list", "--custom", "stage=prod", "--custom", "team=u"}).out.empty());
  CHECK(box.expect(0, {"list", "--newer-than", "1d"}).out == "a/\nb\n");
  CHECK(box.expect(0, {"list", "--older-than", "1d"}).out.empty());
  CHECK(box.expect(0, {"list", "--tag", "t", "--owner", "o", "--kind", "token"}).out.empty());
  const Json rows = box.expect(0, {"list", "--long", "--format", "json"}).json();
  CHECK(rows["folders"] == Json::array({"a/"}));
  REQUIRE(rows["secrets"].size() == 1);
  CHECK(rows["secrets"][0]["path"] == "b");
  CHECK(rows["secrets"][0]["state"] == "live");
  CHECK(rows["secrets"][0]["current_version"] == 1);
  CHECK(rows["secrets"][0]["expires_time"].get<std::string>().ends_with("Z"));
  CHECK(rows["secrets"][0]["deletion_time"] == "");
  CHECK(rows["secrets"][0]["tags"] == Json::array());
  const Json x = box.expect(0, {"list", "a", "-l", "--custom", "team=t", "--format=json"}).json();
  CHECK(x["secrets"][0]["path"] == "a/x");
  CHECK(x["secrets"][0]["custom_metadata"]["stage"] == "prod");
  CHECK(box.expect(0, {"list", "--long"}).out.starts_with("PATH"));
  CHECK(box.expect(2, {"list", "--custom", "stage"}).says("--custom"));
  CHECK(box.expect(2, {"list", "--older-than", "0s"}).says("--older-than"));
  box.expect(2, {"list", "--newer-than", "soon"});
}

TEST_CASE("history tells versions newest first") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "k=v1"});
  box.expect(0, {"put", "p", "k=v2"});
  box.expect(0, {"destroy", "p", "--versions", "1"});
  const Json history = box.expect(0, {"--format", "json", "history", "p"}).json();
  CHECK(history["path"] == "p");
  CHECK(history["current_version"] == 2);
  REQUIRE(history["versions"].size() == 2);
  CHECK(history["versions"][0]["version"] == 2);
  CHECK(history["versions"][0]["destroyed"] == false);
  CHECK(history["versions"][1]["destroyed"] == true);
  for (const char* key : {"created_time", "deletion_time", "expires_time"})
    CHECK(history["versions"][0][key].is_string());
  CHECK(history["versions"][0].size() == 5);
  CHECK(box.expect(0, {"history", "p"}).out.starts_with("VERSION"));
  box.expect(4, {"history", "absent"});
}

TEST_CASE("errors have one form for people and one for programs") {
  const Sandbox box;
  box.init();
  const Outcome plain = box.expect(4, {"get", "absent"});
  CHECK(plain.out.empty());
  CHECK(plain.err.starts_with("coffer: error: absent: "));
  CHECK(plain.says("\ncoffer: hint: "));
  const Outcome shaped = box.expect(4, {"get", "absent", "--format", "json"});
  const Json error = Json::parse(shaped.err);
  CHECK(error["error"]["code"] == "not_found");
  CHECK(error["error"]["message"].is_string());
  CHECK(error["error"]["hint"].is_string());
  CHECK(Json::parse(box.expect(2, {"gett", "--format=json"}).err)["error"]["code"] == "usage");
  CHECK(box.expect(2, {"get", "a", "--format", "xml"}).says("--format"));
}

TEST_CASE("a terminal is never sent control characters from a name") {
  const Sandbox box;
  box.init();
  const Outcome outcome = box.expect(2, {"get", "a\x1b[31m\xff"});
  CHECK(outcome.err.find('\x1b') == std::string::npos);
  CHECK(outcome.err.find('\xff') == std::string::npos);
}

TEST_CASE("an unknown word is a usage error that names the nearest verb") {
  const Sandbox box;
  CHECK(box.expect(2, {"lst"}).says("`coffer list`"));
  CHECK(box.expect(2, {"config", "putt"}).says("`coffer config put`"));
  CHECK(box.expect(2, {"config"}).says("coffer: error: "));
  box.expect(2, {});
  box.expect(2, {"get", "a", "b"});
  box.expect(2, {"get"});
  CHECK(box.expect(2, {"get", "a", "--no-such"}).says("--no-such"));
  box.expect(2, {"list", "--recursive=maybe"});
  box.expect(2, {"list", "--store"});
}

TEST_CASE("help, version and exit codes go to standard output") {
  const Sandbox box;
  CHECK(box.expect(0, {"--help"}).out.find("  config ") != std::string::npos);
  CHECK(box.expect(0, {"help"}).out == box.expect(0, {"-h"}).out);
  const std::string version = box.expect(0, {"version"}).out;
  CHECK(version.starts_with("coffer "));
  CHECK(box.expect(0, {"--version"}).out == version);
  CHECK(box.expect(0, {"version", "--format", "json"}).json()["version"].is_string());
  const std::string codes = box.expect(0, {"help", "exit-codes"}).out;
  for (const char* name : {"declined", "rolled_back", "too_new", "128+N"})
    CHECK(codes.find(name) != std::string::npos);
  const Json table = box.expect(0, {"help", "exit-codes", "--format", "json"}).json();
  CHECK(table["exit_codes"].size() == 20);
  box.expect(2, {"help", "nonsense"});
}

TEST_CASE("every verb explains itself with an example") {
  const Sandbox box;
  for (const cli::Words& verb : std::vector<cli::Words>{{"init"},
                                                        {"put"},
                                                        {"get"},
                                                        {"list"},
                                                        {"history"},
                                                        {"delete"},
                                                        {"undelete"},
                                                        {"destroy"},
                                                        {"run"},
                                                        {"exec"},
                                                        {"refs"},
                                                        {"sweep"},
                                                        {"config", "put"},
                                                        {"config", "get"},
                                                        {"config", "list"},
                                                        {"config", "delete"},
                                                        {"config", "hydrate"},
                                                        {"config", "check"},
                                                        {"key", "list"},
                                                        {"key", "add"},
                                                        {"key", "remove"},
                                                        {"key", "test"},
                                                        {"status"},
                                                        {"verify"},
                                                        {"help"},
                                                        {"version"}}) {
    cli::Words asked = verb;
    asked.emplace_back("--help");
    const std::string help = box.expect(0, asked).out;
    INFO(help);
    CHECK(help.find("Example:\n  coffer " + verb.front()) != std::string::npos);
    CHECK(help.find("--store") != std::string::npos);
    cli::Words other{"help"};
    other.insert(other.end(), verb.begin(), verb.end());
    CHECK(box.expect(0, other).out == help);
  }
}

TEST_CASE("global options stand before or after the verb") {
  Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "k=v"});
  const std::string store = box.store();
  const std::string key = box.key();
  box.environment = {"PATH=/usr/bin:/bin"};
  box.expect(0, {"--store", store, "--key", key, "get", "p"});
  box.expect(0, {"get", "--store=" + store, "p", "--key=" + key});
  box.expect(0, {"--store", store, "get", "--key", "file:///nonexistent", "p", "--key", key});
  box.expect(2, {"get", "p", "--key", key});
  // Without a key option the store's own slots say where the key is.
  box.expect(0, {"--store", store, "get", "p"});
  box.environment.emplace_back("COFFER_FORMAT=json");
  CHECK(box.expect(0, {"--store", store, "--key", key, "list"}).json()["keys"].size() == 1);
  box.environment.back() = "COFFER_FORMAT=yaml";
  box.expect(2, {"--store", store, "--key", key, "list"});
}

TEST_CASE("without a name the store is in the user's data folder") {
  Sandbox box;
  const std::string key = box.key();
  box.environment = {"PATH=/usr/bin:/bin", "HOME=" + box.path("home"), "COFFER_KEY=" + key};
  box.expect(0, {"init"});
  CHECK(std::filesystem::exists(box.path("home/.local/share/coffer/data.mdb")));
  box.environment.push_back("XDG_DATA_HOME=" + box.path("xdg"));
  box.expect(18, {"list"});
  box.expect(0, {"init"});
  CHECK(std::filesystem::exists(box.path("xdg/coffer/data.mdb")));
}

TEST_CASE("status and verify tell of a store that is whole") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "k=v"});
  const Json status = box.expect(0, {"status", "--format", "json"}).json();
  CHECK(status["secrets"] == 1);
  CHECK(status["configs"] == 0);
  CHECK(status["slots"] == 1);
  CHECK(status["store_id"].is_string());
  CHECK(box.expect(0, {"status"}).out.find("key slots") != std::string::npos);
  const Json report = box.expect(0, {"verify", "--format", "json"}).json();
  CHECK(report["problems"].empty());
  CHECK(report["records"].get<int>() >= 1);
  CHECK(box.expect(0, {"verify"}).out.find("whole") != std::string::npos);
}

}  // namespace listing_test

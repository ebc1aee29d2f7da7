// What a new user does, and his slips: every answer shows how to go on.
#include <pty.h>
#include <sys/ioctl.h>

#include "tests/cli/command.h"

namespace gestures_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

// Everything that the command shows on a terminal of its own.
std::string shown_on_terminal(const Sandbox& box, Words words) {
  words.insert(words.begin(), COFFER_BIN);
  std::vector<char*> argv = Sandbox::pointers(words);
  std::vector<char*> envp = Sandbox::pointers(box.environment);
  int fd = -1;
  const pid_t pid = forkpty(&fd, nullptr, nullptr, nullptr);
  if (pid == 0) {
    execve(argv[0], argv.data(), envp.data());
    _exit(99);
  }
  REQUIRE(pid > 0);
  std::string shown;
  char bytes[4096];
  for (ssize_t got = 0; (got = read(fd, bytes, sizeof bytes)) > 0;)
    shown.append(bytes, static_cast<std::size_t>(got));
  int status = 0;
  waitpid(pid, &status, 0);
  close(fd);
  CHECK(cli::exit_code_of(status) == 0);
  return shown;
}

// The verbs of one and two words in the overview.
std::vector<Words> all_verbs(const Sandbox& box) {
  std::vector<Words> verbs;
  std::string overview = box.expect(0, {"help"}).out;
  for (std::size_t at = 0; at < overview.size();) {
    const std::size_t end = overview.find('\n', at);
    const std::string line = overview.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with("  ") || line[2] == ' ' || line[2] == '-') continue;
    const std::string word = line.substr(2, line.find(' ', 2) - 2);
    const Outcome group = box.run({"help", word});
    REQUIRE(group.exit_code == 0);
    if (!group.out.starts_with("Usage: coffer " + word + " VERB")) {
      verbs.push_back({word});
      continue;
    }
    const std::string head = "\n  " + word + " ";
    for (std::size_t in = group.out.find(head); in != std::string::npos;
         in = group.out.find(head, in + 1)) {
      const std::size_t begin = in + head.size();
      verbs.push_back({word, group.out.substr(begin, group.out.find(' ', begin) - begin)});
    }
  }
  return verbs;
}

std::string line_beyond_80(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end - at > 80) return text.substr(at, end - at);
    at = end + 1;
  }
  return {};
}

}  // namespace

TEST_CASE("a verb of another program's leads to coffer's") {
  const Sandbox box;
  for (const auto& [word, verb] :
       std::vector<std::pair<std::string, std::string>>{{"rm", "delete"},
                                                        {"remove", "delete"},
                                                        {"cat", "get"},
                                                        {"read", "get"},
                                                        {"show", "get"},
                                                        {"set", "put"},
                                                        {"write", "put"},
                                                        {"add", "put"},
                                                        {"edit", "patch"},
                                                        {"ls", "list"},
                                                        {"lsit", "list"},
                                                        {"mv", "move"},
                                                        {"cp", "copy"},
                                                        {"gte", "get"},
                                                        {"hsitory", "history"},
                                                        {"backup", "migrate"}}) {
    INFO(word);
    CHECK(box.expect(2, {word, "big/ttl"}).says("did you mean `coffer " + verb + "`?"));
  }
  CHECK(box.expect(2, {"kv", "get", "a"}).says("`coffer get`"));
  CHECK(box.expect(2, {"confg", "list"}).says("`coffer config list`"));
  CHECK(box.expect(2, {"key", "rm", "1"}).says("`coffer key remove`"));
  // A word that is near no verb gets no suggestion.
  CHECK(box.expect(2, {"agent"}).says("`coffer help` lists the verbs"));
  // The second word may be a value.
  CHECK_FALSE(box.expect(2, {"rm", "hunter2"}).says("hunter2"));
}

TEST_CASE("a group tells its verbs") {
  const Sandbox box;
  for (const char* group : {"key", "config", "anchor", "audit", "policy", "metadata"}) {
    INFO(group);
    const Outcome bare = box.expect(2, {group});
    CHECK(bare.err.starts_with(std::string("coffer: error: ") + group +
                               ": a second word is missing"));
    CHECK(bare.says(std::string("`coffer help ") + group + "`"));
    const std::string help = box.expect(0, {"help", group}).out;
    CHECK(help.find(std::string("\n  ") + group + " ") != std::string::npos);
    CHECK(box.expect(0, {group, "--help"}).out == help);
  }
  CHECK(box.expect(2, {"key"}).says("list, add, remove"));
  CHECK(box.expect(2, {"key", "nonsense"}).says("list, add, remove"));
}

TEST_CASE("help fits a terminal and names everything") {
  const Sandbox box;
  const std::string overview = box.expect(0, {"help"}).out;
  CHECK(line_beyond_80(overview).empty());
  for (const char* told : {"--store DIR", "COFFER_STORE", "COFFER_KEY", "COFFER_FORMAT",
                           "COFFER_ACTOR", "COFFER_ANCHOR", "COFFER_RECEIPTS", "put", "hydrate"})
    CHECK(overview.find(told) != std::string::npos);
  CHECK(overview.find("More:") == std::string::npos);
  const std::vector<Words> verbs = all_verbs(box);
  CHECK(verbs.size() >= 70);
  for (Words verb : verbs) {
    verb.emplace_back("--help");
    const std::string help = box.expect(0, verb).out;
    INFO(help);
    CHECK(line_beyond_80(help) == "");
    // The verb's own options come before the common ones.
    const std::size_t own = help.find("--help");
    const std::size_t common = help.find("--store DIR");
    REQUIRE(common != std::string::npos);
    CHECK(own < common);
    CHECK(help.find("\nExample:\n  coffer ") != std::string::npos);
  }
  const std::string put = box.expect(0, {"put", "--help"}).out;
  CHECK(put.find("--cas N") < put.find("--store DIR"));
  CHECK(box.expect(0, {"run", "--help"}).out.find("[OPTIONS] -- COMMAND") != std::string::npos);
}

TEST_CASE("a mistyped option leads to the right one") {
  const Sandbox box;
  const Outcome fild = box.expect(2, {"get", "a", "--fild", "x"});
  CHECK(fild.says("--fild: this verb has no such option"));
  CHECK(fild.says("did you mean --field?"));
  CHECK(box.expect(2, {"list", "--formta", "json"}).says("did you mean --format?"));
  CHECK(box.expect(2, {"list", "--recurs"}).says("did you mean --recursive?"));
  CHECK(box.expect(2, {"list", "--json"}).says("did you mean --format json?"));
  CHECK(box.expect(2, {"get", "-f", "x", "a"}).says("-f: this verb has no such option"));
  CHECK(box.expect(2, {"get", "a", "--nothing-like-it"}).says("`coffer get --help`"));
  // A word that looks like an option may be a value.
  CHECK_FALSE(box.expect(2, {"get", "a", "--Hunter2=x"}).says("Hunter2"));
}

TEST_CASE("a word too many is told by its place, never by itself") {
  const Sandbox box;
  const Outcome get = box.expect(2, {"get", "big/ttl", "hunter2"});
  CHECK(get.says("the 2nd word after `coffer get`: this word is one too many"));
  CHECK(get.says("coffer: hint: coffer get [OPTIONS] SECRET; for example: coffer get "));
  CHECK_FALSE(get.says("hunter2"));
  CHECK(box.expect(2, {"rollback", "myapp", "2"}).says("--to"));
  const Outcome missing = box.expect(2, {"move", "a"});
  CHECK(missing.says("TO: is missing"));
  CHECK(missing.says("coffer move [OPTIONS] FROM TO"));
  for (const Words& words :
       std::vector<Words>{{"run", "python3", "x.py"}, {"run", "--only", "app", "sh", "-c", "x"}}) {
    CHECK(box.expect(2, words).says("write the command after `--`: coffer run "));
  }
}

TEST_CASE("delete says what it did, and undelete takes the newest back") {
  const Sandbox box;
  box.init();
  for (const char* value : {"k=1", "k=2", "k=3"}) box.expect(0, {"put", "a/p", value});
  const Outcome deleted = box.expect(0, {"delete", "a/p"});
  CHECK(deleted.out.empty());
  CHECK(deleted.err == "coffer: deleted version 3 of a/p; bring back: coffer undelete a/p\n");
  CHECK(box.expect(0, {"undelete", "a/p"}).says("undeleted version 3 of a/p"));
  CHECK(box.expect(0, {"get", "a/p", "--field", "k"}).out == "3");
  CHECK(
      box.expect(0, {"delete", "a/p", "--versions", "1,2"})
          .says("deleted versions 1 and 2 of a/p; bring back: coffer undelete a/p --versions 1,2"));
  // The newest version is not deleted, so the verb does not guess which one is meant.
  CHECK(box.expect(2, {"undelete", "a/p"}).says("its newest version is not deleted"));
  box.expect(5, {"get", "a/p", "--version", "1"});
  CHECK(box.expect(0, {"delete", "a/p", "--format", "json"}).json() ==
        Json{{"deleted", {{{"path", "a/p"}, {"version", 3}}}}});
  CHECK(box.expect(0, {"undelete", "a/p", "--format", "json"}).json() ==
        Json{{"undeleted", {{{"path", "a/p"}, {"version", 3}}}}});
  box.expect(4, {"undelete", "absent"});
  CHECK(box.expect(0, {"destroy", "a/p", "--versions", "2,1"})
            .says("destroyed versions 1 and 2 of a/p"));
  CHECK(box.expect(0, {"metadata", "patch", "a/p", "--owner", "o", "--format", "json"}).json() ==
        Json{{"path", "a/p"}});
  CHECK(box.expect(0, {"metadata", "delete", "a/p", "--format", "json"}).json()["removed"] ==
        Json::array({"a/p"}));
}

TEST_CASE("list marks on a terminal what is deleted, and nothing elsewhere") {
  const Sandbox box;
  box.init();
  for (const char* path : {"a/gone", "a/here", "top"}) box.expect(0, {"put", path, "k=v"});
  box.expect(0, {"metadata", "put", "a/only", "--owner", "o"});
  box.expect(0, {"delete", "a/gone"});
  CHECK(box.expect(0, {"list", "a"}).out == "gone\nhere\nonly\n");
  CHECK(shown_on_terminal(box, {"list", "a"}) ==
        "gone  (deleted)\r\nhere\r\nonly  (no version)\r\n");
  CHECK(shown_on_terminal(box, {"list"}) == "a/\r\ntop\r\n");
  CHECK(shown_on_terminal(box, {"list", "-r"}).starts_with("a/gone  (deleted)\r\n"));
  CHECK(box.expect(0, {"list", "a", "--format", "json"}).json()["keys"].size() == 3);
}

TEST_CASE("a listing of nothing says why, and a folder that it is one") {
  const Sandbox box;
  box.init();
  CHECK(box.expect(0, {"list"}).says("holds no secret"));
  box.expect(0, {"put", "big/ttl", "k=v"});
  const Outcome nothing = box.expect(0, {"list", "big/nosuch"});
  CHECK(nothing.out.empty());
  CHECK(nothing.says("there is nothing below big/nosuch"));
  CHECK(box.expect(0, {"list", "big/ttl"}).says("big/ttl is a secret"));
  CHECK(box.expect(0, {"list", "big/*"}).says("--match"));
  CHECK(box.expect(0, {"list", "--tag", "x"}).says("no secret matches all"));
  CHECK(box.expect(0, {"list", "none", "--format", "json"}).err.empty());
  // The hint for a reader does not say how to remove; hints for moving and running say how to do
  // it.
  const std::string look = "hint: `coffer list big` names what is in it";
  const std::string remove = "`coffer metadata delete big --recursive`";
  for (const auto& [words, hint] : std::vector<std::pair<Words, std::string>>{
           {{"get", "big"}, look + "\n"},
           {{"history", "big"}, look + "\n"},
           {{"delete", "big"}, look + "\n"},
           {{"undelete", "big"}, look + "\n"},
           {{"patch", "big", "k=v"}, look + "\n"},
           {{"metadata", "get", "big"}, look + "\n"},
           {{"destroy", "big", "--all"}, remove},
           {{"metadata", "delete", "big"}, remove},
           {{"run", "--only", "big", "--", "true"}, "--prefix big"},
           {{"env", "--as", "json", "--only", "big"}, "--prefix big"},
           {{"run", "--map", "X=coffer://big", "--", "true"}, look + "\n"},
           {{"move", "big", "small"}, "hint: --recursive"},
           {{"copy", "big", "small"}, "hint: --recursive"}}) {
    const Outcome outcome = box.expect(4, words);
    INFO(words.front() << outcome.err);
    CHECK(outcome.says("big: this is a folder"));
    CHECK(outcome.says(hint));
  }
  CHECK(box.expect(4, {"get", "big/tt"}).says("there is no such secret"));
  const Outcome same = box.expect(8, {"move", "big/ttl", "big/ttl"});
  CHECK(same.says("big/ttl: is both FROM and TO"));
  CHECK(box.expect(0, {"get", "big/ttl", "--field", "k"}).out == "v");
}

TEST_CASE("list finds by name and by description") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "etl/prod/db", "k=v", "--description", "Orders of the Warehouse"});
  box.expect(0, {"put", "etl/test/db", "k=v"});
  box.expect(0, {"put", "web", "k=v"});
  CHECK(box.expect(0, {"list", "--match", "*/db"}).out == "etl/prod/db\netl/test/db\n");
  CHECK(box.expect(0, {"list", "etl", "--match", "*prod*"}).out == "etl/prod/db\n");
  CHECK(box.expect(0, {"list", "--description", "warehouse"}).out == "etl/prod/db\n");
  CHECK(box.expect(0, {"list", "--match", "w?b", "--format", "json"}).json()["keys"] ==
        Json::array({"web"}));
  CHECK(
      box.expect(0, {"list", "--match", "w", "-l", "--format", "json"}).json()["secrets"].empty());
}

TEST_CASE("what is given for a file's name and is a text is not repeated") {
  const Sandbox box;
  box.init();
  const std::string text = R"({"password":"hunter2"})";
  for (const Words& words : std::vector<Words>{
           {"put", "db/x", "--json", text},
           {"put", "db/x", "--file", "  " + text},
           {"patch", "db/x", "--json", text},
           {"bulk", text},
           {"import", text, "--as", "json"},
           {"inject", "-i", text},
           {"config", "put", "c", "--spec", text, "--input", text},
           {"resource", "apply", "-f", text},
           {"put", "db/x", "--json", "[\"hunter2\", \"" + std::string(5000, 'x') + "\"]"},
           {"put", "db/x", "--file", "a\nhunter2"},
           {"put", "db/x", "--json", text, "--format", "json"}}) {
    INFO(words[0] << " " << words[1]);
    const Outcome outcome = box.run(words);
    CHECK(outcome.exit_code != 0);
    CHECK_FALSE(outcome.says("hunter2"));
    CHECK_FALSE(outcome.says("password"));
  }
  CHECK(box.expect(17, {"put", "db/x", "--json", text}).says("`-` for standard input"));
  CHECK(box.expect(17, {"put", "db/x", "--json", "nosuch.json"}).says("nosuch.json"));
}

TEST_CASE("-v tells which slot opened the store and what was committed, never a value") {
  const Sandbox box;
  box.init();
  const Outcome put = box.expect(0, {"put", "p", "k=hunter2", "-v"});
  CHECK(put.says("key slot 1: opened the store"));
  CHECK(put.says("committed"));
  CHECK_FALSE(put.says("hunter2"));
  const Outcome get = box.expect(0, {"get", "p", "-v", "--field", "k"});
  CHECK(get.says("opened the store"));
  CHECK_FALSE(get.says("committed"));
  CHECK_FALSE(get.says("hunter2"));
  CHECK(box.expect(0, {"put", "p", "k=v"}).err.empty());
}

TEST_CASE("durations may have several units, and times sort as texts") {
  const Sandbox box;
  box.init();
  for (const char* ttl : {"1h30m", "1w", "2d12h"}) box.expect(0, {"put", "p", "k=v", "--ttl", ttl});
  CHECK(box.expect(2, {"put", "p", "k=v", "--ttl", "5minutes"}).says("1h30m"));
  box.expect(0, {"put", "p", "k=v", "--expires-at", "2999-01-31t12:00:00z"});
  const Json told = box.expect(0, {"get", "p", "--format", "json"}).json();
  CHECK(told["expires_time"] == "2999-01-31T12:00:00.000Z");
  CHECK(told["created_time"].get<std::string>().size() ==
        told["expires_time"].get<std::string>().size());
}

TEST_CASE("columns stand in line where characters are wide") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "\xE5\xAF\x86\xE7\xA2\xBC", "k=v"});  // Two characters, four columns.
  box.expect(0, {"put", "abcd", "k=v"});
  const std::string table = box.expect(0, {"list", "-l"}).out;
  CHECK(table.find("\xE5\xAF\x86\xE7\xA2\xBC  live") != std::string::npos);
  CHECK(table.find("abcd  live") != std::string::npos);
}

}  // namespace gestures_test

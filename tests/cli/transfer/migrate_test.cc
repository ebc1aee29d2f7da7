// Migration between two stores: explicit, resumable, verified, and never more than was asked for.
#include <algorithm>

#include "tests/cli/shifted_store.h"

namespace migrate_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

// Two stores with a key each; the sandbox's own store is the target.
struct Move {
  Sandbox box;
  std::string old_store, old_key;
  Move() {
    box.init();
    old_store = box.path("old");
    old_key = "file://" + box.path("old.key");
    in_old(0, {"init"});
    in_old(0, {"put", "team/db", "password=Marzipan-1"});
    in_old(0, {"put", "team/db", "password=Marzipan-2", "n:=1.50"});
    in_old(0, {"put", "team/raw", "--value", "-", "--ttl", "30d"}, std::string("\0\xff\n", 3));
    in_old(0, {"metadata", "put", "team/db", "--owner", "ada", "--tag", "prod", "--custom", "a=b"});
    in_old(0, {"metadata", "put", "team/empty", "--description", "no version"});
    in_old(0, {"put", "other", "k=v"});
  }
  Outcome in_old(int code, Words words, std::string_view input = {}) const {
    words.insert(words.begin(), {"--store", old_store, "--key", old_key});
    return box.expect(code, words, input);
  }
  Outcome migrate(int code, const Words& more = {}) const {
    Words words{"--format", "json", "migrate", "--from", old_store, "--from-key", old_key};
    words.insert(words.end(), more.begin(), more.end());
    return box.expect(code, words);
  }
};

const Words kNone;
Words names(const Outcome& outcome, const char* state) {
  return outcome.json().at(state).get<Words>();
}

}  // namespace

TEST_CASE("migrate copies history, metadata and bytes; a second run finds all unchanged") {
  const Move move;
  const Outcome dry = move.migrate(0, {"--dry-run"});
  CHECK(names(dry, "created") == Words{"other", "team/db", "team/empty", "team/raw"});
  CHECK(move.box.expect(0, {"list", "--recursive"}).out.empty());

  const Outcome first = move.migrate(0);
  CHECK(names(first, "created") == names(dry, "created"));
  CHECK(names(first, "removed") == kNone);
  for (const Words& words : std::vector<Words>{{"history", "team/db"},
                                               {"history", "team/raw"},
                                               {"get", "team/db"},
                                               {"get", "team/db", "--version", "1"},
                                               {"get", "team/raw"},
                                               {"get", "other"}}) {
    Words json{"--format", "json"};
    json.insert(json.end(), words.begin(), words.end());
    CHECK(move.box.expect(0, json).out == move.in_old(0, json).out);
  }
  const Json metadata =
      move.box.expect(0, {"--format", "json", "metadata", "get", "team/db"}).json();
  CHECK(metadata.at("owner") == "ada");
  CHECK(move.box.expect(0, {"get", "team/db", "--field", "n"}).out == "1.50");

  const Outcome second = move.migrate(0);
  CHECK(names(second, "unchanged") == names(dry, "created"));
  CHECK(names(second, "created") == kNone);
}

TEST_CASE("migrate of a folder takes that folder only") {
  const Move move;
  CHECK(names(move.migrate(0, {"team/"}), "created") == Words{"team/db", "team/empty", "team/raw"});
  move.box.expect(4, {"get", "other"});
  CHECK(move.migrate(4, {"team/nothing"}).says("nothing is below it"));
}

TEST_CASE("what differs in the other store is refused before anything is written, or skipped") {
  const Move move;
  move.box.expect(0, {"put", "team/raw", "mine=1"});
  const Outcome refused = move.migrate(8);
  CHECK(refused.says("team/raw"));
  CHECK(refused.says("--skip-existing"));
  move.box.expect(4, {"get", "other"});
  const Outcome skipped = move.migrate(0, {"--skip-existing", "--delete-source"});
  CHECK(names(skipped, "skipped") == Words{"team/raw"});
  CHECK(move.box.expect(0, {"get", "team/raw", "--field", "mine"}).out == "1");
  // A secret that was not copied is not removed.
  CHECK(names(skipped, "removed") == Words{"other", "team/db", "team/empty"});
  move.in_old(0, {"get", "team/raw"});
  move.in_old(4, {"get", "team/db"});
}

TEST_CASE("a run that was cut goes on, and then the old store is emptied") {
  const Move move;
  move.migrate(0, {"team"});  // The part that the cut run copied.
  const Outcome rest = move.migrate(0, {"--delete-source"});
  CHECK(names(rest, "created") == Words{"other"});
  CHECK(names(rest, "unchanged").size() == 3);
  CHECK(names(rest, "removed").size() == 4);
  CHECK(move.in_old(0, {"list", "--recursive"}).out.empty());
  CHECK(move.box.expect(0, {"get", "team/db", "--field", "password"}).out == "Marzipan-2");
  move.box.expect(0, {"verify"});
}

TEST_CASE("configs, who uses what, settings and policy come along, and leave the old store") {
  const Move move;
  const std::string spec = move.box.write(
      "spec.json", R"({"properties":{"pw":{"type":"string","airbyte_secret":true}}})");
  const std::string full = move.box.write("full.json", R"({"pw":"Marzipan-3"})");
  move.in_old(0, {"config", "put", "c", "--spec", spec, "--input", full});
  move.in_old(0, {"config", "check", "--spec", spec, "--input", full});
  move.in_old(0, {"refs", "add", "other", "nightly-report"});
  move.in_old(0, {"settings", "put", "--max-versions", "7"});
  move.in_old(0, {"settings", "put", "--scope", "team", "--value-limit", "5000"});
  const std::string partial = move.in_old(0, {"config", "get", "c", "--partial"}).out;
  const Outcome outcome = move.migrate(0, {"--delete-source"});
  CHECK(names(outcome, "managed").size() == 1);  // A secret of a check expires by itself.
  CHECK(names(outcome, "kept") == kNone);
  const Words created = names(outcome, "created");
  CHECK(std::count(created.begin(), created.end(), "config:c") == 1);
  CHECK(std::count(created.begin(), created.end(), "settings") == 1);
  CHECK(move.box.expect(0, {"config", "get", "c", "--partial"}).out == partial);
  CHECK(move.box.expect(0, {"config", "get", "c", "--reveal"}).out.find("Marzipan-3") !=
        std::string::npos);
  CHECK(move.box.expect(0, {"refs", "other"}).out.find("nightly-report") != std::string::npos);
  move.box.expect(9, {"destroy", "other", "--all", "-y"});
  CHECK(move.box.expect(0, {"--format", "json", "settings", "get"}).json()["max_versions"] == 7);
  move.in_old(4, {"config", "get", "c"});
  move.in_old(4, {"get", "other"});
  // A full sweep finds no orphan.
  CHECK(move.box.expect(0, {"--format", "json", "sweep", "--full"}).json()["swept"].empty());
  move.box.expect(0, {"verify"});
}

TEST_CASE("a config or a user that stands in the way is named, and nothing is written") {
  const Move move;
  const std::string spec = move.box.write(
      "spec.json", R"({"properties":{"pw":{"type":"string","airbyte_secret":true}}})");
  const std::string full = move.box.write("full.json", R"({"pw":"Marzipan-3"})");
  move.in_old(0, {"config", "put", "c", "--spec", spec, "--input", full});
  move.box.expect(0, {"config", "put", "c", "--spec", spec, "--input", full});
  CHECK(move.migrate(8).says("a different config with this id"));
  move.box.expect(4, {"get", "other"});
  CHECK(names(move.migrate(0, {"--skip-existing"}), "skipped") == Words{"config:c"});
  move.in_old(0, {"refs", "add", "other", "nightly-report"});
  move.in_old(0, {"config", "get", "c"});
}

TEST_CASE("migrate tells what is wrong with its words, and no value in anything it says") {
  const Move move;
  CHECK(move.box.expect(2, {"migrate"}).says("--from"));
  CHECK(move.box.expect(2, {"migrate", "--from", move.box.store()}).says("same store"));
  move.box.expect(18, {"migrate", "--from", move.box.path("nowhere")});
  move.box.expect(11, {"migrate", "--from", move.old_store, "--from-key", move.box.key()});
  const Outcome outcome =
      move.box.expect(0, {"-v", "migrate", "--from", move.old_store, "--from-key", move.old_key});
  CHECK((outcome.out + outcome.err).find("Marzipan") == std::string::npos);
}

TEST_CASE("migrate of a store larger than a batch is whole, killed or not") {
  const Move move;
  std::string lines = "{\"operations\":[";
  for (int i = 0; i < 900; ++i) {
    lines += (i == 0 ? "" : ",") + std::string("{\"put\":{\"path\":\"many/") + std::to_string(i) +
             "\",\"value\":\"v" + std::to_string(i) + "\"}}";
  }
  move.in_old(0, {"bulk", move.box.write("many.json", lines + "]}")});
  // After a kill at any moment every copied secret is whole, and another run does the rest.
  const Words words{COFFER_BIN, "migrate", "--from", move.old_store, "--from-key", move.old_key};
  for (int round = 1; round <= 6; ++round) {
    const pid_t pid = move.box.start(words, "/dev/null", move.box.path(".out"));
    usleep(static_cast<useconds_t>(round) * 15'000);
    kill(pid, SIGKILL);
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    move.box.expect(0, {"verify"});
  }
  const Outcome last = move.migrate(0);
  CHECK(names(last, "created").size() + names(last, "unchanged").size() == 904);
  CHECK(move.box.expect(0, {"get", "many/899"}).out == "v899");
}

TEST_CASE("what is deleted but could be undeleted comes along, and still can be") {
  const Move move;
  move.in_old(0, {"delete", "team/db", "--versions", "1"});
  move.in_old(0, {"delete", "other"});
  const Outcome moved = move.migrate(0, {"--delete-source"});
  CHECK(names(moved, "removed") == Words{"other", "team/db", "team/empty", "team/raw"});
  move.box.expect(5, {"get", "team/db", "--version", "1"});
  move.box.expect(5, {"get", "other"});
  move.box.expect(0, {"undelete", "team/db", "--versions", "1"});
  move.box.expect(0, {"undelete", "other", "--versions", "1"});
  CHECK(move.box.expect(0, {"get", "team/db", "--version", "1", "--field", "password"}).out ==
        "Marzipan-1");
  CHECK(move.box.expect(0, {"get", "other", "--field", "k"}).out == "v");
  move.box.expect(0, {"verify"});
}

TEST_CASE("with either clock behind nothing is carried elsewhere, and all of it stays") {
  const Move move;
  const bool in_source = GENERATE(true, false);
  const std::string store = in_source ? move.old_store : move.box.store();
  // The clock is an hour ahead, so a secret that lives for 30 days cannot be told from an expired
  // one.
  cli::put_shifted(store, in_source ? move.old_key : move.box.key(), cli::kHourMs, "ahead");
  const Outcome refused = move.migrate(1, {"--delete-source"});
  CHECK(refused.says(store));
  CHECK(refused.says("coffer clock accept"));
  move.migrate(1, {"--dry-run"});
  const Words words = {"--store", store, "--key", in_source ? move.old_key : move.box.key()};
  const auto in_store = [&](int code, Words more) {
    more.insert(more.begin(), words.begin(), words.end());
    return move.box.expect(code, more);
  };
  const Outcome exported = in_store(1, {"export", "--as", "json", "--history"});
  CHECK(exported.out.empty());
  CHECK(exported.says("coffer clock accept"));
  in_store(0, {"clock", "accept"});
  const Outcome moved = move.migrate(0, {"--delete-source"});
  CHECK(names(moved, "removed").size() == (in_source ? 5 : 4));
  CHECK(move.box.expect(0, {"get", "team/raw"}).out == std::string("\0\xff\n", 3));
}

TEST_CASE("a secret whose newest version has expired is neither left out nor left behind") {
  const Sandbox box;
  box.init();
  const std::string old = box.path("old");
  cli::create_shifted(old, box.key(), -2 * cli::kHourMs);
  cli::put_shifted(old, box.key(), -2 * cli::kHourMs, "a");
  cli::put_shifted(old, box.key(), -2 * cli::kHourMs, "a", {.ttl_ms = cli::kHourMs});
  const Words from = {"--store", old, "--key", box.key()};
  const auto in_old = [&](int code, Words more) {
    more.insert(more.begin(), from.begin(), from.end());
    return box.expect(code, more);
  };
  in_old(6, {"get", "a"});
  const std::string document = in_old(0, {"export", "--as", "json", "--history"}).out;
  CHECK(Json::parse(document)["secrets"].size() == 1);
  box.expect(0, {"import", "-", "--as", "json"}, document);
  CHECK(box.expect(0, {"get", "a", "--version", "1"}).out == "v");
  box.expect(6, {"get", "a"});
  box.expect(0, {"metadata", "delete", "a", "--yes"});
  const Outcome moved = box.expect(0, {"--format", "json", "migrate", "--from", old, "--from-key",
                                       box.key(), "--delete-source"});
  CHECK(names(moved, "removed") == Words{"a"});
  CHECK(box.expect(0, {"get", "a", "--version", "1"}).out == "v");
  box.expect(6, {"get", "a"});
  in_old(4, {"get", "a", "--version", "1"});
}

}  // namespace migrate_test

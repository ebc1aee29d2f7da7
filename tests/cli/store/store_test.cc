// Keys, missing or damaged stores, and output that cannot be written.
#include "tests/cli/command.h"

namespace store_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;

namespace {

void flip_byte(const std::string& file, std::uintmax_t offset) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekg(static_cast<std::streamoff>(offset));
  const int byte = stream.get();
  stream.seekp(static_cast<std::streamoff>(offset));
  stream.put(static_cast<char>(byte ^ 0xFF));
}

}  // namespace

TEST_CASE("init makes the store and a key file that is not there, for the owner only") {
  const Sandbox box;
  const Outcome made = box.expect(0, {"init"});
  CHECK(made.out.empty());
  CHECK(made.says("master.key"));
  struct stat status {};
  REQUIRE(stat(box.path("master.key").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(status.st_size == 32);
  REQUIRE(stat(box.store().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  CHECK(box.expect(18, {"init"}).says("already"));
  CHECK(box.expect(0, {"list"}).out.empty());
}

TEST_CASE("init takes a key that is there, and refuses to go without one") {
  Sandbox box;
  const std::string key = std::string(32, 'k');
  box.write("master.key", key);
  chmod(box.path("master.key").c_str(), 0600);
  const Json made = box.expect(0, {"init", "--format", "json"}).json();
  CHECK(made["store"] == box.store());
  CHECK(made["slots"] == 1);
  CHECK(cli::read_file(box.path("master.key")) == key);
  box.environment.pop_back();
  CHECK(box.expect(2, {"--store", box.path("other"), "init"}).says("--key"));
  box.expect(2, {"--store", box.path("other"), "init", "--key", "ftp://x"});
  CHECK_FALSE(std::filesystem::exists(box.path("other")));
}

TEST_CASE("a store that is not there is told as such by every verb") {
  const Sandbox box;
  box.write("master.key", std::string(32, 'k'));
  chmod(box.path("master.key").c_str(), 0600);
  for (const cli::Words& words : std::vector<cli::Words>{{"list"},
                                                         {"get", "p"},
                                                         {"put", "p", "a=1"},
                                                         {"history", "p"},
                                                         {"delete", "p"},
                                                         {"undelete", "p", "--versions", "1"},
                                                         {"destroy", "p", "--all"},
                                                         {"refs", "p"},
                                                         {"sweep"},
                                                         {"status"},
                                                         {"verify"},
                                                         {"key", "list"},
                                                         {"key", "remove", "1"},
                                                         {"key", "test", "1"},
                                                         {"config", "list"},
                                                         {"config", "get", "c"},
                                                         {"config", "delete", "c"},
                                                         {"run", "--only", "p", "--", "true"}}) {
    CHECK(box.expect(18, words).says("coffer: hint: "));
  }
  CHECK_FALSE(std::filesystem::exists(box.store()));
}

TEST_CASE("keys are added, tried and removed") {
  const Sandbox box;
  box.init();
  const std::string spare = "file://" + box.path("spare.key");
  const std::string slot = box.expect(0, {"key", "add", spare}).out;
  const std::string number = slot.substr(0, slot.size() - 1);
  const Json slots = box.expect(0, {"key", "list", "--format", "json"}).json()["slots"];
  REQUIRE(slots.size() == 2);
  std::vector<std::string> members;
  for (const auto& [key, value] : slots[1].items()) members.push_back(key);
  CHECK(members == std::vector<std::string>{"slot", "provider", "uri", "key_id", "created_time",
                                            "last_used_time"});
  CHECK(slots[1]["uri"] == spare);
  CHECK(box.expect(0, {"key", "list"}).out.find(spare) != std::string::npos);
  box.expect(0, {"key", "test", number});
  box.expect(4, {"key", "test", "77"});
  box.expect(2, {"key", "test", "one"});
  box.expect(2, {"key", "add", "nonsense"});
  box.expect(0, {"put", "p", "a=1"});
  CHECK(box.expect(0, {"--key", spare, "get", "p", "--field", "a"}).out == "1");
  box.expect(0, {"key", "remove", number});
  box.expect(11, {"--key", spare, "get", "p"});
  box.expect(4, {"key", "remove", number});
  box.expect(4, {"key", "remove", "4294967297"});
  box.expect(9, {"key", "remove", std::to_string(slots[0]["slot"].get<int>())});
}

TEST_CASE("a passphrase comes from a file or a descriptor") {
  const Sandbox box;
  const std::string words = box.write("words", "correct horse\n");
  chmod(words.c_str(), 0600);
  const std::string key = "passphrase:?source=file:" + words;
  box.expect(0, {"init", "--key", key});
  box.expect(0, {"--key", key, "put", "p", "a=1"});
  box.write("words", "wrong horse\n");
  CHECK(box.expect(11, {"--key", key, "get", "p"}).out.empty());
  box.expect(12, {"--key", "passphrase:", "get", "p"});
  const std::string shell =
      "exec \"$0\" --key 'passphrase:?source=fd:3' get p --field a 3<<E\n"
      "correct horse\nE\n";
  const Outcome outcome = box.run_program({"/bin/sh", "-c", shell, COFFER_BIN});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "1");
}

TEST_CASE("a wrong key opens nothing and tells nothing") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "a=1"});
  box.write("wrong.key", std::string(32, 'w'));
  chmod(box.path("wrong.key").c_str(), 0600);
  const std::string wrong = "file://" + box.path("wrong.key");
  CHECK(box.expect(11, {"--key", wrong, "get", "p"}).out.empty());
  CHECK(box.expect(0, {"--key", wrong, "--key", box.key(), "get", "p", "--field", "a"}).out == "1");
  CHECK(box.run({"--key", "file:///nonexistent", "get", "p"}).exit_code == 12);
}

TEST_CASE("a damaged store is told as damaged and gives nothing away") {
  const Sandbox box;
  box.init();
  for (int i = 0; i < 40; ++i)
    box.expect(0, {"put", std::string("p").append(std::to_string(i)), "a=1"});
  const std::string data = box.store() + "/data.mdb";
  const std::string keyring = box.store() + "/keyring";
  SECTION("data.mdb cut short") {
    std::filesystem::resize_file(data, std::filesystem::file_size(data) / 2);
    CHECK(box.expect(13, {"get", "p0"}).out.empty());
    const cli::Outcome told = box.expect(13, {"verify"});
    CHECK(told.says(data));
    CHECK_FALSE(told.says("`coffer verify`"));
    const cli::Outcome json = box.expect(13, {"verify", "--format", "json"});
    CHECK(json.json()["records"] == 0);
    REQUIRE(json.json()["problems"].size() == 1);
    CHECK(json.json()["problems"][0].get<std::string>().starts_with(data));
    CHECK(json.says("\"code\":\"corrupt\""));
  }
  SECTION("data.mdb empty") {
    std::filesystem::resize_file(data, 0);
    CHECK(box.expect(13, {"get", "p0"}).out.empty());
  }
  SECTION("bytes turned over in every part of data.mdb") {
    const auto size = std::filesystem::file_size(data);
    for (std::uintmax_t offset = 5000; offset < size; offset += 97) flip_byte(data, offset);
    CHECK(box.expect(13, {"get", "p0"}).out.empty());
    box.expect(13, {"verify"});
  }
  SECTION("keyring gone") {
    std::filesystem::remove(keyring);
    CHECK(box.expect(13, {"get", "p0"}).says("keyring file is missing"));
    CHECK(box.expect(18, {"init"}).says("from one copy"));
    CHECK_FALSE(std::filesystem::exists(keyring));
  }
  SECTION("keyring cut in half") {
    std::filesystem::resize_file(keyring, std::filesystem::file_size(keyring) / 2);
    CHECK(box.expect(13, {"get", "p0"}).out.empty());
  }
  SECTION("data.mdb gone") {
    std::filesystem::remove(data);
    CHECK(box.expect(13, {"get", "p0"}).says("data file is missing"));
    CHECK_FALSE(std::filesystem::exists(data));
  }
}

TEST_CASE("output that cannot be written is an error") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "a=1"});
  for (const cli::Words& words : std::vector<cli::Words>{{"get", "p"},
                                                         {"get", "p", "--format", "json"},
                                                         {"list"},
                                                         {"history", "p"},
                                                         {"status"},
                                                         {"verify"},
                                                         {"key", "list"},
                                                         {"config", "list"},
                                                         {"help"},
                                                         {"get", "--help"},
                                                         {"version"}}) {
    const Outcome outcome = box.run(words, {}, "/dev/full");
    INFO(words.front());
    CHECK(outcome.exit_code == 17);
    CHECK(outcome.says("standard output"));
  }
}

TEST_CASE("a closed standard output is never taken for a file of the store") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "a=1"});
  const Outcome outcome =
      box.run_program({"/bin/sh", "-c", "\"$0\" get p >&- 2>&-; echo $?", COFFER_BIN});
  CHECK(outcome.out == "17\n");
  box.expect(0, {"verify"});
}

TEST_CASE("a reader that went away is no news") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "--value", "-"}, std::string(1 << 20, 'v'));
  const Outcome outcome = box.run_program(
      {"/bin/bash", "-c", "\"$0\" get p | head -c 1; echo ${PIPESTATUS[0]}", COFFER_BIN});
  CHECK(outcome.out == "v17\n");
  CHECK(outcome.err.empty());
}

TEST_CASE("a store of somebody else is an I/O error") {
  if (geteuid() != 0) return;  // Only root can become another user.
  const Sandbox box;
  box.init();
  std::filesystem::permissions(box.path(""), std::filesystem::perms::all);
  const Outcome outcome = box.run_program(
      {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", COFFER_BIN, "list"});
  INFO(outcome.err);
  if (outcome.exit_code == 127 || outcome.exit_code == 126)
    return;  // The other user cannot reach the binary.
  CHECK((outcome.exit_code == 17 || outcome.exit_code == 12));
  CHECK(outcome.out.empty());
}

}  // namespace store_test

// Key slots as their owner uses them: the answer if no key opens, what a removal loses, how a key
// is named.
#include "tests/cli/command.h"

namespace key_slots_test {

namespace {

using cli::Outcome;
using cli::Sandbox;
namespace fs = std::filesystem;

std::string secret_file(const Sandbox& box, std::string_view name, std::string_view content,
                        mode_t mode = 0600) {
  std::string path = box.write(name, content);
  chmod(path.c_str(), mode);
  return path;
}

TEST_CASE("a store that no key opens names its other ways in, and lists its slots unproven") {
  Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "x=1"});
  box.expect(0, {"key", "add", "recovery:"});
  box.expect(0, {"key", "add", "shamir:?shares=3&threshold=2"});
  const cli::Json proven = box.expect(0, {"key", "list", "--format", "json"}).json();
  CHECK(proven["proven"] == true);
  fs::rename(box.path("master.key"), box.path("lost"));
  const Outcome lost = box.expect(12, {"get", "a"});
  CHECK((lost.says("--key recovery:") && lost.says("--key shamir:")));
  const Outcome listed = box.expect(0, {"key", "list", "--format", "json"});
  CHECK(listed.json()["proven"] == false);
  CHECK(listed.json()["slots"] == proven["slots"]);
  CHECK(listed.says("nothing proves"));
  box.environment.pop_back();
  CHECK(box.expect(0, {"key", "list"}).says("nothing proves"));
  const std::string wrong = "file://" + secret_file(box, "wrong", std::string(31, 'w') + "x");
  CHECK(box.expect(11, {"--key", wrong, "get", "a"}).says("--key recovery:"));
  // A user who tries the recovery key itself gets no hint about it.
  const std::string paper = secret_file(box, "paper", "0000");
  CHECK_FALSE(box.expect(11, {"--key", "recovery:?source=file:" + paper, "get", "a"})
                  .says("--key recovery:"));
}

TEST_CASE("one key gets one slot, and a key file made for a slot goes where that is refused") {
  const Sandbox box;
  box.init();
  fs::copy_file(box.path("master.key"), box.path("copy"));
  CHECK(box.expect(8, {"key", "add", "file://" + box.path("copy")}).says("(1)"));
  const std::string source = "passphrase:?source=file:" + secret_file(box, "words", "many words");
  box.expect(0, {"key", "add", source});
  box.expect(8, {"key", "add", source});
  CHECK(box.expect(0, {"key", "list", "--format", "json"}).json()["slots"].size() == 2);
  const std::string key = "file://" + box.path("k2");
  box.expect(18, {"--store", box.store(), "--key", key, "init"});
  CHECK_FALSE(fs::exists(box.path("k2")));
  const Outcome added = box.expect(0, {"key", "add", key});
  CHECK(added.says("keep a copy"));
  CHECK_FALSE(added.says("does not open"));
}

TEST_CASE("who gives slots up is told what goes with them") {
  const Sandbox box;
  CHECK(box.expect(0, {"init"}).says("key add recovery:"));
  CHECK(box.expect(0, {"status"}).says("key add recovery:"));
  box.expect(0, {"key", "add", "recovery:"});
  CHECK_FALSE(box.expect(0, {"status"}).says("key add recovery:"));
  const std::string spare = "file://" + box.path("spare");
  box.expect(0, {"key", "add", spare});
  const Outcome told = box.expect(0, {"--key", spare, "key", "rotate", "--without", "2,1"});
  CHECK((told.says("no recovery key") && told.says("one key slot is left")));
  CHECK_FALSE(told.says("opened the store now"));
  box.expect(0, {"--key", spare, "key", "add", box.key()});
  CHECK(box.expect(0, {"key", "remove", "4"}).says("opened the store now"));
  box.expect(2, {"--key", spare, "key", "rotate", "--without", "1,"});
  box.expect(4, {"--key", spare, "key", "rotate", "--without", "77"});
}

TEST_CASE("a path is a key file, from where one is") {
  Sandbox box;
  box.environment.pop_back();
  const auto in_box = [&](const std::string& command) {
    return box.run_program({"/bin/sh", "-c", "cd " + box.path("") + " && " + command, COFFER_BIN});
  };
  CHECK(in_box("\"$0\" --key my.key init").exit_code == 0);
  CHECK(fs::exists(box.path("my.key")));
  CHECK(in_box("\"$0\" --key ./my.key put a x=1").exit_code == 0);
  CHECK(in_box("cd store && \"$0\" --key ../my.key get a --field x").out == "1");
  CHECK(in_box("\"$0\" --key '~/my.key' get a --field x").out == "1");
  CHECK(box.expect(0, {"--key", box.path("my.key"), "get", "a", "--field", "x"}).out == "1");
  const cli::Json slot = box.expect(0, {"key", "list", "--format", "json"}).json()["slots"][0];
  CHECK(slot["uri"] == "file://" + box.path("my.key"));
  // A text that may be a key or a passphrase is not repeated, and no file is made of it.
  for (const std::string& word : {std::string("hunter2"), std::string(43, 'q'),
                                  "/" + std::string(43, 'q'), std::string(64, 'e')}) {
    const Outcome refused = in_box("\"$0\" --store other --key '" + word + "' init");
    CHECK(refused.exit_code == 2);
    CHECK_FALSE(refused.says(word));
    CHECK_FALSE(fs::exists(box.path("other")));
  }
  CHECK(in_box("\"$0\" --key 'file://~/my.key' get a").err.find("$HOME") != std::string::npos);
  const Outcome no_parent = in_box("\"$0\" --store other --key no/such/my.key init");
  CHECK(no_parent.exit_code == 17);
  CHECK((no_parent.says("no/such: ") && no_parent.says("mkdir")));
}

TEST_CASE("a file: URI takes percent escapes, as RFC 8089 has them") {
  Sandbox box;
  box.environment.back() = "COFFER_KEY=file://" + box.path("my%20%3Fkey%25");
  box.init();
  CHECK(fs::exists(box.path("my ?key%")));
  box.expect(0, {"put", "a", "x=1"});
  CHECK(box.expect(0, {"--key", box.path("my ?key%"), "get", "a", "--field", "x"}).out == "1");
  CHECK(box.expect(0, {"--key", "file://localhost" + box.path("my%20%3fkey%25"), "get", "a",
                       "--field", "x"})
            .out == "1");
  for (const char* uri : {"file:///a%2", "file:///a%zz", "file:///a%00", "file://host/a"})
    box.expect(2, {"--key", uri, "get", "a"});
}

TEST_CASE("a passphrase and a share may be credentials of the service manager") {
  Sandbox box;
  fs::create_directory(box.path("credentials"));
  secret_file(box, "credentials/pass", "correct horse\n", 0440);
  const std::string key = "passphrase:?source=credential:pass";
  CHECK(box.expect(12, {"--key", key, "init"}).says("LoadCredential"));
  box.environment.push_back("CREDENTIALS_DIRECTORY=" + box.path("credentials"));
  box.expect(0, {"--key", key, "init"});
  box.expect(0, {"--key", key, "put", "a", "x=1"});
  const std::string paper = box.expect(0, {"--key", key, "key", "add", "recovery:"}).out;
  secret_file(box, "credentials/paper", paper, 0440);
  CHECK(box.expect(0, {"--key", "recovery:?source=credential:paper", "get", "a", "--field", "x"})
            .out == "1");
  // Only the service manager may set the group's bit.
  const std::string plain = secret_file(box, "plain", "correct horse", 0440);
  box.expect(12, {"--key", "passphrase:?source=file:" + plain, "get", "a"});
  for (const char* bad : {"passphrase:?source=credential:", "passphrase:?source=credential:../x",
                          "recovery:?source=credential:a/b"})
    box.expect(2, {"--key", bad, "get", "a"});
}

TEST_CASE("a passphrase file with a byte order mark, a key file that repeats, a share mistyped") {
  const Sandbox box;
  const std::string words = secret_file(box, "words", "open s\xC3\xA9same");
  const std::string key = "passphrase:?source=file:" + words;
  box.expect(0, {"--key", key, "init"});
  secret_file(box, "words", "\xEF\xBB\xBFopen s\xC3\xA9same");
  CHECK(box.expect(11, {"--key", key, "get", "a"}).says("byte order mark"));
  secret_file(box, "words", "open se\xCC\x81same");
  CHECK(box.expect(11, {"--key", key, "get", "a"}).says("NFC"));
  secret_file(box, "words", "open s\xC3\xA9same");
  const std::string weak = secret_file(box, "weak", std::string(32, '\0'));
  const Outcome warned = box.expect(0, {"--key", key, "key", "add", "file://" + weak});
  CHECK((warned.says("warning") && warned.says("repeat")));
  const std::string shares =
      box.expect(0, {"--key", key, "key", "add", "shamir:?shares=3&threshold=3"}).out;
  std::string lines = shares;
  char& digit = lines[lines.find('\n') + 10];
  digit = digit == '7' ? '8' : '7';
  const std::string paper = secret_file(box, "paper", lines);
  const Outcome mistyped = box.expect(11, {"--key", "shamir:?source=file:" + paper, "get", "a"});
  CHECK(mistyped.says("share 2: "));
}

TEST_CASE("which file of the store is wrong, and what a failed call means, is told") {
  const Sandbox box;
  box.init();
  for (const char* name : {"keyring", "data.mdb"}) {
    INFO(name);
    chmod((box.store() + "/" + name).c_str(), 0640);
    const Outcome open = box.expect(17, {"list"});
    CHECK((open.says(name) && open.says("chmod 600 each")));
    chmod((box.store() + "/" + name).c_str(), 0600);
    fs::create_hard_link(box.store() + "/" + name, box.path("second"));
    CHECK(box.expect(17, {"list"}).says("hard link"));
    fs::remove(box.path("second"));
  }
#if !defined(__SANITIZE_ADDRESS__)  // The sanitizer asks by a pipe what memory it may read.
  // How many files stand open when a program starts is its caller's affair: below that, no program
  // starts (127), and a little above the store's own files are too many.
  int told = 0;
  for (int files = 4; files < 24; ++files) {
    const Outcome many = box.run_program(
        {"/bin/sh", "-c", "ulimit -n \"$1\"; \"$0\" list", COFFER_BIN, std::to_string(files)});
    INFO(files << ": " << many.exit_code << " " << many.err);
    CHECK((many.exit_code == 127 || many.exit_code == 17 || many.exit_code == 12 ||
           many.exit_code == 0));
    if (many.exit_code == 17 && many.says("ulimit -n")) ++told;
  }
  CHECK(told > 0);
#endif
}

}  // namespace

}  // namespace key_slots_test

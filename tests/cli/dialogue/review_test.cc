// Findings of a review of the command stay fixed: secrets that begin oddly, and descriptors.
#include "tests/cli/command.h"

namespace review_test {

using cli::Outcome;
using cli::Sandbox;

namespace {

constexpr const char* kPassword = "S3cretPw-71c0";

}  // namespace

TEST_CASE("a password that begins with @ is told to nobody, only the field is named") {
  const Sandbox box;
  box.init();
  for (const std::string assign : {"=@", ":=@"}) {
    const Outcome outcome = box.expect(17, {"put", "q", "pw" + assign + kPassword});
    CHECK_FALSE(outcome.says(kPassword));
    CHECK(outcome.says("pw: "));
    CHECK(outcome.says("k=-"));
    CHECK(outcome.out.empty());
  }
  CHECK_FALSE(box.expect(2, {"put", "q", "pw=@/"}).says("/:"));
  box.expect(4, {"get", "q"});
}

TEST_CASE("a text that begins with @ or - can be given") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "q", "at:=\"@x\"", "dash:=\"-\"", "dashed=-x", "in=-"}, "@in");
  CHECK(box.expect(0, {"get", "q", "--field", "at"}).out == "@x");
  CHECK(box.expect(0, {"get", "q", "--field", "dash"}).out == "-");
  CHECK(box.expect(0, {"get", "q", "--field", "dashed"}).out == "-x");
  CHECK(box.expect(0, {"get", "q", "--field", "in"}).out == "@in");
  CHECK(box.expect(0, {"put", "--help"}).out.find(":='\"@TEXT\"'") != std::string::npos);
}

TEST_CASE("what a passphrase was read from is not handed on to the program that is run") {
  const Sandbox box;
  const std::string words = box.write("words", "correct horse\n");
  chmod(words.c_str(), 0600);
  box.expect(0, {"init", "--key", "passphrase:?source=file:" + words});
  box.expect(0, {"--key", "passphrase:?source=file:" + words, "put", "p", "k=v"});
  const std::string shell =
      "exec \"$0\" --key 'passphrase:?source=fd:3' run --only p -- "
      "/bin/sh -c 'test ! -e /proc/self/fd/3 && echo closed' 3<\"$1\"";
  const Outcome outcome = box.run_program({"/bin/sh", "-c", shell, COFFER_BIN, words});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "closed\n");
}

TEST_CASE("a passphrase file that others may read is refused") {
  const Sandbox box;
  const std::string words = box.write("words", "correct horse\n");
  const std::string key = "passphrase:?source=file:" + words;
  chmod(words.c_str(), 0644);
  const Outcome outcome = box.expect(12, {"init", "--key", key});
  CHECK(outcome.says("chmod 600"));
  chmod(words.c_str(), 0600);
  box.expect(0, {"init", "--key", key});
}

TEST_CASE("a key may come through a pipe whose writer is slow") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "p", "a=1"});
  const std::string shell =
      "{ sleep 0.3; cat \"$1\"; } | \"$0\" --key file:///dev/fd/0 get p --field a";
  const Outcome outcome =
      box.run_program({"/bin/sh", "-c", shell, COFFER_BIN, box.path("master.key")});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "1");
}

}  // namespace review_test

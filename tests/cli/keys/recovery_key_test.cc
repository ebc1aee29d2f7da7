// Recovery keys and shares: printed once, given back from files.
#include "tests/cli/command.h"

namespace recovery_key_test {

using cli::Outcome;
using cli::Sandbox;

TEST_CASE("a recovery key is printed by key add and opens the store") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "a", "x=kept"});
  const Outcome added = box.expect(0, {"key", "add", "recovery:"});
  const std::string text = added.out.substr(0, added.out.find('\n'));
  CHECK(text.size() == 74);
  // Standard output has only the key, so that its file can be read back.
  CHECK(added.out == text + "\n");
  CHECK(added.says("key slot 2"));
  CHECK(added.says("not shown again"));
  const std::string file = box.write("paper", added.out);
  chmod(file.c_str(), 0600);
  const std::string key = "recovery:?source=file:" + file;
  CHECK(box.expect(0, {"--key", key, "get", "a", "--field", "x"}).out == "kept");
  CHECK(box.expect(0, {"key", "list", "--format", "json"}).json()["slots"][1]["provider"] ==
        "recovery");
  box.write("paper", text.substr(0, 73) + (text[73] == '0' ? "8" : "0"));
  const Outcome wrong = box.expect(11, {"--key", key, "get", "a"});
  CHECK(wrong.says("mistake"));
  CHECK_FALSE(wrong.says(text.substr(0, 20)));
}

TEST_CASE("init prints shares, and a threshold of them opens the store") {
  const Sandbox box;
  const cli::Json made = box.expect(0, {"--format", "json", "--key", box.key(), "--key",
                                        "shamir:?shares=4&threshold=2", "init"})
                             .json();
  CHECK(made["slots"] == 2);
  const cli::Json shares = made["printed_keys"][0];
  REQUIRE(shares.size() == 4);
  box.expect(0, {"put", "a", "x=kept"});
  const std::string file = box.write("paper", "");
  chmod(file.c_str(), 0600);
  const auto get_by = [&](int code, const std::string& lines) {
    box.write("paper", lines);
    return box.expect(code, {"--key", "shamir:?source=file:" + file, "get", "a", "--field", "x"});
  };
  const std::string first = shares[0];
  const std::string last = shares[3];
  CHECK(get_by(0, last + "\n\n" + first + "\n").out == "kept");
  CHECK(get_by(11, first + "\n").says("too few"));
  CHECK(get_by(11, first + "\n" + first + "\n").says("twice"));
  box.expect(2, {"key", "add", "shamir:?shares=2&threshold=3"});
  box.expect(2, {"key", "add", "shamir:"});
  CHECK(box.expect(0, {"key", "list", "--format", "json"}).json()["slots"].size() == 2);
}

}  // namespace recovery_key_test

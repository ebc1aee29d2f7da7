// Shells, python-dotenv and node's own reader read what `env --as dotenv` writes: each gets the
// value byte for byte, or the warning names it.
#include "tests/cli/dotenv_values.h"

namespace dotenv_readers_test {

using cli::DotenvFile;
using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

struct Reader {
  std::string name;  ///< Its name in warnings.
  Words program;     ///< Takes the file; writes A, V and Z, each with a NUL after it.
};

const std::vector<Reader> kReaders = {
    {"bash and dash", {"/bin/bash", "-c", ". \"$1\"; printf '%s\\0' \"$A\" \"$V\" \"$Z\"", "bash"}},
    {"bash and dash", {"/bin/dash", "-c", ". \"$1\"; printf '%s\\0' \"$A\" \"$V\" \"$Z\"", "dash"}},
    {"python-dotenv",
     {"/usr/bin/python3", "-c",
      "import sys, dotenv\n"
      "read = dotenv.dotenv_values(sys.argv[1])\n"
      "for n in 'AVZ': sys.stdout.buffer.write((read.get(n) or '').encode() + b'\\0')"}},
    {"node's util.parseEnv",
     {"/usr/bin/env", "node", "-e",
      "const util = require('util');\n"
      "if (!util.parseEnv) { process.stdout.write('none'); process.exit(0); }\n"
      "const read = util.parseEnv(require('fs').readFileSync(process.argv[1], 'utf8'));\n"
      "for (const n of 'AVZ') process.stdout.write((read[n] ?? '') + '\\0');"}},
};

}  // namespace

TEST_CASE("every reader of dotenv files gets each value, or a warning names the reader") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "edge", "k=edge"});
  int agreed = 0;
  for (const std::string& value : cli::dotenv_values()) {
    const DotenvFile file = cli::write_dotenv(box, value);
    if (file.warned.empty()) ++agreed;
    for (const Reader& reader : kReaders) {
      Words words = reader.program;
      words.push_back(file.path);
      const Outcome outcome = box.run_program(words);
      // Debian 12's node does not have parseEnv yet.
      if (outcome.out == "none") continue;
      INFO(reader.name << " of " << cli::read_file(file.path) << outcome.err);
      const std::string expected = std::string("edge\0", 5) + value + std::string("\0edge\0", 6);
      if (file.warned.find(reader.name) == std::string::npos) CHECK(outcome.out == expected);
    }
    // coffer itself always reads it.
    box.expect(0, {"import", file.path, "--as", "dotenv", "--prefix", "back", "--overwrite"});
    CHECK(box.expect(0, {"get", "back", "--field", "V"}).out == value);
  }
  // The readers must agree on most values.
  CHECK(agreed > 24);
}

TEST_CASE("a dialect holds a value as its reader takes it, or refuses it by name") {
  const Sandbox box;
  box.init();
  box.expect(0, {"put", "app", "A=it's \"x\" $HOME #1 \\"});
  for (const std::string dialect : {"docker", "kubectl"}) {
    CHECK(box.expect(0, {"env", "--as", "dotenv", "--dialect", dialect, "--only", "app"}).out ==
          "A=it's \"x\" $HOME #1 \\\n");
    box.expect(0, {"put", "two", "--value", "-"}, "a\nb");
    CHECK(box.expect(2, {"env", "--as", "dotenv", "--dialect", dialect, "--map", "T=two"})
              .says("T: cannot be written in this dialect"));
    box.expect(0, {"put", "two", "--value", "-"}, std::string(65536, 'x'));
    box.expect(2, {"env", "--as", "dotenv", "--dialect", dialect, "--map", "T=two"});
    box.expect(0, {"put", "two", "--value", "-"}, "a\r");
    box.expect(2, {"env", "--as", "dotenv", "--dialect", dialect, "--map", "T=two"});
  }
  CHECK(box.expect(0, {"env", "--as", "dotenv", "--dialect", "systemd", "--only", "app"}).out ==
        "A=\"it's \\\"x\\\" \\$HOME #1 \\\\\"\n");
  box.expect(0, {"put", "two", "--value", "-"}, "a\x01");
  box.expect(2, {"env", "--as", "dotenv", "--dialect", "systemd", "--map", "T=two"});
  box.expect(2, {"env", "--as", "dotenv", "--dialect", "other", "--only", "app"});
  CHECK(box.expect(2, {"env", "--as", "json", "--dialect", "docker", "--only", "app"})
            .says("--as dotenv"));
  CHECK(box.expect(0, {"export", "app", "--as", "dotenv", "--dialect", "docker"}).out ==
        "A=it's \"x\" $HOME #1 \\\n");
}

}  // namespace dotenv_readers_test

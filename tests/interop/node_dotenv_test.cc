// npm's dotenv reads what `env --as dotenv` writes correctly, or the warning names it. Needs the
// network once, to install the package.
#include "tests/cli/dotenv_values.h"
#include "tests/interop/npm.h"

namespace node_dotenv_test {

namespace {

constexpr const char* kPackage = "dotenv@16.4.7";

constexpr const char* kScript =
    "const read = require(process.argv[1]).parse(require('fs').readFileSync(process.argv[2]));\n"
    "for (const n of 'AVZ') process.stdout.write((read[n] ?? '') + '\\0');";

}  // namespace

TEST_CASE("npm's dotenv gets each value, or a warning names it") {
  const cli::Sandbox box;
  npm::install(box, kPackage);
  box.init();
  box.expect(0, {"put", "edge", "k=edge"});
  int agreed = 0;
  for (const std::string& value : cli::dotenv_values()) {
    const cli::DotenvFile file = cli::write_dotenv(box, value);
    if (file.warned.find("node's dotenv") != std::string::npos) continue;
    ++agreed;
    const cli::Outcome outcome = box.run_program(
        {"/usr/bin/env", "node", "-e", kScript, box.path("client/node_modules/dotenv"), file.path});
    INFO(cli::read_file(file.path) << outcome.err);
    CHECK(outcome.out == std::string("edge\0", 5) + value + std::string("\0edge\0", 6));
  }
  CHECK(agreed > 24);
}

}  // namespace node_dotenv_test

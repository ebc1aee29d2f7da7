// Installs a package of npm's registry, for tests that run another project's program.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "tests/cli/command.h"

namespace npm {

/// Installs the package into the folder `client`, with npm's usual cache and the certificates that
/// node was configured to trust.
inline void install(const cli::Sandbox& box, const std::string& package) {
  cli::Words words{"/usr/bin/env"};
  for (const char* name : {"HOME", "NODE_EXTRA_CA_CERTS"}) {
    const char* value = std::getenv(name);
    if (value != nullptr) words.push_back(std::string(name) + "=" + value);
  }
  words.insert(words.end(), {"npm", "install", "--prefix", box.path("client"), "--no-audit",
                             "--no-fund", "--ignore-scripts", "--prefer-offline", package});
  const cli::Outcome outcome = box.run_program(words);
  INFO("npm cannot install " << package << "; without a network leave this test out: ctest -LE "
                             << "network\n"
                             << outcome.out << outcome.err);
  REQUIRE(outcome.exit_code == 0);
}

}  // namespace npm

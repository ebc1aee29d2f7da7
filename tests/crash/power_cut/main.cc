// Catch2's main function, unless the program was started to act in a scenario.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include "tests/crash/power_cut/scenario.h"

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == coffer::test::kActWord)
    return coffer::test::act_out(argv[2], argv[3]);
  return Catch::Session().run(argc, argv);
}

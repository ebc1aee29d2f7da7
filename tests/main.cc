#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#include <csignal>

// A shell ignores SIGINT and SIGQUIT for what it starts in the background, and children inherit
// that: a test that sends them to the command would wait for ever.
[[maybe_unused]] const bool kInterruptible =
    std::signal(SIGINT, SIG_DFL) != SIG_ERR && std::signal(SIGQUIT, SIG_DFL) != SIG_ERR;

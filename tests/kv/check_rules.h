// Runs every rule on a store of its own.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <set>

#include "tests/kv/rules.h"

namespace kv {

inline std::string shortened(const std::string& text) {
  return text.size() <= 200 ? text : text.substr(0, 200) + "...";
}

inline void check_rule(const Rule& rule, Driver& driver) {
  std::size_t number = 0;
  for (const Step& step : rule.steps) {
    ++number;
    const Seen seen = driver.carry_out(step.operation);
    INFO(rule.words << "\nstep " << number << ", " << shortened(step.operation.path) << ": saw "
                    << seen.code << " `" << shortened(seen.text) << "`, not " << step.expected.code
                    << " `" << shortened(step.expected.text) << "`");
    CHECK(seen.code == step.expected.code);
    if (seen.code == 0 && step.expected.code == 0) CHECK((seen.text == step.expected.text));
  }
}

template <typename MakeDriver>
void check_all_rules(MakeDriver make_driver) {
  const std::vector<Rule> rules = all_rules();
  CHECK(rules.size() >= 100);
  std::set<std::string> words;
  for (const Rule& rule : rules) {
    CHECK(words.insert(rule.words).second);
    const std::unique_ptr<Driver> driver = make_driver();
    check_rule(rule, *driver);
  }
}

}  // namespace kv

// A store with a policy, whose chief may do everything; other users may do what a test says.
#pragma once

#include "tests/store_cases.h"

namespace coffer::test {

inline constexpr auto kDenied = ErrorCode::denied;
inline constexpr std::string_view kKeySpec =
    R"({"properties":{"host":{"type":"string"},"key":{"type":"string","airbyte_secret":true}}})";

struct PolicyBench {
  ScratchStore scratch;
  Store opened = scratch.open();
  Store chief = opened.as({.user = "chief"}).value();

  Store who(const std::string& user, Purpose purpose = Purpose::reveal) {
    return opened.as({.actor = "label", .user = user, .purpose = purpose}).value();
  }
  void set(std::vector<PolicyRule> rules) {
    const std::vector<UseCase> all = {UseCase::list,  UseCase::use,    UseCase::reveal,
                                      UseCase::write, UseCase::remove, UseCase::force,
                                      UseCase::admin, UseCase::audit};
    rules.insert(rules.begin(), {true, {"user:chief"}, all, {"**"}});
    REQUIRE(chief.policies().put({0, std::move(rules)}).ok());
  }
};

inline PolicyRule allow(const std::string& subject, std::vector<UseCase> use_cases,
                        const std::string& object) {
  return {true, {subject}, std::move(use_cases), {object}};
}
inline PolicyRule deny(const std::string& subject, std::vector<UseCase> use_cases,
                       const std::string& object) {
  return {false, {subject}, std::move(use_cases), {object}};
}

}  // namespace coffer::test

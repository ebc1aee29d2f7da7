// Scenarios of a policy: put, changed and removed. The rights are those of before or of after.
#include "tests/crash/power_cut/scenario.h"

namespace coffer::test {
namespace {

template <typename T>
T good(Result<T> result) {
  if (!result.ok()) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

const std::vector<UseCase> kAll = {UseCase::list,  UseCase::use,    UseCase::reveal,
                                   UseCase::write, UseCase::remove, UseCase::force,
                                   UseCase::admin, UseCase::audit};

Store chief_of(Store store) { return good(store.as({.user = "chief"})); }

// Also looks at the policy and at the resulting rights of one user.
std::string look_at_policy(const Place& place) {
  std::string told = look_at_store(place);
  auto store = place.try_open();
  if (!store.ok()) return told;
  Store chief = chief_of(std::move(*store));
  const auto policy = chief.policies().get();
  told += policy.ok() ? policy_json(*policy) : describe(policy.error());
  const auto seen = good(chief.as({.user = "ann"})).get("a");
  told += seen.ok() ? "\nseen" : "\n" + describe(seen.error());
  const auto report = chief.verify();
  told += report.ok() ? "" : describe(report.error());
  if (report.ok())
    for (const std::string& problem : report->problems) told += "\nproblem: " + problem;
  return told + "\n";
}

void prepare(const Place& place) {
  place.create_store();
  good(place.open().put("a", Value::opaque("v")));
}

const Registered kPolicy{
    {"policy put, changed, taken away", prepare,
     [](Actor& actor) {
       Store chief = chief_of(actor.place.open());
       Policy policy{0, {{true, {"user:chief"}, kAll, {"**"}}}};
       good(chief.policies().put(policy));
       actor.acknowledge();
       policy.rules.push_back({true, {"user:ann"}, {UseCase::reveal}, {"a"}, {}});
       good(chief.policies().put(policy));
       actor.acknowledge();
       good(chief.policies().put({}));
       actor.acknowledge();
     },
     0, look_at_policy}};

}  // namespace
}  // namespace coffer::test

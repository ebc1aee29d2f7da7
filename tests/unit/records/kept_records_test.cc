// The settings and the policy: read once, and again after another opener has changed them.
#include "records/kept_records.h"

#include "tests/unit/records/vault_bench.h"

namespace coffer::test::kept_records_test {

using records::Reading;
using records::Vault;
using records::Writing;

std::uint32_t max_versions(Vault& vault) {
  return vault
      .read([](const Reading& reading) -> Result<std::uint32_t> {
        return COFFER_TRY(reading.settings())->max_versions;
      })
      .value();
}

void put_max_versions(Vault& vault, std::uint32_t count) {
  REQUIRE(vault
              .write([&](Writing& writing) -> Result<void> {
                format::Settings settings = *COFFER_TRY(writing.settings());
                settings.max_versions = count;
                COFFER_TRY(writing.put_settings(settings));
                CHECK(COFFER_TRY(writing.settings())->max_versions == count);
                return {};
              })
              .ok());
}

TEST_CASE("the next transaction sees settings that another opener changed") {
  const VaultBench bench;
  Vault ours = bench.vault();
  Vault theirs = bench.vault();
  put_max_versions(ours, 3);
  CHECK(max_versions(ours) == 3);
  CHECK(max_versions(theirs) == 3);
  put_max_versions(theirs, 5);
  CHECK(max_versions(ours) == 5);
  put_max_versions(ours, 7);
  CHECK(max_versions(theirs) == 7);
}

TEST_CASE("nobody sees the settings of a body that failed") {
  const VaultBench bench;
  Vault vault = bench.vault();
  const std::uint32_t before = max_versions(vault);
  const auto failed = vault.write([](Writing& writing) -> Result<void> {
    format::Settings settings = *COFFER_TRY(writing.settings());
    settings.max_versions = 99;
    COFFER_TRY(writing.put_settings(settings));
    return Error(ErrorCode::io, "the disk is full");
  });
  CHECK(!failed.ok());
  CHECK(max_versions(vault) == before);
}

TEST_CASE("a policy is in force for everybody from its commit on, in its own body at once") {
  const VaultBench bench;
  Vault ours = bench.vault();
  Vault theirs = bench.vault();
  const auto rules = [](Vault& vault) {
    return vault
        .read([](const Reading& reading) -> Result<std::size_t> {
          const Policy* policy = COFFER_TRY(reading.policy());
          return policy == nullptr ? 0 : policy->rules.size();
        })
        .value();
  };
  CHECK(rules(theirs) == 0);
  Policy policy;
  policy.rules.push_back({true, {"*"}, {UseCase::reveal}, {"**"}});
  const auto put = ours.write([&](Writing& writing) -> Result<void> {
    CHECK(COFFER_TRY(writing.policy()) == nullptr);
    CHECK(COFFER_TRY(writing.put_policy(policy, 0)) == 1);
    CHECK(COFFER_TRY(writing.policy()) != nullptr);
    CHECK(code_of(writing.put_policy(policy, 0)) == ErrorCode::conflict);
    return {};
  });
  REQUIRE(put.ok());
  CHECK(rules(ours) == 1);
  CHECK(rules(theirs) == 1);
}

}  // namespace coffer::test::kept_records_test

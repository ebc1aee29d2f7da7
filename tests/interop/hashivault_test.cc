// Transit of Vault and OpenBao against a strict fake.
#include "tests/interop/fakes/transit.h"
#include "tests/interop/provider_trials.h"

namespace coffer::test::hashivault_test {
namespace {

struct Vault {
  Vault() {
    transit.add_key("store-key");
    service.uri = "hashivault://store-key?engine=transit";
    service.variables = {{"VAULT_ADDR", transit.server().url()}, {"VAULT_TOKEN", transit.token}};
    service.secrets = {transit.token};
  }
  fakes::Transit transit;
  Service service;
};

}  // namespace

TEST_CASE("Transit wraps, unwraps and says which version it was [F-135]") {
  Vault vault;
  CHECK(try_round_trip(vault.service).key_id == "transit/store-key:v1");
  CHECK(vault.transit.complaint().empty());
  try_moved(vault.service);
  try_tampering(vault.service);
  try_other_context(vault.service);
}

TEST_CASE("Transit in trouble") {
  Vault vault;
  try_trouble(vault.service, vault.transit.server());
}

TEST_CASE("Transit through the command") {
  Vault vault;
  try_command(vault.service, vault.transit.server(), "hashivault", "transit/store-key:v1");
}

TEST_CASE("Transit through the command: sealed, denied, deleted") {
  Vault vault;
  cli::Sandbox box;
  take_key(box, vault.service.uri, vault.service.variables);
  box.expect(0, {"init"});
  box.expect(0, {"put", "a", "b=c"});
  vault.transit.is_sealed = true;
  expect_silent(box, vault.service, 12, {"get", "a"});
  vault.transit.is_sealed = false;
  vault.transit.forbidden = {"decrypt"};
  expect_silent(box, vault.service, 12, {"get", "a"});
  vault.transit.forbidden = {};
  box.expect(0, {"get", "a"});
  vault.transit.delete_key("store-key");
  expect_silent(box, vault.service, 12, {"get", "a"});
}

TEST_CASE("Transit: a key that was rotated still opens, and says so") {
  Vault vault;
  const auto provider = connect(vault.service);
  const auto wrapped = provider->wrap(new_payload(), kContext);
  REQUIRE(wrapped.ok());
  vault.transit.rotate("store-key");
  CHECK(provider->unwrap(*wrapped, kContext).ok());
  CHECK(provider->status().value() == "transit/store-key:v2");
  vault.transit.set_minimum("store-key", 2);
  const auto too_old = provider->unwrap(*wrapped, kContext);
  check_refused(vault.service, too_old, ErrorCode::key_unavailable);
  CHECK(too_old.error().text() == "the key is disabled in the key service");
  vault.transit.delete_key("store-key");
  const auto gone = provider->unwrap(*wrapped, kContext);
  check_refused(vault.service, gone, ErrorCode::key_unavailable);
  CHECK(gone.error().text() == "the key service has no such key");
}

TEST_CASE("Transit: slots are wrapped anew after its key was rotated, and by a new master key") {
  Vault vault;
  cli::Sandbox box;
  take_key(box, vault.service.uri, vault.service.variables);
  box.expect(0, {"init"});
  box.expect(0, {"put", "a", "b=c"});
  vault.transit.rotate("store-key");
  const cli::Json told = box.expect(0, {"key", "rewrap", "1", "--format", "json"}).json();
  CHECK(told["slots"][0]["key_id_before"] == "transit/store-key:v1");
  CHECK(told["slots"][0]["key_id"] == "transit/store-key:v2");
  vault.transit.set_minimum("store-key", 2);  // Blobs of version 1 can no longer be opened.
  CHECK(box.expect(0, {"get", "a", "--field", "b"}).out == "c");
  const std::string spare = "file://" + box.path("spare.key");
  box.expect(0, {"key", "add", spare});
  vault.transit.forbidden = {"encrypt"};
  expect_silent(box, vault.service, 12, {"--key", spare, "key", "rewrap"});
  expect_silent(box, vault.service, 12, {"--key", spare, "key", "rotate"});
  vault.transit.forbidden = {};
  box.expect(0, {"--key", spare, "key", "rotate"});
  CHECK(box.expect(0, {"get", "a", "--field", "b"}).out == "c");
  vault.transit.delete_key("store-key");
  expect_silent(box, vault.service, 12, {"--key", spare, "key", "rotate"});
  box.expect(0, {"--key", spare, "key", "rotate", "--without", "1"});
  CHECK(box.expect(0, {"--key", spare, "get", "a", "--field", "b"}).out == "c");
}

TEST_CASE("Transit: no key is made for a name that is not there") {
  Vault vault;
  Service service = vault.service;
  service.uri = "hashivault://store-kye?engine=transit";
  const auto refused = connect(service)->wrap(new_payload(), kContext);
  check_refused(service, refused, ErrorCode::key_unavailable);
  CHECK(refused.error().text() == "the key service has no such key");
  // One look and no attempt; a token that may not look may still encrypt.
  CHECK(vault.transit.server().request_count() == 1);
  vault.transit.forbidden = {"keys"};
  CHECK(connect(vault.service)->wrap(new_payload(), kContext).ok());
  check_refused(service, connect(vault.service)->status(), ErrorCode::key_unavailable);
}

TEST_CASE("Transit of old: associated data that is ignored makes no blob weaker") {
  Vault vault;
  vault.transit.ignores_associated_data = true;
  vault.transit.answers_500 = true;
  const auto provider = connect(vault.service);
  const SecretBytes payload = new_payload();
  const auto wrapped = provider->wrap(payload, kContext);
  REQUIRE(wrapped.ok());
  // It opens under another context: only the slot checks that the payload names its context.
  CHECK(provider->unwrap(*wrapped, kOtherContext).ok());
  try_moved(vault.service);
  try_tampering(vault.service);
}

TEST_CASE("Transit: OpenBao's own variables go before Vault's") {
  Vault vault;
  vault.transit.name_space = "team/a";
  Service service = vault.service;
  service.variables = {{"BAO_ADDR", vault.transit.server().url()},
                       {"BAO_TOKEN", vault.transit.token},
                       {"BAO_NAMESPACE", "team/a"},
                       {"VAULT_ADDR", "https://192.0.2.1:8200"},
                       {"VAULT_TOKEN", "of-another-server"},
                       {"VAULT_NAMESPACE", "team/b"}};
  try_round_trip(service);
}

TEST_CASE("Transit: a server that has not caught up or is overloaded is asked again") {
  Vault vault;
  const auto provider = connect(vault.service);
  const auto wrapped = provider->wrap(new_payload(), kContext);
  REQUIRE(wrapped.ok());
  for (const int status : {412, 429, 502}) {
    INFO(status);
    vault.transit.server().refusal = {status, R"({"errors":["later"]})", {}};
    vault.transit.server().refusals = 2;
    CHECK(provider->unwrap(*wrapped, kContext).ok());
  }
}

TEST_CASE("Transit: token file, namespace, prefix, mount of another name") {
  Vault vault;
  vault.transit.name_space = "team/a";
  vault.transit.mount = "team/transit";
  const ScratchDirectory home;
  write_whole_file(home.in(".vault-token"), as_bytes(vault.transit.token + "\n"));
  Service service = vault.service;
  service.uri = "hashivault://store-key?engine=team/transit";
  service.variables = {{"VAULT_ADDR", vault.transit.server().url() + "/"},
                       {"HOME", home.path()},
                       {"VAULT_NAMESPACE", "team/a"}};
  CHECK(try_round_trip(service).key_id == "team/transit/store-key:v1");
  // Another namespace, a wrong token, no address, no token: each is reported, none is repeated.
  service.variables["VAULT_NAMESPACE"] = "team/b";
  check_refused(service, connect(service)->status(), ErrorCode::key_unavailable);
  service.variables = {{"VAULT_ADDR", vault.transit.server().url()}, {"VAULT_TOKEN", "hvs.other"}};
  service.secrets.emplace_back("hvs.other");
  check_refused(service, connect(service)->status(), ErrorCode::key_unavailable);
  service.variables = {{"VAULT_TOKEN", vault.transit.token}};
  check_refused(service, connect(service)->status(), ErrorCode::key_unavailable);
  service.variables = {{"VAULT_ADDR", vault.transit.server().url()}};
  check_refused(service, connect(service)->status(), ErrorCode::key_unavailable);
  service.variables = {{"VAULT_ADDR", "http://vault.example:8200"},
                       {"VAULT_TOKEN", vault.transit.token}};
  check_refused(service, connect(service)->status(), ErrorCode::usage);
}

TEST_CASE("Transit URIs: a key, an engine, nothing else") {
  for (const char* uri : {"hashivault://k", "hashivault://k?engine=transit",
                          "hashivault://my.key_1-a?engine=a/b&timeout=500ms"}) {
    INFO(uri);
    CHECK(KeySource::parse(uri).ok());
  }
  for (const char* uri : {"hashivault://", "hashivault://k/x", "hashivault://k?token=hvs.abc",
                          "hashivault://k?engine=/transit", "hashivault://k?engine=a//b",
                          "hashivault://k?engine=../a", "hashivault://hvs.token@vault",
                          "hashivault://k?", "hashivault://k?engine=a%20b"}) {
    INFO(uri);
    const auto refused = KeySource::parse(uri);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code() == ErrorCode::usage);
    CHECK(describe(refused.error()).find("hvs.") == std::string::npos);
  }
}

}  // namespace coffer::test::hashivault_test

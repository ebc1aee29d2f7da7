// Azure Key Vault against a fake that really wraps with RSA-OAEP and challenges first.
#include "tests/interop/fakes/azure_vault.h"

#include "tests/interop/provider_trials.h"

namespace coffer::test::azurekeyvault_test {
namespace {

struct Azure {
  Azure() {
    vault.add_key("store");
    service.uri =
        "azurekeyvault://fake.vault.azure.net/keys/store?algorithm=RSA-OAEP-256&endpoint=" +
        vault.server().url();
    service.variables = {{"AZURE_TENANT_ID", "tenant-1"},
                         {"AZURE_CLIENT_ID", "client-1"},
                         {"AZURE_CLIENT_SECRET", vault.client_secret},
                         {"AZURE_AUTHORITY_HOST", vault.server().url()}};
    service.secrets = {vault.token, vault.client_secret, vault.federated_token,
                       vault.identity_header};
  }
  fakes::AzureVault vault;
  Service service;
};

}  // namespace

TEST_CASE("Key Vault wraps, unwraps and says which version it was") {
  Azure azure;
  const auto wrapped = try_round_trip(azure.service);
  CHECK(wrapped.key_id == fakes::AzureVault::key_id("store", 1));
  CHECK(wrapped.blob.size() == 256);
  CHECK(azure.vault.complaint().empty());
  try_moved(azure.service);
}

TEST_CASE("Key Vault opens nothing that was altered") {
  Azure azure;
  azure.service.variables = {{"AZURE_POD_IDENTITY_AUTHORITY_HOST", azure.vault.server().url()}};
  try_tampering(azure.service);
}

TEST_CASE("Key Vault in trouble") {
  Azure azure;
  try_trouble(azure.service, azure.vault.server());
}

TEST_CASE("Key Vault through the command") {
  Azure azure;
  try_command(azure.service, azure.vault.server(), "azurekeyvault",
              fakes::AzureVault::key_id("store", 1));
}

TEST_CASE("Key Vault: a key that is disabled, rotated, deleted") {
  Azure azure;
  const auto provider = connect(azure.service);
  const auto wrapped = provider->wrap(new_payload(), kContext);
  REQUIRE(wrapped.ok());
  azure.vault.set_enabled("store", false);
  const auto disabled = provider->unwrap(*wrapped, kContext);
  check_refused(azure.service, disabled, ErrorCode::key_unavailable);
  CHECK(disabled.error().text() == "the key is disabled in the key service");
  check_refused(azure.service, provider->status(), ErrorCode::key_unavailable);
  azure.vault.set_enabled("store", true);
  azure.vault.rotate("store");
  CHECK(provider->unwrap(*wrapped, kContext).ok());  // The version that wrapped it opens it.
  CHECK(azure.vault.complaint().empty());
  CHECK(provider->status().value() == fakes::AzureVault::key_id("store", 2));
  keys::WrappedByProvider moved = *wrapped;
  moved.key_id = fakes::AzureVault::key_id("store", 2);
  check_refused(azure.service, provider->unwrap(moved, kContext), ErrorCode::wrong_key);
  moved.key_id = fakes::AzureVault::key_id("other", 1);
  check_refused(azure.service, provider->unwrap(moved, kContext), ErrorCode::wrong_key);
  azure.vault.delete_key("store");
  const auto gone = provider->unwrap(*wrapped, kContext);
  check_refused(azure.service, gone, ErrorCode::key_unavailable);
  CHECK(gone.error().text() == "the key service has no such key");
}

TEST_CASE("Key Vault: who names a version opens by no other [F-136]") {
  Azure azure;
  const auto wrapped = connect(azure.service)->wrap(new_payload(), kContext);
  REQUIRE(wrapped.ok());
  const std::string kid = fakes::AzureVault::key_id("store", 1);
  const std::string version = kid.substr(kid.rfind('/') + 1);
  const auto by_version = [&](const std::string& named) {
    Service service = azure.service;
    service.uri.insert(service.uri.find('?'), "/" + named);
    return connect(service)->unwrap(*wrapped, kContext);
  };
  CHECK(by_version(version).ok());
  const int asked = azure.vault.server().request_count();
  check_refused(azure.service, by_version("0123456789abcdef0123456789abcdef"),
                ErrorCode::wrong_key);
  CHECK(azure.vault.server().request_count() == asked);
}

TEST_CASE("Key Vault: nothing is said before the challenge, and no token goes to a stranger") {
  Azure azure;
  // A vault that asks for tokens of another service gets none.
  for (const char* resource :
       {"https://management.azure.com", "https://azure.net", "https://vault.azure.net.example",
        "https://net", "", "http://vault.azure.net", "https://ault.azure.net"}) {
    INFO(resource);
    azure.vault.resource = resource;
    const int before = azure.vault.server().request_count();
    check_refused(azure.service, connect(azure.service)->status(), ErrorCode::corrupt);
    CHECK(azure.vault.server().request_count() == before + 1);
  }
  azure.vault.resource = "https://vault.azure.net";
  // The environment, not the vault's answer, decides where the client's secret goes.
  azure.vault.authority = "https://login.example/tenant-1";
  try_round_trip(azure.service);
  // Only the tenant is taken from the answer, and only if the environment names none.
  azure.service.variables.erase("AZURE_TENANT_ID");
  try_round_trip(azure.service);
}

TEST_CASE("Azure credentials come from a secret, a workload identity, a managed identity") {
  Azure azure;
  Service service = azure.service;
  const ScratchDirectory directory;
  const std::string file = directory.in("token");
  write_whole_file(file, as_bytes(azure.vault.federated_token + "\n"));
  service.variables.erase("AZURE_CLIENT_SECRET");
  service.variables["AZURE_FEDERATED_TOKEN_FILE"] = file;
  try_round_trip(service);
  const std::string url = azure.vault.server().url();
  service.variables = {{"AZURE_POD_IDENTITY_AUTHORITY_HOST", url}};
  try_round_trip(service);
  service.variables = {{"IDENTITY_ENDPOINT", url + "/msi/token"},
                       {"IDENTITY_HEADER", azure.vault.identity_header},
                       {"AZURE_CLIENT_ID", "client-1"}};
  try_round_trip(service);
  service.variables["IDENTITY_HEADER"] = "another";
  check_refused(service, connect(service)->status(), ErrorCode::key_unavailable);
  service.variables = azure.service.variables;
  service.variables["AZURE_CLIENT_SECRET"] = "another";
  check_refused(service, connect(service)->status(), ErrorCode::key_unavailable);
  service.variables["AZURE_TENANT_ID"] = "../elsewhere";
  check_refused(service, connect(service)->status(), ErrorCode::key_unavailable);
}

TEST_CASE("Key Vault URIs: a vault of Azure's and a key, nothing else") {
  for (const char* uri :
       {"azurekeyvault://v.vault.azure.net/keys/k",
        "azurekeyvault://my-vault.vault.azure.cn/keys/my-key/0123456789abcdef",
        "azurekeyvault://v.managedhsm.azure.net/keys/k?algorithm=RSA-OAEP-256&timeout=5"}) {
    INFO(uri);
    CHECK(KeySource::parse(uri).ok());
  }
  for (const char* uri :
       {"azurekeyvault://v.vault.azure.net", "azurekeyvault://v.vault.azure.net/keys/",
        "azurekeyvault://v.vault.azure.net/secrets/k", "azurekeyvault://vault.azure.net/keys/k",
        "azurekeyvault://v.vault.azure.net.example/keys/k", "azurekeyvault://v.example/keys/k",
        "azurekeyvault://v.vault.azure.net/keys/k/1/2", "azurekeyvault://v.vault.azure.net/keys/k/",
        "azurekeyvault://v.vault.azure.net/keys/k?algorithm=RSA1_5",
        "azurekeyvault://v.vault.azure.net/keys/k?secret=x",
        "azurekeyvault://a/b.vault.azure.net/keys/k"}) {
    INFO(uri);
    const auto refused = KeySource::parse(uri);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code() == ErrorCode::usage);
  }
}

}  // namespace coffer::test::azurekeyvault_test

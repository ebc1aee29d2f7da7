// Azure Key Vault and its two sources of tokens, in one server. It really uses RSA-OAEP-256. A
// request without a token gets a challenge and must not carry data yet.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/interop/fakes/loopback_server.h"
#include "tests/interop/fakes/rsa.h"

namespace fakes {

class AzureVault {
 public:
  AzureVault();
  LoopbackServer& server() { return server_; }

  void add_key(const std::string& name) { keys_[name] = {{RsaKey()}, true}; }
  void rotate(const std::string& name) { keys_.at(name).versions.emplace_back(); }
  void set_enabled(const std::string& name, bool enabled) { keys_.at(name).is_enabled = enabled; }
  void delete_key(const std::string& name) { keys_.erase(name); }
  static std::string key_id(const std::string& name, std::size_t version);

  const std::string token = "eyJ0.fake-azure-token.sig";
  const std::string client_secret = "fake~client.secret-0123456789";
  const std::string federated_token = "federated.token.0123456789";
  const std::string identity_header = "identity-header-0123456789";
  std::string resource = "https://vault.azure.net";
  std::string authority = "https://login.microsoftonline.com/tenant-1";
  std::string complaint() const { return complaint_; }

 private:
  struct Key {
    std::vector<RsaKey> versions;
    bool is_enabled = true;
  };
  using Json = nlohmann::json;
  Reply answer(const Request& request);
  Reply give_token(const Request& request) const;
  Reply use_key(const std::string& name, const std::string& version, const std::string& action,
                const Request& request);

  std::map<std::string, Key> keys_;
  std::string complaint_;
  LoopbackServer server_;
};

}  // namespace fakes

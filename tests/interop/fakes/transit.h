// Vault's Transit engine, as far as a key slot needs it, and stricter than the real one: it knows
// its exact mount, token and namespace, refuses unknown members, and creates no key for a request
// that names a missing one.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/interop/fakes/loopback_server.h"

namespace fakes {

class Transit {
 public:
  Transit();
  LoopbackServer& server() { return server_; }

  void add_key(const std::string& name);
  void rotate(const std::string& name);
  void delete_key(const std::string& name) { keys_.erase(name); }
  /// Stops decryption by versions below this one.
  void set_minimum(const std::string& name, std::size_t version) {
    keys_.at(name).minimum = version;
  }

  std::string token = "hvs.fake-token-0123456789";
  std::string mount = "transit";
  std::string name_space;  ///< Empty: a request must not name one.
  bool is_sealed = false;
  /// Like servers before 1.13: ignores associated data.
  bool ignores_associated_data = false;
  /// Like 1.8: reports an altered ciphertext as a server error.
  bool answers_500 = false;
  std::set<std::string>
      forbidden;  ///< The operations of encrypt, decrypt and keys that the token may not use.
  std::string complaint() const { return complaint_; }

 private:
  struct Key {
    std::vector<std::string> versions;
    std::size_t minimum = 1;
  };
  using Json = nlohmann::json;
  Reply answer(const Request& request);
  Reply encrypt(const std::string& name, const Json& body);
  Reply decrypt(const std::string& name, const Json& body);

  std::map<std::string, Key> keys_;
  std::string complaint_;
  LoopbackServer server_;
};

}  // namespace fakes

// The Transit engine of Vault, as far as a key slot needs it, and stricter than the real one:
// it knows its mount, token and namespace to the letter, refuses members it does not know, and
// makes no key for who asks for one that is not there.
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
  /// Versions below this decrypt no more.
  void set_minimum(const std::string& name, std::size_t version) {
    keys_.at(name).minimum = version;
  }

  std::string token = "hvs.fake-token-0123456789";
  std::string mount = "transit";
  std::string name_space;  ///< Empty: none may be named.
  bool is_sealed = false;
  /// As servers before 1.13: associated data is taken and thrown away.
  bool ignores_associated_data = false;
  /// As 1.8: a ciphertext that was altered is the server's own fault.
  bool answers_500 = false;
  std::set<std::string> forbidden;  ///< Of encrypt, decrypt, keys: what the token may not do.
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

// Google's Cloud KMS and its two sources of tokens, in one server. It is stricter than the real
// ones: every checksum must be present and right, and every member known.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/interop/fakes/loopback_server.h"
#include "tests/interop/fakes/rsa.h"

namespace fakes {

class GoogleKms {
 public:
  GoogleKms();
  LoopbackServer& server() { return server_; }

  /// `name` is projects/.../cryptoKeys/K.
  void add_key(const std::string& name) {
    keys_[name] = {};
    rotate(name);
  }
  void rotate(const std::string& name) { keys_.at(name).versions.push_back(new_key()); }
  void set_enabled(const std::string& name, bool enabled) { keys_.at(name).is_enabled = enabled; }
  void delete_key(const std::string& name) { keys_.erase(name); }

  std::string service_account_file() const;
  std::string user_file() const;

  const std::string token = "ya29.fake-token-0123456789";
  const std::string refresh_token = "1//fake-refresh-token";
  const std::string subject_token = "ey.fake.subject-token";
  const std::string client_secret = "GOCSPX-fake-client-secret";
  bool garbles_checksums = false;
  bool forgets_to_verify = false;
  /// Whether the metadata server identifies itself as Google's.
  bool has_flavor = true;
  std::string complaint() const { return complaint_; }

 private:
  struct Key {
    std::vector<std::string> versions;
    bool is_enabled = true;
  };
  using Json = nlohmann::json;
  static std::string new_key();
  Reply answer(const Request& request);
  Reply give_token(const Request& request);
  Reply impersonate(const Request& request) const;
  bool is_assertion(const std::string& text) const;
  Reply encrypt(const std::string& name, Key& key, const Json& body);
  Reply decrypt(Key& key, const Json& body);
  std::string checksum(const std::string& bytes) const;

  std::map<std::string, Key> keys_;
  RsaKey account_;
  std::string complaint_;
  LoopbackServer server_;
};

}  // namespace fakes

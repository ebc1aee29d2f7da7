// AWS KMS, as far as a key slot needs it, and stricter than the real one: it verifies every
// signature, and accepts only known headers and members and canonical base64.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/interop/fakes/loopback_server.h"

namespace fakes {

class AwsKms {
 public:
  static constexpr const char* kRegion = "eu-test-1";

  AwsKms();
  LoopbackServer& server() { return server_; }

  /// Adds an enabled key and returns its ARN.
  std::string add_key(const std::string& id);
  /// Adds a key of another account that everybody may use; only its ARN names it.
  void add_foreign_key(const std::string& arn);
  void set_alias(const std::string& alias, const std::string& id);
  void set_state(const std::string& id, const std::string& state) { keys_.at(id).state = state; }
  void delete_key(const std::string& id) { keys_.erase(id); }
  /// Adds a caller. If the token is not empty, every request with the access key must carry it.
  void allow(const std::string& access_key, const std::string& secret, const std::string& token);
  /// Why the last request was refused for its form, which a correct client never causes; else
  /// empty.
  std::string complaint() const { return complaint_; }

 private:
  struct Key {
    std::string bytes;
    std::string state = "Enabled";
  };
  struct Credential {
    std::string secret;
    std::string token;
  };
  using Json = nlohmann::json;
  Reply answer(const Request& request);
  std::string check_form(const Request& request) const;
  std::string check_signature(const Request& request) const;
  Reply encrypt(const Json& body);
  Reply decrypt(const Json& body);
  Reply describe(const Json& body);
  /// Finds a key by id, ARN, alias or the alias's ARN; "" if there is none.
  std::string resolve(const std::string& name) const;
  std::string arn(const std::string& id) const;

  std::map<std::string, Key> keys_;
  std::map<std::string, std::string> aliases_;
  std::map<std::string, std::string> foreign_;  // ARNs by their name in keys_.
  std::map<std::string, Credential> credentials_;
  std::string complaint_;
  LoopbackServer server_;
};

}  // namespace fakes

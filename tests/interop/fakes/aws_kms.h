// AWS KMS, as far as a key slot needs it, and stricter than the real one: every signature is
// computed anew, every header and member must be one that is known, every base64 canonical.
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

  /// Enabled, with a key of its own; returns its ARN.
  std::string add_key(const std::string& id);
  /// A key of another account, which lets everybody use it: named by its ARN only.
  void add_foreign_key(const std::string& arn);
  void set_alias(const std::string& alias, const std::string& id);
  void set_state(const std::string& id, const std::string& state) { keys_.at(id).state = state; }
  void delete_key(const std::string& id) { keys_.erase(id); }
  /// Who may ask. A token that is not empty must come with every request of that key.
  void allow(const std::string& access_key, const std::string& secret, const std::string& token);
  /// Whether the last request was refused for its form, and why: what no right client causes.
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
  /// By id, ARN, alias or the alias's ARN; "" where there is none.
  std::string resolve(const std::string& name) const;
  std::string arn(const std::string& id) const;

  std::map<std::string, Key> keys_;
  std::map<std::string, std::string> aliases_;
  std::map<std::string, std::string> foreign_;  // By their place in keys_, the ARNs.
  std::map<std::string, Credential> credentials_;
  std::string complaint_;
  LoopbackServer server_;
};

}  // namespace fakes

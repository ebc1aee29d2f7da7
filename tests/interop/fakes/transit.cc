#include "tests/interop/fakes/transit.h"

#include <regex>

#include "tests/interop/fakes/fake_crypto.h"
#include "tests/interop/fakes/json_members.h"

namespace fakes {
namespace {

using Json = nlohmann::json;

Reply error(int status, const std::string& text) {
  return {status, Json{{"errors", Json::array({text})}}.dump(), {}};
}

Reply data(Json members) {
  return {200, Json{{"request_id", "r"}, {"data", std::move(members)}}.dump(), {}};
}

}  // namespace

Transit::Transit() : server_([this](const Request& request) { return answer(request); }) {}

void Transit::add_key(const std::string& name) { keys_[name] = {{random_bytes(32)}, 1}; }

void Transit::rotate(const std::string& name) {
  keys_.at(name).versions.push_back(random_bytes(32));
}

Reply Transit::answer(const Request& request) {
  complaint_.clear();
  if (is_sealed) return error(503, "Vault is sealed");
  if (request.header("x-vault-token") != token || request.header("x-vault-request") != "true" ||
      request.header("x-vault-namespace") != name_space)
    return error(403, "permission denied");
  static const std::regex kPath("/v1/(.+)/(encrypt|decrypt|keys)/([A-Za-z0-9_.-]+)");
  std::smatch match;
  if (!std::regex_match(request.path, match, kPath) || match[1] != mount || !request.query.empty())
    return error(404, "no handler for route");
  const std::string action = match[2];
  const std::string name = match[3];
  if (forbidden.count(action) == 1) return error(403, "1 error occurred: permission denied");
  if (action == "keys") {
    if (request.method != "GET" || !request.body.empty()) {
      complaint_ = "keys is read by GET";
      return error(405, "unsupported operation");
    }
    if (keys_.count(name) == 0) return error(404, "");
    return data({{"name", name},
                 {"type", "aes256-gcm96"},
                 {"latest_version", keys_[name].versions.size()},
                 {"min_decryption_version", keys_[name].minimum},
                 {"supports_encryption", true}});
  }
  const Json body = Json::parse(request.body, nullptr, false);
  if (request.method != "POST" || request.header("content-type") != "application/json" ||
      !body.is_object()) {
    complaint_ = "no POST of JSON";
    return error(400, "failed to parse JSON input");
  }
  if (keys_.count(name) == 0) return error(400, "encryption key not found");
  return action == "encrypt" ? encrypt(name, body) : decrypt(name, body);
}

Reply Transit::encrypt(const std::string& name, const Json& body) {
  if (!has_only(body, {"plaintext", "associated_data"})) {
    complaint_ = "members of encrypt";
    return error(400, "unknown member");
  }
  const auto plaintext = from_base64(body["plaintext"].get<std::string>());
  const auto associated = from_base64(body["associated_data"].get<std::string>());
  if (!plaintext || !associated) {
    complaint_ = "base64";
    return error(400, "failed to base64-decode");
  }
  const std::size_t version = keys_[name].versions.size();
  const std::string sealed =
      seal(keys_[name].versions.back(), ignores_associated_data ? "" : *associated, *plaintext);
  return data({{"ciphertext", "vault:v" + std::to_string(version) + ":" + to_base64(sealed)},
               {"key_version", version}});
}

Reply Transit::decrypt(const std::string& name, const Json& body) {
  if (!has_only(body, {"ciphertext", "associated_data"})) {
    complaint_ = "members of decrypt";
    return error(400, "unknown member");
  }
  static const std::regex kCiphertext("vault:v([1-9][0-9]{0,3}):([A-Za-z0-9+/=]+)");
  const std::string ciphertext = body["ciphertext"];
  const auto associated = from_base64(body["associated_data"].get<std::string>());
  std::smatch match;
  if (!associated || !std::regex_match(ciphertext, match, kCiphertext))
    return error(400, "invalid ciphertext: no prefix");
  const auto version = static_cast<std::size_t>(std::stoi(match[1]));
  if (version > keys_[name].versions.size())
    return error(400, "invalid ciphertext: version is too new");
  if (version < keys_[name].minimum)
    return error(400, "ciphertext or signature version is disallowed by policy (too old)");
  const auto sealed = from_base64(match[2].str());
  const auto plaintext = sealed ? open(keys_[name].versions[version - 1],
                                       ignores_associated_data ? "" : *associated, *sealed)
                                : std::nullopt;
  if (!plaintext) return error(answers_500 ? 500 : 400, "cipher: message authentication failed");
  return data({{"plaintext", to_base64(*plaintext)}});
}

}  // namespace fakes

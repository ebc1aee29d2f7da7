#include "tests/interop/fakes/azure_vault.h"

#include <regex>

#include "tests/interop/fakes/fake_crypto.h"
#include "tests/interop/fakes/json_members.h"

namespace fakes {
namespace {

using Json = nlohmann::json;

const char kQuery[] = "api-version=7.4";
const char kIdentityPath[] = "/metadata/identity/oauth2/token";

Reply error(int status, const std::string& code, const std::string& inner = {}) {
  Json body = {{"error", {{"code", code}, {"message", "fake"}}}};
  if (!inner.empty()) body["error"]["innererror"] = {{"code", inner}};
  return {status, body.dump(), {}};
}

std::string version_name(std::size_t version) {
  return std::string(31, 'a') + static_cast<char>('0' + version);
}

}  // namespace

AzureVault::AzureVault() : server_([this](const Request& request) { return answer(request); }) {}

std::string AzureVault::key_id(const std::string& name, std::size_t version) {
  return "https://fake.vault.azure.net/keys/" + name + "/" + version_name(version);
}

Reply AzureVault::give_token(const Request& request) const {
  const Reply given = {
      200,
      Json{{"access_token", token}, {"token_type", "Bearer"}, {"expires_in", 3599}}.dump(),
      {}};
  const Reply refused = {400, R"({"error":"invalid_client"})", {}};
  if (request.method == "GET") {
    const std::string resource_query = "&resource=https%3A%2F%2Fvault.azure.net";
    if (request.path == kIdentityPath && request.header("metadata") == "true" &&
        request.query == "api-version=2018-02-01" + resource_query)
      return given;
    if (request.path == "/msi/token" && request.header("x-identity-header") == identity_header &&
        request.query == "api-version=2019-08-01" + resource_query + "&client_id=client-1")
      return given;
    return refused;
  }
  const std::string head =
      "grant_type=client_credentials&client_id=client-1&scope=https%3A%2F%2Fvault.azure.net%2F."
      "default&";
  const std::string by_secret = head + "client_secret=" + client_secret;
  const std::string by_identity =
      head +
      "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&"
      "client_assertion=" +
      federated_token;
  const bool is_known = request.body == by_secret || request.body == by_identity;
  return is_known && request.header("content-type") == "application/x-www-form-urlencoded"
             ? given
             : refused;
}

Reply AzureVault::answer(const Request& request) {
  complaint_.clear();
  if (request.path == kIdentityPath || request.path == "/msi/token" ||
      request.path == "/tenant-1/oauth2/v2.0/token")
    return give_token(request);
  if (request.query != kQuery) return error(400, "BadParameter");
  const std::string authorization = request.header("authorization");
  if (authorization.empty()) {
    if (!request.body.empty()) complaint_ = "something was said before the challenge";
    return {401,
            R"({"error":{"code":"Unauthorized"}})",
            {{"WWW-Authenticate",
              "Bearer authorization=\"" + authority + "\", resource=\"" + resource + "\""}}};
  }
  if (authorization != "Bearer " + token) return error(401, "Unauthorized");
  static const std::regex kPath("/keys/([A-Za-z0-9-]+)(/([a-f0-9]{32}))?(/(wrapkey|unwrapkey))?");
  std::smatch match;
  if (!std::regex_match(request.path, match, kPath)) return error(404, "NotFound");
  return use_key(match[1], match[3], match[5], request);
}

Reply AzureVault::use_key(const std::string& name, const std::string& version,
                          const std::string& action, const Request& request) {
  const auto found = keys_.find(name);
  if (found == keys_.end()) return error(404, "KeyNotFound");
  const Key& key = found->second;
  std::size_t number = key.versions.size();
  if (!version.empty()) {
    number = static_cast<std::size_t>(version.back() - '0');
    if (number < 1 || number > key.versions.size() || version != version_name(number))
      return error(404, "KeyNotFound");
  }
  if (action.empty() && request.method == "GET")
    return {200,
            Json{{"key", {{"kid", key_id(name, number)}, {"kty", "RSA"}}},
                 {"attributes", {{"enabled", key.is_enabled}}}}
                .dump(),
            {}};
  const Json body = Json::parse(request.body, nullptr, false);
  if (request.method != "POST" || request.header("content-type") != "application/json" ||
      !body.is_object() || !has_only(body, {"alg", "value"}) || body["alg"] != "RSA-OAEP-256") {
    complaint_ = "form of " + action;
    return error(400, "BadParameter");
  }
  if (!key.is_enabled) return error(403, "Forbidden", "KeyDisabled");
  const auto value = from_base64url(body["value"].get<std::string>());
  if (!value) return error(400, "BadParameter");
  if (action == "unwrapkey" && version.empty()) complaint_ = "unwrapkey names a version";
  const auto result = action == "wrapkey" ? std::optional(key.versions[number - 1].wrap(*value))
                                          : key.versions[number - 1].unwrap(*value);
  if (!result) return error(400, "BadParameter");
  return {200, Json{{"kid", key_id(name, number)}, {"value", to_base64url(*result)}}.dump(), {}};
}

}  // namespace fakes

#include "tests/interop/fakes/google_kms.h"

#include <ctime>
#include <optional>
#include <set>

#include "tests/interop/fakes/fake_crypto.h"
#include "tests/interop/fakes/json_members.h"

namespace fakes {
namespace {

using Json = nlohmann::json;

const char kEmail[] = "coffer@project.iam.gserviceaccount.com";

Reply error(int code, const std::string& status) {
  return {
      code, Json{{"error", {{"code", code}, {"status", status}, {"message", "fake"}}}}.dump(), {}};
}

// Computed bit by bit from the definition, not by the table of the code under test.
std::uint32_t crc32c_of(const std::string& bytes) {
  std::uint32_t sum = 0xFFFFFFFF;
  for (const char c : bytes) {
    sum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) sum = (sum & 1) != 0 ? sum >> 1 ^ 0x82F63B78U : sum >> 1;
  }
  return ~sum;
}

std::optional<std::string> member(const Json& body, const std::string& name) {
  const auto bytes = from_base64(body.at(name).get<std::string>());
  if (!bytes || body.at(name + "Crc32c") != std::to_string(crc32c_of(*bytes))) return std::nullopt;
  return bytes;
}

std::map<std::string, std::string> parse_form(const std::string& text) {
  std::map<std::string, std::string> fields;
  std::string name;
  std::string value;
  bool in_value = false;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : '&';
    if (c == '&') {
      fields[name] = value;
      name.clear();
      value.clear();
      in_value = false;
    } else if (c == '=') {
      in_value = true;
    } else {
      char decoded = c;
      if (c == '%') {
        decoded = static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
        i += 2;
      }
      (in_value ? value : name) += decoded;
    }
  }
  return fields;
}

}  // namespace

GoogleKms::GoogleKms() : server_([this](const Request& request) { return answer(request); }) {}

std::string GoogleKms::new_key() { return random_bytes(32); }

std::string GoogleKms::service_account_file() const {
  return Json{{"type", "service_account"},
              {"client_email", kEmail},
              {"private_key_id", "key-id-1"},
              {"private_key", account_.private_pem()},
              {"token_uri", server_.url() + "/token"}}
      .dump(2);
}

std::string GoogleKms::user_file() const {
  return Json{{"type", "authorized_user"},
              {"client_id", "client.apps.googleusercontent.com"},
              {"client_secret", client_secret},
              {"refresh_token", refresh_token},
              {"token_uri", server_.url() + "/token"}}
      .dump(2);
}

std::string GoogleKms::checksum(const std::string& bytes) const {
  return std::to_string(crc32c_of(bytes) ^ (garbles_checksums ? 1U : 0U));
}

bool GoogleKms::is_assertion(const std::string& text) const {
  const std::size_t first = text.find('.');
  const std::size_t second = text.find('.', first + 1);
  if (second == std::string::npos) return false;
  const auto header = from_base64url(text.substr(0, first));
  const auto claims = from_base64url(text.substr(first + 1, second - first - 1));
  const auto signature = from_base64url(text.substr(second + 1));
  if (!header || !claims || !signature || !account_.verifies(text.substr(0, second), *signature))
    return false;
  const Json head = Json::parse(*header);
  const Json body = Json::parse(*claims);
  const std::time_t now = std::time(nullptr);
  const auto issued = body.at("iat").get<std::time_t>();
  const auto expires = body.at("exp").get<std::time_t>();
  return head == Json{{"alg", "RS256"}, {"typ", "JWT"}, {"kid", "key-id-1"}} &&
         has_only(body, {"iss", "scope", "aud", "iat", "exp"}) && body["iss"] == kEmail &&
         body["scope"] == "https://www.googleapis.com/auth/cloudkms" &&
         body["aud"] == server_.url() + "/token" && issued <= now + 5 && issued > now - 60 &&
         expires > now && expires <= issued + 3600;
}

Reply GoogleKms::give_token(const Request& request) {
  const Reply given = {
      200, Json{{"access_token", token}, {"token_type", "Bearer"}, {"expires_in", 3599}}.dump(),
      has_flavor ? std::map<std::string, std::string>{{"Metadata-Flavor", "Google"}}
                 : std::map<std::string, std::string>{}};
  if (request.method == "GET")
    return request.header("metadata-flavor") == "Google" ? given : error(403, "FORBIDDEN");
  if (request.header("content-type") != "application/x-www-form-urlencoded")
    return error(400, "invalid_request");
  auto form = parse_form(request.body);
  if (form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer" && form.size() == 2 &&
      is_assertion(form["assertion"]))
    return given;
  if (form["grant_type"] == "refresh_token" && form["refresh_token"] == refresh_token &&
      form["client_secret"] == client_secret && form.size() == 4)
    return given;
  if (form["grant_type"] == "urn:ietf:params:oauth:grant-type:token-exchange" &&
      form["subject_token"] == subject_token && form["audience"] == "//iam/pool" &&
      form["subject_token_type"] == "urn:ietf:params:oauth:token-type:jwt" &&
      form["requested_token_type"] == "urn:ietf:params:oauth:token-type:access_token" &&
      !form["scope"].empty() && form.size() == 6)
    return given;
  return error(400, "invalid_grant");
}

// https://cloud.google.com/iam/docs/reference/credentials: gives a token of an account to a caller
// who has a token.
Reply GoogleKms::impersonate(const Request& request) const {
  const Json body = Json::parse(request.body, nullptr, false);
  if (request.method != "POST" || request.header("authorization") != "Bearer " + token ||
      !body.is_object() || body["lifetime"] != "600s" ||
      body["scope"] != Json{"https://www.googleapis.com/auth/cloudkms"})
    return error(403, "PERMISSION_DENIED");
  return {200, Json{{"accessToken", token}, {"expireTime", "2030-01-01T00:00:00Z"}}.dump(), {}};
}

Reply GoogleKms::answer(const Request& request) {
  complaint_.clear();
  if ((request.path == "/token" && request.method == "POST") ||
      (request.path == "/computeMetadata/v1/instance/service-accounts/default/token" &&
       request.method == "GET"))
    return give_token(request);
  if (request.path == "/v1/accounts/a%40b:generateAccessToken") return impersonate(request);
  if (request.path == "/subject" && request.header("x-who") == "me")
    return {200, Json{{"id_token", subject_token}}.dump(), {}};
  if (request.header("authorization") != "Bearer " + token) return error(401, "UNAUTHENTICATED");
  if (request.path.rfind("/v1/", 0) != 0 || !request.query.empty()) return error(404, "NOT_FOUND");
  std::string name = request.path.substr(4);
  const std::size_t colon = name.find(':');
  const std::string action = colon == std::string::npos ? "" : name.substr(colon + 1);
  name = name.substr(0, colon);
  const auto found = keys_.find(name);
  if (found == keys_.end()) return error(404, "NOT_FOUND");
  Key& key = found->second;
  const std::string primary = name + "/cryptoKeyVersions/" + std::to_string(key.versions.size());
  if (action.empty() && request.method == "GET")
    return {
        200,
        Json{{"name", name},
             {"purpose", "ENCRYPT_DECRYPT"},
             {"primary", {{"name", primary}, {"state", key.is_enabled ? "ENABLED" : "DISABLED"}}}}
            .dump(),
        {}};
  const Json body = Json::parse(request.body, nullptr, false);
  if (request.method != "POST" || request.header("content-type") != "application/json" ||
      !body.is_object()) {
    complaint_ = "no POST of JSON";
    return error(400, "INVALID_ARGUMENT");
  }
  if (!key.is_enabled) return error(400, "FAILED_PRECONDITION");
  if (action == "encrypt") return encrypt(primary, key, body);
  if (action == "decrypt") return decrypt(key, body);
  return error(404, "NOT_FOUND");
}

Reply GoogleKms::encrypt(const std::string& name, Key& key, const Json& body) {
  if (!has_only(body, {"plaintext", "plaintextCrc32c", "additionalAuthenticatedData",
                       "additionalAuthenticatedDataCrc32c"})) {
    complaint_ = "members of encrypt";
    return error(400, "INVALID_ARGUMENT");
  }
  const auto plaintext = member(body, "plaintext");
  const auto associated = member(body, "additionalAuthenticatedData");
  if (!plaintext || !associated) {
    complaint_ = "checksums of encrypt";
    return error(400, "INVALID_ARGUMENT");
  }
  const std::string blob = std::to_string(key.versions.size()) + "|" +
                           seal(key.versions.back(), *associated, *plaintext);
  Json reply = {{"name", name},
                {"ciphertext", to_base64(blob)},
                {"ciphertextCrc32c", checksum(blob)},
                {"protectionLevel", "SOFTWARE"}};
  if (!forgets_to_verify) {
    reply["verifiedPlaintextCrc32c"] = true;
    reply["verifiedAdditionalAuthenticatedDataCrc32c"] = true;
  }
  return {200, reply.dump(), {}};
}

Reply GoogleKms::decrypt(Key& key, const Json& body) {
  if (!has_only(body, {"ciphertext", "ciphertextCrc32c", "additionalAuthenticatedData",
                       "additionalAuthenticatedDataCrc32c"})) {
    complaint_ = "members of decrypt";
    return error(400, "INVALID_ARGUMENT");
  }
  const auto blob = member(body, "ciphertext");
  const auto associated = member(body, "additionalAuthenticatedData");
  if (!blob || !associated) {
    complaint_ = "checksums of decrypt";
    return error(400, "INVALID_ARGUMENT");
  }
  const std::size_t bar = blob->find('|');
  for (std::size_t version = 1; bar != std::string::npos && version <= key.versions.size();
       ++version) {
    if (blob->substr(0, bar) != std::to_string(version)) continue;
    const auto plaintext =
        open(key.versions[version - 1], *associated, std::string_view(*blob).substr(bar + 1));
    if (!plaintext) break;
    return {200,
            Json{{"plaintext", to_base64(*plaintext)},
                 {"plaintextCrc32c", checksum(*plaintext)},
                 {"usedPrimary", version == key.versions.size()}}
                .dump(),
            {}};
  }
  return error(400, "INVALID_ARGUMENT");
}

}  // namespace fakes

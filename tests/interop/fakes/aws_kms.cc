#include "tests/interop/fakes/aws_kms.h"

#include <ctime>
#include <set>
#include <sstream>
#include <vector>

#include "tests/interop/fakes/fake_crypto.h"
#include "tests/interop/fakes/json_members.h"

namespace fakes {
namespace {

using Json = nlohmann::json;

constexpr const char* kAccount = "111122223333";
constexpr long kClockSkewSeconds = 300;

Reply error(int status, const std::string& type) {
  // The error repeats the request, as services do, so the client must not show it.
  return {status, Json{{"__type", type}, {"message", "fake: " + type}}.dump(), {}};
}

std::string joined(const std::vector<std::string>& parts, char separator) {
  std::string text;
  for (const std::string& part : parts)
    text += (text.empty() ? "" : std::string(1, separator)) + part;
  return text;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

// "AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=..." in exactly this order.
struct Authorization {
  std::vector<std::string> scope;  // access key, date, region, service, aws4_request
  std::vector<std::string> headers;
  std::string signature;
};
bool parse(const std::string& text, Authorization& out) {
  const std::string prefix = "AWS4-HMAC-SHA256 Credential=";
  const std::string middle = ", SignedHeaders=";
  const std::string last = ", Signature=";
  const std::size_t second = text.find(middle);
  const std::size_t third = text.find(last);
  if (text.rfind(prefix, 0) != 0 || second == std::string::npos || third == std::string::npos)
    return false;
  out.scope = split(text.substr(prefix.size(), second - prefix.size()), '/');
  out.headers = split(text.substr(second + middle.size(), third - second - middle.size()), ';');
  out.signature = text.substr(third + last.size());
  return out.scope.size() == 5;
}

bool is_now(const std::string& amz_date) {
  std::tm parts{};
  if (amz_date.size() != 16 || strptime(amz_date.c_str(), "%Y%m%dT%H%M%SZ", &parts) == nullptr)
    return false;
  return std::labs(static_cast<long>(timegm(&parts) - std::time(nullptr))) <= kClockSkewSeconds;
}

std::string canonical_request(const Request& request, const Authorization& authorization) {
  std::string text = request.method + "\n" + request.path + "\n" + request.query + "\n";
  for (const std::string& name : authorization.headers)
    text += name + ":" + request.header(name) + "\n";
  return text + "\n" + joined(authorization.headers, ';') + "\n" + hex(sha256(request.body));
}

std::string signature_of(const Request& request, const Authorization& authorization,
                         const std::string& secret) {
  const std::string scope =
      joined({authorization.scope.begin() + 1, authorization.scope.end()}, '/');
  const std::string to_sign = "AWS4-HMAC-SHA256\n" + request.header("x-amz-date") + "\n" + scope +
                              "\n" + hex(sha256(canonical_request(request, authorization)));
  std::string key = "AWS4" + secret;
  for (std::size_t i = 1; i < authorization.scope.size(); ++i)
    key = hmac_sha256(key, authorization.scope[i]);
  return hex(hmac_sha256(key, to_sign));
}

bool is_context(const Json& context) {
  if (!context.is_object() || context.empty()) return false;
  for (const auto& [name, value] : context.items())
    if (!value.is_string() || name.empty()) return false;
  return true;
}

}  // namespace

AwsKms::AwsKms() : server_([this](const Request& request) { return answer(request); }) {}

std::string AwsKms::arn(const std::string& id) const {
  const auto foreign = foreign_.find(id);
  if (foreign != foreign_.end()) return foreign->second;
  return std::string("arn:aws:kms:") + kRegion + ":" + kAccount + ":key/" + id;
}

std::string AwsKms::add_key(const std::string& id) {
  keys_[id] = {random_bytes(32), "Enabled"};
  return arn(id);
}

void AwsKms::add_foreign_key(const std::string& arn) {
  const std::string id = "foreign" + std::to_string(foreign_.size());
  foreign_[id] = arn;
  keys_[id] = {random_bytes(32), "Enabled"};
}

void AwsKms::set_alias(const std::string& alias, const std::string& id) { aliases_[alias] = id; }

void AwsKms::allow(const std::string& access_key, const std::string& secret,
                   const std::string& token) {
  credentials_[access_key] = {secret, token};
}

std::string AwsKms::resolve(const std::string& name) const {
  for (const auto& [id, arn] : foreign_)
    if (name == arn) return id;
  const std::string prefix = std::string("arn:aws:kms:") + kRegion + ":" + kAccount + ":";
  std::string rest = name.rfind(prefix, 0) == 0 ? name.substr(prefix.size()) : name;
  if (rest.rfind("key/", 0) == 0) rest = rest.substr(4);
  const auto alias = aliases_.find(rest);
  if (alias != aliases_.end()) rest = alias->second;
  return keys_.count(rest) == 1 ? rest : std::string();
}

std::string AwsKms::check_form(const Request& request) const {
  if (request.method != "POST" || request.path != "/" || !request.query.empty())
    return "not POST /";
  if (request.header("content-type") != "application/x-amz-json-1.1") return "content-type";
  if (request.header("x-amz-target").rfind("TrentService.", 0) != 0) return "x-amz-target";
  const std::string said = request.header("x-amz-content-sha256");
  if (!said.empty() && said != hex(sha256(request.body))) return "x-amz-content-sha256";
  if (!is_now(request.header("x-amz-date"))) return "x-amz-date";
  if (request.headers.count("expect") != 0) return "expect";
  return {};
}

std::string AwsKms::check_signature(const Request& request) const {
  Authorization authorization;
  if (!parse(request.header("authorization"), authorization)) return "IncompleteSignatureException";
  const auto& scope = authorization.scope;
  if (scope[1] != request.header("x-amz-date").substr(0, 8) || scope[2] != kRegion ||
      scope[3] != "kms" || scope[4] != "aws4_request")
    return "IncompleteSignatureException";
  const auto& names = authorization.headers;
  if (!std::is_sorted(names.begin(), names.end()) ||
      std::adjacent_find(names.begin(), names.end()) != names.end())
    return "IncompleteSignatureException";
  // Every header that changes the meaning of a request must be signed.
  for (const auto& [name, value] : request.headers) {
    const bool must = name == "host" || name == "content-type" ||
                      (name.rfind("x-amz-", 0) == 0 && name != "x-amz-user-agent");
    if (must && !std::binary_search(names.begin(), names.end(), name))
      return "IncompleteSignatureException";
  }
  const auto credential = credentials_.find(scope[0]);
  if (credential == credentials_.end() ||
      request.header("x-amz-security-token") != credential->second.token)
    return "UnrecognizedClientException";
  if (signature_of(request, authorization, credential->second.secret) != authorization.signature)
    return "InvalidSignatureException";
  return {};
}

Reply AwsKms::answer(const Request& request) {
  complaint_ = check_form(request);
  if (!complaint_.empty()) return error(400, "ValidationException");
  const std::string refused = check_signature(request);
  if (!refused.empty()) return error(400, refused);
  const Json body = Json::parse(request.body, nullptr, false);
  const std::string action = request.header("x-amz-target").substr(sizeof "TrentService." - 1);
  if (body.is_object() && action == "Encrypt") return encrypt(body);
  if (body.is_object() && action == "Decrypt") return decrypt(body);
  if (body.is_object() && action == "DescribeKey") return describe(body);
  complaint_ = "action or body";
  return error(400, "ValidationException");
}

Reply AwsKms::encrypt(const Json& body) {
  if (!has_only(body, {"KeyId", "Plaintext", "EncryptionContext"}) ||
      !is_context(body["EncryptionContext"])) {
    complaint_ = "members of Encrypt";
    return error(400, "ValidationException");
  }
  const auto plaintext = from_base64(body["Plaintext"].get<std::string>());
  if (!plaintext || plaintext->empty() || plaintext->size() > 4096) {
    complaint_ = "Plaintext";
    return error(400, "ValidationException");
  }
  const std::string id = resolve(body["KeyId"].get<std::string>());
  if (id.empty()) return error(400, "NotFoundException");
  if (keys_[id].state != "Enabled")
    return error(400,
                 keys_[id].state == "Disabled" ? "DisabledException" : "KMSInvalidStateException");
  const std::string blob =
      id + "|" + seal(keys_[id].bytes, arn(id) + body["EncryptionContext"].dump(), *plaintext);
  return {200,
          Json{{"CiphertextBlob", to_base64(blob)},
               {"KeyId", arn(id)},
               {"EncryptionAlgorithm", "SYMMETRIC_DEFAULT"}}
              .dump(),
          {}};
}

Reply AwsKms::decrypt(const Json& body) {
  // The real service does not require KeyId, but a client that leaves it out trusts the blob.
  if (!has_only(body, {"KeyId", "CiphertextBlob", "EncryptionContext"}) ||
      !is_context(body["EncryptionContext"])) {
    complaint_ = "members of Decrypt";
    return error(400, "ValidationException");
  }
  const auto blob = from_base64(body["CiphertextBlob"].get<std::string>());
  const std::string id = resolve(body["KeyId"].get<std::string>());
  if (id.empty()) return error(400, "NotFoundException");
  const std::size_t bar = blob ? blob->find('|') : std::string::npos;
  if (bar == std::string::npos) return error(400, "InvalidCiphertextException");
  if (keys_.count(blob->substr(0, bar)) == 1 && blob->substr(0, bar) != id)
    return error(400, "IncorrectKeyException");
  if (keys_[id].state != "Enabled")
    return error(400,
                 keys_[id].state == "Disabled" ? "DisabledException" : "KMSInvalidStateException");
  const auto plaintext = open(keys_[id].bytes, arn(id) + body["EncryptionContext"].dump(),
                              std::string_view(*blob).substr(bar + 1));
  if (!plaintext || blob->substr(0, bar) != id) return error(400, "InvalidCiphertextException");
  return {200,
          Json{{"KeyId", arn(id)},
               {"Plaintext", to_base64(*plaintext)},
               {"EncryptionAlgorithm", "SYMMETRIC_DEFAULT"}}
              .dump(),
          {}};
}

Reply AwsKms::describe(const Json& body) {
  if (!has_only(body, {"KeyId"})) {
    complaint_ = "members of DescribeKey";
    return error(400, "ValidationException");
  }
  const std::string id = resolve(body["KeyId"].get<std::string>());
  if (id.empty()) return error(400, "NotFoundException");
  const Json metadata = {{"KeyId", id},
                         {"Arn", arn(id)},
                         {"KeyState", keys_[id].state},
                         {"Enabled", keys_[id].state == "Enabled"}};
  return {200, Json{{"KeyMetadata", metadata}}.dump(), {}};
}

}  // namespace fakes

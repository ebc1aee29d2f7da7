// Azure Key Vault: azurekeyvault://V.vault.azure.net/keys/K[/VERSION]?algorithm=RSA-OAEP-256.
// RSA-OAEP authenticates nothing: only the hash of the context in the payload shows that a blob
// belongs to another slot, and only the MAC of the slot table shows that a blob was forged.
#include <array>

#include "keys/kind.h"
#include "keys/services/azure_token.h"
#include "keys/services/patient_send.h"
#include "keys/services/service.h"
#include "keys/services/service_body.h"
#include "keys/services/service_error.h"
#include "text/ascii.h"
#include "text/json_writer.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kPrefix = "azurekeyvault://";
constexpr std::array<std::string_view, 2> kParameters = {"algorithm", "endpoint"};
constexpr std::string_view kAlgorithm = "RSA-OAEP-256";
constexpr std::string_view kVersionQuery = "?api-version=7.4";
constexpr std::array<std::string_view, 4> kVaultDomains = {
    ".vault.azure.net", ".vault.azure.cn", ".vault.usgovcloudapi.net", ".managedhsm.azure.net"};

struct VaultKey {
  std::string host;
  std::string name;
  std::string version;  // Empty: the current one.
  ServiceUri uri;
};

// "keys/NAME" or "keys/NAME/VERSION".
bool parse_path(std::string_view path, std::string& name, std::string& version) {
  constexpr std::string_view kKeys = "keys/";
  if (!path.starts_with(kKeys)) return false;
  path.remove_prefix(kKeys.size());
  const std::size_t slash = path.find('/');
  name = path.substr(0, slash);
  version = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  return !name.empty() && ascii::holds_only(name, "-") && ascii::holds_only(version, "") &&
         (slash == std::string_view::npos || !version.empty());
}

bool is_vault(std::string_view host) {
  for (const std::string_view domain : kVaultDomains)
    if (host.ends_with(domain) && host.size() > domain.size() &&
        ascii::holds_only(host.substr(0, host.size() - domain.size()), "-"))
      return true;
  return false;
}

Result<VaultKey> parse(std::string_view uri) {
  VaultKey key;
  key.uri = COFFER_TRY(parse_service_uri(uri, kPrefix, "./-", kParameters));
  const std::size_t slash = key.uri.target.find('/');
  key.host = key.uri.target.substr(0, slash);
  if (slash == std::string::npos || !is_vault(key.host) ||
      !parse_path(std::string_view(key.uri.target).substr(slash + 1), key.name, key.version))
    return Error(ErrorCode::usage, "the key's URI does not name a key of Key Vault",
                 "write azurekeyvault://V.vault.azure.net/keys/K[/VERSION]");
  if (key.uri.parameters.has("algorithm") && key.uri.parameters.get("algorithm") != kAlgorithm)
    return Error(ErrorCode::usage, "the only algorithm for a key slot is RSA-OAEP-256",
                 "AES keys of a managed HSM are not asked");
  COFFER_TRY(endpoint_of(key.uri, "https://" + key.host));
  return key;
}

// What the service said when it was first asked, without a word of ours: who may ask.
struct Challenge {
  std::string resource;
  std::string tenant;
};

// `name="value"` out of a WWW-Authenticate header.
std::string_view quoted(std::string_view header, const std::string& name) {
  const std::string mark = name + "=\"";
  const std::size_t begin = header.find(mark);
  if (begin == std::string_view::npos) return {};
  header.remove_prefix(begin + mark.size());
  const std::size_t end = header.find('"');
  return end == std::string_view::npos ? std::string_view() : header.substr(0, end);
}

// A token is good for one resource: that must be the vault's own domain, or a stranger at
// the vault's address could have a token made that opens something else.
Result<Challenge> parse_challenge(std::string_view header, std::string_view vault_host) {
  constexpr std::string_view kHttps = "https://";
  Challenge challenge;
  challenge.resource = quoted(header, "resource");
  const std::string_view host = challenge.resource.starts_with(kHttps)
                                    ? std::string_view(challenge.resource).substr(kHttps.size())
                                    : std::string_view();
  if (!header.starts_with("Bearer ") || host != vault_host.substr(vault_host.find('.') + 1))
    return unreadable_answer();
  std::string_view authority = quoted(header, "authorization");
  const std::size_t slash = authority.rfind('/');
  if (slash != std::string_view::npos) challenge.tenant = authority.substr(slash + 1);
  return challenge;
}

Error error_of(HttpResponse response, bool is_unwrap) {
  const int status = response.status;
  const auto answer = JsonAnswer::read(std::move(response.body));
  const std::string_view code =
      answer ? answer->text({"error", "innererror", "code"}).value_or("") : std::string_view();
  if (status == 404) return no_such_key();
  if (code == "KeyDisabled" || status == 409) return key_disabled();
  if (status == 401 || status == 403) return access_denied(status);
  if (status == 400 && is_unwrap) return blob_refused();
  if (status >= 500 || status == 429) return service_down(status);
  return refused_request(status);
}

class AzureKeyVault : public Provider {
 public:
  AzureKeyVault(VaultKey key, Surroundings around)
      : key_(std::move(key)), around_(std::move(around)) {}

  Result<WrappedByProvider> wrap(const SecretBytes& payload, ByteView) override {
    const JsonAnswer answer = COFFER_TRY(ask(key_.version, "wrapkey", body_of(payload.bytes())));
    const auto blob = answer.base64({"value"}, Base64::url);
    WrappedByProvider wrapped;
    wrapped.key_id = answer.text({"kid"}).value_or("");
    if (!blob || blob->empty() || version_in(wrapped.key_id).empty()) return unreadable_answer();
    wrapped.blob.assign(blob->data(), blob->data() + blob->size());
    return wrapped;
  }

  Result<SecretBytes> unwrap(const WrappedByProvider& wrapped, ByteView) override {
    const std::string version = version_in(wrapped.key_id);
    if (version.empty()) return blob_refused();
    // Who names a version means no other: what the slot keeps is anybody's word.
    if (!key_.version.empty() && version != key_.version) return another_key();
    const JsonAnswer answer = COFFER_TRY(ask(version, "unwrapkey", body_of(wrapped.blob)));
    auto payload = answer.base64({"value"}, Base64::url);
    if (!payload || payload->empty()) return unreadable_answer();
    return std::move(*payload);
  }

  Result<std::string> status() override {
    const JsonAnswer answer = COFFER_TRY(ask(key_.version, "", {}));
    const std::string id(answer.text({"key", "kid"}).value_or(""));
    if (version_in(id).empty()) return unreadable_answer();
    if (answer.raw({"attributes", "enabled"}) != "true") return key_disabled();
    return id;
  }

 private:
  static SecretBytes body_of(ByteView value) {
    return json::Writer()
        .open('{')
        .key("alg")
        .string(kAlgorithm)
        .key("value")
        .base64(value, Base64::url)
        .close('}')
        .take();
  }

  // The version that "https://HOST/keys/K/VERSION" names, of our key; "" where it is another.
  std::string version_in(std::string_view key_id) const {
    const std::string_view mark = "/keys/";
    const std::size_t at = key_id.find(mark);
    std::string name;
    std::string version;
    if (at == std::string_view::npos || !is_uri_text(key_id) ||
        !parse_path(key_id.substr(at + 1), name, version) || name != key_.name)
      return {};
    return version;
  }

  HttpRequest request_for(const std::string& base, const std::string& version,
                          std::string_view action) const {
    HttpRequest request;
    request.method = action.empty() ? "GET" : "POST";
    request.url = base + "/keys/" + key_.name;
    if (!version.empty()) request.url += "/" + version;
    if (!action.empty()) request.url += "/" + std::string(action);
    request.url += kVersionQuery;
    return request;
  }

  // Asks without a token and without a body: the refusal says where tokens come from. Then asks
  // again with a token.
  Result<JsonAnswer> ask(const std::string& version, std::string_view action,
                         SecretBytes body) const {
    const Deadline deadline(key_.uri.patience_ms);
    const std::string base = COFFER_TRY(endpoint_of(key_.uri, "https://" + key_.host));
    HttpRequest request = request_for(base, version, action);
    if (!action.empty()) COFFER_TRY(request.set_header("Content-Type", "application/json"));
    HttpResponse first = COFFER_TRY(send_patiently(request, deadline));
    if (first.status >= 500 || first.status == 429) return service_down(first.status);
    if (first.status != 401) return unreadable_answer();
    const Challenge challenge =
        COFFER_TRY(parse_challenge(first.header("WWW-Authenticate"), key_.host));
    SecretBytes bearer = SecretBytes::copy_of("Bearer ");
    bearer.append(
        COFFER_TRY(azure_token(around_, challenge.resource, challenge.tenant, deadline)).text());
    COFFER_TRY(request.set_header("Authorization", bearer.text()));
    request.body = std::move(body);
    HttpResponse response = COFFER_TRY(send_patiently(request, deadline));
    if (response.status != 200) return error_of(std::move(response), action == "unwrapkey");
    return JsonAnswer::read(std::move(response.body));
  }

  VaultKey key_;
  Surroundings around_;
};

Result<std::unique_ptr<Provider>> connect(const KeySource& source) {
  return std::unique_ptr<Provider>(std::make_unique<AzureKeyVault>(
      COFFER_TRY(parse(source.uri())), Surroundings(source.environment())));
}

}  // namespace

extern constinit const Kind kAzureKeyVaultKind = {
    .scheme = KeyScheme::azurekeyvault,
    .name = "azurekeyvault",
    .prefix = kPrefix,
    .form = {"azurekeyvault://V.vault.azure.net/keys/K[/VERSION]",
             "Azure Key Vault, RSA-OAEP-256; credentials as its own tools find them"},
    .is_built = &kHasNetwork,
    .parse = checked_by<parse>,
    .may_follow_unasked = names_no_endpoint,
    .obtain = provided_by<connect>,
};

}  // namespace coffer::keys

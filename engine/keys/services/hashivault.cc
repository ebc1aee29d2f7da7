// The Transit engine of Vault or OpenBao: hashivault://KEY?engine=transit, with VAULT_ADDR,
// VAULT_TOKEN or ~/.vault-token, VAULT_NAMESPACE and VAULT_CACERT as their own commands read
// them: where BAO_ADDR is set, it goes before VAULT_ADDR, and so do the others. The context goes
// along as associated data, but is never relied on: servers before 1.13 ignore it and decrypt all
// the same.
#include <array>

#include "keys/kind.h"
#include "keys/services/patient_send.h"
#include "keys/services/service.h"
#include "keys/services/service_body.h"
#include "keys/services/service_error.h"
#include "text/ascii.h"
#include "text/json_writer.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kPrefix = "hashivault://";
constexpr std::array<std::string_view, 1> kParameters = {"engine"};
constexpr std::string_view kNameCharacters = "._-";

struct TransitKey {
  std::string name;
  std::string engine;
  ServiceUri uri;
};

bool is_mount(std::string_view text) {
  return ascii::holds_only(text, "._-/") && !text.starts_with('/') && !text.ends_with('/') &&
         text.find("//") == std::string_view::npos && text.find("..") == std::string_view::npos;
}

Result<TransitKey> parse(std::string_view uri) {
  TransitKey key;
  key.uri = COFFER_TRY(parse_service_uri(uri, kPrefix, kNameCharacters, kParameters));
  key.name = key.uri.target;
  key.engine = key.uri.parameters.has("engine") ? key.uri.parameters.get("engine") : "transit";
  if (key.name.find("..") != std::string::npos || !is_mount(key.engine))
    return Error(ErrorCode::usage, "the key's URI does not name a key of Transit",
                 "write hashivault://KEY?engine=PATH-OF-THE-ENGINE");
  return key;
}

// "vault:v3:..." -> "v3"; "" where it is no such text.
std::string_view version_in(std::string_view ciphertext) {
  constexpr std::string_view kVault = "vault:v";
  if (!ciphertext.starts_with(kVault)) return {};
  ciphertext.remove_prefix(kVault.size() - 1);
  const std::size_t colon = ciphertext.find(':');
  if (colon == std::string_view::npos || colon < 2) return {};
  const std::string_view version = ciphertext.substr(0, colon);
  return ascii::is_number(version.substr(1)) ? version : std::string_view();
}

bool is_ciphertext(std::string_view text) {
  return !version_in(text).empty() && ascii::holds_only(text, ":+/=");
}

constexpr std::string_view kNotAuthentic = "message authentication failed";

// What a server writes is looked into for its kind only, and never repeated.
Error error_of(HttpResponse response, bool is_decrypt) {
  const int status = response.status;
  const auto answer = JsonAnswer::read(std::move(response.body));
  const std::string_view said = answer ? answer->raw({"errors"}) : std::string_view();
  const auto says = [said](std::string_view text) {
    return said.find(text) != std::string_view::npos;
  };
  if (status == 403 || status == 401) return access_denied(status);
  if (status == 404 || says("encryption key not found")) return no_such_key();
  if (says("disallowed by policy")) return key_disabled();  // Below min_decryption_version.
  // 1.8 answers 500 to a ciphertext that was altered.
  if (is_decrypt && (status == 400 || says(kNotAuthentic))) return blob_refused();
  if (status >= 500 || status == 429 || status == 412) return service_down(status);
  return refused_request(status);
}

// A server that has not caught up yet answers 412. The 500 of an altered ciphertext stays one.
bool is_passing_trouble(const HttpResponse& response) {
  if (response.status == 412) return true;
  return is_passing(response) && response.body.text().find(kNotAuthentic) == std::string_view::npos;
}

class HashiVault : public Provider {
 public:
  HashiVault(TransitKey key, Surroundings around)
      : key_(std::move(key)), around_(std::move(around)) {}

  Result<WrappedByProvider> wrap(const SecretBytes& payload, ByteView context) override {
    const Deadline deadline(key_.uri.patience_ms);
    // Encrypting under a name that is not there would make a new key of that name. Who may
    // only encrypt may not look, and may not make keys either.
    const auto there = latest_version(deadline);
    if (!there && there.error().text() != access_denied(0).text()) return there.error();
    const JsonAnswer answer = COFFER_TRY(post("encrypt",
                                              json::Writer()
                                                  .open('{')
                                                  .key("plaintext")
                                                  .base64(payload.bytes())
                                                  .key("associated_data")
                                                  .base64(bound_context(context))
                                                  .close('}')
                                                  .take(),
                                              deadline));
    const std::string_view ciphertext = answer.text({"data", "ciphertext"}).value_or("");
    if (!is_ciphertext(ciphertext)) return unreadable_answer();
    WrappedByProvider wrapped;
    wrapped.blob.assign(ciphertext.begin(), ciphertext.end());
    wrapped.key_id = key_id(version_in(ciphertext));
    return wrapped;
  }

  Result<SecretBytes> unwrap(const WrappedByProvider& wrapped, ByteView context) override {
    const std::string_view ciphertext = as_text(wrapped.blob);
    if (!is_ciphertext(ciphertext)) return blob_refused();
    const JsonAnswer answer = COFFER_TRY(post("decrypt",
                                              json::Writer()
                                                  .open('{')
                                                  .key("ciphertext")
                                                  .string(ciphertext)
                                                  .key("associated_data")
                                                  .base64(bound_context(context))
                                                  .close('}')
                                                  .take(),
                                              Deadline(key_.uri.patience_ms)));
    auto payload = answer.base64({"data", "plaintext"});
    if (!payload) return unreadable_answer();
    return std::move(*payload);
  }

  Result<std::string> status() override { return latest_version(Deadline(key_.uri.patience_ms)); }

 private:
  std::string key_id(std::string_view version) const {
    return key_.engine + "/" + key_.name + ":" + std::string(version);
  }

  Result<std::string> latest_version(const Deadline& deadline) const {
    const JsonAnswer answer = COFFER_TRY(ask("GET", "keys", {}, deadline));
    const std::string_view version = answer.raw({"data", "latest_version"});
    if (!ascii::is_number(version)) return unreadable_answer();
    if (answer.raw({"data", "supports_encryption"}) == "false") return refused_request(0);
    return key_id("v" + std::string(version));
  }

  Result<JsonAnswer> post(std::string_view action, SecretBytes body,
                          const Deadline& deadline) const {
    return ask("POST", action, std::move(body), deadline);
  }

  // BAO_... as OpenBao's own command reads it, else VAULT_...; `name` begins with VAULT_.
  std::string_view setting(const char* name) const {
    const std::string of_bao = "BAO_" + std::string(name + sizeof "VAULT_" - 1);
    return around_.has(of_bao.c_str()) ? around_.get(of_bao.c_str()) : around_.get(name);
  }

  Result<SecretBytes> token() const {
    const std::string_view said = setting("VAULT_TOKEN");
    if (!said.empty()) return SecretBytes::copy_of(said);
    return read_credential_file(around_.in_home(".vault-token"));
  }

  Result<JsonAnswer> ask(std::string_view method, std::string_view action, SecretBytes body,
                         const Deadline& deadline) const {
    const std::string_view address = setting("VAULT_ADDR");
    if (address.empty())
      return Error(ErrorCode::key_unavailable, "the address of Vault or OpenBao is not known",
                   "set VAULT_ADDR or BAO_ADDR, for example to https://vault.example:8200");
    HttpRequest request;
    request.method = method;
    request.url = COFFER_TRY(check_base_url(address, Reach::service)) + "/v1/" + key_.engine + "/" +
                  std::string(action) + "/" + key_.name;
    request.ca_file = setting("VAULT_CACERT");
    const SecretBytes secret = COFFER_TRY(token());
    COFFER_TRY(request.set_header("X-Vault-Token", secret.text()));
    COFFER_TRY(request.set_header("X-Vault-Request", "true"));
    const std::string_view space = setting("VAULT_NAMESPACE");
    if (!space.empty()) COFFER_TRY(request.set_header("X-Vault-Namespace", space));
    if (method == "POST") COFFER_TRY(request.set_header("Content-Type", "application/json"));
    request.body = std::move(body);
    HttpResponse response = COFFER_TRY(send_patiently(request, deadline, is_passing_trouble));
    if (response.status != 200) return error_of(std::move(response), action == "decrypt");
    return JsonAnswer::read(std::move(response.body));
  }

  TransitKey key_;
  Surroundings around_;
};

Result<std::unique_ptr<Provider>> connect(const KeySource& source) {
  return std::unique_ptr<Provider>(std::make_unique<HashiVault>(
      COFFER_TRY(parse(source.uri())), Surroundings(source.environment())));
}

}  // namespace

extern constinit const Kind kHashiVaultKind = {
    .scheme = KeyScheme::hashivault,
    .name = "hashivault",
    .prefix = kPrefix,
    .form = {"hashivault://KEY?engine=transit",
             "Transit of Vault or OpenBao; BAO_ADDR or VAULT_ADDR, and BAO_TOKEN, VAULT_TOKEN or "
             "the token file"},
    .is_built = &kHasNetwork,
    .parse = checked_by<parse>,
    // The address comes from the environment, so no slot can send the token elsewhere.
    .may_follow_unasked = [](const KeySource&) { return true; },
    .obtain = provided_by<connect>,
};

}  // namespace coffer::keys

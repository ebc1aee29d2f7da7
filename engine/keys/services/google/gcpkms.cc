// Google Cloud KMS: gcpkms://projects/P/locations/L/keyRings/R/cryptoKeys/K. Its checksums are
// sent and compared both ways, as Google asks of its clients.
#include <array>

#include "keys/kind.h"
#include "keys/services/google/crc32c.h"
#include "keys/services/google/google_token.h"
#include "keys/services/patient_send.h"
#include "keys/services/service.h"
#include "keys/services/service_body.h"
#include "keys/services/service_error.h"
#include "text/ascii.h"
#include "text/json_writer.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kPrefix = "gcpkms://";
constexpr std::array<std::string_view, 1> kParameters = {"endpoint"};
constexpr std::string_view kHome = "https://cloudkms.googleapis.com";
constexpr std::string_view kVersions = "/cryptoKeyVersions/";

// projects/P/locations/L/keyRings/R/cryptoKeys/K, each name of the characters allowed.
bool is_key_name(std::string_view text) {
  for (const std::string_view word : {"projects", "locations", "keyRings", "cryptoKeys"}) {
    if (!text.starts_with(word) || text.size() <= word.size() || text[word.size()] != '/')
      return false;
    text.remove_prefix(word.size() + 1);
    const std::string_view name = text.substr(0, text.find('/'));
    // A project may be DOMAIN:NAME.
    if (name.empty() || name == "." || name == ".." || !ascii::holds_only(name, "_-.:"))
      return false;
    text.remove_prefix(name.size());
    if (text.empty() != (word == "cryptoKeys")) return false;
    if (!text.empty()) text.remove_prefix(1);
  }
  return true;
}

Result<ServiceUri> parse(std::string_view uri) {
  ServiceUri parsed = COFFER_TRY(parse_service_uri(uri, kPrefix, "/_-.:", kParameters));
  if (!is_key_name(parsed.target))
    return Error(ErrorCode::usage, "the key's URI does not name a key of Cloud KMS",
                 "write gcpkms://projects/P/locations/L/keyRings/R/cryptoKeys/K");
  COFFER_TRY(endpoint_of(parsed, std::string(kHome)));
  return parsed;
}

Error error_of(HttpResponse response, bool is_decrypt) {
  const int status = response.status;
  const auto answer = JsonAnswer::read(std::move(response.body));
  const std::string_view said =
      answer ? answer->text({"error", "status"}).value_or("") : std::string_view();
  if (said == "NOT_FOUND") return no_such_key();
  if (said == "FAILED_PRECONDITION") return key_disabled();
  if (said == "INVALID_ARGUMENT" && is_decrypt) return blob_refused();
  if (status == 401 || status == 403) return access_denied(status);
  if (status >= 500 || status == 429) return service_down(status);
  return refused_request(status);
}

// Whether the answer has this checksum, a 64-bit number and so a string, and it is right.
bool has_checksum(const JsonAnswer& answer, std::string_view name, ByteView bytes) {
  return answer.text({name}) == std::to_string(crc32c(bytes));
}

std::string checksum_text(ByteView bytes) { return std::to_string(crc32c(bytes)); }

class GcpKms : public Provider {
 public:
  GcpKms(ServiceUri uri, Surroundings around) : uri_(std::move(uri)), around_(std::move(around)) {}

  Result<WrappedByProvider> wrap(const SecretBytes& payload, ByteView context) override {
    const Bytes bound = bound_context(context);
    const JsonAnswer answer = COFFER_TRY(ask("POST", ":encrypt",
                                             json::Writer()
                                                 .open('{')
                                                 .key("plaintext")
                                                 .base64(payload.bytes())
                                                 .key("plaintextCrc32c")
                                                 .string(checksum_text(payload.bytes()))
                                                 .key("additionalAuthenticatedData")
                                                 .base64(bound)
                                                 .key("additionalAuthenticatedDataCrc32c")
                                                 .string(checksum_text(bound))
                                                 .close('}')
                                                 .take()));
    const auto blob = answer.base64({"ciphertext"});
    WrappedByProvider wrapped;
    wrapped.key_id = answer.text({"name"}).value_or("");
    if (!blob || blob->empty() || !is_version(wrapped.key_id) ||
        !has_checksum(answer, "ciphertextCrc32c", blob->bytes()) ||
        answer.raw({"verifiedPlaintextCrc32c"}) != "true" ||
        answer.raw({"verifiedAdditionalAuthenticatedDataCrc32c"}) != "true")
      return unreadable_answer();
    wrapped.blob.assign(blob->data(), blob->data() + blob->size());
    return wrapped;
  }

  Result<SecretBytes> unwrap(const WrappedByProvider& wrapped, ByteView context) override {
    if (!is_version(wrapped.key_id)) return another_key();
    const Bytes bound = bound_context(context);
    const JsonAnswer answer = COFFER_TRY(ask("POST", ":decrypt",
                                             json::Writer()
                                                 .open('{')
                                                 .key("ciphertext")
                                                 .base64(wrapped.blob)
                                                 .key("ciphertextCrc32c")
                                                 .string(checksum_text(wrapped.blob))
                                                 .key("additionalAuthenticatedData")
                                                 .base64(bound)
                                                 .key("additionalAuthenticatedDataCrc32c")
                                                 .string(checksum_text(bound))
                                                 .close('}')
                                                 .take()));
    auto payload = answer.base64({"plaintext"});
    if (!payload || !has_checksum(answer, "plaintextCrc32c", payload->bytes()))
      return unreadable_answer();
    return std::move(*payload);
  }

  Result<std::string> status() override {
    const JsonAnswer answer = COFFER_TRY(ask("GET", "", {}));
    if (answer.text({"name"}) != uri_.target) return unreadable_answer();
    const auto version = answer.text({"primary", "name"});
    if (!version || answer.text({"primary", "state"}) != "ENABLED") return key_disabled();
    if (!is_version(*version)) return unreadable_answer();
    return std::string(*version);
  }

 private:
  bool is_version(std::string_view name) const {
    if (!name.starts_with(uri_.target)) return false;
    name.remove_prefix(uri_.target.size());
    return name.starts_with(kVersions) && name.size() < kVersions.size() + 20 &&
           ascii::is_number(name.substr(kVersions.size()));
  }

  Result<JsonAnswer> ask(std::string_view method, std::string_view action, SecretBytes body) const {
    const Deadline deadline(uri_.patience_ms);
    HttpRequest request;
    request.method = method;
    request.url = COFFER_TRY(endpoint_of(uri_, std::string(kHome))) + "/v1/" + uri_.target +
                  std::string(action);
    SecretBytes bearer = SecretBytes::copy_of("Bearer ");
    bearer.append(COFFER_TRY(google_token(around_, deadline)).text());
    COFFER_TRY(request.set_header("Authorization", bearer.text()));
    if (method == "POST") COFFER_TRY(request.set_header("Content-Type", "application/json"));
    request.body = std::move(body);
    HttpResponse response = COFFER_TRY(send_patiently(request, deadline));
    if (response.status != 200) return error_of(std::move(response), action == ":decrypt");
    return JsonAnswer::read(std::move(response.body));
  }

  ServiceUri uri_;
  Surroundings around_;
};

Result<std::unique_ptr<Provider>> connect(const KeySource& source) {
  return std::unique_ptr<Provider>(std::make_unique<GcpKms>(COFFER_TRY(parse(source.uri())),
                                                            Surroundings(source.environment())));
}

}  // namespace

extern constinit const Kind kGcpKmsKind = {
    .scheme = KeyScheme::gcpkms,
    .name = "gcpkms",
    .prefix = kPrefix,
    .form = {"gcpkms://projects/P/locations/L/keyRings/R/cryptoKeys/K",
             "Google Cloud KMS; credentials of a service account, a user, impersonation, "
             "federation by file or URL, or the machine"},
    .is_built = &kHasNetwork,
    .parse = checked_by<parse>,
    .may_follow_unasked = names_no_endpoint,
    .obtain = provided_by<connect>,
};

}  // namespace coffer::keys

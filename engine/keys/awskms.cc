// AWS KMS: awskms:///ARN?region=R. The key may be an ARN, an id or an alias; what was
// wrapped names the very key that did it, so that an alias may move on.
#include <algorithm>
#include <array>

#include "base/digits.h"
#include "keys/aws_credentials.h"
#include "keys/network_providers.h"
#include "keys/service.h"
#include "keys/service_body.h"
#include "keys/service_error.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kPrefix = "awskms:///";
constexpr std::array<std::string_view, 2> kParameters = {"region", "endpoint"};
constexpr std::string_view kKeyCharacters = ":/_-";

struct AwsKey {
  std::string id;
  std::string region;
  ServiceUri uri;
};

/// arn:PARTITION:kms:REGION:ACCOUNT:key/ID; "" where it is no ARN.
std::string_view region_in(std::string_view id) {
  if (!id.starts_with("arn:")) return {};
  for (int i = 0; i < 3; ++i) {
    const std::size_t colon = id.find(':');
    if (colon == std::string_view::npos) return {};
    id.remove_prefix(colon + 1);
  }
  return id.substr(0, id.find(':'));
}

Result<AwsKey> parse(std::string_view uri) {
  AwsKey key;
  key.uri = COFFER_TRY(parse_service_uri(uri, kPrefix, kKeyCharacters, kParameters));
  key.id = key.uri.target;
  key.region = key.uri.parameters.get("region");
  const std::string_view of_arn = region_in(key.id);
  if (key.region.empty()) key.region = of_arn;
  if (key.region.empty() || key.region.size() > 40 || !holds_only(key.region, "-"))
    return Error{ErrorCode::usage, "the key's URI does not say the region",
                 "add ?region=R, for example ?region=eu-west-1"};
  if (!of_arn.empty() && of_arn != key.region)
    return Error{ErrorCode::usage, "the region is another than the ARN's", "leave it out"};
  if (key.uri.parameters.has("endpoint")) COFFER_TRY(endpoint_of(key.uri, {}));
  return key;
}

/// "...#NotFoundException" and "NotFoundException" are the same.
std::string_view error_type(const JsonAnswer& answer) {
  const std::string_view type = answer.text({"__type"}).value_or("");
  const std::size_t hash = type.rfind('#');
  return hash == std::string_view::npos ? type : type.substr(hash + 1);
}

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

Error error_of(HttpResponse response) {
  const int status = response.status;
  const auto answer = JsonAnswer::read(std::move(response.body));
  const std::string_view type = answer ? error_type(*answer) : std::string_view();
  if (is_one_of(type, {"InvalidCiphertextException", "IncorrectKeyException"}))
    return blob_refused();
  if (type == "NotFoundException") return no_such_key();
  if (is_one_of(type, {"DisabledException", "KMSInvalidStateException"})) return key_disabled();
  if (is_one_of(type, {"ThrottlingException", "KeyUnavailableException", "KMSInternalException",
                       "DependencyTimeoutException"}))
    return service_down(status);
  // Whatever else 400 and 403 stand for is about who asks: a bad signature, an expired token.
  if (status >= 500 || status == 429) return service_down(status);
  if (status == 401 || status == 403 ||
      is_one_of(type, {"AccessDeniedException", "UnrecognizedClientException",
                       "ExpiredTokenException", "InvalidSignatureException",
                       "IncompleteSignatureException", "MissingAuthenticationTokenException",
                       "InvalidClientTokenIdException", "NotAuthorizedException"}))
    return access_denied(status);
  return refused_request(status);
}

class AwsKms : public Provider {
 public:
  AwsKms(AwsKey key, Surroundings around) : key_(std::move(key)), around_(std::move(around)) {}

  Result<WrappedByProvider> wrap(const SecretBytes& payload, ByteView context) override {
    const JsonAnswer answer =
        COFFER_TRY(ask("Encrypt", JsonBody()
                                      .text("KeyId", key_.id)
                                      .base64("Plaintext", payload.bytes())
                                      .value("EncryptionContext", encryption_context(context))
                                      .finish()));
    const auto blob = answer.base64({"CiphertextBlob"});
    WrappedByProvider wrapped;
    wrapped.key_id = answer.text({"KeyId"}).value_or("");
    if (!blob || blob->empty() || wrapped.key_id.empty() ||
        !holds_only(wrapped.key_id, kKeyCharacters))
      return unreadable_answer();
    wrapped.blob.assign(blob->data(), blob->data() + blob->size());
    return wrapped;
  }

  Result<SecretBytes> unwrap(const WrappedByProvider& wrapped, ByteView context) override {
    // Named, or KMS would take whatever key the blob says, and so may a stranger's.
    const std::string& id = wrapped.key_id.empty() ? key_.id : wrapped.key_id;
    if (!holds_only(id, kKeyCharacters)) return blob_refused();
    const JsonAnswer answer =
        COFFER_TRY(ask("Decrypt", JsonBody()
                                      .base64("CiphertextBlob", wrapped.blob)
                                      .text("KeyId", id)
                                      .value("EncryptionContext", encryption_context(context))
                                      .finish()));
    auto payload = answer.base64({"Plaintext"});
    if (!payload || answer.text({"KeyId"}) != id) return unreadable_answer();
    return std::move(*payload);
  }

  Result<std::string> status() override {
    const JsonAnswer answer =
        COFFER_TRY(ask("DescribeKey", JsonBody().text("KeyId", key_.id).finish()));
    const auto id = answer.text({"KeyMetadata", "Arn"});
    const auto state = answer.text({"KeyMetadata", "KeyState"});
    if (!id || !state || !holds_only(*id, kKeyCharacters)) return unreadable_answer();
    if (*state != "Enabled") return key_disabled();
    return std::string(*id);
  }

 private:
  static std::string encryption_context(ByteView context) {
    return "{\"coffer\":\"" + hex(bound_context(context)) + "\"}";
  }

  Result<std::string> endpoint() const {
    std::string otherwise = around_.text("AWS_ENDPOINT_URL_KMS");
    if (otherwise.empty()) otherwise = around_.text("AWS_ENDPOINT_URL");
    if (otherwise.empty()) otherwise = "https://" + aws_host("kms", key_.region);
    return endpoint_of(key_.uri, std::move(otherwise));
  }

  Result<JsonAnswer> ask(std::string_view action, SecretBytes body) const {
    const Deadline deadline(key_.uri.patience_ms);
    HttpRequest request;
    request.url = COFFER_TRY(endpoint()) + "/";
    const AwsCredentials credentials =
        COFFER_TRY(find_aws_credentials(around_, key_.region, deadline));
    request.ca_file = around_.text("AWS_CA_BUNDLE");
    COFFER_TRY(request.set_header("Content-Type", "application/x-amz-json-1.1"));
    COFFER_TRY(request.set_header("X-Amz-Target", "TrentService." + std::string(action)));
    if (!credentials.session_token.empty())
      COFFER_TRY(request.set_header("X-Amz-Security-Token", credentials.session_token.text()));
    request.signature = {"aws:amz:" + key_.region + ":kms", &credentials.access_key,
                         &credentials.secret_key};
    request.body = std::move(body);
    HttpResponse response = COFFER_TRY(send(request, deadline));
    if (response.status != 200) return error_of(std::move(response));
    return JsonAnswer::read(std::move(response.body));
  }

  AwsKey key_;
  Surroundings around_;
};

Result<void> check(std::string_view uri) {
  COFFER_TRY(parse(uri));
  return {};
}

Result<std::unique_ptr<Provider>> connect(const KeySource& source) {
  return std::unique_ptr<Provider>(std::make_unique<AwsKms>(COFFER_TRY(parse(source.uri())),
                                                            Surroundings(source.environment())));
}

}  // namespace

constinit const ProviderKind kAwsKmsKind = {
    KeySource::Scheme::awskms,
    kPrefix,
    {"awskms", "awskms:///ARN?region=R", "AWS KMS; credentials as its own tools find them",
     kHasNetwork},
    check,
    [](std::string_view uri) { return !names_endpoint(uri); },
    connect};

}  // namespace coffer::keys

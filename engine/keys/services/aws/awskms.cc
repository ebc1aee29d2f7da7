// AWS KMS: awskms:///ARN?region=R. The key may be an ARN, an id or an alias. A slot keeps the
// ARN of the key that wrapped it. An attacker who can write the store's files can choose that ARN,
// so KMS is asked for the key that the URI names, never for the key that the slot names.
#include <algorithm>
#include <array>

#include "base/digits.h"
#include "keys/kind.h"
#include "keys/services/aws/aws_credentials.h"
#include "keys/services/aws/aws_key_name.h"
#include "keys/services/aws/aws_profile.h"
#include "keys/services/patient_send.h"
#include "keys/services/service.h"
#include "keys/services/service_body.h"
#include "keys/services/service_error.h"
#include "text/ascii.h"
#include "text/json_writer.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kPrefix = "awskms:///";
constexpr std::array<std::string_view, 2> kParameters = {"region", "endpoint"};
constexpr std::string_view kKeyCharacters = ":/_-";

struct AwsKey {
  std::string id;
  AwsKeyName name;
  std::string region;  // Empty: the surroundings say.
  ServiceUri uri;
};

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= 40 && ascii::holds_only(text, "-");
}

Error no_region() {
  return {ErrorCode::usage, "the region of the AWS key is not known",
          "add ?region=R to the key's URI, for example ?region=eu-west-1, or set AWS_REGION"};
}

Result<AwsKey> parse(std::string_view uri) {
  AwsKey key;
  key.uri = COFFER_TRY(parse_service_uri(uri, kPrefix, kKeyCharacters, kParameters));
  key.id = key.uri.target;
  key.name = AwsKeyName::read(key.id);
  key.region = key.uri.parameters.get("region");
  if (key.region.empty()) key.region = key.name.region;
  if (!key.region.empty() && !is_region(key.region)) return no_region();
  if (key.name.is_arn() && key.name.region != key.region)
    return Error(ErrorCode::usage, "the region differs from the ARN's", "leave it out");
  if (key.uri.parameters.has("endpoint")) COFFER_TRY(endpoint_of(key.uri, {}));
  return key;
}

// "...#NotFoundException" and "NotFoundException" are the same.
std::string_view error_type(const JsonAnswer& answer) {
  const std::string_view type = answer.text({"__type"}).value_or("");
  const std::size_t hash = type.rfind('#');
  return hash == std::string_view::npos ? type : type.substr(hash + 1);
}

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool is_passing_type(std::string_view type) {
  return is_one_of(type, {"ThrottlingException", "KeyUnavailableException", "KMSInternalException",
                          "DependencyTimeoutException"});
}

// KMS answers 400 to who asks too often.
bool is_passing_trouble(const HttpResponse& response) {
  if (is_passing(response)) return true;
  if (response.status != 400) return false;
  const auto answer = JsonAnswer::read(response.body.clone());
  return answer && is_passing_type(error_type(*answer));
}

Error error_of(HttpResponse response) {
  const int status = response.status;
  const auto answer = JsonAnswer::read(std::move(response.body));
  const std::string_view type = answer ? error_type(*answer) : std::string_view();
  if (is_one_of(type, {"InvalidCiphertextException", "IncorrectKeyException"}))
    return blob_refused();
  if (type == "NotFoundException") return no_such_key();
  if (is_one_of(type, {"DisabledException", "KMSInvalidStateException"})) return key_disabled();
  if (is_passing_type(type)) return service_down(status);
  // Otherwise 400 and 403 are about the caller: a bad signature, an expired token.
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
    const JsonAnswer answer = COFFER_TRY(ask("Encrypt", json::Writer()
                                                            .open('{')
                                                            .key("KeyId")
                                                            .string(key_.id)
                                                            .key("Plaintext")
                                                            .base64(payload.bytes())
                                                            .key("EncryptionContext")
                                                            .raw(encryption_context(context))
                                                            .close('}')
                                                            .take()));
    const auto blob = answer.base64({"CiphertextBlob"});
    WrappedByProvider wrapped;
    wrapped.key_id = answer.text({"KeyId"}).value_or("");
    if (!blob || blob->empty() || wrapped.key_id.empty() ||
        !ascii::holds_only(wrapped.key_id, kKeyCharacters))
      return unreadable_answer();
    wrapped.blob.assign(blob->data(), blob->data() + blob->size());
    return wrapped;
  }

  Result<SecretBytes> unwrap(const WrappedByProvider& wrapped, ByteView context) override {
    const AwsKeyName kept = AwsKeyName::read(wrapped.key_id);
    if (!may_name(key_.name, key_.region, kept)) return another_key();
    auto payload = decrypt(key_.id, kept, wrapped, context);
    if (payload || !key_.name.is_alias() || payload.error().code() != ErrorCode::wrong_key)
      return payload;
    return decrypt_by_former_key(kept, wrapped, context);
  }

  Result<std::string> status() override {
    const JsonAnswer answer = COFFER_TRY(ask(
        "DescribeKey", json::Writer().open('{').key("KeyId").string(key_.id).close('}').take()));
    const auto id = answer.text({"KeyMetadata", "Arn"});
    const auto state = answer.text({"KeyMetadata", "KeyState"});
    if (!id || !state || !ascii::holds_only(*id, kKeyCharacters)) return unreadable_answer();
    if (*state != "Enabled") return key_disabled();
    return std::string(*id);
  }

 private:
  // Asks by the name `id`: the key that opens must be the one that the slot keeps.
  Result<SecretBytes> decrypt(std::string_view id, const AwsKeyName& kept,
                              const WrappedByProvider& wrapped, ByteView context) const {
    const JsonAnswer answer = COFFER_TRY(ask("Decrypt", json::Writer()
                                                            .open('{')
                                                            .key("CiphertextBlob")
                                                            .base64(wrapped.blob)
                                                            .key("KeyId")
                                                            .string(id)
                                                            .key("EncryptionContext")
                                                            .raw(encryption_context(context))
                                                            .close('}')
                                                            .take()));
    auto payload = answer.base64({"Plaintext"});
    const AwsKeyName asked = AwsKeyName::read(answer.text({"KeyId"}).value_or(""));
    if (!payload || !is_same_key(asked, kept)) return unreadable_answer();
    return std::move(*payload);
  }

  // The alias may have moved on to another key since. Who may move it is of its account: only a
  // key of the account and region in which KMS knows the alias can have had that name.
  Result<SecretBytes> decrypt_by_former_key(AwsKeyName kept, const WrappedByProvider& wrapped,
                                            ByteView context) const {
    const auto answer =
        ask("DescribeKey", json::Writer().open('{').key("KeyId").string(key_.id).close('}').take());
    if (!answer && answer.error().text() == access_denied(0).text())
      return another_key().with_hint(
          "where the alias has moved on, let this user ask which key it names "
          "(kms:DescribeKey)");
    if (!answer) return answer.error();
    const AwsKeyName now = AwsKeyName::read(answer->text({"KeyMetadata", "Arn"}).value_or(""));
    if (kept.is_multi_region()) kept.region = now.region;
    if (now.partition != kept.partition || now.account != kept.account ||
        now.region != kept.region || now.resource == kept.resource)
      return another_key();
    return decrypt(kept.text(), kept, wrapped, context);
  }

  static std::string encryption_context(ByteView context) {
    const std::string bound = hex(bound_context(context));
    return json::PlainWriter().open('{').key("coffer").string(bound).close('}').take();
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
    HttpResponse response = COFFER_TRY(send_patiently(request, deadline, is_passing_trouble));
    if (response.status != 200) return error_of(std::move(response));
    return JsonAnswer::read(std::move(response.body));
  }

  AwsKey key_;
  Surroundings around_;
};

Result<std::unique_ptr<Provider>> connect(const KeySource& source) {
  AwsKey key = COFFER_TRY(parse(source.uri()));
  Surroundings around(source.environment());
  if (key.region.empty()) key.region = aws_region(around);
  if (!is_region(key.region)) return no_region();
  return std::unique_ptr<Provider>(std::make_unique<AwsKms>(std::move(key), std::move(around)));
}

}  // namespace

extern constinit const Kind kAwsKmsKind = {
    .scheme = KeyScheme::awskms,
    .name = "awskms",
    .prefix = kPrefix,
    .form =
        {"awskms:///ARN?region=R",
         "AWS KMS, by ARN, id or alias/NAME; credentials as its own tools find them, SSO excepted"},
    .is_built = &kHasNetwork,
    .parse = checked_by<parse>,
    .may_follow_unasked = names_no_endpoint,
    .obtain = provided_by<connect>,
};

}  // namespace coffer::keys

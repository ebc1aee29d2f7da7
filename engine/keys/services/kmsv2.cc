// A Kubernetes KMS v2 plugin on a unix socket: kmsv2+unix:///SOCKET. gRPC by hand: one message
// in a frame of five bytes over HTTP/2 without TLS, the outcome in a trailer.
#include <array>

#include "base/digits.h"
#include "crypto/random.h"
#include "format/limits.h"
#include "format/wire.h"
#include "keys/kind.h"
#include "keys/services/patient_send.h"
#include "keys/services/service.h"
#include "keys/services/service_error.h"
#include "text/ascii.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kPrefix = "kmsv2+unix://";
constexpr std::size_t kFrameHeadBytes = 5;
// The API's own bounds: a blob and a key id below 1 kB.
constexpr std::size_t kBlobBytesMax = 1024;
constexpr std::size_t kSocketPathBytesMax = 107;  // What an address of a socket holds.

using format::WireReader;
using SecretWriter = format::WireWriter<SecretBytes>;

struct Plugin {
  std::string socket;
  int patience_ms = 0;
};

Result<Plugin> parse(std::string_view uri) {
  const ServiceUri parsed = COFFER_TRY(parse_service_uri(uri, kPrefix, "/._-:@+,=", {}));
  if (!parsed.target.starts_with('/') || parsed.target.size() > kSocketPathBytesMax)
    return Error(ErrorCode::usage, "the key's URI does not name a socket",
                 "write kmsv2+unix:///PATH, at most 107 bytes of path");
  return Plugin{parsed.target, parsed.patience_ms};
}

SecretBytes framed(const SecretBytes& message) {
  Bytes head = {0};  // Not compressed.
  append_big_endian(head, static_cast<std::uint32_t>(message.size()));
  SecretBytes frame = SecretBytes::copy_of(head);
  frame.append(message.bytes());
  return frame;
}

// The one message of an answer; nullopt: not one whole, uncompressed message and no more.
std::optional<SecretBytes> unframed(const SecretBytes& body) {
  if (body.size() < kFrameHeadBytes || body.data()[0] != 0) return std::nullopt;
  std::uint32_t size = 0;
  for (std::size_t i = 1; i < kFrameHeadBytes; ++i) size = size << 8 | body.data()[i];
  if (size != body.size() - kFrameHeadBytes) return std::nullopt;
  return SecretBytes::copy_of(body.bytes().subspan(kFrameHeadBytes));
}

// gRPC's status codes, as far as plugins agree on them; many answer 2 (unknown) to everything.
enum class Code {
  ok = 0,
  unknown = 2,
  invalid = 3,
  not_found = 5,
  denied = 7,
  precondition = 9,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16
};

Error error_of(int code) {
  switch (static_cast<Code>(code)) {
    case Code::not_found: return no_such_key();
    case Code::denied:
    case Code::unauthenticated: return access_denied(code);
    case Code::precondition: return key_disabled();
    default: return service_down(code);
  }
}

// Whether a plugin that refuses to decrypt may mean the blob and not itself.
bool may_mean_the_blob(int code) {
  switch (static_cast<Code>(code)) {
    case Code::unknown:
    case Code::invalid:
    case Code::internal:
    case Code::data_loss: return true;
    default: return false;
  }
}

// Throttled, or not there yet.
bool is_passing_trouble(const HttpResponse& response) {
  const std::string_view code = response.header("grpc-status");
  return code == "8" || code == "14" || (code.empty() && is_passing(response));
}

struct Outcome {
  int code = 0;
  SecretBytes message;
};

class KmsV2 : public Provider {
 public:
  explicit KmsV2(Plugin plugin) : plugin_(std::move(plugin)) {}

  Result<WrappedByProvider> wrap(const SecretBytes& payload, ByteView) override {
    SecretBytes request;
    SecretWriter writer(request);
    writer.bytes(1, payload.bytes());
    writer.text(2, request_id());
    const Outcome outcome = COFFER_TRY(call("Encrypt", request, Deadline(plugin_.patience_ms)));
    if (outcome.code != 0) return error_of(outcome.code);
    WrappedByProvider wrapped;
    WireReader reader(outcome.message.bytes());
    format::WireWriter<Bytes> kept(wrapped.annotations);
    while (reader.next()) {
      if (reader.field() == 1) wrapped.blob.assign(reader.bytes().begin(), reader.bytes().end());
      if (reader.field() == 2) wrapped.key_id = reader.text();
      if (reader.field() == 3) kept.always_bytes(1, reader.bytes());
    }
    if (!reader.ok() || wrapped.blob.empty() || wrapped.blob.size() > kBlobBytesMax ||
        !is_key_id(wrapped.key_id) || wrapped.annotations.size() > format::kSlotAnnotationBytesMax)
      return unreadable_answer();
    return wrapped;
  }

  // The key id that the slot keeps goes along, for it belongs to the blob: which keys it opens
  // with is the plugin's own to say, and the socket is what the caller named.
  Result<SecretBytes> unwrap(const WrappedByProvider& wrapped, ByteView) override {
    const Deadline deadline(plugin_.patience_ms);
    SecretBytes request;
    SecretWriter writer(request);
    writer.bytes(1, wrapped.blob);
    writer.text(2, request_id());
    writer.text(3, wrapped.key_id);
    WireReader kept(wrapped.annotations);
    while (kept.next()) writer.always_bytes(4, kept.bytes());
    if (!kept.ok()) return blob_refused();
    const Outcome outcome = COFFER_TRY(call("Decrypt", request, deadline));
    if (outcome.code != 0) return refusal(outcome.code, deadline);
    WireReader reader(outcome.message.bytes());
    SecretBytes payload;
    while (reader.next())
      if (reader.field() == 1) payload = SecretBytes::copy_of(reader.bytes());
    if (!reader.ok() || payload.empty()) return unreadable_answer();
    return payload;
  }

  Result<std::string> status() override { return status(Deadline(plugin_.patience_ms)); }

 private:
  static bool is_key_id(std::string_view id) {
    return !id.empty() && id.size() < 1024 && is_uri_text(id);
  }
  // For the plugin's own log.
  static std::string request_id() {
    std::array<std::uint8_t, 16> bytes;
    crypto::system_random().fill(bytes);
    return hex(bytes);
  }

  Result<std::string> status(const Deadline& deadline) const {
    const Outcome outcome = COFFER_TRY(call("Status", {}, deadline));
    if (outcome.code != 0) return error_of(outcome.code);
    WireReader reader(outcome.message.bytes());
    std::string version;
    std::string health;
    std::string key_id;
    while (reader.next()) {
      if (reader.field() == 1) version = reader.text();
      if (reader.field() == 2) health = reader.text();
      if (reader.field() == 3) key_id = reader.text();
    }
    if (!reader.ok() || !is_key_id(key_id)) return unreadable_answer();
    // v2beta1 is the same on the wire.
    if (version != "v2" && version != "v2beta1")
      return provider_failure(ProviderFailure::unavailable, "the plugin does not speak KMS v2");
    if (health != "ok") return service_down(0);
    return key_id;
  }

  // Plugins say the same of a blob that was altered and of a key store behind them that is
  // away: the one that is well at the same time means the blob.
  Error refusal(int code, const Deadline& deadline) const {
    if (!may_mean_the_blob(code)) return error_of(code);
    const auto now = status(deadline);
    return now ? blob_refused() : now.error();
  }

  Result<Outcome> call(const std::string& method, const SecretBytes& message,
                       const Deadline& deadline) const {
    HttpRequest request;
    request.url = "http://localhost/v2.KeyManagementService/" + method;
    request.unix_socket = plugin_.socket;
    request.is_grpc = true;
    request.body = framed(message);
    COFFER_TRY(request.set_header("Content-Type", "application/grpc"));
    COFFER_TRY(request.set_header("TE", "trailers"));
    COFFER_TRY(request.set_header("grpc-timeout", std::to_string(deadline.left_ms()) + "m"));
    const HttpResponse response = COFFER_TRY(send_patiently(request, deadline, is_passing_trouble));
    if (response.status != 200) return service_down(response.status);
    const std::string_view code = response.header("grpc-status");
    if (code.size() > 2 || !ascii::is_number(code) ||
        !response.header("content-type").starts_with("application/grpc"))
      return unreadable_answer();
    Outcome outcome;
    outcome.code = std::stoi(std::string(code));
    if (outcome.code != 0) return outcome;
    auto answer = unframed(response.body);
    if (!answer) return unreadable_answer();
    outcome.message = std::move(*answer);
    return outcome;
  }

  Plugin plugin_;
};

Result<std::unique_ptr<Provider>> connect(const KeySource& source) {
  return std::unique_ptr<Provider>(std::make_unique<KmsV2>(COFFER_TRY(parse(source.uri()))));
}

}  // namespace

extern constinit const Kind kKmsV2Kind = {
    .scheme = KeyScheme::kmsv2,
    .name = "kmsv2",
    .prefix = kPrefix,
    .form = {"kmsv2+unix:///SOCKET", "any Kubernetes KMS v2 plugin, at its socket"},
    .is_built = &kHasNetwork,
    .parse = checked_by<parse>,
    // Any socket of this machine could be meant: only where the caller says so.
    .may_follow_unasked = [](const KeySource&) { return false; },
    .obtain = provided_by<connect>,
};

}  // namespace coffer::keys

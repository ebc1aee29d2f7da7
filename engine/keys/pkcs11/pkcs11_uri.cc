#include "keys/pkcs11/pkcs11_uri.h"

#include "keys/uri_parameters.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kScheme = "pkcs11:";
// No slot-id: a slot's number changes from one start to the next.
constexpr std::string_view kPath[] = {"token",  "serial", "manufacturer", "model",
                                      "object", "id",     "type"};
constexpr std::string_view kQuery[] = {"module-path", "pin-source", "timeout"};

Error incomplete() {
  return {ErrorCode::usage, "a pkcs11: URI names a token, a key and a module",
          "as in pkcs11:token=T;object=O?module-path=/usr/lib/M.so&pin-source=file:/PATH"};
}

}  // namespace

Result<Pkcs11Uri> parse_pkcs11_uri(std::string_view uri) {
  if (!uri.starts_with(kScheme) || !is_uri_text(uri)) return incomplete();
  const std::size_t question = uri.find('?');
  if (question == std::string_view::npos) return incomplete();
  Pkcs11Uri parsed;
  parsed.path = uri.substr(0, question);
  const UriParameters path = COFFER_TRY(
      UriParameters::parse(uri.substr(kScheme.size(), question - kScheme.size()), ';', kPath));
  const UriParameters query =
      COFFER_TRY(UriParameters::parse(uri.substr(question + 1), '&', kQuery));
  parsed.module_path = query.get("module-path");
  parsed.pin_file = COFFER_TRY(query.file("pin-source"));
  parsed.patience_ms = COFFER_TRY(query.patience_ms());
  const bool has_token = path.has("token") || path.has("serial");
  const bool has_key = path.has("object") || path.has("id");
  if (!has_token || !has_key || !parsed.module_path.starts_with('/')) return incomplete();
  const std::string_view type = path.get("type");
  if (!type.empty() && type != "secret-key" && type != "private")
    return Error(ErrorCode::usage, "takes secret-key or private")
        .about(Subject::Kind::name, "type");
  parsed.may_be_secret_key = type != "private";
  parsed.may_be_key_pair = type != "secret-key";
  return parsed;
}

}  // namespace coffer::keys

// A key that is made here, shown once as one text, and kept on paper.
#include "keys/local/recovery.h"

#include "keys/kind.h"
#include "keys/local/passphrase.h"
#include "keys/local/printed_key.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kPrefix = "recovery:";

Result<std::string> parse(std::string_view uri) {
  return printed_key_location(uri.substr(kPrefix.size()));
}

Result<SourceMaterial> obtain(const KeySource& source, const Purpose& purpose) {
  SourceMaterial material;
  if (purpose.is_new) {
    COFFER_TRY(check_can_be_shown(source));
    material.key = crypto::Key::random();
    std::vector<SecretBytes> texts;
    texts.push_back(print_key(PrintedKind::recovery, material.key.view()));
    COFFER_TRY(source.printer()(texts));
    return material;
  }
  const SecretBytes text = COFFER_TRY(read_passphrase(source, false, purpose.named_by));
  const SecretBytes key =
      COFFER_TRY(read_printed_key(PrintedKind::recovery, crypto::kKeyBytes, text.text()));
  material.key = crypto::Key::copy_of(crypto::KeyView(key.data(), crypto::kKeyBytes));
  return material;
}

}  // namespace

Error bad_printed_key_source() {
  return {ErrorCode::usage, "takes only ?source=file:PATH, credential:NAME or fd:N",
          "never write a recovery key or share into a URI: it is stored and shown"};
}

Result<std::string> printed_key_location(std::string_view query) {
  if (query.empty()) return std::string();
  if (!query.starts_with(kSourceQuery)) return bad_printed_key_source();
  auto location = secret_source_of(query.substr(kSourceQuery.size()));
  if (!location) return bad_printed_key_source();
  return std::move(*location);
}

Result<void> check_can_be_shown(const KeySource& source) {
  if (source.printer()) return {};
  return Error(ErrorCode::usage, "the new key cannot be shown to anybody", Advice::add_by_command);
}

extern constinit const Kind kRecoveryKind = {
    .scheme = KeyScheme::recovery,
    .name = "recovery",
    .prefix = kPrefix,
    .form = {"recovery:", "a new key, printed once, to keep on paper"},
    .asks_for = "Recovery key",
    .parse = parse,
    .may_follow_unasked = is_read_from_file,
    .obtain = obtain,
};

}  // namespace coffer::keys

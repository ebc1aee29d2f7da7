#include "keys/local/recovery.h"

#include <algorithm>
#include <utility>

#include "base/digits.h"
#include "crypto/random.h"
#include "keys/local/passphrase.h"
#include "keys/local/printed_key.h"
#include "keys/local/shamir.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kSource = "?source=";

Error bad_source() {
  return {ErrorCode::usage, "takes only ?source=file:PATH, credential:NAME or fd:N",
          "never write a recovery key or share into a URI: it is stored and shown"};
}

std::vector<SecretBytes> lines_of(const SecretBytes& text) {
  std::vector<SecretBytes> lines;
  std::string_view rest = text.text();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    lines.push_back(SecretBytes::copy_of(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

// From a person one at a time: the first share tells how many there must be.
Result<std::vector<SecretBytes>> ask_for_shares(const KeySource& source) {
  std::vector<SecretBytes> shares;
  shares.push_back(COFFER_TRY(read_passphrase(source, false)));
  const unsigned needed = COFFER_TRY(shares_needed(shares.front().text()));
  while (shares.size() < needed) {
    shares.push_back(COFFER_TRY(read_passphrase(source, false)));
    COFFER_TRY(shares_needed(shares.back().text()));  // A mistake is told at once.
  }
  return shares;
}

}  // namespace

Result<std::string> parse_recovery(std::string_view rest) {
  if (rest.empty()) return std::string();
  if (!rest.starts_with(kSource)) return bad_source();
  auto source = secret_source_of(rest.substr(kSource.size()));
  if (!source) return bad_source();
  return std::move(*source);
}

Result<std::string> parse_shamir(std::string_view rest) {
  if (rest.empty() || rest.starts_with(kSource)) return parse_recovery(rest);
  if (!rest.starts_with('?')) return bad_source();
  COFFER_TRY(parse_share_plan(rest.substr(1)));
  return std::string();
}

Result<FreshKey> make_printed_key(const KeySource& source) {
  if (!source.printer())
    return Error{ErrorCode::usage, "there is nowhere to show the new key", Advice::add_by_command};
  FreshKey fresh{crypto::Key::random(), ""};
  std::vector<SecretBytes> texts;
  if (source.scheme() == KeySource::Scheme::recovery) {
    texts.push_back(print_key(PrintedKind::recovery, fresh.key.view()));
  } else {
    const std::string_view uri = source.uri();
    const std::size_t query = uri.find('?');
    if (query == std::string_view::npos || uri.substr(query).starts_with(kSource))
      return Error{ErrorCode::usage, "new shares need their number and how many are enough",
                   "as in shamir:?shares=5&threshold=3"};
    ShareSet set;
    crypto::system_random().fill(set);
    fresh.key_id = "set " + hex(set);
    texts =
        COFFER_TRY(split_key(fresh.key, COFFER_TRY(parse_share_plan(uri.substr(query + 1))), set));
  }
  COFFER_TRY(source.printer()(texts));
  return fresh;
}

Result<crypto::Key> read_printed_key(const KeySource& source, NamedBy named_by) {
  if (source.scheme() == KeySource::Scheme::recovery) {
    const SecretBytes text = COFFER_TRY(read_passphrase(source, false, named_by));
    const SecretBytes key =
        COFFER_TRY(read_printed_key(PrintedKind::recovery, crypto::kKeyBytes, text.text()));
    return crypto::Key::copy_of(crypto::KeyView(key.data(), crypto::kKeyBytes));
  }
  if (source.location().empty()) return join_shares(COFFER_TRY(ask_for_shares(source)));
  return join_shares(lines_of(COFFER_TRY(read_passphrase(source, false, named_by))));
}

}  // namespace coffer::keys

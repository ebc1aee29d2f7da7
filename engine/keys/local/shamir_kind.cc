// A key that is made here, shown once in shares, and kept on paper by several people.
#include <algorithm>
#include <utility>

#include "base/digits.h"
#include "crypto/random.h"
#include "keys/kind.h"
#include "keys/local/passphrase.h"
#include "keys/local/recovery.h"
#include "keys/local/shamir.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kPrefix = "shamir:";

Result<std::string> parse(std::string_view uri) {
  const std::string_view query = uri.substr(kPrefix.size());
  if (query.empty() || query.starts_with(kSourceQuery)) return printed_key_location(query);
  if (!query.starts_with('?')) return bad_printed_key_source();
  COFFER_TRY(parse_share_plan(query.substr(1)));
  return std::string();
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

// A person gives one share at a time: the first tells how many there must be.
Result<std::vector<SecretBytes>> ask_for_shares(const KeySource& source) {
  std::vector<SecretBytes> shares;
  shares.push_back(COFFER_TRY(read_passphrase(source, false)));
  const unsigned needed = COFFER_TRY(shares_needed(shares.front().text()));
  while (shares.size() < needed) {
    shares.push_back(COFFER_TRY(read_passphrase(source, false)));
    COFFER_TRY(shares_needed(shares.back().text()));  // Reports a mistake at once.
  }
  return shares;
}

// Only the shares themselves name their set, so the slot keeps the set as the key's id.
Result<SourceMaterial> make_shares(const KeySource& source) {
  COFFER_TRY(check_can_be_shown(source));
  const std::string_view query = std::string_view(source.uri()).substr(kPrefix.size());
  if (query.empty() || query.starts_with(kSourceQuery))
    return Error(ErrorCode::usage, "new shares need a number of shares and a threshold",
                 "as in shamir:?shares=5&threshold=3");
  SourceMaterial material;
  material.key = crypto::Key::random();
  ShareSet set;
  crypto::system_random().fill(set);
  material.key_id = "set " + hex(set);
  const SharePlan plan = COFFER_TRY(parse_share_plan(query.substr(1)));
  COFFER_TRY(source.printer()(COFFER_TRY(split_key(material.key, plan, set))));
  return material;
}

Result<SourceMaterial> obtain(const KeySource& source, const Purpose& purpose) {
  if (purpose.is_new) return make_shares(source);
  SourceMaterial material;
  const bool asks = source.location().empty();
  material.key = COFFER_TRY(
      join_shares(asks ? COFFER_TRY(ask_for_shares(source))
                       : lines_of(COFFER_TRY(read_passphrase(source, false, purpose.named_by)))));
  return material;
}

}  // namespace

extern constinit const Kind kShamirKind = {
    .scheme = KeyScheme::shamir,
    .name = "shamir",
    .prefix = kPrefix,
    .form = {"shamir:?shares=5&threshold=3", "a new key in shares; the threshold is enough"},
    .asks_for = "Share",
    .parse = parse,
    .may_follow_unasked = is_read_from_file,
    .obtain = obtain,
};

}  // namespace coffer::keys

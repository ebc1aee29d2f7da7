#include "keys/local/shamir.h"

#include <libgfshare.h>

#include <algorithm>
#include <mutex>
#include <numeric>
#include <string>

#include "base/check.h"
#include "crypto/random.h"
#include "keys/key_library.h"
#include "keys/local/printed_key.h"
#include "keys/uri_parameters.h"
#include "text/ascii.h"

namespace coffer::keys {
namespace {

// A share's body: number, threshold, set, and the share of the key itself.
constexpr std::size_t kHeadBytes = 2 + std::tuple_size_v<ShareSet>;
constexpr std::size_t kShareBytes = kHeadBytes + crypto::kKeyBytes;

void fill_random(unsigned char* bytes, unsigned int size) {
  crypto::system_random().fill({bytes, size});
}

struct Library {
  decltype(gfshare_ctx_init_enc)* init_enc = nullptr;
  decltype(gfshare_ctx_init_dec)* init_dec = nullptr;
  decltype(gfshare_ctx_free)* free = nullptr;
  decltype(gfshare_ctx_enc_setsecret)* set_secret = nullptr;
  decltype(gfshare_ctx_enc_getshare)* get_share = nullptr;
  decltype(gfshare_ctx_dec_giveshare)* give_share = nullptr;
  decltype(gfshare_ctx_dec_extract)* extract = nullptr;
};

// The library keeps its source of randomness in a variable: set once, to the system's.
Result<Library> load() {
  const auto shared = COFFER_TRY(load_key_library("libgfshare.so.2"));
  Library library;
  gfshare_rand_func_t* random = nullptr;
  if (!shared.find("gfshare_ctx_init_enc", library.init_enc) ||
      !shared.find("gfshare_ctx_init_dec", library.init_dec) ||
      !shared.find("gfshare_ctx_free", library.free) ||
      !shared.find("gfshare_ctx_enc_setsecret", library.set_secret) ||
      !shared.find("gfshare_ctx_enc_getshare", library.get_share) ||
      !shared.find("gfshare_ctx_dec_giveshare", library.give_share) ||
      !shared.find("gfshare_ctx_dec_extract", library.extract) ||
      !shared.find("gfshare_fill_rand", random))
    return Error(ErrorCode::key_unavailable, "this libgfshare lacks functions that shares need",
                 "install libgfshare 2");
  static std::once_flag once;
  std::call_once(once, [random] { *random = fill_random; });
  return library;
}

Result<unsigned> parse_count(std::string_view text) {
  const auto count = ascii::parse_number<unsigned>(text);
  if (!count || *count < 2 || *count > kSharesMax)
    return Error(ErrorCode::usage, "shares and threshold are numbers from 2 to 32",
                 "as in shamir:?shares=5&threshold=3");
  return *count;
}

struct Share {
  unsigned char number = 0;
  unsigned char threshold = 0;
  ShareSet set{};
  SecretBytes body;
  unsigned char* key() { return body.data() + kHeadBytes; }
};

Result<Share> read_share(std::string_view text) {
  Share share;
  share.body = COFFER_TRY(read_printed_key(PrintedKind::share, kShareBytes, text));
  share.number = share.body.data()[0];
  share.threshold = share.body.data()[1];
  std::copy_n(share.body.data() + 2, share.set.size(), share.set.begin());
  if (share.number == 0 || share.threshold < 2)
    return Error(ErrorCode::wrong_key, "this share was not made by coffer");
  return share;
}

bool is_blank(const SecretBytes& text) {
  return std::all_of(text.bytes().begin(), text.bytes().end(),
                     [](std::uint8_t byte) { return byte <= ' '; });
}

Result<std::vector<Share>> read_shares(const std::vector<SecretBytes>& texts) {
  std::vector<Share> shares;
  int given = 0;
  for (const SecretBytes& text : texts) {
    if (is_blank(text)) continue;
    const std::string name = "share " + std::to_string(++given);
    auto share = read_share(text.text());
    if (!share) return std::move(share).error().about(Subject::Kind::name, name);
    for (const Share& other : shares) {
      if (other.set != share->set || other.threshold != share->threshold)
        return Error(ErrorCode::wrong_key, "these shares belong to different keys",
                     "give shares that were printed together")
            .about(Subject::Kind::name, name);
      if (other.number == share->number)
        return Error(ErrorCode::wrong_key, "one share is given twice", "give different ones")
            .about(Subject::Kind::name, name);
    }
    shares.push_back(std::move(*share));
    if (shares.size() == shares.front().threshold) return shares;
  }
  return Error(ErrorCode::wrong_key, "too few shares were given", "give as many as are needed")
      .with_number(shares.empty() ? 2 : shares.front().threshold);
}

}  // namespace

Result<SharePlan> parse_share_plan(std::string_view parameters) {
  static constexpr std::string_view kKnown[] = {"shares", "threshold"};
  const auto parsed = COFFER_TRY(UriParameters::parse(parameters, '&', kKnown));
  SharePlan plan;
  plan.shares = COFFER_TRY(parse_count(parsed.get("shares")));
  plan.threshold = COFFER_TRY(parse_count(parsed.get("threshold")));
  if (plan.threshold > plan.shares)
    return Error(ErrorCode::usage, "the threshold is higher than the number of shares");
  return plan;
}

Result<std::vector<SecretBytes>> split_key(const crypto::Key& key, SharePlan plan, ShareSet set) {
  COFFER_CHECK(plan.threshold >= 2 && plan.threshold <= plan.shares && plan.shares <= kSharesMax);
  const Library library = COFFER_TRY(load());
  std::vector<unsigned char> numbers(plan.shares);
  std::iota(numbers.begin(), numbers.end(), static_cast<unsigned char>(1));
  gfshare_ctx* context = library.init_enc(
      numbers.data(), plan.shares, static_cast<unsigned char>(plan.threshold), crypto::kKeyBytes);
  if (context == nullptr) return Error(ErrorCode::failed, "the shares do not fit into memory");
  crypto::Key copy = crypto::Key::copy_of(key.view());
  library.set_secret(context, copy.mutable_bytes().data());
  std::vector<SecretBytes> texts;
  for (unsigned i = 0; i < plan.shares; ++i) {
    SecretBytes body(kShareBytes);
    body.data()[0] = numbers[i];
    body.data()[1] = static_cast<std::uint8_t>(plan.threshold);
    std::copy(set.begin(), set.end(), body.data() + 2);
    library.get_share(context, static_cast<unsigned char>(i), body.data() + kHeadBytes);
    texts.push_back(print_key(PrintedKind::share, body.bytes()));
  }
  library.free(context);
  return texts;
}

Result<crypto::Key> join_shares(const std::vector<SecretBytes>& texts) {
  std::vector<Share> shares = COFFER_TRY(read_shares(texts));
  const Library library = COFFER_TRY(load());
  std::vector<unsigned char> numbers;
  for (const Share& share : shares) numbers.push_back(share.number);
  gfshare_ctx* context =
      library.init_dec(numbers.data(), static_cast<unsigned>(numbers.size()), crypto::kKeyBytes);
  if (context == nullptr) return Error(ErrorCode::failed, "the shares do not fit into memory");
  for (std::size_t i = 0; i < shares.size(); ++i)
    library.give_share(context, static_cast<unsigned char>(i), shares[i].key());
  crypto::Key key;
  library.extract(context, key.mutable_bytes().data());
  library.free(context);
  return key;
}

Result<unsigned> shares_needed(std::string_view text) {
  return static_cast<unsigned>(COFFER_TRY(read_share(text)).threshold);
}

}  // namespace coffer::keys

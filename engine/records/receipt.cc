#include "records/receipt.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/check.h"
#include "base/digits.h"
#include "crypto/hash.h"
#include "engine/text/json.h"
#include "engine/text/time_text.h"

namespace coffer::records {
namespace {

constexpr std::string_view kTagBegins = R"(,"tag":")";
constexpr std::string_view kTagEnds = R"("})";
constexpr std::size_t kTagDigits = 2 * sizeof(crypto::Hash);
constexpr std::uint8_t kReceiptKind = 1;
/// A receipt of millions of versions fits; what is longer is none of ours.
constexpr std::size_t kReceiptBytesMax = json::kMaxTextBytes;

// What no program can promise from inside one store.
constexpr std::array kOutOfReach = {
    "earlier copies of the keyring",
    "backups and snapshots of the file system",
    "blocks that worn flash keeps aside",
};

constexpr std::array kOutOfReachOfTpm = {
    "what the TPM itself keeps of an index that was overwritten",
};

std::string tag_of(const keys::IndexKeys& keys, const format::StoreId& store,
                   std::string_view text) {
  const Bytes context = format::seal_context(format::Domain::outside, store, {&kReceiptKind, 1});
  return hex(crypto::hash(keys.receipt.view(), context, as_bytes(text)));
}

std::string member(std::string_view name, std::uint64_t value) {
  return ',' + json::quoted(name) + ':' + std::to_string(value);
}
std::string member(std::string_view name, std::string_view value) {
  return ',' + json::quoted(name) + ':' + json::quoted(value);
}

template <typename Items, typename Print>
std::string list(std::string_view name, const Items& items, const Print& print) {
  std::string text = ',' + json::quoted(name) + ":[";
  for (const auto& item : items) {
    if (text.back() != '[') text += ',';
    text += print(item);
  }
  return text + ']';
}

// The same of things that are gone, each with its seal.
template <typename Items, typename Print>
std::string sealed_list(std::string_view name, const Items& items,
                        const std::vector<std::string>& seals, const Print& print) {
  auto seal = seals.begin();
  return list(name, items,
              [&](const auto& item) { return print(item) + member("seal", *seal++) + '}'; });
}

Error no_receipt() {
  return {ErrorCode::usage, "this is no receipt of an erasing",
          "give it as it was printed, to the byte"};
}

Error not_genuine() {
  return {ErrorCode::corrupt, "the receipt was altered, or is another store's",
          "a genuine one is as it was printed, to the byte"};
}

/// Of a text whose tag was found to be ours: a member that is not there is our own bug, or that
/// of a later version, and told as no receipt.
class Told {
 public:
  static Result<Told> parse(std::string_view text) {
    auto document = json::Document::parse(text);
    if (!document || document->type(0) != json::Type::object) return no_receipt();
    return Told(std::move(*document));
  }
  Result<std::uint64_t> number(std::string_view name) const {
    const json::NodeId node = document_.find(0, name);
    std::uint64_t value = 0;
    if (node == json::kNoNode) return no_receipt();
    const std::string_view raw = document_.raw(node);
    const auto [end, failed] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
    if (failed != std::errc() || end != raw.data() + raw.size()) return no_receipt();
    return value;
  }
  Result<std::string> string(std::string_view name) const {
    const json::NodeId node = document_.find(0, name);
    if (node == json::kNoNode || document_.type(node) != json::Type::string) return no_receipt();
    return std::string(document_.string(node));
  }
  /// The elements of an array, which are objects.
  Result<std::vector<Told>> elements(std::string_view name) const {
    const json::NodeId node = document_.find(0, name);
    if (node == json::kNoNode || document_.type(node) != json::Type::array) return no_receipt();
    std::vector<Told> found;
    for (json::NodeId each = document_.first_child(node); each != json::kNoNode;
         each = document_.next_sibling(each))
      found.push_back(COFFER_TRY(parse(document_.raw(each))));
    return found;
  }
  Result<std::size_t> count(std::string_view name) const {
    const json::NodeId node = document_.find(0, name);
    if (node == json::kNoNode || document_.type(node) != json::Type::array) return no_receipt();
    return document_.child_count(node);
  }

 private:
  explicit Told(json::Document document) : document_(std::move(document)) {}
  json::Document document_;
};

Result<void> add_items(const Told& told, std::string_view list, std::string_view name,
                       std::string_view version, format::Kind kind, std::vector<GoneItem>& items) {
  for (const Told& each : COFFER_TRY(told.elements(list))) {
    GoneItem item;
    item.kind = kind;
    item.name = COFFER_TRY(each.string(name));
    item.version = COFFER_TRY(each.number(version));
    item.seal = COFFER_TRY(each.string("seal"));
    items.push_back(std::move(item));
  }
  return {};
}

}  // namespace

std::string issue_receipt(const keys::IndexKeys& keys, const format::StoreId& store,
                          const ShredReceipt& receipt, const Seals& seals) {
  std::string text = R"({"receipt":1)" + member("store_id", hex(store)) +
                     member("sequence", receipt.sequence) +
                     member("time", text::print_time(receipt.at_ms));
  COFFER_CHECK(seals.versions.size() == receipt.destroyed.size());
  COFFER_CHECK(seals.documents.size() == receipt.documents.size());
  text += sealed_list("destroyed", receipt.destroyed, seals.versions, [](const SweptVersion& gone) {
    return R"({"path":)" + json::quoted(gone.path) + member("version", gone.version) +
           member("why", gone.why);
  });
  text +=
      sealed_list("documents", receipt.documents, seals.documents, [](const ShredDocument& gone) {
        return R"({"config":)" + json::quoted(gone.config) + member("revision", gone.revision);
      });
  text += member("pending_erased", receipt.pending_erased) +
          member("epoch_before", receipt.epoch_before) +
          member("epoch_after", receipt.epoch_after) + member("erase", receipt.erase);
  const auto quote = [](const char* place) { return json::quoted(place); };
  text += receipt.erase == kErasedInTpm ? list("out_of_reach", kOutOfReachOfTpm, quote)
                                        : list("out_of_reach", kOutOfReach, quote);
  const std::string tag = tag_of(keys, store, text);
  return text.append(kTagBegins).append(tag).append(kTagEnds);
}

Result<ReceiptInfo> open_receipt(const keys::IndexKeys& keys, const format::StoreId& store,
                                 std::string_view text) {
  if (text.size() > kReceiptBytesMax) return no_receipt();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const std::size_t tail = kTagBegins.size() + kTagDigits + kTagEnds.size();
  if (text.size() < tail || !text.starts_with(R"({"receipt":)")) return no_receipt();
  const std::string_view body = text.substr(0, text.size() - tail);
  const std::string_view rest = text.substr(body.size());
  if (!rest.starts_with(kTagBegins) || !rest.ends_with(kTagEnds)) return not_genuine();
  const std::string_view tag = rest.substr(kTagBegins.size(), kTagDigits);
  if (!equal_in_constant_time(as_bytes(tag), as_bytes(tag_of(keys, store, body))))
    return not_genuine();
  const Told told = COFFER_TRY(Told::parse(text));
  if (COFFER_TRY(told.number("receipt")) != 1)
    return Error{ErrorCode::too_new, "the receipt is of a later version of coffer"};
  ReceiptInfo info;
  info.sequence = COFFER_TRY(told.number("sequence"));
  info.at_ms = COFFER_TRY(text::parse_time(COFFER_TRY(told.string("time"))));
  info.epoch_before = COFFER_TRY(told.number("epoch_before"));
  info.epoch_after = COFFER_TRY(told.number("epoch_after"));
  info.erase = COFFER_TRY(told.string("erase"));
  info.destroyed_count = COFFER_TRY(told.count("destroyed"));
  info.document_count = COFFER_TRY(told.count("documents"));
  return info;
}

Result<std::vector<GoneItem>> gone_items(std::string_view text) {
  const Told told = COFFER_TRY(Told::parse(text));
  std::vector<GoneItem> items;
  COFFER_TRY(add_items(told, "destroyed", "path", "version", format::Kind::secret, items));
  COFFER_TRY(add_items(told, "documents", "config", "revision", format::Kind::config, items));
  return items;
}

}  // namespace coffer::records

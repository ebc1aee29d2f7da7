#include "secrets/receipt.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/check.h"
#include "base/digits.h"
#include "crypto/hash.h"
#include "engine/text/json.h"
#include "engine/text/time_text.h"
#include "secrets/engine_state.h"
#include "storage/directory.h"

namespace coffer::secrets {
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

// Copies of the files hold no epoch key then.
constexpr char kErasedInTpm[] = "tpm-nv";
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

/// What a receipt says is gone.
struct GoneItem {
  format::Kind kind = format::Kind::secret;
  std::string name;
  std::uint64_t version = 0;
  std::string seal;
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

Result<std::vector<GoneItem>> items_of(std::string_view text) {
  const Told told = COFFER_TRY(Told::parse(text));
  std::vector<GoneItem> items;
  COFFER_TRY(add_items(told, "destroyed", "path", "version", format::Kind::secret, items));
  COFFER_TRY(add_items(told, "documents", "config", "revision", format::Kind::config, items));
  return items;
}

// A version of the same number that was put since has another seal.
Result<void> check_gone(const View::Impl& impl, const GoneItem& item) {
  const auto found = COFFER_TRY(impl.find(impl.cipher().hash(item.kind, item.name), item.version));
  if (!found || found->record.header.is_destroyed() ||
      hex(found->record.header.value_tag) != item.seal)
    return {};
  return Error{ErrorCode::rolled_back, "what this receipt says is gone lives in this store",
               "it went on from a copy from before the destruction: put the other store back"}
      .about(Subject::Kind::path, item.name);
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

void Engine::on_receipt(ReceiptSink sink) {
  const std::lock_guard lock(caller_.receipts->mutex);
  caller_.receipts->sink = std::move(sink);
}

std::string Engine::Impl::erase_promise() const {
  return keyring->epoch_home().empty() ? storage::erase_promise(directory) : kErasedInTpm;
}

// Who else has the store open hears nothing of it: a receipt names paths.
void Engine::Impl::hand_out(ShredReceipt& receipt, const Seals& seals, const Caller& caller) {
  receipt.erase = erase_promise();
  receipt.text = issue_receipt(keyring->index_keys(), keyring->store_id(), receipt, seals);
  ReceiptSink sink;
  {
    const std::lock_guard lock(caller.receipts->mutex);
    sink = caller.receipts->sink;
  }
  if (sink) sink(receipt);
}

// A receipt tells of a commit and of an epoch: a store that is older than either is a copy from
// before, in which what the receipt says is gone may live. A copy may have gone on by itself since,
// past both numbers: so everything that is said to be gone is looked for as well.
Result<ReceiptInfo> Engine::verify_receipt(std::string_view text) {
  const format::Root root = COFFER_TRY(impl_->committed_root());
  ReceiptInfo info =
      COFFER_TRY(open_receipt(impl_->keyring->index_keys(), impl_->keyring->store_id(), text));
  if (root.sequence < info.sequence || root.epoch < info.epoch_after)
    return Error{ErrorCode::rolled_back, "the store is older than this receipt",
                 "what it says is gone may be here: put the newer store back"};
  const std::vector<GoneItem> items = COFFER_TRY(items_of(text));
  COFFER_TRY(read([&](const View& view) -> Result<void> {
    for (const GoneItem& item : items) COFFER_TRY(check_gone(*view.impl_, item));
    return {};
  }));
  return info;
}

}  // namespace coffer::secrets

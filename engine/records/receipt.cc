#include "records/receipt.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/check.h"
#include "base/digits.h"
#include "crypto/hash.h"
#include "text/json_reader.h"
#include "text/json_writer.h"
#include "text/time_text.h"

namespace coffer::records {
namespace {

constexpr std::string_view kTagBegins = R"(,"tag":")";
constexpr std::string_view kTagEnds = R"("})";
constexpr std::size_t kTagDigits = 2 * sizeof(crypto::Hash);
constexpr std::uint8_t kReceiptKind = 1;
// A receipt of millions of versions fits into this; coffer writes no longer text.
constexpr std::size_t kReceiptBytesMax = json::kMaxTextBytes;

// The copies that a program cannot promise to have erased.
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

Error no_receipt() {
  return {ErrorCode::usage, "this is not a receipt of coffer",
          "give the receipt unchanged, byte for byte"};
}

Error not_genuine() {
  return {ErrorCode::corrupt, "the receipt was altered, or belongs to another store",
          "give the receipt unchanged, byte for byte"};
}

Result<void> read_gone(const json::Reader& list, std::string_view name, std::string_view version,
                       format::Kind kind, std::vector<GoneItem>& gone) {
  return list.each_element([&](const json::Reader& object) -> Result<void> {
    GoneItem item;
    item.kind = kind;
    item.name = COFFER_TRY(COFFER_TRY(object.at(name)).string());
    item.version = COFFER_TRY(COFFER_TRY(object.at(version)).number());
    item.seal = COFFER_TRY(COFFER_TRY(object.at("seal")).string());
    gone.push_back(std::move(item));
    return {};
  });
}

Result<ReceiptContents> read_members(const json::Reader& receipt) {
  ReceiptContents read;
  read.info.sequence = COFFER_TRY(COFFER_TRY(receipt.at("sequence")).number());
  read.info.at_ms = COFFER_TRY(COFFER_TRY(receipt.at("time")).time());
  read.info.epoch_before = COFFER_TRY(COFFER_TRY(receipt.at("epoch_before")).number());
  read.info.epoch_after = COFFER_TRY(COFFER_TRY(receipt.at("epoch_after")).number());
  read.info.erase = COFFER_TRY(COFFER_TRY(receipt.at("erase")).string());
  const json::Reader destroyed = COFFER_TRY(receipt.at("destroyed"));
  const json::Reader documents = COFFER_TRY(receipt.at("documents"));
  COFFER_TRY(read_gone(destroyed, "path", "version", format::Kind::secret, read.gone));
  COFFER_TRY(read_gone(documents, "config", "revision", format::Kind::config, read.gone));
  read.info.destroyed_count = destroyed.child_count();
  read.info.document_count = documents.child_count();
  return read;
}

// The tag was genuine, so a missing member means a bug or a receipt of a later version. Both are
// refused as no receipt.
Result<ReceiptContents> read_contents(std::string_view text) {
  const auto document = json::Document::parse(text);
  if (!document) return no_receipt();
  const json::Reader receipt(*document, {.name = "receipt"});
  const auto form = receipt.find("receipt");
  const Result<std::uint64_t> number = form ? form->number() : no_receipt();
  if (!number) return no_receipt();
  if (*number != 1) return Error(ErrorCode::too_new, "a later version of coffer made this receipt");
  auto contents = read_members(receipt);
  if (!contents) return no_receipt();
  return contents;
}

}  // namespace

std::string issue_receipt(const keys::IndexKeys& keys, const format::StoreId& store,
                          const ShredReceipt& receipt, const Seals& seals) {
  COFFER_CHECK(seals.versions.size() == receipt.destroyed.size());
  COFFER_CHECK(seals.documents.size() == receipt.documents.size());
  json::PlainWriter json;
  json.open('{').key("receipt").number(1).key("store_id").string(hex(store));
  json.key("sequence").number(receipt.sequence).key("time").time(receipt.at_ms);
  json.key("destroyed").open('[');
  for (std::size_t i = 0; i < receipt.destroyed.size(); ++i) {
    const SweptVersion& gone = receipt.destroyed[i];
    json.open('{').key("path").string(gone.path).key("version").number(gone.version);
    json.key("why").string(gone.why).key("seal").string(seals.versions[i]).close('}');
  }
  json.close(']').key("documents").open('[');
  for (std::size_t i = 0; i < receipt.documents.size(); ++i) {
    const ShredDocument& gone = receipt.documents[i];
    json.open('{').key("config").string(gone.config).key("revision").number(gone.revision);
    json.key("seal").string(seals.documents[i]).close('}');
  }
  json.close(']').key("pending_erased").number(receipt.pending_erased);
  json.key("epoch_before").number(receipt.epoch_before);
  json.key("epoch_after").number(receipt.epoch_after).key("erase").string(receipt.erase);
  json.key("out_of_reach");
  receipt.erase == kErasedInTpm ? json.strings(kOutOfReachOfTpm) : json.strings(kOutOfReach);
  // The tag covers the text without the tag's own member and the last brace.
  std::string text = json.close('}').take();
  text.pop_back();
  const std::string tag = tag_of(keys, store, text);
  return text.append(kTagBegins).append(tag).append(kTagEnds);
}

Result<ReceiptContents> open_receipt(const keys::IndexKeys& keys, const format::StoreId& store,
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
  return read_contents(text);
}

}  // namespace coffer::records

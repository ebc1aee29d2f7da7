// coffer receipt verify
#include <algorithm>

#include "text/time_text.h"
#include "tools/command/fail.h"
#include "tools/command/opening/context.h"
#include "tools/command/streams/input.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"

namespace coffer::tools {
namespace {

Result<void> write_table(const std::vector<ReceiptInfo>& receipts) {
  Table table({"TIME", "SEQUENCE", "EPOCHS", "VERSIONS", "DOCUMENTS", "ERASING"});
  for (const ReceiptInfo& info : receipts) {
    table.row({text::print_time(info.at_ms), std::to_string(info.sequence),
               std::to_string(info.epoch_before) + " to " + std::to_string(info.epoch_after),
               std::to_string(info.destroyed_count), std::to_string(info.document_count),
               info.erase});
  }
  return table.write();
}

Result<void> write_json(const std::vector<ReceiptInfo>& receipts) {
  JsonText json;
  json.open('{').key("genuine").open('[');
  for (const ReceiptInfo& info : receipts) {
    json.open('{').key("time").time(info.at_ms).key("sequence").number(info.sequence);
    json.key("epoch_before").number(info.epoch_before);
    json.key("epoch_after").number(info.epoch_after);
    json.key("destroyed").number(info.destroyed_count);
    json.key("documents").number(info.document_count);
    json.key("erase").string(info.erase).close('}');
  }
  json.close(']').close('}');
  return json.write();
}

VerbResult verb_receipt_verify(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> file;
  Syntax syntax(arguments, text);
  syntax.optional_word("FILE", file, "The receipts, a line each; standard input without");
  syntax.explain(
      "A receipt is refused (14) if the store is older than the receipt, or if the store still "
      "holds a version that the receipt names as gone. An older copy of the store, which has had "
      "as many commits and erasures since, can hold the version under another name without being "
      "noticed: an anchor (coffer anchor set) detects such a copy.");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const SecretBytes input = COFFER_TRY(read_input(file.value_or("-")));
  Store store = COFFER_TRY(context.open());
  std::vector<ReceiptInfo> genuine;
  std::string_view rest = input.text();
  for (std::uint64_t line = 1; !rest.empty(); ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    auto info = store.audit().verify_receipt(rest.substr(0, end));
    // The number is that of the line: one bad receipt is no word about the others.
    if (!info) return std::move(info).error().with_number(line);
    genuine.push_back(std::move(*info));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (genuine.empty()) return Error(ErrorCode::usage, "there is no receipt to verify");
  COFFER_TRY(context.json() ? write_json(genuine) : write_table(genuine));
  return 0;
}

}  // namespace

extern constinit const Verb kReceiptVerifyVerb{
    {"receipt verify", "Checks receipts of erased secrets; an altered receipt is refused.",
     "coffer destroy a/db --all --receipt > gone.json; coffer receipt verify gone.json"},
    Section::keys,
    verb_receipt_verify,
    "Proofs of what was erased"};

}  // namespace coffer::tools

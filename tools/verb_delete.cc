// coffer delete | undelete | destroy
#include "tools/context.h"
#include "tools/numbers.h"
#include "tools/output.h"
#include "tools/prompt.h"
#include "tools/target.h"
#include "tools/verbs.h"

namespace coffer::tools {
namespace {

struct Versions {
  std::string path;
  std::vector<std::uint64_t> numbers;
};

// The versions named by the option, or by the reference itself; not by both.
Result<Versions> parse_versions_of(std::string_view word,
                                   const std::optional<std::string>& option) {
  const Target target = COFFER_TRY(parse_versioned(word));
  Versions versions{target.path, {}};
  if (option && target.version != 0) {
    return Error(ErrorCode::usage, "the version is named twice",
                 "name it in the reference or by --versions, not by both");
  }
  if (option) versions.numbers = COFFER_TRY(parse_versions(*option));
  if (target.version != 0) versions.numbers = {target.version};
  return versions;
}

Error versions_missing() {
  return {ErrorCode::usage, "say which versions", "for example --versions 1,2"};
}

void append_destroyed(JsonText& json, const ShredReceipt& receipt) {
  json.key("destroyed").open('[');
  for (const SweptVersion& gone : receipt.destroyed) {
    json.open('{').key("path").string(gone.path).key("version").number(gone.version).close('}');
  }
  json.close(']');
}

// What no program can promise from inside one store.
constexpr const char* kOutOfReach[] = {
    "earlier copies of the keyring",
    "backups and snapshots of the file system",
    "blocks that worn flash keeps aside",
};

Result<void> write_receipt_json(const ShredReceipt& receipt) {
  JsonText json;
  json.open('{');
  append_destroyed(json, receipt);
  json.key("epoch_before").number(receipt.epoch_before);
  json.key("epoch_after").number(receipt.epoch_after);
  json.key("time").time(receipt.at_ms).key("erase").string(receipt.erase);
  json.key("out_of_reach").open('[');
  for (const char* place : kOutOfReach) json.string(place);
  json.close(']').close('}');
  return json.write();
}

Result<void> write_receipt_table(const ShredReceipt& receipt) {
  Table table({"PATH", "VERSION", "STATE"});
  for (const SweptVersion& gone : receipt.destroyed) {
    table.row({gone.path, std::to_string(gone.version), "destroyed"});
  }
  COFFER_TRY(table.write());
  COFFER_TRY(write_line("epoch " + std::to_string(receipt.epoch_before) + " is erased (" +
                        receipt.erase + "), epoch " + std::to_string(receipt.epoch_after) +
                        " is in force"));
  for (const char* place : kOutOfReach) {
    COFFER_TRY(write_line(std::string("out of reach: ") + place));
  }
  return {};
}

Result<void> write_destroyed(const Context& context, const ShredReceipt& receipt, bool wanted) {
  if (wanted) return context.json() ? write_receipt_json(receipt) : write_receipt_table(receipt);
  if (!context.json()) return {};
  JsonText json;
  json.open('{');
  append_destroyed(json, receipt);
  json.close('}');
  return json.write();
}

}  // namespace

VerbResult verb_delete(Arguments& arguments, const VerbText& text) {
  std::string word;
  std::optional<std::string> option;
  Syntax syntax(arguments, text);
  syntax.word("PATH", word, "The secret");
  syntax.option("--versions", option, "N,...", "Which versions; the newest where none is named");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const Versions versions = COFFER_TRY(parse_versions_of(word, option));
  Store store = COFFER_TRY(context.open());
  COFFER_TRY(about_secret(store.soft_delete(versions.path, versions.numbers), versions.path));
  return 0;
}

VerbResult verb_undelete(Arguments& arguments, const VerbText& text) {
  std::string word;
  std::optional<std::string> option;
  Syntax syntax(arguments, text);
  syntax.word("PATH", word, "The secret");
  syntax.option("--versions", option, "N,...", "Which versions");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const Versions versions = COFFER_TRY(parse_versions_of(word, option));
  if (versions.numbers.empty()) return versions_missing();
  Store store = COFFER_TRY(context.open());
  COFFER_TRY(about_secret(store.undelete(versions.path, versions.numbers), versions.path));
  return 0;
}

VerbResult verb_destroy(Arguments& arguments, const VerbText& text) {
  std::string word;
  std::optional<std::string> option;
  bool all = false;
  bool receipt_wanted = false;
  bool yes = false;
  Syntax syntax(arguments, text);
  syntax.word("PATH", word, "The secret");
  syntax.option("--versions", option, "N,...", "Which versions");
  syntax.flag("--all", all, "Every version");
  syntax.flag("--receipt", receipt_wanted, "Tell what was erased and what is out of reach");
  syntax.flag("-y,--yes", yes, "Do not ask");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const Versions versions = COFFER_TRY(parse_versions_of(word, option));
  if (versions.numbers.empty() == !all) {
    return Error(ErrorCode::usage, "say which versions, or --all, and not both",
                 "for example --versions 1,2");
  }
  Store store = COFFER_TRY(context.open());
  if (all) COFFER_TRY(confirm("Destroy every version of " + versions.path + " for good?", yes));
  const ShredReceipt receipt = COFFER_TRY(about_secret(
      all ? store.destroy_all(versions.path) : store.destroy(versions.path, versions.numbers),
      versions.path));
  COFFER_TRY(write_destroyed(context, receipt, receipt_wanted));
  return 0;
}

}  // namespace coffer::tools

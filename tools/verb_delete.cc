// coffer delete | undelete | destroy
#include "tools/consent.h"
#include "tools/context.h"
#include "tools/numbers.h"
#include "tools/output.h"
#include "tools/receipts.h"
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

Result<void> write_destroyed(const Context& context, const ShredReceipt& receipt) {
  if (!context.json()) return {};
  JsonText json;
  json.open('{').key("destroyed").open('[');
  for (const SweptVersion& gone : receipt.destroyed) {
    json.open('{').key("path").string(gone.path).key("version").number(gone.version).close('}');
  }
  json.close(']').close('}');
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
  Consent consent;
  Syntax syntax(arguments, text);
  syntax.word("PATH", word, "The secret");
  syntax.option("--versions", option, "N,...", "Which versions");
  syntax.flag("--all", all, "Every version");
  syntax.flag("--receipt", receipt_wanted, kReceiptHelp);
  consent.describe(syntax);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const Versions versions = COFFER_TRY(parse_versions_of(word, option));
  if (versions.numbers.empty() == !all) {
    return Error(ErrorCode::usage, "say which versions, or --all, and not both",
                 "for example --versions 1,2");
  }
  COFFER_TRY(consent.check(versions.path));
  Receipts receipts;
  Store store = COFFER_TRY(context.open(receipts.sink()));
  if (all) {
    COFFER_TRY(
        consent.ask("Destroy every version of " + versions.path + " for good?", versions.path));
  }
  const ShredReceipt receipt = COFFER_TRY(about_secret(
      all ? store.destroy_all(versions.path) : store.destroy(versions.path, versions.numbers),
      versions.path));
  COFFER_TRY(receipt_wanted ? receipts.write() : write_destroyed(context, receipt));
  return 0;
}

}  // namespace coffer::tools

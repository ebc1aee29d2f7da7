// coffer metadata delete
#include "tools/command/consent/consent.h"
#include "tools/command/opening/context.h"
#include "tools/command/opening/receipts.h"
#include "tools/command/secret/absent_secret.h"
#include "tools/command/secret/target.h"
#include "tools/command/verb.h"
#include "tools/transfer/path_groups.h"
#include "tools/transfer/scope_removal.h"

namespace coffer::tools {
namespace {

struct RemovalWords {
  std::string path;
  bool recursive = false;
  bool dry_run = false;
  bool receipt_wanted = false;
  Consent consent;
};

Result<void> remove_one(Store& store, const RemovalWords& words, const std::string& path,
                        bool as_json) {
  COFFER_TRY(words.consent.ask("Remove " + path + " with all its versions for good?", path));
  COFFER_TRY(about_secret(store, store.erase(path), path,
                          "`coffer metadata delete PATH --recursive` removes it with all below"));
  if (!as_json || words.receipt_wanted) return {};
  const std::vector<std::string> paths = {path};
  const PathGroup group{"removed", paths};
  return write_path_groups({&group, 1}, false, true);
}

Result<void> remove_all_below(Store& store, const RemovalWords& words, const std::string& prefix,
                              bool as_json) {
  if (!words.dry_run) {
    COFFER_TRY(words.consent.ask_for_name(
        "Remove " + prefix + " and everything below it, with all versions, for good?", prefix));
  }
  const std::vector<std::string> paths = COFFER_TRY(remove_scope(store, prefix, words.dry_run));
  if (words.receipt_wanted) return {};
  const PathGroup group{words.dry_run ? "would_be_removed" : "removed", paths};
  return write_path_groups({&group, 1}, words.dry_run, as_json);
}

VerbResult verb_metadata_delete(Arguments& arguments, const VerbText& text) {
  RemovalWords words;
  Syntax syntax(arguments, text);
  syntax.word("PATH", words.path, "The secret; with --recursive, the folder");
  syntax.flag("-r,--recursive", words.recursive,
              "This secret and all below it, in one transaction, or nothing");
  syntax.flag("-n,--dry-run", words.dry_run,
              "With --recursive: name what would go, and remove nothing");
  syntax.flag("--receipt", words.receipt_wanted, kReceiptHelp);
  words.consent.describe(syntax);
  syntax.explain(scope_removal_text());
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (words.dry_run && !words.recursive)
    return Error(ErrorCode::usage, "goes with --recursive").about(Subject::Kind::name, "--dry-run");
  if (words.dry_run && words.receipt_wanted)
    return Error(ErrorCode::usage, "--dry-run removes nothing, so there is no receipt");
  if (words.recursive && words.path.ends_with('/')) words.path.pop_back();
  const std::string path = COFFER_TRY(parse_whole(words.path));
  COFFER_TRY(words.consent.check(path));
  Receipts receipts;
  Store store = COFFER_TRY(context.open(receipts.sink()));
  COFFER_TRY(words.recursive ? remove_all_below(store, words, path, context.json())
                             : remove_one(store, words, path, context.json()));
  if (words.receipt_wanted) COFFER_TRY(receipts.write());
  return 0;
}

}  // namespace

extern constinit const Verb kMetadataDeleteVerb{
    {"metadata delete",
     "Removes a secret with all its versions and metadata, for good; or a whole folder.",
     "coffer metadata delete ingestion --recursive --confirm ingestion"},
    Section::secrets,
    verb_metadata_delete};

}  // namespace coffer::tools

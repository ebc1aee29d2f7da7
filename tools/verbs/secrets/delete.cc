// coffer delete | undelete | destroy
#include <algorithm>

#include "tools/command/consent/consent.h"
#include "tools/command/fail.h"
#include "tools/command/numbers.h"
#include "tools/command/opening/context.h"
#include "tools/command/opening/receipts.h"
#include "tools/command/secret/absent_secret.h"
#include "tools/command/secret/target.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"

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

// "version 3", "versions 1 and 2"; "its newest version" where none is named.
std::string told(const std::vector<std::uint64_t>& numbers) {
  if (numbers.empty()) return "the newest version";
  std::string text = numbers.size() == 1 ? "version " : "versions ";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) text += i + 1 == numbers.size() ? " and " : ", ";
    text += std::to_string(numbers[i]);
  }
  return text;
}

// What was done: on a terminal and in scripts' logs a note, for programs an object.
Result<void> tell(const Context& context, const char* done, const Versions& versions,
                  const std::string& more) {
  if (!context.json()) {
    note(std::string(done) + " " + told(versions.numbers) + " of " + versions.path + more);
    return {};
  }
  JsonText json;
  json.open('{').key(done).open('[');
  for (const std::uint64_t number : versions.numbers)
    json.open('{').key("path").string(versions.path).key("version").number(number).close('}');
  json.close(']').close('}');
  return json.write();
}

constexpr Literal kFolderGoes(
    "`coffer list PATH` names what is in it; `coffer metadata delete PATH --recursive` removes it "
    "with all below, for good");

std::string versions_option(const Versions& versions) {
  std::string text;
  for (const std::uint64_t number : versions.numbers)
    text += (text.empty() ? " --versions " : ",") + std::to_string(number);
  return text;
}

// Whether the newest version may be looked up, to tell which it was: under a policy, who may
// delete need not be allowed to look.
Result<bool> may_look(Store& store, const Versions& versions) {
  if (!versions.numbers.empty()) return false;
  return store.policies().may(UseCase::list, "secret:" + versions.path);
}

Result<void> name_newest(const Transaction& txn, Versions& versions) {
  versions.numbers = {COFFER_TRY(txn.history(versions.path)).current_version};
  return {};
}

// A slip deletes the newest version, so undelete takes it by default; others must be named.
Result<void> check_deleted(const Transaction& txn, const Versions& versions) {
  const History history = COFFER_TRY(txn.history(versions.path));
  for (const VersionInfo& version : history.versions) {
    if (version.version != history.current_version) continue;
    const bool is_deleted = version.deletion_at_ms != 0 && version.deletion_at_ms <= txn.now_ms();
    if (is_deleted || version.destroyed) return {};
  }
  return Error(ErrorCode::usage,
               "its newest version is not deleted: say which versions to bring back",
               "`coffer history PATH` tells which are deleted; then --versions 1,2")
      .about(Subject::Kind::path, versions.path);
}

Result<void> write_destroyed(const Context& context, const ShredReceipt& receipt) {
  if (!context.json()) {
    Versions gone;
    for (const SweptVersion& each : receipt.destroyed) {
      gone.path = each.path;
      gone.numbers.push_back(each.version);
    }
    std::sort(gone.numbers.begin(), gone.numbers.end());
    if (!gone.numbers.empty()) note("destroyed " + told(gone.numbers) + " of " + gone.path);
    return {};
  }
  JsonText json;
  json.open('{').key("destroyed").open('[');
  for (const SweptVersion& gone : receipt.destroyed)
    json.open('{').key("path").string(gone.path).key("version").number(gone.version).close('}');
  json.close(']').close('}');
  return json.write();
}

VerbResult verb_delete(Arguments& arguments, const VerbText& text) {
  std::string word;
  std::optional<std::string> option;
  Syntax syntax(arguments, text);
  syntax.word("PATH", word, "The secret");
  syntax.option("--versions", option, "N,...", "Which versions; the newest where none is named");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  Versions versions = COFFER_TRY(parse_versions_of(word, option));
  Store store = COFFER_TRY(context.open());
  const std::string given = versions_option(versions);
  const bool looks = COFFER_TRY(may_look(store, versions));
  const auto done = store.transaction([&](Transaction& txn) -> Result<void> {
    COFFER_TRY(txn.soft_delete(versions.path, versions.numbers));
    return looks ? name_newest(txn, versions) : Result<void>();
  });
  COFFER_TRY(about_secret(store, done, versions.path));
  COFFER_TRY(
      tell(context, "deleted", versions, "; bring back: coffer undelete " + versions.path + given));
  return 0;
}

VerbResult verb_undelete(Arguments& arguments, const VerbText& text) {
  std::string word;
  std::optional<std::string> option;
  Syntax syntax(arguments, text);
  syntax.word("PATH", word, "The secret");
  syntax.option("--versions", option, "N,...", "Which versions; the newest where none is named");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  Versions versions = COFFER_TRY(parse_versions_of(word, option));
  Store store = COFFER_TRY(context.open());
  const bool looks = COFFER_TRY(may_look(store, versions));
  const auto done = store.transaction([&](Transaction& txn) -> Result<void> {
    if (looks) COFFER_TRY(check_deleted(txn, versions));
    COFFER_TRY(txn.undelete(versions.path, versions.numbers));
    return looks ? name_newest(txn, versions) : Result<void>();
  });
  COFFER_TRY(about_secret(store, done, versions.path));
  COFFER_TRY(tell(context, "undeleted", versions, ""));
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
  if (versions.numbers.empty() == !all)
    return Error(ErrorCode::usage, "give either versions or --all", "for example --versions 1,2");
  COFFER_TRY(consent.check(versions.path));
  Receipts receipts;
  Store store = COFFER_TRY(context.open(receipts.sink()));
  if (all) {
    COFFER_TRY(
        consent.ask("Destroy every version of " + versions.path + " for good?", versions.path));
  }
  const ShredReceipt receipt = COFFER_TRY(about_secret(
      store,
      all ? store.destroy_all(versions.path) : store.destroy(versions.path, versions.numbers),
      versions.path, kFolderGoes));
  COFFER_TRY(receipt_wanted ? receipts.write() : write_destroyed(context, receipt));
  return 0;
}

}  // namespace

extern constinit const Verb kDeleteVerb{
    {"delete",
     "Deletes versions so that undelete can bring them back.\nA version that a config or an "
     "outside user refers to is not deleted: `coffer refs PATH` names them.",
     "coffer delete ingestion/my-job --versions 1,2"},
    Section::secrets,
    verb_delete};

extern constinit const Verb kUndeleteVerb{
    {"undelete", "Brings deleted versions back.", "coffer undelete ingestion/my-job --versions 2"},
    Section::secrets,
    verb_undelete};

extern constinit const Verb kDestroyVerb{{"destroy", "Destroys versions for good.",
                                          "coffer destroy ingestion/my-job --versions 1 --receipt"},
                                         Section::secrets,
                                         verb_destroy};

}  // namespace coffer::tools

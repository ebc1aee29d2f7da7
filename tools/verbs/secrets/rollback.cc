// coffer rollback
#include "tools/command/numbers.h"
#include "tools/command/opening/context.h"
#include "tools/command/secret/absent_secret.h"
#include "tools/command/secret/target.h"
#include "tools/command/secret/write_options.h"
#include "tools/command/verb.h"

namespace coffer::tools {
namespace {

VerbResult verb_rollback(Arguments& arguments, const VerbText& text) {
  std::string word;
  std::optional<std::string> to;
  std::optional<std::string> cas;
  Syntax syntax(arguments, text);
  syntax.word("PATH", word, "The secret");
  syntax.option("--to", to, "N", "The version whose value becomes the newest again");
  syntax.option("--cas", cas, "N", "Only if the current version is N");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const std::string path = COFFER_TRY(parse_whole(word));
  if (!to) {
    return Error(ErrorCode::usage, "give the version to go back to",
                 "`coffer history PATH` shows them; for example --to 3");
  }
  const std::uint64_t version = COFFER_TRY(parse_number("--to", *to));
  if (version == 0)
    return Error(ErrorCode::usage, "versions count from 1").about(Subject::Kind::name, "--to");
  PutOptions options;
  if (cas) options.cas = COFFER_TRY(parse_number("--cas", *cas));
  Store store = COFFER_TRY(context.open());
  const VersionInfo written =
      COFFER_TRY(about_secret(store, store.rollback(path, version, options), path));
  COFFER_TRY(write_new_version(context, path, written));
  return 0;
}

}  // namespace

extern constinit const Verb kRollbackVerb{
    {"rollback", "Writes a new version with the value of an older one.",
     "coffer rollback ingestion/my-job --to 3"},
    Section::secrets,
    verb_rollback};

}  // namespace coffer::tools

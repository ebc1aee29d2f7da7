// coffer move | copy
#include "tools/command/opening/context.h"
#include "tools/command/secret/absent_secret.h"
#include "tools/command/secret/target.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"
#include "tools/transfer/folder_relocation.h"
#include "tools/transfer/path_groups.h"

namespace coffer::tools {
namespace {

Result<void> tell_folder(const std::vector<std::string>& targets, Relocation how, bool as_json) {
  const PathGroup group{how == Relocation::move ? "moved" : "copied", targets};
  return write_path_groups({&group, 1}, false, as_json);
}

VerbResult relocate(Arguments& arguments, const VerbText& text, Relocation how) {
  std::string from_word;
  std::string to_word;
  bool recursive = false;
  Syntax syntax(arguments, text);
  syntax.word("FROM", from_word, "The secret; with --recursive, the folder");
  syntax.word("TO", to_word, "Its other path; nothing may stand there");
  syntax.flag("-r,--recursive", recursive, "FROM and all below it, in one transaction, or nothing");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  for (std::string* word : {&from_word, &to_word})
    if (recursive && word->ends_with('/')) word->pop_back();
  const std::string from = COFFER_TRY(parse_whole(from_word));
  const std::string to = COFFER_TRY(parse_whole(to_word));
  Store store = COFFER_TRY(context.open());
  if (recursive) {
    const auto targets = COFFER_TRY(relocate_folder(store, how, from, to));
    COFFER_TRY(tell_folder(targets, how, context.json()));
    return 0;
  }
  const Result<void> done = how == Relocation::move ? store.move(from, to) : store.copy(from, to);
  if (!done && done.error().code() == ErrorCode::conflict && from == to) {
    // What the engine says of an occupied TO would have the secret itself removed.
    return Error(ErrorCode::conflict, "is both FROM and TO; nothing was changed",
                 "name another path as TO")
        .about(Subject::Kind::path, from);
  }
  COFFER_TRY(about_secret(store, done, from,
                          "--recursive takes the folder with all that is in it; `coffer list PATH` "
                          "names that"));
  if (!context.json()) return 0;
  JsonText json;
  json.open('{').key("from").string(from).key("to").string(to).close('}');
  COFFER_TRY(json.write());
  return 0;
}

VerbResult verb_move(Arguments& arguments, const VerbText& text) {
  return relocate(arguments, text, Relocation::move);
}

VerbResult verb_copy(Arguments& arguments, const VerbText& text) {
  return relocate(arguments, text, Relocation::copy);
}

}  // namespace

extern constinit const Verb kMoveVerb{{"move", "Gives a secret another path and keeps its history.",
                                       "coffer move ingestion/my-job archive/my-job"},
                                      Section::secrets,
                                      verb_move};

extern constinit const Verb kCopyVerb{{"copy", "Copies a secret and its history to another path.",
                                       "coffer copy ingestion/my-job staging/my-job"},
                                      Section::secrets,
                                      verb_copy};

}  // namespace coffer::tools

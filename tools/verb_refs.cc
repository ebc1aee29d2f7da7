// coffer refs
#include "tools/context.h"
#include "tools/output.h"
#include "tools/target.h"
#include "tools/verbs.h"

namespace coffer::tools {

VerbResult verb_refs(Arguments& arguments, const VerbText& text) {
  std::string word;
  Syntax syntax(arguments, text);
  syntax.word("PATH", word, "The secret");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (word == "add" || word == "remove") {
    return Error(ErrorCode::usage, "references cannot be added or removed by hand yet",
                 "a secret of that name is written coffer://add or coffer://remove");
  }
  const Target target = COFFER_TRY(parse_versioned(word));
  Store store = COFFER_TRY(context.open());
  std::vector<ReferenceInfo> references = COFFER_TRY(store.references_to(target.path));
  if (target.version != 0) {
    std::erase_if(references, [&target](const ReferenceInfo& reference) {
      return reference.version != 0 && reference.version != target.version;
    });
  }
  if (context.json()) {
    JsonText json;
    json.open('{').key("references").open('[');
    for (const ReferenceInfo& reference : references) {
      json.open('{').key("path").string(reference.target);
      json.key("version").number(reference.version);
      json.key("user_kind").string(reference.user_kind);
      json.key("user").string(reference.user).close('}');
    }
    json.close(']').close('}');
    COFFER_TRY(json.write());
    return 0;
  }
  Table table({"PATH", "VERSION", "KIND", "USER"});
  for (const ReferenceInfo& reference : references) {
    table.row({reference.target,
               reference.version == 0 ? "current" : std::to_string(reference.version),
               reference.user_kind, reference.user});
  }
  COFFER_TRY(table.write());
  return 0;
}

}  // namespace coffer::tools

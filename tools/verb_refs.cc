// coffer refs
#include "tools/context.h"
#include "tools/output.h"
#include "tools/target.h"
#include "tools/verbs.h"

namespace coffer::tools {

namespace {

struct RefsWords {
  std::string first;
  std::optional<std::string> second, third;
};

/// `add REF USER` and `remove REF USER`. Errors: usage, and the store's.
Result<void> change_users(const Context& context, const RefsWords& words) {
  if (!words.second || !words.third) {
    return Error(ErrorCode::usage, "takes a secret and the name of who uses it",
                 "a secret of that name is written coffer://add or coffer://remove")
        .about(Subject::Kind::name, words.first);
  }
  const Target target = COFFER_TRY(parse_versioned(*words.second));
  Store store = COFFER_TRY(context.open());
  return about_secret(words.first == "add"
                          ? store.add_reference(target.path, target.version, *words.third)
                          : store.remove_reference(target.path, target.version, *words.third),
                      target.path);
}

}  // namespace

VerbResult verb_refs(Arguments& arguments, const VerbText& text) {
  RefsWords words;
  Syntax syntax(arguments, text);
  syntax.word("PATH", words.first, "The secret; or `add` or `remove`, then REF and USER");
  syntax.optional_word("REF", words.second, "After `add` or `remove`: the secret, or one version");
  syntax.optional_word("USER", words.third, "After `add` or `remove`: who uses it");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (words.first == "add" || words.first == "remove") {
    COFFER_TRY(change_users(context, words));
    return 0;
  }
  if (words.second) {
    return Error(ErrorCode::usage, "there is one word too many", "see: coffer help refs");
  }
  const Target target = COFFER_TRY(parse_versioned(words.first));
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

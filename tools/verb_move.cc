// coffer move | copy
#include "tools/context.h"
#include "tools/output.h"
#include "tools/target.h"
#include "tools/verbs.h"

namespace coffer::tools {
namespace {

VerbResult relocate(Arguments& arguments, const VerbText& text,
                    Result<void> (Store::*carry_out)(std::string_view, std::string_view)) {
  std::string from_word;
  std::string to_word;
  Syntax syntax(arguments, text);
  syntax.word("FROM", from_word, "The secret");
  syntax.word("TO", to_word, "Its other path; nothing may stand there");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const std::string from = COFFER_TRY(parse_whole(from_word));
  const std::string to = COFFER_TRY(parse_whole(to_word));
  Store store = COFFER_TRY(context.open());
  COFFER_TRY(about_secret((store.*carry_out)(from, to), from));
  if (!context.json()) return 0;
  JsonText json;
  json.open('{').key("from").string(from).key("to").string(to).close('}');
  COFFER_TRY(json.write());
  return 0;
}

}  // namespace

VerbResult verb_move(Arguments& arguments, const VerbText& text) {
  return relocate(arguments, text, &Store::move);
}

VerbResult verb_copy(Arguments& arguments, const VerbText& text) {
  return relocate(arguments, text, &Store::copy);
}

}  // namespace coffer::tools

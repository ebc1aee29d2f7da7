// coffer list
#include "tools/context.h"
#include "tools/output.h"
#include "tools/verbs.h"

namespace coffer::tools {
namespace {

Result<ListState> parse_state(std::string_view text) {
  if (text == "live") return ListState::live;
  if (text == "deleted") return ListState::deleted;
  if (text == "expired") return ListState::expired;
  if (text == "all") return ListState::all;
  return Error(ErrorCode::usage, "takes live, deleted, expired or all")
      .about(Subject::Kind::name, "--state");
}

}  // namespace

VerbResult verb_list(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> prefix;
  std::optional<std::string> state;
  ListOptions options;
  Syntax syntax(arguments, text);
  syntax.optional_word("PREFIX", prefix, "A folder; everything where none is named");
  syntax.flag("-r,--recursive", options.recursive, "Full paths of all below");
  syntax.option("--state", state, "STATE", "live, deleted, expired or all");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (state) options.state = COFFER_TRY(parse_state(*state));
  Store store = COFFER_TRY(context.open());
  const std::vector<std::string> names = COFFER_TRY(store.list(prefix.value_or(""), options));
  if (context.json()) {
    JsonText json;
    json.open('{').key("keys").open('[');
    for (const std::string& name : names) json.string(name);
    json.close(']').close('}');
    COFFER_TRY(json.write());
  } else {
    std::string lines;
    for (const std::string& name : names) lines += name + "\n";
    COFFER_TRY(write_stdout(as_bytes(lines)));
  }
  return 0;
}

}  // namespace coffer::tools

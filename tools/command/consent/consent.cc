#include "tools/command/consent/consent.h"

#include "tools/command/streams/prompt.h"

namespace coffer::tools {

void Consent::describe(Syntax& syntax) {
  syntax.option("--confirm", name, "NAME",
                "Do not ask; refuse if the command is about another name");
  syntax.flag("-y,--yes", yes, "Do not ask");
}

Result<void> Consent::check(std::string_view meant) const {
  if (!name || *name == meant) return {};
  return Error(ErrorCode::usage,
               "this is what the command would change, but --confirm names something else",
               "nothing was changed; give --confirm the same name")
      .about(Subject::Kind::name, meant);
}

Result<void> Consent::ask(std::string_view question, std::string_view meant) const {
  COFFER_TRY(check(meant));
  return confirm(question, yes || name.has_value());
}

Result<void> Consent::ask_for_name(std::string_view question, std::string_view meant) const {
  COFFER_TRY(check(meant));
  return confirm_by_name(question, meant, yes || name.has_value());
}

}  // namespace coffer::tools

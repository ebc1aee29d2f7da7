// coffer inject
#include "tools/context.h"
#include "tools/input.h"
#include "tools/new_file.h"
#include "tools/output.h"
#include "tools/render/template_text.h"
#include "tools/selection.h"
#include "tools/verbs.h"

namespace coffer::tools {

VerbResult verb_inject(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> input;
  std::optional<std::string> output;
  bool force = false;
  SourceWords sources;
  Syntax syntax(arguments, text);
  syntax.option("-i,--in", input, "FILE", "The template; standard input where none is named");
  syntax.option("-o,--out", output, "FILE", "A new file (mode 0600); else standard output");
  syntax.flag("-f,--force", force, "Replace the output file if it is there");
  sources.describe(syntax);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const std::string source = input.value_or("-");
  const SecretBytes templ = COFFER_TRY(read_input(source));
  const Sources stores = COFFER_TRY(Sources::open(context, sources));
  const SecretBytes whole = COFFER_TRY(expand(
      templ.text(), source == "-" ? "standard input" : source,
      [&stores](const std::string& reference) { return resolve_reference(stores, reference); }));
  if (!output) {
    COFFER_TRY(write_stdout(whole.bytes()));
    return 0;
  }
  NewFile file = COFFER_TRY(NewFile::create(*output, force));
  COFFER_TRY(file.write(whole.bytes()));
  COFFER_TRY(file.finish());
  return 0;
}

}  // namespace coffer::tools

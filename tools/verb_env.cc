// coffer env
#include "tools/context.h"
#include "tools/output.h"
#include "tools/render/render.h"
#include "tools/selection.h"
#include "tools/verbs.h"

namespace coffer::tools {

VerbResult verb_env(Arguments& arguments, const VerbText& text) {
  Selection selection;
  std::optional<std::string> form_name;
  std::optional<std::string> name;
  Syntax syntax(arguments, text);
  syntax.option("--as", form_name, "FORM",
                "shell (default), dotenv, json, properties, spark, kubernetes, docker, python, r, "
                "julia, scala, javascript");
  selection.describe(syntax);
  syntax.option("--name", name, "NAME", "kubernetes: the name of the Secret");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const RenderForm* form = COFFER_TRY(find_render_form(form_name.value_or("shell")));
  Store store = COFFER_TRY(context.open());
  const Bindings bindings = COFFER_TRY(gather(COFFER_TRY(store.snapshot()), selection));
  const SecretBytes rendered = COFFER_TRY(form->render(bindings, RenderOptions{name.value_or("")}));
  COFFER_TRY(write_stdout(rendered.bytes()));
  return 0;
}

}  // namespace coffer::tools

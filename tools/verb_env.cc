// coffer env
#include "tools/context.h"
#include "tools/fail.h"
#include "tools/input.h"
#include "tools/job_document.h"
#include "tools/output.h"
#include "tools/render/render.h"
#include "tools/selection.h"
#include "tools/verbs.h"

namespace coffer::tools {
namespace {

// These forms hold Spark's settings as well as variables.
bool holds_settings(std::string_view form) {
  return form == "spark" || form == "properties" || form == "json";
}

Result<Bindings> bindings_of_job(const Sources& stores, const std::string& file,
                                 std::string_view form) {
  JobBindings job = COFFER_TRY(read_job(stores, COFFER_TRY(read_input(file)), file));
  if (holds_settings(form)) {
    for (const Binding& binding : job.spark.all())
      COFFER_TRY(job.variables.add(binding.name, binding.value.text(), binding.origin));
  }
  return std::move(job.variables);
}

}  // namespace

VerbResult verb_env(Arguments& arguments, const VerbText& text) {
  Selection selection;
  std::optional<std::string> form_name;
  std::optional<std::string> name;
  std::optional<std::string> job;
  std::optional<std::string> dialect;
  SourceWords sources;
  Syntax syntax(arguments, text);
  syntax.option("--as", form_name, "FORM",
                "shell (default), dotenv, json, properties, spark, kubernetes, docker, python, r, "
                "julia, scala, javascript");
  selection.describe(syntax);
  syntax.option("--job", job, "FILE", "The variables and Spark settings of a job document instead");
  sources.describe(syntax);
  syntax.option("--name", name, "NAME", "kubernetes: the name of the Secret");
  syntax.option("--dialect", dialect, "DIALECT", kDialectHelp);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const RenderForm* form = COFFER_TRY(find_render_form(form_name.value_or("shell")));
  RenderOptions options{name.value_or(""), {.warn = [](const std::string& what) { warn(what); }}};
  if (dialect) options.dotenv.dialect = COFFER_TRY(parse_dialect(*dialect));
  if (dialect && form->name != "dotenv") {
    return Error(ErrorCode::usage, "is for --as dotenv").about(Subject::Kind::name, "--dialect");
  }
  if (job && !selection.empty()) {
    return Error(ErrorCode::usage, "a job says itself what it gets", "leave the others away")
        .about(Subject::Kind::name, "--job");
  }
  const Sources stores = COFFER_TRY(Sources::open(context, sources));
  const Bindings bindings = job ? COFFER_TRY(bindings_of_job(stores, *job, form->name))
                                : COFFER_TRY(gather(stores, selection));
  const SecretBytes rendered = COFFER_TRY(form->render(bindings, options));
  COFFER_TRY(write_stdout(rendered.bytes()));
  return 0;
}

}  // namespace coffer::tools

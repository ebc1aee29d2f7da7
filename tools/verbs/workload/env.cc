// coffer env
#include "tools/command/fail.h"
#include "tools/command/opening/context.h"
#include "tools/command/streams/input.h"
#include "tools/command/streams/new_file.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"
#include "tools/render/render.h"
#include "tools/workload/env_file.h"
#include "tools/workload/product_hooks.h"
#include "tools/workload/selection.h"

namespace coffer::tools {
namespace {

// These forms hold Spark's settings as well as variables.
bool holds_settings(std::string_view form) {
  return form == "spark" || form == "properties" || form == "json";
}

Result<Bindings> bindings_of_job(const Sources& stores, const std::string& file,
                                 std::string_view form) {
  JobBindings job = COFFER_TRY(kProductJob.read(stores, COFFER_TRY(read_input(file)), file));
  if (holds_settings(form)) {
    for (const Binding& binding : job.settings.all())
      COFFER_TRY(job.variables.add(binding.name, binding.value.text(), binding.origin));
  }
  if (job.variables.empty()) return kProductJob.no_variable(file);
  return std::move(job.variables);
}

struct EnvWords {
  Selection selection;
  std::optional<std::string> form, name, job, output, dialect;
  std::vector<std::string> env_files;
  std::optional<SecretBytes> env_file_here;  // ./coffer.env, where nothing is selected.
  SourceWords sources;
  bool force = false;
};

void describe_words(Syntax& syntax, EnvWords& words) {
  syntax.option("--as", words.form, "FORM",
                "shell (default), dotenv, json, properties, spark, kubernetes, docker, python, r, "
                "julia, scala, javascript");
  words.selection.describe(syntax);
  syntax.repeated("--env-file", words.env_files, "FILE",
                  "Variables from a dotenv file, references in it resolved");
  syntax.option("--job", words.job, "FILE", kProductJob.env_help);
  words.sources.describe(syntax);
  syntax.option("--name", words.name, "NAME", "kubernetes: the name of the Secret");
  syntax.option("--dialect", words.dialect, "DIALECT", kDialectHelp);
  syntax.option("-o,--out", words.output, "FILE", kOutputFileHelp);
  syntax.flag("-f,--force", words.force, "Replace the output file if it is there");
  syntax.explain(
      "If nothing is selected and ./coffer.env exists, it is taken as --env-file, and a note says "
      "so; it must be a regular file of yours or root's that nobody else may write to. A selection "
      "that matches nothing is refused (4), and so is an empty --prefix or --all-of (2). A field "
      "that is null is refused: no form can tell null from a text.");
}

Result<Bindings> bindings_of(const Sources& stores, const EnvWords& words, std::string_view form) {
  if (words.job) return bindings_of_job(stores, *words.job, form);
  if (words.env_file_here) {
    EnvFile file = COFFER_TRY(read_env_text(stores, *words.env_file_here, kEnvFileHere));
    if (file.variables.empty()) return no_variable_in_env_file(kEnvFileHere);
    return std::move(file.variables);
  }
  Bindings bindings;
  if (!words.selection.empty()) bindings = COFFER_TRY(gather(stores, words.selection));
  for (const std::string& name : words.env_files) {
    const EnvFile file = COFFER_TRY(read_env_file(stores, name));
    for (const Binding& binding : file.variables.all())
      COFFER_TRY(bindings.add(binding.name, binding.value.text(), binding.origin));
    if (file.variables.empty() && words.selection.empty()) return no_variable_in_env_file(name);
  }
  return bindings;
}

VerbResult verb_env(Arguments& arguments, const VerbText& text) {
  EnvWords words;
  Syntax syntax(arguments, text);
  describe_words(syntax, words);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const RenderForm* form = COFFER_TRY(find_render_form(words.form.value_or("shell")));
  if (words.job && (!words.selection.empty() || !words.env_files.empty())) {
    return Error(ErrorCode::usage, "a job document selects the secrets itself",
                 "leave the others away")
        .about(Subject::Kind::name, "--job");
  }
  if (words.dialect && form->name != "dotenv")
    return Error(ErrorCode::usage, "is for --as dotenv").about(Subject::Kind::name, "--dialect");
  leave_standard_output(words.output);
  if (words.force && !words.output)
    return Error(ErrorCode::usage, "--force replaces a file, and none is named", "name it by -o");
  if (!words.job && words.selection.empty() && words.env_files.empty())
    words.env_file_here = COFFER_TRY(take_env_file_here());
  const Sources stores = COFFER_TRY(Sources::open(context, words.sources));
  const Bindings bindings = COFFER_TRY(bindings_of(stores, words, form->name));
  RenderOptions options{words.name.value_or(""),
                        {.warn = [](const std::string& what) { warn(what); }}};
  if (words.dialect) options.dotenv.dialect = COFFER_TRY(parse_dialect(*words.dialect));
  const SecretBytes rendered = COFFER_TRY(form->render(bindings, options));
  if (words.output) {
    COFFER_TRY(write_new_file(*words.output, words.force, rendered.bytes()));
  } else {
    COFFER_TRY(write_stdout(rendered.bytes()));
  }
  return 0;
}

}  // namespace

extern constinit const Verb kEnvVerb{
    {"env", "Writes secrets in the form that a shell, a program or a cluster reads.",
     "coffer env --as kubernetes --name db --only ingestion/my-job"},
    Section::programs,
    verb_env};

}  // namespace coffer::tools

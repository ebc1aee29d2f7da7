// coffer run (and exec)
#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "tools/command/fail.h"
#include "tools/command/opening/context.h"
#include "tools/command/opening/key_environment.h"
#include "tools/command/streams/input.h"
#include "tools/command/verb.h"
#include "tools/workload/child.h"
#include "tools/workload/env_file.h"
#include "tools/workload/environment.h"
#include "tools/workload/private_files.h"
#include "tools/workload/product_hooks.h"
#include "tools/workload/selection.h"

namespace coffer::tools {
namespace {

struct Wishes {
  Selection selection;
  std::vector<std::string> env_files;
  std::optional<SecretBytes> env_file_here;  // ./coffer.env, where nothing is selected.
  std::optional<std::string> files;
  std::optional<std::string> job;
  SourceWords sources;
  bool pristine = false;
  bool redact = false;
  bool keep_keys = false;
  bool resolve = false;

  bool selects_nothing() const { return selection.empty() && env_files.empty() && !job; }
  bool names_nothing() const { return selects_nothing() && !files && !resolve; }
};

// What the command gets; `sought` are the values that its output must not show.
struct Supply {
  Environment environment;
  Bindings files;
  Bindings sought;
};

constexpr std::string_view kFilesVariable = "COFFER_FILES_DIR";
constexpr std::string_view kScheme = "coffer://";

// Variables by which a program runs other code than it seems to. They are handed on as asked, but
// a field that is called so by accident should not go unseen.
bool steers_programs(std::string_view name) {
  constexpr std::array<std::string_view, 15> kNames = {
      "PATH",          "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT",          "BASH_ENV",
      "ENV",           "IFS",        "PROMPT_COMMAND",  "SHELLOPTS",         "PYTHONPATH",
      "PYTHONSTARTUP", "PERL5OPT",   "NODE_OPTIONS",    "JAVA_TOOL_OPTIONS", "GIT_SSH_COMMAND"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

void warn_of_steering(const Bindings& bindings, const Selection& selection) {
  for (const Binding& binding : bindings.all()) {
    if (!steers_programs(binding.name)) continue;
    const auto maps_it = [&](const std::string& map) {
      return map.starts_with(binding.name + "=");
    };
    if (std::any_of(selection.maps.begin(), selection.maps.end(), maps_it)) continue;
    warn("the variable " + binding.name + ", by which programs find what to run, comes from " +
         printable(binding.origin));
  }
}

Result<void> seek(Supply& supply, const Bindings& bindings) {
  for (const Binding& binding : bindings.all())
    COFFER_TRY(supply.sought.add(binding.origin, binding.value.text(), binding.origin));
  return {};
}

// References in variables that the command inherits are resolved if --resolve asks for that; else
// a warning names them, because a program would take the reference for the value.
Result<void> deal_with_inherited(Supply& supply, const Sources& stores, const Wishes& wishes) {
  if (wishes.pristine) return {};
  for (const std::string& entry : inherited_environment(wishes.keep_keys)) {
    const std::size_t equals = std::min(entry.find('='), entry.size() - 1);
    const std::string name = entry.substr(0, equals);
    const std::string value = entry.substr(equals + 1);
    if (!value.starts_with(kScheme) || supply.environment.is_set(name)) continue;
    if (!wishes.resolve) {
      warn("the variable " + printable(name) +
           " holds a reference and is inherited as it is; --resolve puts the value in its place");
      continue;
    }
    const auto resolved = resolve_reference(stores, value);
    if (!resolved) return Error(resolved.error()).about(Subject::Kind::name, name + ": " + value);
    COFFER_TRY(supply.environment.set(name, resolved->text(), value));
    COFFER_TRY(supply.sought.add(value, resolved->text(), value));
  }
  return {};
}

Result<void> add_selected(Supply& supply, const Sources& stores, const Wishes& wishes) {
  Selection variables = wishes.selection;
  variables.with_files = wishes.files.has_value();
  if (wishes.files) {
    supply.files = COFFER_TRY(gather_files(stores, variables));
    COFFER_TRY(seek(supply, supply.files));
    variables.only.clear();
    variables.prefixes.clear();
    variables.all_of.clear();
  }
  if (variables.empty()) return {};
  const Bindings bindings = COFFER_TRY(gather(stores, variables));
  warn_of_steering(bindings, variables);
  COFFER_TRY(supply.environment.set_all(bindings));
  return seek(supply, bindings);
}

Result<void> add_env_file(Supply& supply, const EnvFile& file) {
  warn_of_steering(file.variables, {});
  COFFER_TRY(supply.environment.set_all(file.variables));
  return seek(supply, file.sought);
}

// `is_any`: something is selected; set where a file holds a variable.
Result<void> add_env_files(Supply& supply, const Sources& stores, const Wishes& wishes,
                           bool& is_any) {
  if (wishes.env_file_here) {
    const EnvFile file = COFFER_TRY(read_env_text(stores, *wishes.env_file_here, kEnvFileHere));
    if (file.variables.empty()) return no_variable_in_env_file(kEnvFileHere);
    is_any = true;
    return add_env_file(supply, file);
  }
  for (const std::string& name : wishes.env_files) {
    const EnvFile file = COFFER_TRY(read_env_file(stores, name));
    is_any = is_any || !file.variables.empty();
    COFFER_TRY(add_env_file(supply, file));
  }
  if (!is_any && !wishes.env_files.empty() && !wishes.job)
    return no_variable_in_env_file(wishes.env_files.front());
  return {};
}

Result<Supply> supply_from(const Sources& stores, const Wishes& wishes) {
  Supply supply;
  if (wishes.pristine) supply.environment.start_pristine();
  if (wishes.keep_keys) supply.environment.keep_keys();
  COFFER_TRY(add_selected(supply, stores, wishes));
  bool is_any = !wishes.selection.empty() || wishes.resolve;
  if (wishes.job) {
    JobBindings job =
        COFFER_TRY(kProductJob.read(stores, COFFER_TRY(read_input(*wishes.job)), *wishes.job));
    is_any = is_any || !job.variables.empty();
    COFFER_TRY(supply.environment.set_all(job.variables));
    COFFER_TRY(seek(supply, job.sought));
  }
  COFFER_TRY(add_env_files(supply, stores, wishes, is_any));
  if (!is_any && wishes.job) return kProductJob.no_variable(*wishes.job);
  COFFER_TRY(deal_with_inherited(supply, stores, wishes));
  if (wishes.resolve && wishes.selects_nothing() && supply.sought.empty()) {
    return Error(ErrorCode::not_found, "no inherited variable is a reference",
                 "set one, NAME=coffer://PATH#FIELD, or choose by --only, --prefix or --map")
        .about(Subject::Kind::name, "--resolve");
  }
  return supply;
}

// Some of errno's values say more than that the program is not there.
int cannot_run(const char* command, int error_number) {
  Error error(ErrorCode::failed, "cannot be run", "name a program that is there and may be run");
  if (error_number == E2BIG) {
    error =
        Error(ErrorCode::failed, "cannot be run: its variables and arguments are too large",
              "the system takes some 2 MiB of both; choose fewer by --only, or use --files DIR");
  } else if (error_number == ENOEXEC) {
    error = Error(ErrorCode::failed, "cannot be run: it is neither a program nor begins with #!",
                  "run it by what reads it: -- sh FILE");
  } else if (error_number == EACCES) {
    error = Error(ErrorCode::failed, "cannot be run", "see that it may be executed: chmod +x FILE");
  }
  fail(std::move(error).about(Subject::Kind::file, command).with_errno(error_number));
  const bool missing = error_number == ENOENT || error_number == ENOTDIR;
  return missing ? kExitNoCommand : kExitCannotRun;
}

void describe(Syntax& syntax, Wishes& wishes) {
  wishes.selection.describe(syntax);
  syntax.repeated("--env-file", wishes.env_files, "FILE",
                  "Variables from a dotenv file, references in it resolved");
  syntax.flag("--resolve", wishes.resolve,
              "Resolve inherited variables that are references (coffer://...)");
  syntax.option("--files", wishes.files, "DIR",
                "Values as files SECRET_FIELD in DIR, which is made in memory and removed");
  syntax.option("--job", wishes.job, "FILE", kProductJob.run_help);
  wishes.sources.describe(syntax);
  syntax.flag("--pristine", wishes.pristine, "Inherit only PATH, HOME and their like");
  syntax.flag(
      "--keep-keys", wishes.keep_keys,
      "Inherit COFFER_KEY, COFFER_ANCHOR, COFFER_STORE and the credentials of key services");
  syntax.flag("--redact", wishes.redact, "Show asterisks where the command writes a value");
  syntax.explain(
      "If nothing is selected and ./coffer.env exists, it is taken as --env-file, and a note says "
      "so; it must be a regular file of yours or root's that nobody else may write to. A selection "
      "that matches nothing is refused (4), and so is an empty --prefix or --all-of (2). A field "
      "that is null is refused: a variable cannot hold null.\n\nWithout --keep-keys the command "
      "inherits neither the store's key, anchor and name, nor the credentials that opened the "
      "store. Every signal but SIGKILL and SIGSTOP reaches the command; the files of --files are "
      "removed before coffer ends.\n\n--redact looks for each value, for each of its lines of at "
      "least 8 characters, and for both as JSON, shells, URLs and base64 write them; it catches "
      "accidents, not attacks. On a terminal Ctrl-Z stops a command that has not taken that key's "
      "signal for itself.");
}

Result<int> finish(Child& child, std::unique_ptr<Relay> relay) {
  const int code = child.wait();
  if (relay == nullptr) return code;
  relay->leave_terminal();
  const std::optional<Error> lost = relay->lost_output();
  if (!lost) return code;
  const int failure = fail(*lost);
  return code == 0 ? failure : code;
}

Result<Context> context_for(Arguments& arguments, Syntax& syntax, Wishes& wishes) {
  Context context = COFFER_TRY(Context::from(syntax.globals()));
  context.set_purpose(Purpose::use);
  if (arguments.command() == nullptr || arguments.command()[0] == nullptr) {
    return Error(ErrorCode::usage, "no command is given",
                 "it stands after `--`: coffer run --only PATH -- CMD");
  }
  if (wishes.files && !wishes.selection.names_secrets()) {
    return Error(ErrorCode::usage, "none of the selected secrets can be a file",
                 "choose by --only, --prefix or --all-of")
        .about(Subject::Kind::name, "--files");
  }
  if (wishes.names_nothing()) wishes.env_file_here = COFFER_TRY(take_env_file_here());
  return context;
}

VerbResult verb_run(Arguments& arguments, const VerbText& text) {
  Wishes wishes;
  arguments.split_command();
  Syntax syntax(arguments, text);
  describe(syntax, wishes);
  Result<bool> parsed = syntax.parse();
  if (!parsed && arguments.command() == nullptr) {
    return std::move(parsed).error().with_hint(
        "the command stands after `--`: coffer run --only PATH -- CMD");
  }
  if (!COFFER_TRY(std::move(parsed))) return 0;
  const Context context = COFFER_TRY(context_for(arguments, syntax, wishes));
  std::optional<Supply> supply;
  {
    // The stores are closed before the child starts: it may run for months.
    const Sources stores = COFFER_TRY(Sources::open(context, wishes.sources));
    supply.emplace(COFFER_TRY(supply_from(stores, wishes)));
  }
  std::unique_ptr<Relay> relay;
  if (wishes.redact) relay = COFFER_TRY(Relay::open(supply->sought));
  supply->sought = Bindings();
  // The files come last: until the command runs, nothing may fail or wait while they stand there.
  // From here on signals are held, so that none ends this before they are removed.
  HeldSignals held;
  held.hold();
  std::optional<PrivateFiles> files;
  if (wishes.files) {
    files.emplace(COFFER_TRY(PrivateFiles::make(*wishes.files)));
    COFFER_TRY(supply->environment.set(kFilesVariable, files->path(), "--files"));
    if (!wishes.selection.of_product.empty())
      COFFER_TRY(
          supply->environment.set(kProductSelection.files_variable, files->path(), "--files"));
    COFFER_TRY(files->write_all(supply->files));
  }
  // One that came meanwhile means this command, and the other has not begun.
  if (const int number = held.taken_end(); number != 0) return kExitSignalBase + number;
  Child child;
  const int failure =
      child.start(arguments.command(), supply->environment.block(), held, relay.get());
  supply.reset();
  if (failure != 0) return cannot_run(arguments.command()[0], failure);
  return finish(child, std::move(relay));
}

}  // namespace

extern constinit const Verb kRunVerb{{"run", "Runs a command with secrets in its environment.",
                                      "coffer run --only ingestion/my-job -- ./job.sh"},
                                     Section::programs,
                                     verb_run};

extern constinit const Verb kExecVerb{
    {"exec", "The same as run.", "coffer exec --only ingestion/my-job -- env"},
    Section::programs,
    verb_run};

}  // namespace coffer::tools

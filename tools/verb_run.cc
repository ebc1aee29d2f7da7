// coffer run (and exec)
#include <cerrno>
#include <optional>

#include "tools/child.h"
#include "tools/context.h"
#include "tools/environment.h"
#include "tools/exchange/dotenv.h"
#include "tools/fail.h"
#include "tools/input.h"
#include "tools/job_document.h"
#include "tools/private_files.h"
#include "tools/render/template_text.h"
#include "tools/selection.h"
#include "tools/verbs.h"

namespace coffer::tools {
namespace {

struct Wishes {
  Selection selection;
  std::vector<std::string> env_files;
  std::optional<std::string> files;
  std::optional<std::string> job;
  SourceWords sources;
  bool pristine = false;
  bool redact = false;
};

// What the command gets; `sought` are the values that its output must not show.
struct Supply {
  Environment environment;
  std::optional<PrivateFiles> files;
  Bindings sought;
};

constexpr std::string_view kFilesVariable = "COFFER_FILES_DIR";

// A value that is a reference stands for what it names, and so does a reference inside one.
Result<void> add_env_file(Supply& supply, const Sources& stores, const std::string& name) {
  const SecretBytes text = COFFER_TRY(read_input(name));
  const auto resolve = [&](const std::string& reference) -> Result<SecretBytes> {
    SecretBytes value = COFFER_TRY(resolve_reference(stores, reference));
    COFFER_TRY(supply.sought.add(reference, value.text(), reference));
    return value;
  };
  for (const Variable& variable : COFFER_TRY(read_dotenv(text.text(), name))) {
    const bool is_reference = variable.value.text().starts_with("coffer://");
    const SecretBytes value =
        COFFER_TRY(is_reference ? resolve(std::string(variable.value.text()))
                                : expand(variable.value.text(), name, resolve));
    const std::string origin = name + "#" + variable.name;
    COFFER_TRY(supply.environment.set(variable.name, value.text(), origin));
  }
  return {};
}

Result<void> seek(Supply& supply, const Bindings& bindings) {
  for (const Binding& binding : bindings.all())
    COFFER_TRY(supply.sought.add(binding.origin, binding.value.text(), binding.origin));
  return {};
}

// The files come last: until the command runs, nothing may fail or wait while they stand there.
// From then on signals are held, so that none ends this before they are removed.
Result<Supply> supply_from(const Sources& stores, const Wishes& wishes, HeldSignals& held) {
  Supply supply;
  if (wishes.pristine) supply.environment.start_pristine();
  Selection variables = wishes.selection;
  Bindings files;
  variables.with_files = wishes.files.has_value();
  if (wishes.files) {
    files = COFFER_TRY(gather_files(stores, variables));
    variables.only.clear();
    variables.prefixes.clear();
    variables.all_of.clear();
  }
  const bool others = wishes.files || wishes.job || !wishes.env_files.empty();
  const Bindings bindings =
      variables.empty() && others ? Bindings() : COFFER_TRY(gather(stores, variables));
  COFFER_TRY(supply.environment.set_all(bindings));
  COFFER_TRY(seek(supply, bindings));
  if (wishes.job) {
    JobBindings job =
        COFFER_TRY(read_job(stores, COFFER_TRY(read_input(*wishes.job)), *wishes.job));
    COFFER_TRY(supply.environment.set_all(job.variables));
    COFFER_TRY(seek(supply, job.sought));
  }
  for (const std::string& name : wishes.env_files) COFFER_TRY(add_env_file(supply, stores, name));
  if (!wishes.files) return supply;
  COFFER_TRY(seek(supply, files));
  held.hold();
  supply.files.emplace(COFFER_TRY(PrivateFiles::make(*wishes.files)));
  COFFER_TRY(supply.environment.set(kFilesVariable, supply.files->path(), "--files"));
  COFFER_TRY(supply.files->write_all(files));
  return supply;
}

int cannot_run(const char* command, int error_number) {
  fail(Error(ErrorCode::failed, "cannot be run", "name a program that is there and may be run")
           .about(Subject::Kind::file, command)
           .with_errno(error_number));
  const bool missing = error_number == ENOENT || error_number == ENOTDIR;
  return missing ? kExitNoCommand : kExitCannotRun;
}

void describe(Syntax& syntax, Wishes& wishes) {
  wishes.selection.describe(syntax);
  syntax.repeated("--env-file", wishes.env_files, "FILE",
                  "Variables from a dotenv file, references in it resolved");
  syntax.option("--files", wishes.files, "DIR",
                "Values as files SECRET_FIELD in DIR, which is made in memory and removed");
  syntax.option("--job", wishes.job, "FILE", "The variables of a job document (IOMETE's)");
  wishes.sources.describe(syntax);
  syntax.flag("--pristine", wishes.pristine, "Inherit only PATH, HOME and their like");
  syntax.flag("--redact", wishes.redact, "Show asterisks where the command writes a value");
}

}  // namespace

VerbResult verb_run(Arguments& arguments, const VerbText& text) {
  Wishes wishes;
  arguments.split_command();
  Syntax syntax(arguments, text);
  describe(syntax, wishes);
  if (!COFFER_TRY(syntax.parse())) return 0;
  Context context = COFFER_TRY(Context::from(syntax.globals()));
  context.set_purpose(Purpose::use);
  if (arguments.command() == nullptr || arguments.command()[0] == nullptr) {
    return Error(ErrorCode::usage, "no command is given",
                 "it stands after `--`: coffer run -- CMD");
  }
  HeldSignals held;
  std::optional<Supply> supply;
  {
    // The stores are closed before the child starts: it may run for months.
    const Sources stores = COFFER_TRY(Sources::open(context, wishes.sources));
    supply.emplace(COFFER_TRY(supply_from(stores, wishes, held)));
  }
  std::unique_ptr<Relay> relay;
  if (wishes.redact) relay = COFFER_TRY(Relay::open(supply->sought));
  supply->sought = Bindings();
  held.hold();
  // One that came meanwhile means this command, and the other has not begun.
  if (const int number = held.taken_end(); number != 0) return kExitSignalBase + number;
  Child child;
  const int failure =
      child.start(arguments.command(), supply->environment.block(), held, relay.get());
  supply->environment.wipe();
  if (failure != 0) return cannot_run(arguments.command()[0], failure);
  return child.wait();
}

}  // namespace coffer::tools

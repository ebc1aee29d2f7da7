// coffer import
#include <memory>

#include "tools/command/consent/still_admin.h"
#include "tools/command/fail.h"
#include "tools/command/opening/context.h"
#include "tools/command/secret/target.h"
#include "tools/command/streams/chunked_input.h"
#include "tools/command/streams/input.h"
#include "tools/command/verb.h"
#include "tools/exchange/dotenv/dotenv.h"
#include "tools/exchange/forms.h"
#include "tools/exchange/own_document.h"
#include "tools/transfer/importing.h"
#include "tools/transfer/path_groups.h"

namespace coffer::tools {
namespace {

Result<Existing> parse_existing(bool cas, bool overwrite, bool skip) {
  if (int(cas) + int(overwrite) + int(skip) > 1) {
    return Error(ErrorCode::usage, "--cas, --overwrite and --skip-existing exclude each other",
                 "choose one; without any, a secret that stands already and differs is refused");
  }
  if (cas) return Existing::compare_and_swap;
  if (overwrite) return Existing::overwrite;
  return skip ? Existing::skip : Existing::refuse;
}

Result<void> write_outcome(const Context& context, const ImportOutcome& outcome, bool dry_run) {
  const PathGroup groups[] = {
      {"created", outcome.created}, {"updated", outcome.updated}, {"unchanged", outcome.unchanged},
      {"skipped", outcome.skipped}, {"expired", outcome.expired},
  };
  return write_path_groups(groups, dry_run, context.json());
}

// A file that calls itself an export is read as one, and a note says so.
std::optional<Form> guess_form(const std::string& file) {
  const std::string name = file.substr(file.rfind('/') + 1);  // npos + 1 is 0.
  if (name != ".env" && !name.ends_with(".env")) return std::nullopt;
  note("--as dotenv is taken, for the file is called " + printable(name));
  return Form::dotenv;
}

Result<Form> form_of(const std::optional<std::string>& form, const std::string& file) {
  if (form) return parse_form(*form);
  if (const auto guessed = guess_form(file)) return *guessed;
  return Error(ErrorCode::usage, "the form of the file is missing",
               "--as json is what coffer export writes; `coffer help import` names the others");
}

// What the one secret of a dotenv file will hold, names only.
Result<void> note_fields(const std::vector<SecretImage>& secrets) {
  for (const SecretImage& secret : secrets) {
    if (secret.versions.empty() || !secret.versions.front().value) continue;
    const auto names = secret.versions.front().value->field_names();
    if (!names) continue;
    std::string text;
    for (const std::string& name : *names) text += (text.empty() ? "" : ", ") + printable(name);
    note(printable(secret.path) + " gets " + std::to_string(names->size()) +
         (names->size() == 1 ? " field: " : " fields: ") + text);
  }
  return {};
}

Result<void> check_not_empty(Form form, const std::vector<SecretImage>& secrets,
                             std::string_view source) {
  if (form != Form::dotenv || secrets.empty()) return {};
  if (!COFFER_TRY(secrets.front().versions.front().value->field_names()).empty()) return {};
  return Error(ErrorCode::usage, "holds no variable; nothing was changed",
               "see that it is the file that you mean")
      .about(Subject::Kind::file, source);
}

VerbResult verb_import(Arguments& arguments, const VerbText& text) {
  std::string file;
  std::optional<std::string> form, prefix;
  ImportPlan plan;
  bool cas = false, overwrite = false, skip = false, yes = false;
  Syntax syntax(arguments, text);
  syntax.word("FILE", file, "The document; `-` is standard input");
  syntax.option("--as", form, "FORM", kFormNames);
  syntax.option("--prefix", prefix, "PATH",
                "The folder it goes to; the secret's own path for dotenv and `vault kv get`");
  syntax.flag("-n,--dry-run", plan.dry_run, "Tell what would change, names only");
  syntax.flag("--cas", cas, "Write what differs if nobody changed it since the document was made");
  syntax.flag("--overwrite", overwrite, "Write a new version of what differs");
  syntax.flag("--skip-existing", skip, "Leave what is there already as it is");
  syntax.flag("-y,--yes", yes, "Even if by the document's policy you may not administer the store");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  plan.form = COFFER_TRY(form_of(form, file));
  plan.existing = COFFER_TRY(parse_existing(cas, overwrite, skip));
  if (prefix) COFFER_TRY(check_names_folder(*prefix, "name one, or leave --prefix away"));
  std::string folder = prefix.value_or("");
  if (folder.ends_with('/')) folder.pop_back();
  const ImportNames names{file == "-" ? std::string_view("standard input") : file, folder};
  std::optional<ChunkedInput> input;
  std::optional<OwnDocument> document;
  ImportBatches batches;
  if (plan.form == Form::json) {
    input.emplace(COFFER_TRY(ChunkedInput::open(file)));
    const auto chunks = [&](const std::function<Result<void>(std::string_view)>& take) {
      return input->read(take);
    };
    document.emplace(COFFER_TRY(OwnDocument::open(chunks, names)));
    if (const std::string& policy = document->store().policy; !policy.empty() && !plan.dry_run)
      COFFER_TRY(check_still_admin(context, COFFER_TRY(parse_policy(policy)), yes));
    batches = batches_of(*document);
  } else {
    std::vector<SecretImage> secrets =
        COFFER_TRY(read_import(plan.form, COFFER_TRY(read_input(file)), names));
    COFFER_TRY(check_not_empty(plan.form, secrets, names.source));
    if (plan.dry_run && !context.json()) COFFER_TRY(note_fields(secrets));
    batches = batches_of(std::move(secrets));
  }
  Store store = COFFER_TRY(context.open());
  const ImportOutcome outcome = COFFER_TRY(run_import(store, batches, plan));
  COFFER_TRY(write_outcome(context, outcome, plan.dry_run));
  return 0;
}

}  // namespace

extern constinit const Verb kImportVerb{
    {"import",
     "Brings in secrets, and what else an export holds.\nAll of it or nothing; a document larger "
     "than 32 MiB is checked as a whole before its first part is written.\nA secret that the store "
     "has already with other contents is refused unless an option says otherwise.",
     "coffer import secrets.env --as dotenv --prefix ingestion/my-job --dry-run"},
    Section::bulk,
    verb_import};

}  // namespace coffer::tools

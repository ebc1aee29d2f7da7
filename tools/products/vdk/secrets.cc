// coffer secrets: the secrets of a data job, as VDK's users know them
#include <algorithm>
#include <cstdlib>

#include "text/ascii.h"
#include "text/json.h"
#include "tools/command/fail.h"
#include "tools/command/opening/context.h"
#include "tools/command/secret/target.h"
#include "tools/command/streams/input.h"
#include "tools/command/streams/prompt.h"
#include "tools/command/verb.h"
#include "tools/products/vdk/job_secrets.h"
#include "tools/products/vdk/job_view.h"

namespace coffer::tools {
namespace {

struct SecretsWords {
  std::optional<std::string> team, job, get, overwrite, output, url;
  std::vector<NamedWord> sets;
  std::vector<std::string> shown_sets, prompts, from_stdin, from_files, removed;
  bool list = false;
  bool show = false;
  bool remove_all = false;
  bool remove_all_vep = false;
  bool yes = false;

  bool sets_any() const {
    return !sets.empty() || !prompts.empty() || !from_stdin.empty() || !from_files.empty();
  }
  bool clears() const { return remove_all || remove_all_vep; }
  bool writes() const { return sets_any() || !removed.empty() || clears() || overwrite; }
};

void describe_words(Syntax& syntax, SecretsWords& words) {
  syntax.option("-n,--name", words.job, "JOB", "The data job; asked for where it is missing");
  syntax.option("-t,--team", words.team, "TEAM",
                "Its team; asked for where it is missing (environment: COFFER_TEAM)");
  // Taken out before the options are parsed: here for the help.
  syntax.repeated("--set", words.shown_sets, "KEY [VALUE]",
                  "Set this key; without VALUE it is asked for, and nobody sees it in ps");
  syntax.repeated("--set-prompt", words.prompts, "KEY", "Set this key to what is asked for");
  syntax.repeated("--set-stdin", words.from_stdin, "KEY", "Set this key to all of standard input");
  syntax.repeated("--set-file", words.from_files, "KEY=FILE", "Set this key to a file's text");
  syntax.option("--get", words.get, "KEY", "Write this secret");
  syntax.flag("--list", words.list, "Write the keys there are");
  syntax.flag("--show-secrets", words.show, "With --list: and their values");
  syntax.repeated("--delete", words.removed, "KEY", "Delete this key");
  syntax.flag("--delete-all-job-secrets", words.remove_all, "Delete every key of the job");
  syntax.flag("--delete-all-job-properties", words.remove_all_vep, "The same");
  syntax.option("--overwrite-all-job-secrets", words.overwrite, "FILE",
                "Put this JSON object in the place of all; `-` is standard input");
  syntax.option("-o,--output", words.output, "text|json", "Form of the output");
  syntax.option("-u,--rest-api-url", words.url, "URL", "Accepted for scripts, without effect");
  syntax.flag("-y,--yes", words.yes, "Do not ask before everything is deleted");
  syntax.explain(
      "One call sets and deletes all that it names, or nothing: first the sets, then the "
      "deletions, then the replacement of all. A key keeps the type of its value. A value that "
      "begins with a dash is given by the prompt or by --set-stdin.\nAs in VDK, exit code 2 stands "
      "for any error in the words, names, values or files of the call. Errors of the store, its "
      "key or its policy, and a question that nobody answers, keep the exit code that they have "
      "with every verb: `coffer help exit-codes`.\ncoffer run --only TEAM/JOB hands the secrets to "
      "a program.");
}

// A value was on the command line: it may stand in a shell's history, too.
void warn_of_arguments(const SecretsWords& words) {
  const bool any = std::any_of(words.sets.begin(), words.sets.end(),
                               [](const NamedWord& word) { return word.value.has_value(); });
  if (any) warn("a secret in an argument can be seen by others: --set KEY alone asks for it");
  if (words.url) warn("--rest-api-url is not used: the secrets are in the store");
}

Result<bool> wants_json(const SecretsWords& words, const Context& context) {
  if (!words.output) return context.json();
  const std::string form = ascii::lowered(*words.output);
  if (form == "json" || form == "text") return form == "json";
  return Error(ErrorCode::usage, "takes `text` or `json`").about(Subject::Kind::name, "--output");
}

Result<void> check_words(const SecretsWords& words) {
  const bool reads = words.get || words.list;
  if (reads && (words.sets_any() || !words.removed.empty())) {
    return Error(ErrorCode::usage,
                 "--set, --set-prompt and --delete do not go together with --get and --list",
                 "write first, then read");
  }
  if (words.get && words.list)
    return Error(ErrorCode::usage, "--get and --list do not go together", "give one of the two");
  if (words.show && !words.list) return Error(ErrorCode::usage, "--show-secrets belongs to --list");
  if (!reads && !words.writes()) {
    return Error(ErrorCode::usage, "no operation on the job's secrets is given",
                 "for example --set KEY, --get KEY or --list; see: coffer help secrets");
  }
  return {};
}

Result<std::string> asked(const std::optional<std::string>& given, const char* variable,
                          std::string_view prompt) {
  if (given) return *given;
  const char* set = variable == nullptr ? nullptr : std::getenv(variable);
  if (set != nullptr && *set != '\0') return std::string(set);
  return std::string(COFFER_TRY(ask_or_read_line(prompt, false)).text());
}

struct NewValue {
  std::string name;
  SecretBytes text;
};

// A file that is not there was named by the user: his error, as in VDK.
Result<SecretBytes> read_named(const std::string& file) {
  Result<SecretBytes> bytes = read_input(file);
  if (bytes || bytes.error().code() != ErrorCode::io) return bytes;
  return Error(ErrorCode::usage, "cannot be read; nothing has been changed")
      .about(Subject::Kind::file, file)
      .with_errno(bytes.error().os_errno());
}

Result<NewValue> from_file(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos)
    return Error(ErrorCode::usage, "takes KEY=FILE").about(Subject::Kind::name, "--set-file");
  SecretBytes text = COFFER_TRY(read_named(word.substr(equals + 1)));
  return NewValue{word.substr(0, equals), std::move(text)};
}

// Everything that is asked for or read, before the store is touched.
Result<std::vector<NewValue>> gather_values(SecretsWords& words) {
  std::vector<NewValue> values;
  for (NamedWord& word : words.sets) {
    SecretBytes text =
        word.value ? std::move(*word.value) : COFFER_TRY(ask_or_read_line(word.name + ": ", true));
    values.push_back({std::move(word.name), std::move(text)});
  }
  for (const std::string& name : words.prompts) {
    SecretBytes text = COFFER_TRY(ask_or_read_line(name + ": ", true));
    values.push_back({name, std::move(text)});
  }
  for (const std::string& name : words.from_stdin) {
    SecretBytes text = COFFER_TRY(read_stdin());
    values.push_back({name, std::move(text)});
  }
  for (const std::string& word : words.from_files) values.push_back(COFFER_TRY(from_file(word)));
  return values;
}

struct Job {
  std::uint64_t version = 0;  // The newest, whatever became of it; 0: there is none.
  JobSecrets secrets;
};

// A job whose object was never written, or is no longer there, has no secrets.
Result<JobSecrets> parse_read(const Result<Secret>& secret, bool replaced) {
  if (!secret && is_gone(secret.error())) return JobSecrets();
  if (!secret) return secret.error();
  Result<JobSecrets> parsed = about_secret(JobSecrets::parse(secret->value), secret->path);
  return !parsed && replaced ? JobSecrets() : std::move(parsed);
}

Result<Job> load(const Transaction& txn, const std::string& path, bool replaced) {
  Job job;
  const Result<History> history = txn.history(path);
  if (history) job.version = history->current_version;
  if (!history && history.error().code() != ErrorCode::not_found) return history.error();
  job.secrets = COFFER_TRY(parse_read(txn.get(path), replaced));
  return job;
}

Result<void> check_size(const SecretBytes& text) {
  if (text.size() <= kJobSecretsBytesMax) return {};
  return Error(ErrorCode::limit,
               "the job's secrets are larger than 1048576 bytes together, in bytes; nothing has "
               "been changed",
               "keep large values in secrets of their own: coffer put PATH --file FILE")
      .with_size(text.size(), kJobSecretsBytesMax);
}

// What the call reads is what its sets and deletions left, before all is replaced.
Result<void> write_changes(Store& store, const std::string& path, const SecretsWords& words,
                           const std::vector<NewValue>& values,
                           const std::optional<SecretBytes>& document, JobSecrets& seen) {
  COFFER_TRY(store.transaction([&](Transaction& txn) -> Result<void> {
    Job job = COFFER_TRY(load(txn, path, words.clears() || document.has_value()));
    for (const NewValue& value : values) {
      COFFER_TRY(job.secrets.set(value.name, value.text.text()));
    }
    for (const std::string& name : words.removed) COFFER_TRY(job.secrets.remove(name));
    if (words.clears()) job.secrets.clear();
    seen = job.secrets.clone();
    SecretBytes text =
        document ? COFFER_TRY(overwritten(
                       job.secrets, document->clone(),
                       *words.overwrite == "-" ? std::string("standard input") : *words.overwrite))
                 : job.secrets.text();
    COFFER_TRY(check_size(text));
    PutOptions options;
    options.cas = job.version;
    COFFER_TRY(
        about_secret(txn.put(path, COFFER_TRY(Value::json(std::move(text))), options), path));
    return {};
  }));
  return {};
}

Result<void> show(const SecretsWords& words, const JobSecrets& secrets, bool as_json) {
  if (!words.get && !words.list) return {};
  JobMembers members;
  for (const JobSecrets::Member& member : secrets.members()) {
    if (words.list || member.name == *words.get) members.push_back(&member);
  }
  const bool with_values = words.get || words.show;
  return as_json ? write_job_json(members, with_values) : write_job_table(members, with_values);
}

Result<void> carry_out(SecretsWords& words, const Globals& globals) {
  Context context = COFFER_TRY(Context::from(globals));
  context.set_purpose(words.get || words.show ? Purpose::reveal : Purpose::use);
  const bool as_json = COFFER_TRY(wants_json(words, context));
  COFFER_TRY(check_words(words));
  warn_of_arguments(words);
  const std::string job = COFFER_TRY(asked(words.job, nullptr, "Job Name: "));
  const std::string team = COFFER_TRY(asked(words.team, "COFFER_TEAM", "Job Team: "));
  const std::string path = COFFER_TRY(job_path(team, job));
  const std::vector<NewValue> values = COFFER_TRY(gather_values(words));
  std::optional<SecretBytes> document;
  if (words.overwrite) document = COFFER_TRY(read_named(*words.overwrite));
  if (words.clears()) COFFER_TRY(confirm("Delete every secret of this job?", words.yes));
  Store store = COFFER_TRY(context.open());
  JobSecrets seen;
  if (words.writes()) {
    COFFER_TRY(write_changes(store, path, words, values, document, seen));
  } else {
    seen = COFFER_TRY(parse_read(store.get(path), false));
  }
  return show(words, seen, as_json);
}

bool is_users(const Error& error) {
  switch (error.code()) {
    case ErrorCode::usage:
    case ErrorCode::not_found:
    case ErrorCode::deleted:
    case ErrorCode::expired:
    case ErrorCode::destroyed:
    case ErrorCode::conflict:
    case ErrorCode::in_use:
    case ErrorCode::limit: return true;
    default: return false;
  }
}

VerbResult verb_secrets(Arguments& arguments, const VerbText& text) {
  SecretsWords words;
  words.sets = arguments.take_named("--set");
  Syntax syntax(arguments, text);
  describe_words(syntax, words);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Result<void> done = carry_out(words, syntax.globals());
  if (done) return 0;
  if (!is_users(done.error())) return done.error();
  fail(done.error());
  return static_cast<int>(ErrorCode::usage);
}

}  // namespace

extern constinit const Verb kSecretsVerb{
    {"secrets",
     "Sets, gets, lists and deletes the secrets of a data job.\nThey are one JSON object at "
     "TEAM/JOB, of at most 1 MiB.",
     "coffer secrets -t ingestion -n my-job --set redshift-password"},
    Section::products,
    verb_secrets};

}  // namespace coffer::tools

// coffer help | version
#include "tools/command/opening/context.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"
#include "tools/verbs/table.h"

namespace coffer::tools {
namespace {

struct ExitCode {
  int code;
  const char* name;
  const char* when;
};

constexpr ExitCode kExitCodes[] = {
    {0, "ok", ""},
    {1, "failed", "anything without a code of its own"},
    {2, "usage", "unknown word, bad option value, bad input document, bad name"},
    {3, "declined", "a question was answered no, or a prompt was cut off"},
    {4, "not_found", "no such secret, version, config, slot, field"},
    {5, "deleted", "the version asked for is soft-deleted"},
    {6, "expired", "its time is over (reclaimed or not)"},
    {7, "destroyed", "the version existed and is gone"},
    {8, "conflict", "CAS or revision mismatch, CAS required, already exists"},
    {9, "in_use", "deletion refused: something refers to it"},
    {10, "limit", "too large, too long, too many"},
    {11, "wrong_key", "no slot opens with what was given"},
    {12, "key_unavailable", "provider down, denied, disabled, timed out"},
    {13, "corrupt", "a record, file or chain fails its check"},
    {14, "rolled_back", "the store is older than its anchor or its keyring"},
    {15, "denied", "policy"},
    {16, "busy", "lock not had in time, too many readers"},
    {17, "io", "disk full, EIO, read-only, permissions"},
    {18, "no_store", "not a store, not initialised, already initialised"},
    {19, "too_new", "written by a newer format"},
};

Result<void> write_exit_codes(bool as_json) {
  if (as_json) {
    JsonText json;
    json.open('{').key("exit_codes").open('[');
    for (const ExitCode& exit : kExitCodes) {
      json.open('{').key("code").number(static_cast<std::uint64_t>(exit.code));
      json.key("name").string(exit.name).key("when").string(exit.when).close('}');
    }
    json.close(']').close('}');
    return json.write();
  }
  Table table({"CODE", "NAME", "WHEN"});
  for (const ExitCode& exit : kExitCodes)
    table.row({std::to_string(exit.code), exit.name, exit.when});
  table.row({"126", "cannot_run", "run: the command could not be started"});
  table.row({"127", "no_command", "run: there is no such command"});
  table.row({"128+N", "signal", "run: the command was ended by signal N"});
  return table.write();
}

VerbResult verb_help(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> first;
  std::optional<std::string> second;
  Syntax syntax(arguments, text);
  syntax.optional_word("VERB", first, "A verb, the first word of several, or `exit-codes`");
  syntax.optional_word("WORD", second, "Its second word, as in `config put`");
  if (!COFFER_TRY(syntax.parse())) return 0;
  if (!first) {
    COFFER_TRY(write_overview());
    return 0;
  }
  if (*first == "exit-codes") {
    const Context context = COFFER_TRY(Context::from(syntax.globals()));
    COFFER_TRY(write_exit_codes(context.json()));
    return 0;
  }
  if (is_group(*first) && !second) {
    COFFER_TRY(write_group(*first));
    return 0;
  }
  // The verb tells about itself, as it does when asked with --help.
  std::string verb = *first;
  std::string word = second.value_or("");
  std::string help = "--help";
  char* asked[] = {nullptr, verb.data(), second ? word.data() : help.data(), help.data()};
  Arguments again(second ? 4 : 3, asked);
  return dispatch(again);
}

VerbResult verb_version(Arguments& arguments, const VerbText& text) {
  // Asked for as an option it is not among those that verbs take.
  const bool as_json = arguments.format_asked() == Format::json;
  if (!arguments.has("-V", "--version")) {
    Syntax syntax(arguments, text);
    if (!COFFER_TRY(syntax.parse())) return 0;
  }
  if (as_json) {
    JsonText json;
    json.open('{').key("version").string(COFFER_VERSION).close('}');
    COFFER_TRY(json.write());
  } else {
    COFFER_TRY(write_line("coffer " COFFER_VERSION));
  }
  return 0;
}

}  // namespace

extern constinit const Verb kHelpVerb{
    {"help", "Shows the verbs, one of them, or the exit codes.", "coffer help put"},
    Section::about,
    verb_help};

extern constinit const Verb kVersionVerb{
    {"version", "Shows the version.", "coffer version"}, Section::about, verb_version};

}  // namespace coffer::tools

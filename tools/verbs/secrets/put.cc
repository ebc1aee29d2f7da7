// coffer put
#include <set>

#include "tools/command/fail.h"
#include "tools/command/opening/context.h"
#include "tools/command/secret/fields.h"
#include "tools/command/secret/target.h"
#include "tools/command/secret/write_options.h"
#include "tools/command/streams/input.h"
#include "tools/command/streams/prompt.h"
#include "tools/command/verb.h"

namespace coffer::tools {
namespace {

struct PutWords {
  std::string path;
  std::vector<SecretBytes> pairs;
  std::optional<std::string> value, file, json;
  WriteWords write;
};

void describe_words(Syntax& syntax, PutWords& words) {
  syntax.word("PATH", words.path, "The secret");
  describe_fields(syntax, words.pairs);
  syntax.option("--value", words.value, "-",
                "The whole value, asked for on a terminal, else from standard input");
  syntax.option("--file", words.file, "FILE", "The whole value, to the byte");
  syntax.option("--json", words.json, "FILE", "A JSON value, kept as its exact text");
  describe_write_options(syntax, words.write);
}

Result<Value> value_of(const PutWords& words, LineEnds& ends) {
  const int ways = int(words.value.has_value()) + int(words.file.has_value()) +
                   int(words.json.has_value()) + int(!words.pairs.empty());
  if (ways > 1) {
    return Error(ErrorCode::usage, "the value is given in more than one way",
                 "choose one of: fields, --value -, --file FILE, --json FILE");
  }
  if (!words.pairs.empty()) {
    return Value::json(COFFER_TRY(fields_object(
        words.pairs, "give a value without fields by --value -, --file FILE or at the prompt",
        ends)));
  }
  if (words.file) return Value::opaque(COFFER_TRY(read_input(*words.file)));
  if (words.json) return read_json_value(*words.json);
  if (!words.value) return prompted_value();
  if (*words.value != "-") {
    return Error(ErrorCode::usage, "--value takes only `-`, which is standard input",
                 "others can read a command's arguments; --file FILE reads a file");
  }
  if (can_ask()) return prompted_value();
  SecretBytes given = COFFER_TRY(read_stdin());
  if (is_line_with_end(given.text())) ends.emplace_back("the value");
  return Value::opaque(std::move(given));
}

// `put NAME=VALUE` alone: the name of the secret was forgotten, and what is likely a value would
// become one. It is not repeated here.
Result<void> doubt_name(const PutWords& words) {
  const bool names_a_pair =
      words.path.find('=') != std::string::npos && words.path.find("://") == std::string::npos;
  if (!names_a_pair || words.value || words.file || words.json) return {};
  if (!words.pairs.empty()) {
    warn("the first word is the secret's name, and it has a = in it");
    return {};
  }
  if (!can_ask()) {
    return Error(ErrorCode::usage,
                 "the only argument contains '=' and would be taken as the secret's name",
                 "the secret comes first: coffer put PATH NAME=VALUE");
  }
  return confirm("The only word has a = in it. Is all of it the secret's name?", false);
}

std::set<std::string> names_in(const Value& value) {
  const auto names = value.field_names();
  return names ? std::set<std::string>(names->begin(), names->end()) : std::set<std::string>();
}

// The fields of the newest version. A caller without the right to the value gets nothing,
// or where the audit log would tell of a read that nobody asked for.
Result<std::set<std::string>> fields_before(Store& store, const std::string& path) {
  if (!COFFER_TRY(store.policies().may(UseCase::use, "secret:" + path)) ||
      COFFER_TRY(store.settings()).audit_reads)
    return std::set<std::string>();
  const auto newest = store.get(path);
  return newest ? names_in(newest->value) : std::set<std::string>();
}

void tell_dropped(const std::set<std::string>& before, const Value& value) {
  std::string dropped;
  const std::set<std::string> now = names_in(value);
  for (const std::string& name : before)
    if (!now.contains(name)) dropped += (dropped.empty() ? "" : ", ") + printable(name);
  if (!dropped.empty())
    note("the new version is without these fields of the one before: " + dropped +
         "; `coffer patch` keeps the others");
}

VerbResult verb_put(Arguments& arguments, const VerbText& text) {
  arguments.words_are_secret();
  PutWords words;
  Syntax syntax(arguments, text);
  describe_words(syntax, words);
  if (!COFFER_TRY(syntax.parse())) return 0;
  Context context = COFFER_TRY(Context::from(syntax.globals()));
  context.set_purpose(Purpose::use);
  COFFER_TRY(doubt_name(words));
  const std::string path = COFFER_TRY(parse_whole(words.path));
  const PutOptions options = COFFER_TRY(parse_write_options(words.write));
  LineEnds ends;
  const Value value = COFFER_TRY(value_of(words, ends));
  Store store = COFFER_TRY(context.open());
  const std::set<std::string> before = COFFER_TRY(fields_before(store, path));
  const VersionInfo version = COFFER_TRY(about_secret(store.put(path, value, options), path));
  note_line_ends(ends);
  tell_dropped(before, value);
  COFFER_TRY(write_new_version(context, path, version));
  return 0;
}

}  // namespace

extern constinit const Verb kPutVerb{
    {"put",
     "Writes a new version of a secret.\nps shows a value given as an argument until coffer has "
     "read it: prefer k=-, k=@file, --value - or the prompt.",
     "coffer put ingestion/my-job redshift-user=foo redshift-password=@pw.txt"},
    Section::secrets,
    verb_put};

}  // namespace coffer::tools

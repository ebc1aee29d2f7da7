// coffer put
#include "tools/context.h"
#include "tools/fields.h"
#include "tools/input.h"
#include "tools/target.h"
#include "tools/verbs.h"
#include "tools/write_options.h"

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
  syntax.option("--value", words.value, "-", "The whole value, from standard input");
  syntax.option("--file", words.file, "FILE", "The whole value, to the byte");
  syntax.option("--json", words.json, "FILE", "A JSON value, kept as its exact text");
  describe_write_options(syntax, words.write);
}

Result<Value> value_of(const PutWords& words) {
  const int ways = int(words.value.has_value()) + int(words.file.has_value()) +
                   int(words.json.has_value()) + int(!words.pairs.empty());
  if (ways > 1) {
    return Error(ErrorCode::usage, "the value is given in more than one way",
                 "choose one of: fields, --value -, --file FILE, --json FILE");
  }
  if (!words.pairs.empty()) return Value::json(COFFER_TRY(fields_object(words.pairs)));
  if (words.file) return Value::opaque(COFFER_TRY(read_input(*words.file)));
  if (words.json) {
    Result<Value> value = Value::json(COFFER_TRY(read_input(*words.json)));
    if (!value) return std::move(value).error().about(Subject::Kind::file, *words.json);
    return value;
  }
  if (!words.value) return prompted_value();
  if (*words.value != "-") {
    return Error(ErrorCode::usage, "--value takes only `-`, which is standard input",
                 "others can read a command's arguments; --file FILE reads a file");
  }
  return Value::opaque(COFFER_TRY(read_stdin()));
}

}  // namespace

VerbResult verb_put(Arguments& arguments, const VerbText& text) {
  arguments.words_are_secret();
  PutWords words;
  Syntax syntax(arguments, text);
  describe_words(syntax, words);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const std::string path = COFFER_TRY(parse_whole(words.path));
  const PutOptions options = COFFER_TRY(parse_write_options(words.write));
  const Value value = COFFER_TRY(value_of(words));
  Store store = COFFER_TRY(context.open());
  const VersionInfo version = COFFER_TRY(about_secret(store.put(path, value, options), path));
  COFFER_TRY(write_new_version(context, path, version));
  return 0;
}

}  // namespace coffer::tools

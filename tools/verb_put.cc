// coffer put
#include <map>
#include <utility>

#include "format/json.h"
#include "format/time_text.h"
#include "tools/context.h"
#include "tools/fail.h"
#include "tools/input.h"
#include "tools/numbers.h"
#include "tools/output.h"
#include "tools/prompt.h"
#include "tools/target.h"
#include "tools/verbs.h"

namespace coffer::tools {
namespace {

struct PutWords {
  std::string path;
  std::vector<SecretBytes> pairs;
  std::optional<std::string> value, file, json, cas, ttl;
  std::vector<std::string> metadata;
};

void describe_words(Syntax& syntax, PutWords& words) {
  syntax.word("PATH", words.path, "The secret");
  syntax.secret_words(
      "FIELD", words.pairs,
      "k=TEXT, k=@FILE, k=- (standard input), or k:=JSON for another JSON value; "
      "a text that begins with @, or is -, is written k:='\"@TEXT\"' or comes by k=-");
  syntax.option("--value", words.value, "-", "The whole value, from standard input");
  syntax.option("--file", words.file, "FILE", "The whole value, to the byte");
  syntax.option("--json", words.json, "FILE", "A JSON value, kept as its exact text");
  syntax.option("--cas", words.cas, "N", "Only if the current version is N; 0: if there is none");
  syntax.option("--ttl", words.ttl, "DURATION", "Expires after that: 90s, 15m, 2h, 30d");
  syntax.repeated("--metadata", words.metadata, "K=V", "Custom metadata, in place of all there is");
}

// What follows `@` may be a password that begins so: an error names the field, never the file.
Result<SecretBytes> read_field_file(std::string_view name, std::string_view file) {
  Result<SecretBytes> bytes = read_input(file);
  if (bytes) return bytes;
  if (bytes.error().code() != ErrorCode::io)
    return std::move(bytes).error().about(Subject::Kind::name, name);
  return Error(ErrorCode::io, "the file named after @ cannot be read",
               "for a text that begins with @ write k:='\"@TEXT\"', or give it by k=-")
      .with_errno(bytes.error().os_errno())
      .about(Subject::Kind::name, name);
}

// `-` and `@FILE` mean what they mean; anything else is the value itself.
Result<SecretBytes> read_field(std::string_view name, std::string_view text) {
  if (text == "-") return read_stdin();
  if (text.starts_with('@')) return read_field_file(name, text.substr(1));
  return SecretBytes::copy_of(text);
}

Error not_a_pair() {
  return {ErrorCode::usage, "a field is written k=TEXT, k=@FILE, k=- or k:=JSON",
          "give a value without fields by --value -, --file FILE or at the prompt"};
}

Result<void> append_member(SecretBytes& object, const SecretBytes& pair) {
  const std::string_view text = pair.text();
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return not_a_pair();
  const bool is_json = text[equals - 1] == ':';
  const std::string_view name = text.substr(0, equals - (is_json ? 1 : 0));
  if (name.empty()) return not_a_pair();
  if (!json::is_valid_utf8(name)) return Error(ErrorCode::usage, "a field's name is not UTF-8");
  const SecretBytes value = COFFER_TRY(read_field(name, text.substr(equals + 1)));
  json::append_quoted(object, name);
  object.push_back(':');
  if (is_json) {
    // Parsed apart, so that `1,"other":2` cannot smuggle a member in.
    const Result<json::Document> document = json::Document::parse(value.text());
    if (!document) {
      return Error(document.error().code(), "what follows := is not one JSON value",
                   "in a shell, put quotes around it: 'port:=5439'")
          .about(Subject::Kind::name, name);
    }
    object.append(document->raw(0));
    return {};
  }
  if (!json::is_valid_utf8(value.text())) {
    return Error(ErrorCode::usage, "a field holds text, and this is not UTF-8",
                 "--file stores any bytes as the whole value")
        .about(Subject::Kind::name, name);
  }
  json::append_quoted(object, value.text());
  return {};
}

Result<Value> fields_value(const std::vector<SecretBytes>& pairs) {
  SecretBytes object;
  object.push_back('{');
  for (const SecretBytes& pair : pairs) {
    if (object.size() > 1) object.push_back(',');
    COFFER_TRY(append_member(object, pair));
  }
  object.push_back('}');
  Result<Value> value = Value::json(std::move(object));
  // Each member was checked: what is left to find is a name that stands twice.
  if (!value && value.error().code() == ErrorCode::usage) {
    return Error(ErrorCode::usage, "a field is given twice");
  }
  return value;
}

Result<Value> prompted_value() {
  if (!can_ask()) {
    return Error(ErrorCode::usage, "no value is given, and there is no terminal to ask on",
                 "give it by --value - (standard input), --file FILE or k=@FILE");
  }
  return Value::opaque(COFFER_TRY(ask_secret("Value: ", "")));
}

Result<Value> value_of(const PutWords& words) {
  const int ways = int(words.value.has_value()) + int(words.file.has_value()) +
                   int(words.json.has_value()) + int(!words.pairs.empty());
  if (ways > 1) {
    return Error(ErrorCode::usage, "the value is given in more than one way",
                 "choose one of: fields, --value -, --file FILE, --json FILE");
  }
  if (!words.pairs.empty()) return fields_value(words.pairs);
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

Result<PutOptions> options_of(const PutWords& words) {
  PutOptions options;
  if (words.cas) options.cas = COFFER_TRY(parse_number("--cas", *words.cas));
  if (words.ttl) {
    options.ttl_ms = COFFER_TRY(format::parse_duration(*words.ttl));
    if (options.ttl_ms <= 0) {
      return Error(ErrorCode::usage, "takes a time longer than nothing")
          .about(Subject::Kind::name, "--ttl");
    }
  }
  if (words.metadata.empty()) return options;
  options.custom.emplace();
  for (const std::string& pair : words.metadata) {
    const std::size_t equals = pair.find('=');
    const bool whole = equals != std::string::npos && equals != 0 && json::is_valid_utf8(pair);
    if (!whole ||
        !options.custom->emplace(pair.substr(0, equals), pair.substr(equals + 1)).second) {
      return Error(ErrorCode::usage, "takes k=v in UTF-8, each k once")
          .about(Subject::Kind::name, "--metadata");
    }
  }
  return options;
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
  const PutOptions options = COFFER_TRY(options_of(words));
  const Value value = COFFER_TRY(value_of(words));
  Store store = COFFER_TRY(context.open());
  const VersionInfo version = COFFER_TRY(about_secret(store.put(path, value, options), path));
  if (context.json()) {
    JsonText json;
    json.open('{').key("path").string(path).key("version").number(version.version);
    json.key("created_time").time(version.created_at_ms).close('}');
    COFFER_TRY(json.write());
  } else {
    Table table({"PATH", "VERSION", "CREATED"});
    table.row({path, std::to_string(version.version), format::print_time(version.created_at_ms)});
    COFFER_TRY(table.write());
  }
  return 0;
}

}  // namespace coffer::tools

#include "tools/command/secret/fields.h"

#include "text/json.h"
#include "text/json_writer.h"
#include "tools/command/fail.h"
#include "tools/command/streams/input.h"
#include "tools/command/streams/prompt.h"
#include "tools/exchange/place.h"

namespace coffer::tools {
namespace {

// The text after `@` may be a password that begins with @, so an error names the field, not the
// file.
Result<SecretBytes> read_field_file(std::string_view name, std::string_view file) {
  Result<SecretBytes> bytes = read_input(file);
  if (bytes) return bytes;
  if (bytes.error().code() != ErrorCode::io)
    return std::move(bytes).error().about(Subject::Kind::name, name);
  return Error(ErrorCode::io, "the file after @ cannot be read",
               "a text that begins with @ is written k:='\"@TEXT\"', or comes by k=-")
      .with_errno(bytes.error().os_errno())
      .about(Subject::Kind::name, name);
}

// `-` is standard input and `@FILE` a file; any other text is the value itself.
Result<SecretBytes> read_field(std::string_view name, std::string_view text, LineEnds& ends) {
  const bool is_file = text.starts_with('@');
  if (text != "-" && !is_file) return SecretBytes::copy_of(text);
  // A person is asked without echo, so that nobody else can read the value on the terminal.
  if (!is_file && can_ask()) return ask_secret(printable(name) + ": ", "");
  SecretBytes value = COFFER_TRY(is_file ? read_field_file(name, text.substr(1)) : read_stdin());
  if (is_line_with_end(value.text())) ends.emplace_back(name);
  return value;
}

Error not_a_pair(Literal otherwise) {
  return {ErrorCode::usage, "a field is written k=TEXT, k=@FILE, k=- or k:=JSON", otherwise};
}

Result<void> append_member(json::Writer& object, const SecretBytes& pair, Literal otherwise,
                           LineEnds& ends) {
  const std::string_view text = pair.text();
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return not_a_pair(otherwise);
  const bool is_json = text[equals - 1] == ':';
  const std::string_view name = text.substr(0, equals - (is_json ? 1 : 0));
  if (name.empty()) return not_a_pair(otherwise);
  if (!json::is_valid_utf8(name)) return Error(ErrorCode::usage, "a field's name is not UTF-8");
  LineEnds of_json;  // A line end after a JSON value is not part of it.
  const SecretBytes value =
      COFFER_TRY(read_field(name, text.substr(equals + 1), is_json ? of_json : ends));
  object.key(name);
  if (is_json) {
    // Parsed by itself, so that `1,"other":2` cannot add another member.
    const Result<json::Document> document = json::Document::parse(value.text());
    if (!document) {
      return Error(document.error().code(), "what follows := is not one JSON value",
                   "in a shell, put quotes around it: 'port:=5439'")
          .about(Subject::Kind::name, name);
    }
    object.raw(document->raw(0));
    return {};
  }
  if (!json::is_valid_utf8(value.text())) {
    return Error(ErrorCode::usage, "a field holds text, and this is not UTF-8",
                 "--file stores any bytes as the whole value")
        .about(Subject::Kind::name, name);
  }
  object.string(value.text());
  return {};
}

}  // namespace

void describe_fields(Syntax& syntax, std::vector<SecretBytes>& pairs) {
  syntax.secret_words(
      "FIELD", pairs,
      "k=TEXT, k=@FILE, k=- (asked for on a terminal, else standard input), or k:=JSON for another "
      "JSON value; "
      "a text that begins with @, or is -, is written k:='\"@TEXT\"' or comes by k=-");
}

bool is_line_with_end(std::string_view text) {
  return text.ends_with('\n') && text.find('\n') == text.size() - 1;
}

void note_line_ends(const LineEnds& ends) {
  for (const std::string& name : ends)
    note(printable(name) +
         " ends in a line end, which is stored with it; printf %s VALUE writes none");
}

Result<SecretBytes> fields_object(const std::vector<SecretBytes>& pairs, Literal otherwise,
                                  LineEnds& ends) {
  json::Writer object;
  object.open('{');
  for (const SecretBytes& pair : pairs) COFFER_TRY(append_member(object, pair, otherwise, ends));
  object.close('}');
  // Each member was checked: what is left to find is a name that stands twice.
  const Result<json::Document> document = json::Document::parse(object.text());
  if (!document && document.error().code() == ErrorCode::usage)
    return Error(ErrorCode::usage, "a field is given twice", "give the field once");
  if (!document) return document.error();
  return object.take();
}

Result<Value> read_json_value(std::string_view file) {
  const SecretBytes text = COFFER_TRY(read_input(file));
  Result<Value> value = Value::json(text.text());
  if (value) return value;
  return at_json_place(std::move(value).error(), file == "-" ? "standard input" : file,
                       text.text());
}

Result<Value> prompted_value() {
  if (!can_ask()) {
    return Error(ErrorCode::usage, "no value is given, and there is no terminal for a prompt",
                 "give it by --value - (standard input), --file FILE or k=@FILE");
  }
  return Value::opaque(COFFER_TRY(ask_secret("Value: ", "")));
}

}  // namespace coffer::tools

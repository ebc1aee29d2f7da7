// Reads the value for put and patch: k=v words, a JSON file, or a prompt.
#pragma once

#include <coffer/result.h>
#include <coffer/value.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/command/syntax.h"

namespace coffer::tools {

/// Describes the FIELD words, which move to locked memory at once.
void describe_fields(Syntax& syntax, std::vector<SecretBytes>& pairs);

/// Fields whose value came from a file or standard input and is one line with its line end, which
/// is stored too. Each is a field's name, or "the value".
using LineEnds = std::vector<std::string>;
bool is_line_with_end(std::string_view text);
/// Tells the user about them; call it once the value is stored.
void note_line_ends(const LineEnds& ends);

/// Makes a JSON object from k=TEXT, k=@FILE, k=- and k:=JSON words, in order. `otherwise` is the
/// hint for a word that is not a pair: it says how the verb takes other values. Errors: usage (no
/// pair, field given twice, invalid JSON or UTF-8), io; about the field's name.
Result<SecretBytes> fields_object(const std::vector<SecretBytes>& pairs, Literal otherwise,
                                  LineEnds& ends);

/// Reads a file of one JSON value and keeps its exact text; `-` is standard input. Errors: usage
/// (about the file, line and column), limit, io.
Result<Value> read_json_value(std::string_view file);

/// Asks the user for an opaque value. Errors: usage (no terminal), declined.
Result<Value> prompted_value();

}  // namespace coffer::tools

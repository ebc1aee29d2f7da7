// k=v words of the command line, and what else gives a value: for put and patch.
#pragma once

#include <coffer/result.h>
#include <coffer/value.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/command/syntax.h"

namespace coffer::tools {

/// The FIELD words, named so that they move to locked memory at once.
void describe_fields(Syntax& syntax, std::vector<SecretBytes>& pairs);

/// What came from a file or from standard input as one line with its line end, which is stored: a
/// field's name, or "the value".
using LineEnds = std::vector<std::string>;
bool is_line_with_end(std::string_view text);
/// To be told once it is stored.
void note_line_ends(const LineEnds& ends);

/// A JSON object of k=TEXT, k=@FILE, k=- and k:=JSON words, in their order.
/// `otherwise`: the hint for a word that is no pair: how the verb takes what is none.
/// Errors: usage (no pair, a field twice, no JSON, no UTF-8), io; about the field's name.
Result<SecretBytes> fields_object(const std::vector<SecretBytes>& pairs, Literal otherwise,
                                  LineEnds& ends);

/// A file of one JSON value, kept as its exact text; `-` is standard input. Errors: usage (about
/// the file, the line and the column), limit, io.
Result<Value> read_json_value(std::string_view file);

/// What a person is asked for; opaque. Errors: usage (no terminal), declined.
Result<Value> prompted_value();

}  // namespace coffer::tools

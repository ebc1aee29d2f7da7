// dotenv files, read strictly: readers differ on them, so what two would take in two ways is
// refused, with the place and what to write instead. Nothing is expanded.
//
//   # a comment                      export may stand before a name
//   USER=foo                         plain: up to the line's end or to a blank and `#`
//   PASSWORD='it stands as it is'    single quotes: up to the next one, over lines too
//   KEY="line one\nline two"         double quotes: \n \r \t \\ \" \$ \` and no other escape
//
// A name is letters, digits, `_`, `.` and `-`, a letter or `_` first. Lines end in LF or CRLF.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::tools {

struct Variable {
  std::string name;
  SecretBytes value;
};

/// In the order of the file. Errors, each about SOURCE:LINE:COLUMN: usage.
Result<std::vector<Variable>> read_dotenv(std::string_view text, std::string_view source);

/// Appends NAME=VALUE and a line end, quoted where need be; read_dotenv gives the same bytes back.
/// Errors: usage (a name that no dotenv file holds; a value with NUL or that is not UTF-8).
Result<void> append_dotenv(SecretBytes& out, std::string_view name, std::string_view value);

}  // namespace coffer::tools

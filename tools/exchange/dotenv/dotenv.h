// Reads dotenv files strictly. Readers of such files differ, so anything ambiguous is refused, with
// its place and what to write instead. Nothing is expanded.
//
//   # a comment                      export may come before a name
//   USER=foo                         plain: up to the line's end or to a blank and `#`
//   PASSWORD='it stays as it is'     single quotes: up to the next one, across lines too
//   KEY="line one\nline two"         double quotes: \n \r \t \\ \" \$ \` and no other escape
//
// A name has letters, digits, `_`, `.` and `-` and begins with a letter or `_`. Lines end in LF or
// CRLF. A CRLF inside quotes is an LF; a written \r stays.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::tools {

struct Variable {
  std::string name;
  SecretBytes value;
};

/// `references`: a plain value that begins with coffer:// may contain `#`, which begins a field's
/// name.
enum class DotenvValues { texts, references };

/// In the order of the file. Errors: usage, about SOURCE:LINE:COLUMN.
Result<std::vector<Variable>> read_dotenv(std::string_view text, std::string_view source,
                                          DotenvValues values = DotenvValues::texts);

/// common: shells, python-dotenv and node read it alike as far as they agree, and coffer always
/// does. docker, kubectl: one raw line, as `docker run --env-file` and `kubectl create secret
/// --from-env-file` read it. systemd: as EnvironmentFile= reads it.
enum class Dialect { common, docker, kubectl, systemd };
/// Errors: usage, about `--dialect`.
Result<Dialect> parse_dialect(std::string_view text);

inline constexpr const char* kDialectHelp =
    "dotenv: write for docker, kubectl or systemd; refuse values that it cannot hold";

struct DotenvOptions {
  Dialect dialect = Dialect::common;
  /// Called with the name of each line that some readers understand differently; never with a
  /// value.
  std::function<void(const std::string&)> warn = {};
};

/// Appends NAME=VALUE and a line end, quoted if needed. read_dotenv reads the common dialect back
/// byte for byte. Errors, after which nothing is appended: usage (an invalid name; a value with
/// NUL, that is not UTF-8, or that the dialect cannot hold).
Result<void> append_dotenv(SecretBytes& out, std::string_view name, std::string_view value,
                           const DotenvOptions& options = {});

}  // namespace coffer::tools

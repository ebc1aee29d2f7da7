// dotenv files, read strictly: readers differ on them, so what two would take in two ways is
// refused, with the place and what to write instead. Nothing is expanded.
//
//   # a comment                      export may stand before a name
//   USER=foo                         plain: up to the line's end or to a blank and `#`
//   PASSWORD='it stands as it is'    single quotes: up to the next one, over lines too
//   KEY="line one\nline two"         double quotes: \n \r \t \\ \" \$ \` and no other escape
//
// A name is letters, digits, `_`, `.` and `-`, a letter or `_` first. Lines end in LF or CRLF; a
// CRLF inside quotes is an LF, and \r written out stays.
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

/// `references`: a plain value that begins with coffer:// may have a `#` in it, for a field's name
/// stands behind that.
enum class DotenvValues { texts, references };

/// In the order of the file. Errors, each about SOURCE:LINE:COLUMN: usage.
Result<std::vector<Variable>> read_dotenv(std::string_view text, std::string_view source,
                                          DotenvValues values = DotenvValues::texts);

/// common: read alike by shells, python-dotenv and node as far as they agree, and by coffer always.
/// docker, kubectl: one line as it stands, as `docker run --env-file` and `kubectl create secret
/// --from-env-file` read it. systemd: what EnvironmentFile= reads.
enum class Dialect { common, docker, kubectl, systemd };
/// Errors: usage, about `--dialect`.
Result<Dialect> parse_dialect(std::string_view text);

inline constexpr const char* kDialectHelp =
    "dotenv: docker, kubectl or systemd, whose file it is to be; what that cannot hold is refused";

struct DotenvOptions {
  Dialect dialect = Dialect::common;
  /// Told, by name, of each line that some readers take otherwise; never of a value.
  std::function<void(const std::string&)> warn = {};
};

/// Appends NAME=VALUE and a line end, quoted where need be; of the common dialect read_dotenv gives
/// the same bytes back. Errors: usage (a name that no dotenv file holds; a value with NUL, that is
/// not UTF-8, or that the dialect cannot hold), with nothing appended.
Result<void> append_dotenv(SecretBytes& out, std::string_view name, std::string_view value,
                           const DotenvOptions& options = {});

}  // namespace coffer::tools

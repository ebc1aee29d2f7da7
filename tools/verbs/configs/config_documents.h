// The files that a config verb works on, and errors that name them.
//
// The library names a document by its role; the caller knows it by its file's name.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::tools {

class ConfigDocuments {
 public:
  /// Reads a file; `-` is standard input. `role` is what the library calls it: "document", "spec"
  /// or "payloads". Errors: io, limit, usage.
  Result<SecretBytes> read(std::string_view role, std::string_view name);

  /// The library's error, about the file that it was met in: of what is no JSON with line and
  /// column. Where nothing says what to do, the hint is about the document.
  Error explain(Error error) const;

 private:
  struct Given {
    std::string role, name;
    SecretBytes text;
  };
  std::vector<Given> given_;
};

/// What parsing a file's JSON failed with, as a person is told it: the file, the line, the reason.
Error no_json(Error error, std::string_view name, std::string_view text);

}  // namespace coffer::tools

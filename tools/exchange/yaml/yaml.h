// Converts YAML 1.2 to JSON text and back, for documents that hold secrets. Anything that two
// readers could understand differently is refused, and no document can make the reader slow.
//
// Plain scalars follow the core schema: null, true and false; a number keeps its exact text if JSON
// allows it and is refused otherwise (0x1F, 007, .5, .inf: put quotes around it); `yes`, `no`,
// dates and all others are strings. A limited number of aliases is allowed. Merge keys, tags other
// than the core ones, keys that are not scalars, duplicate keys and a second document are refused.
//
// yaml-cpp keeps what it reads in ordinary memory, so only this form lets values pass through such
// memory. The command wipes the memory when it is freed (wiped_memory.cc), and yaml-cpp's stack
// frames; but it is not locked, so a host may swap it out. Output does not use yaml-cpp.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string_view>
#include <vector>

#include "text/json.h"

namespace coffer::tools {

struct YamlLimits {
  std::size_t text_bytes = std::size_t{64} << 20;
  std::size_t json_bytes = json::kMaxTextBytes;  ///< After aliases are expanded.
  std::size_t depth = 64;
  std::size_t nodes = 4'000'000;
  std::size_t aliases = 1'000;
};

/// The only document in `text` as JSON text, keys in order. `lines_before` is the number of lines
/// of the source before the text. Errors, about SOURCE:LINE:COLUMN: usage, limit.
Result<SecretBytes> json_from_yaml(std::string_view text, std::string_view source,
                                   const YamlLimits& limits = {}, std::size_t lines_before = 0);

struct YamlDocument {
  std::size_t line = 1;  ///< The line of its first value.
  SecretBytes json;
};
/// All documents in `text`, separated by `---`; empty ones are left out. Errors, about
/// SOURCE:LINE:COLUMN: usage, limit.
Result<std::vector<YamlDocument>> documents_from_yaml(std::string_view text,
                                                      std::string_view source);

/// Appends `document` in block style. Every string is in double quotes, so that no reader takes it
/// for another type. json_from_yaml returns an equal document: same keys in the same order, same
/// strings, same text of numbers. `level` is the indentation.
void append_yaml(SecretBytes& out, const json::Document& document, std::size_t level = 0);

}  // namespace coffer::tools

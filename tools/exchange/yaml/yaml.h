// YAML 1.2 to JSON text and back, for documents that hold secrets: what two readers would take
// in two ways is refused, and nothing in a document can make reading it dear.
//
// Read: plain scalars by the core schema. null, true and false are those, a number stands with
// its exact text where JSON has that text and is refused elsewhere (0x1F, 007, .5, .inf: put
// quotes around it); `yes`, `no`, dates and all else are strings. Anchors may be used in small
// numbers; merge keys, tags other than the core ones, keys that are no scalars, duplicate keys
// and a second document are refused.
//
// yaml-cpp holds what it reads in ordinary memory: alone among the forms, YAML lets values pass
// through there. The command wipes such memory as it is given back (wiped_memory.cc), and the
// frames that yaml-cpp left behind; it is not locked, so that a host that swaps may swap it.
// Output is made without yaml-cpp.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string_view>
#include <vector>

#include "engine/text/json.h"

namespace coffer::tools {

struct YamlLimits {
  std::size_t text_bytes = std::size_t{64} << 20;
  std::size_t json_bytes = json::kMaxTextBytes;  ///< After aliases have been filled in.
  std::size_t depth = 64;
  std::size_t nodes = 4'000'000;
  std::size_t aliases = 1'000;
};

/// The one document in `text` as JSON text, keys in their order. `lines_before`: how many lines
/// of the source stand before the text.
/// Errors, about SOURCE:LINE:COLUMN: usage, limit.
Result<SecretBytes> json_from_yaml(std::string_view text, std::string_view source,
                                   const YamlLimits& limits = {}, std::size_t lines_before = 0);

struct YamlDocument {
  std::size_t line = 1;  ///< Where its first value stands.
  SecretBytes json;
};
/// All documents in `text`, parted by `---`; empty ones are left out.
/// Errors, about SOURCE:LINE:COLUMN: usage, limit.
Result<std::vector<YamlDocument>> documents_from_yaml(std::string_view text,
                                                      std::string_view source);

/// Appends `document` in block style; every string in double quotes, so that no reader takes it
/// for something else. json_from_yaml gives an equal document back: same keys in the same
/// order, same strings, same text of numbers. `level`: how deep the lines are indented.
void append_yaml(SecretBytes& out, const json::Document& document, std::size_t level = 0);

}  // namespace coffer::tools

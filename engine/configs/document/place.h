// Places in a document: from a node to its pointer and back, and errors about them.
#pragma once

#include <coffer/error.h>

#include <string>
#include <string_view>

#include "text/json.h"

namespace coffer::configs {

/// Walks down from the root, which is slow: for errors and rare cases.
json::Pointer pointer_of(const json::Document& document, json::NodeId node);

/// The child that a token of a pointer names, or kNoNode.
json::NodeId child_at(const json::Document& document, json::NodeId node, const std::string& token);

/// Adds the place to the error, unless its keys contain characters that a terminal would obey.
Error at_place(Error error, std::string_view pointer);
Error at_node(Error error, const json::Document& document, json::NodeId node);

}  // namespace coffer::configs

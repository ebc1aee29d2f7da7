// Places in a document: from a node to its pointer and back, and errors about them.
#pragma once

#include <coffer/error.h>

#include <string>
#include <string_view>

#include "engine/text/json.h"

namespace coffer::configs {

/// Walks down from the root: for errors and rare cases, not for loops over a document.
json::Pointer pointer_of(const json::Document& document, json::NodeId node);

/// The child that a token of a pointer names; kNoNode where there is none.
json::NodeId child_at(const json::Document& document, json::NodeId node, const std::string& token);

/// Names the place, unless its keys are such that a terminal would obey them.
Error at_place(Error error, std::string_view pointer);
Error at_node(Error error, const json::Document& document, json::NodeId node);

}  // namespace coffer::configs

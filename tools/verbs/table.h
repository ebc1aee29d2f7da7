// The verbs of the command, and how a command line finds its verb.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tools/command/verb.h"

namespace coffer::tools {

/// All of them, by section, in the order in which `coffer help` shows them.
std::span<const Verb* const> all_verbs();
/// nullptr if there is no verb of that name.
const Verb* find_verb(std::string_view name);
/// Takes the verb's word or words out of the arguments and runs it.
VerbResult dispatch(Arguments& arguments);

/// Whether verbs of two words begin with it, as with `key`.
bool is_group(std::string_view word);
/// "list, add, remove": the second words of a group's verbs.
std::string second_words(std::string_view group);
/// `coffer help`: the verbs by section, and the options that all of them take. Errors: io.
Result<void> write_overview();
/// `coffer help GROUP`: a line for each verb of the group. Errors: io.
Result<void> write_group(std::string_view group);

}  // namespace coffer::tools

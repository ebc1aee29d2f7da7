// What a verb is. Its file holds the function that carries it out and, at the end, its row: name,
// help and example. tools/verbs/table.cc lists the rows by name.
#pragma once

#include <coffer/result.h>

#include "tools/command/arguments.h"
#include "tools/command/syntax.h"

namespace coffer::tools {

/// An exit code, or the error that decides it.
using VerbResult = Result<int>;

/// Where `coffer help` shows a verb, in this order.
enum class Section { store, secrets, bulk, programs, configs, keys, rights, products, about };

/// Constant data: the command must not pay for 79 rows at every start.
struct Verb {
  VerbText text;
  Section section;
  VerbResult (*run)(Arguments& arguments, const VerbText& text);
  /// What the verbs with the same first word are about; one of them says so.
  const char* group = "";
};

}  // namespace coffer::tools

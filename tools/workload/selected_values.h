// How a secret that was selected becomes variables or files of a workload.
#pragma once

#include <coffer/snapshot.h>

#include <string>
#include <string_view>

#include "tools/render/bindings.h"

namespace coffer::tools {

/// A workload's secrets are variables or files; only their names differ. With variables_by_secret
/// a value without fields is a variable too, named after its secret.
enum class Use { variables, variables_by_secret, files };

/// PATH?version=N#FIELD, where a binding comes from.
std::string origin_of(const Secret& secret, std::string_view field);
/// The name of a field's variable, or of its file. `field` is empty for the whole value.
std::string name_for(Use use, const Secret& secret, const std::string& field);
/// No program takes `null` for what it is: in a variable it would be a word of four letters.
Error null_value(const Secret& secret, std::string_view field);
/// The field of a reference: a field by its name, or a place by its JSON Pointer.
/// Errors: as Value::at, usage (a null).
Result<SecretBytes> place_in(const Secret& secret, std::string_view field);
/// Adds `text`, which stands in `field`, under `name`. Errors: as Bindings::add.
Result<void> add_value(Bindings& bindings, const Secret& secret, const std::string& name,
                       std::string_view field, std::string_view text, Use use);
/// Adds a field by its own name, even if the name looks like a JSON Pointer.
/// Errors: as Value::field, usage (a null).
Result<void> add_field(Bindings& bindings, const Secret& secret, const std::string& name,
                       std::string_view field, Use use);

}  // namespace coffer::tools

// A cache of compiled specs. A process works with few specs and many documents, and compiling a
// spec costs more than walking a document by it.
#pragma once

#include <memory>
#include <string_view>

#include "configs/spec/spec.h"

namespace coffer::configs {

/// Returns the compiled spec, from the cache if it holds this exact text.
/// Thread-safe. Errors: those of Spec::compile.
Result<std::shared_ptr<const Spec>> compiled_spec(std::string_view text);

/// The cached spec with this id in a store (a keyed digest of the text), so that hydrating need not
/// read the text each time; nullptr if the id is unknown. Thread-safe.
std::shared_ptr<const Spec> spec_known_as(std::string_view id);
void know_spec_as(std::string_view id, std::shared_ptr<const Spec> spec);

}  // namespace coffer::configs

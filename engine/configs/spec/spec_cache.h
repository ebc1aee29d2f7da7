// Specs compiled lately. A process works with few specs and many documents, and
// compiling one costs more than walking by it.
#pragma once

#include <memory>
#include <string_view>

#include "configs/spec/spec.h"

namespace coffer::configs {

/// The compiled spec, from the cache where its exact text was compiled before.
/// Thread-safe. Errors: those of Spec::compile.
Result<std::shared_ptr<const Spec>> compiled_spec(std::string_view text);

/// The same by the id that a store keeps the spec under, a keyed digest of its text: hydrating
/// need not open the text each time. nullptr where it is not known. Thread-safe.
std::shared_ptr<const Spec> spec_known_as(std::string_view id);
void know_spec_as(std::string_view id, std::shared_ptr<const Spec> spec);

}  // namespace coffer::configs

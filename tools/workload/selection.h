// Which secrets a workload gets, and under which names: --only, --prefix, --all-of, --map, and the
// option that a product adds (product_hooks.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/command/syntax.h"
#include "tools/render/bindings.h"
#include "tools/workload/sources.h"

namespace coffer::tools {

struct Selection {
  std::vector<std::string> only, prefixes, all_of, maps, of_product;
  bool with_files = false;  ///< gather_files is called as well, for what a product wants as files.

  /// Adds the options to a verb.
  void describe(Syntax& syntax);
  bool names_secrets() const {
    return !only.empty() || !prefixes.empty() || !all_of.empty() || !of_product.empty();
  }
  bool empty() const { return !names_secrets() && maps.empty(); }
};

// A store is read from one snapshot, because a user name and its password belong together.

/// The selected secrets. A prefix is one of the own store and selects only secrets that were put by
/// hand. Takes time linear in their size. Errors: as get; not_found (a prefix, or all of it,
/// selects nothing); usage (an empty prefix, an opaque value or field without a name, a null, two
/// secrets with one name).
Result<Bindings> gather(const Sources& stores, const Selection& selection);

/// The same for files. A file is named SECRET_FIELD after the last part of the path, or SECRET for
/// an opaque value; --map is ignored. Errors: as gather.
Result<Bindings> gather_files(const Sources& stores, const Selection& selection);

/// The secret that a reference names. Errors: as get; usage (it names a field).
Result<Secret> read_whole(const Sources& stores, std::string_view reference);

/// The value that replaces a reference in a text or document (see value_text.h). A reference to an
/// object without a field means its only member. Errors: as get, usage (the object has several
/// members).
Result<SecretBytes> resolve_reference(const Sources& stores, std::string_view reference);

}  // namespace coffer::tools

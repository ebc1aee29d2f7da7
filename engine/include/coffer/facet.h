// What Configs, Keys, Audit, Anchor and Policies have in common: an open Store makes them, and each
// is one side of it.
#pragma once

#include <coffer/export.h>

namespace coffer {

namespace api {
struct Access;
}
namespace secrets {
class Engine;
}

/// A view on an open Store: cheap to make and to copy, safe to use from any number of threads,
/// valid while the Store that made it exists. It acts for the same caller as that Store.
class COFFER_API Facet {
 protected:
  friend struct api::Access;
  explicit Facet(secrets::Engine& engine) : engine_(&engine) {}
  secrets::Engine* engine_;
};

}  // namespace coffer

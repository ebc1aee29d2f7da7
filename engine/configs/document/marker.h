// Reads what a document has at a secret place: the secret value itself, or a sign for it. Only
// the decoded JSON value decides, everywhere in the same way.
#pragma once

#include <string>
#include <string_view>

#include "text/json.h"

namespace coffer::configs {

inline constexpr std::string_view kExternalPrefix = "secret_coordinate::";

struct Marker {
  enum class Kind : std::uint8_t {
    none,        ///< A plain value; at a secret place it is a new secret.
    null,        ///< No secret.
    coordinate,  ///< {"_secret": c}; `name` = c.
    external,    ///< "secret_coordinate::x"; `name` = x.
    mask,        ///< "**********".
    malformed,   ///< An object with a _secret member that is not exactly a coordinate.
  };
  Kind kind = Kind::none;
  std::string_view name;  ///< View into the document.
};

/// `lenient` also accepts the ids that Airbyte stores with a coordinate: _secret_storage_id and
/// _secret_reference_id.
Marker marker_at(const json::Document& document, json::NodeId node, bool lenient = false);

/// Whether the value is a sign for a secret: a coordinate, an external name, a mask or a malformed
/// object.
bool is_sign(const json::Document& document, json::NodeId node);

/// {"_secret":"<coordinate>"} as JSON text.
SecretBytes coordinate_object(std::string_view coordinate);

}  // namespace coffer::configs

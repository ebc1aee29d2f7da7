// What stands in a document where a secret belongs: the secret itself, or a sign
// for one. Decided by the decoded JSON value alone, the same way everywhere.
#pragma once

#include <string>
#include <string_view>

#include "engine/text/json.h"

namespace coffer::configs {

inline constexpr std::string_view kExternalPrefix = "secret_coordinate::";

struct Marker {
  enum class Kind : std::uint8_t {
    none,        ///< A value (at a secret place: a new secret).
    null,        ///< No secret.
    coordinate,  ///< {"_secret": c}; `name` = c.
    external,    ///< "secret_coordinate::x"; `name` = x.
    mask,        ///< "**********".
    malformed,   ///< An object with a _secret member that is not exactly a coordinate.
  };
  Kind kind = Kind::none;
  std::string_view name;  ///< View into the document.
};

/// `lenient` also takes the ids that Airbyte stores beside a coordinate: _secret_storage_id and
/// _secret_reference_id.
Marker marker_at(const json::Document& document, json::NodeId node, bool lenient = false);

/// Whether the value stands for a secret whose type cannot be seen here.
bool is_sign(const json::Document& document, json::NodeId node);

/// {"_secret":"<coordinate>"} as JSON text.
SecretBytes coordinate_object(std::string_view coordinate);

}  // namespace coffer::configs

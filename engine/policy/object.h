// What a rule speaks of: a secret, a config, or the store as a whole.
#pragma once

#include <coffer/policy.h>

#include <cstdint>
#include <string_view>

namespace coffer::policy {

struct Object {
  enum class Kind : std::uint8_t { secret, config, store };
  Kind kind = Kind::store;
  std::string_view name = {};  ///< A path or an id.
};

inline Object secret(std::string_view path) { return {Object::Kind::secret, path}; }
inline Object config(std::string_view id) { return {Object::Kind::config, id}; }
inline Object whole_store() { return {}; }

/// As in a rule, but without any wildcard: "**" is the store.
Object parse_object(std::string_view text);

/// Whether a rule's object means this one. Takes time by the product of their lengths at most.
bool matches(std::string_view pattern, const Object& object);

}  // namespace coffer::policy

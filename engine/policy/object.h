// The object of a rule: a secret, a config, or the whole store.
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

/// Reads an object as rules spell it, but without wildcards; "**" is the store.
Object parse_object(std::string_view text);

/// Whether a rule's object pattern matches. Takes time up to the product of both lengths.
bool matches(std::string_view pattern, const Object& object);

}  // namespace coffer::policy

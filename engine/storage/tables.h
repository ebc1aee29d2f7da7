// The tables of data.mdb. Names and numbers are part of the format (SPEC.md section 6).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace coffer::storage {

enum class Table : std::uint8_t { main, history, names, references, due, buckets, audit, values };
inline constexpr std::size_t kTableCount = 8;
/// A store of an older version may have only these; its next write adds the others.
inline constexpr std::size_t kTablesFromTheStart = 6;
/// The unnamed database holds the root, the settings and the names of the others.
inline constexpr std::array<const char*, kTableCount> kTableNames = {
    nullptr, "history", "names", "references", "due", "buckets", "audit", "values"};

}  // namespace coffer::storage

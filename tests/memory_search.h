// Looks for a mark in all of this process's writable memory, freed or not.
#pragma once

#include <coffer/secret_bytes.h>
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/scratch.h"

namespace coffer::test {

inline constexpr std::size_t kMarkBytes = 48;

/// Random letters, nowhere but in locked memory.
inline SecretBytes new_mark() {
  SecretBytes mark(kMarkBytes);
  must(::getrandom(mark.data(), mark.size(), 0) == static_cast<ssize_t>(kMarkBytes), "getrandom");
  for (std::uint8_t& byte : mark.bytes()) byte = static_cast<std::uint8_t>('a' + byte % 26);
  return mark;
}

/// How often the mark stands in this process's writable memory, its own place left out.
inline int count_in_memory(const SecretBytes& mark) {
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  must(memory >= 0, "/proc/self/mem");
  std::ifstream maps("/proc/self/maps");
  int found = 0;
  // The buffer that is looked through is memory too: it is mapped after the maps are read.
  std::stringstream regions;
  regions << maps.rdbuf();
  std::vector<char> page(std::size_t{1} << 16);
  for (std::string line; std::getline(regions, line);) {
    std::size_t begin = 0;
    std::size_t end = 0;
    char rights[5] = {};
    if (std::sscanf(line.c_str(), "%zx-%zx %4s", &begin, &end, rights) != 3) continue;
    if (rights[0] != 'r' || rights[1] != 'w') continue;
    for (std::size_t at = begin; at < end; at += page.size() - kMarkBytes) {
      const ssize_t got =
          ::pread(memory, page.data(), std::min(page.size(), end - at), static_cast<off_t>(at));
      if (got < static_cast<ssize_t>(kMarkBytes)) break;
      for (std::size_t i = 0; i + kMarkBytes <= static_cast<std::size_t>(got); ++i) {
        const auto* place = reinterpret_cast<const std::uint8_t*>(at + i);
        const bool is_buffer = place >= reinterpret_cast<std::uint8_t*>(page.data()) &&
                               place < reinterpret_cast<std::uint8_t*>(page.data()) + page.size();
        if (place == mark.data() || is_buffer) continue;
        if (std::memcmp(page.data() + i, mark.data(), kMarkBytes) == 0) ++found;
      }
    }
    std::memset(page.data(), 0, page.size());
  }
  ::close(memory);
  return found;
}

}  // namespace coffer::test

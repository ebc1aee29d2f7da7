// What comes in from files and standard input, to the byte, in locked memory.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string_view>

namespace coffer::tools {

/// No more than this is read from anywhere; what a store takes is checked by the engine.
inline constexpr std::size_t kInputBytesMax = std::size_t{64} << 20;

/// Reads a whole file; `-` is standard input. Errors: io, limit, usage (a directory).
Result<SecretBytes> read_input(std::string_view name);

/// The same of a file that is open; `name` is what errors call it. The file stays open.
Result<SecretBytes> read_descriptor(int fd, std::string_view name);

/// Standard input, which can be read once. Errors: io, limit, usage (it was read before).
Result<SecretBytes> read_stdin();

/// Why a file is not read, with what to see to.
Error cannot_read(std::string_view name, int error_number);

}  // namespace coffer::tools

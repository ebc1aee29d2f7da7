// Reads files and standard input byte for byte, into locked memory.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string_view>

namespace coffer::tools {

/// The most bytes that are read from one input; the engine checks the store's own limits.
inline constexpr std::size_t kInputBytesMax = std::size_t{64} << 20;

/// Reads a whole file; `-` is standard input. Errors: io, limit, usage (a directory).
Result<SecretBytes> read_input(std::string_view name);

/// Reads a file that is open and leaves it open; errors call it `name`.
Result<SecretBytes> read_descriptor(int fd, std::string_view name);

/// Standard input, which can be read once. Errors: io, limit, usage (it was read before).
Result<SecretBytes> read_stdin();

/// The error about a file that cannot be read, with what to check.
Error cannot_read(std::string_view name, int error_number);

}  // namespace coffer::tools

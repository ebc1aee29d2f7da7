// Files that hold a key or another secret: read whole, within bounds of size and time.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>

namespace coffer::keys {

/// How many milliseconds a pipe or device may stay silent before it counts as hanging.
inline constexpr int kPatienceMs = 10'000;

/// Everything up to the end of file. Waits at most `patience_ms` for each piece; without limit if
/// it is negative. Errors: key_unavailable (unreadable, or silent), limit (longer than
/// `bytes_max`).
Result<SecretBytes> read_secret(int fd, std::size_t bytes_max, int patience_ms);
/// Which users may be able to read a file of keys: its owner; or its group as well, if the service
/// manager made the file.
enum class OpenTo : std::uint8_t { owner, service };
/// Which party named a file of keys. An attacker who can write the store's files chooses what the
/// store names: such a file has to be a regular file of this user or of root.
enum class NamedBy : std::uint8_t { caller, store };

/// The content of a file, pipe or device that holds a key or passphrase.
/// Errors: key_unavailable (also: a file that others may read, or that is not to be trusted),
/// limit; each about `path`.
Result<SecretBytes> read_secret_file(const std::string& path, std::size_t bytes_max,
                                     int patience_ms = kPatienceMs, OpenTo open_to = OpenTo::owner,
                                     NamedBy named_by = NamedBy::caller);
/// Removes one line end, which an editor or echo leaves behind a secret that a person wrote.
void drop_line_end(SecretBytes& content);

}  // namespace coffer::keys

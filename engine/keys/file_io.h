// Files that hold a key or another secret: read whole, within bounds of size and time.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>

namespace coffer::keys {

/// How long a pipe or device may keep silent before it counts as hanging.
inline constexpr int kPatienceMs = 10'000;

/// Everything up to the end of file. Waits for each piece at most `patience_ms`; negative: for
/// ever. Errors: key_unavailable (not to be read, or silent), limit (more than `bytes_max`).
Result<SecretBytes> read_secret(int fd, std::size_t bytes_max, int patience_ms);
/// Who may be able to read a file of keys: its owner; or, of one that the service manager made,
/// a group as well.
enum class OpenTo : std::uint8_t { owner, service };
/// Who named a file of keys. What only the store names was chosen by whoever could write its
/// files: it has to be a regular file of this user's or root's.
enum class NamedBy : std::uint8_t { caller, store };

/// The content of a file that holds a key or passphrase, or of a pipe or device.
/// Errors: key_unavailable (also: a file that others may read, or that is not to be trusted),
/// limit; each about `path`.
Result<SecretBytes> read_secret_file(const std::string& path, std::size_t bytes_max,
                                     int patience_ms = kPatienceMs, OpenTo open_to = OpenTo::owner,
                                     NamedBy named_by = NamedBy::caller);
/// One line end, as an editor or echo leaves it, is not part of a secret that a person wrote.
void drop_line_end(SecretBytes& content);

}  // namespace coffer::keys

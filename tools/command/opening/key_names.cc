#include "tools/command/opening/key_names.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "text/ascii.h"
#include "tools/command/fail.h"

namespace coffer::tools {
namespace {

namespace fs = std::filesystem;

bool is_there(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

// Whether a scheme, a colon and no earlier slash begin the text.
bool has_scheme(std::string_view text) {
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && colon > 0 && colon < text.find('/') &&
         ascii::holds_only(text.substr(0, colon), "+-.");
}

// Whether the text may be 32 bytes in hex or base64.
bool may_be_a_key(std::string_view text) {
  return (text.size() == 64 || text.size() == 43 || text.size() == 44) &&
         ascii::holds_only(text, "+/-_=");
}

// Whether the parent directory exists. The root does not count: any text that begins with / would
// pass.
bool has_directory(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  return parent.size() > 1 && is_there(parent);
}

Error no_key_name() {
  return {ErrorCode::usage, "this is not a key URI that coffer knows, and no file has this name",
          "write a key file as ./NAME or /PATH, or a URI that `coffer key add --help` shows; never "
          "give "
          "a key or passphrase itself here"};
}

bool repeats_itself(const KeySource& key) {
  if (key.scheme() != KeySource::Scheme::file || !key.location().starts_with('/')) return false;
  const int fd = ::open(key.location().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return false;
  std::array<char, 32> bytes{};
  struct stat status {};
  const bool is_file = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  const bool is_read =
      is_file && ::read(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  ::close(fd);
  bool repeats = false;
  // Hex of one repeated byte has period 2, base64 has period 4.
  for (const std::size_t period : {1, 2, 4})
    repeats = repeats || std::equal(bytes.begin() + static_cast<std::ptrdiff_t>(period),
                                    bytes.end(), bytes.begin());
  wipe(bytes.data(), bytes.size());
  return is_read && repeats;
}

}  // namespace

Result<std::string> key_uri_of(std::string_view text) {
  if (has_scheme(text)) return std::string(text);
  std::string path(text);
  const char* home = std::getenv("HOME");
  if (path.starts_with("~/") && home != nullptr) path.replace(0, 1, home);
  if (path.empty() || path.ends_with('/')) return no_key_name();
  if (!is_there(path)) {
    const bool is_word = path.find_first_of("/.") == std::string::npos;
    if (is_word || (may_be_a_key(path) && !has_directory(path))) return no_key_name();
  }
  while (path.starts_with("./")) path.erase(0, 2);
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  if (error) return no_key_name();
  return KeySource::file(absolute.string()).uri();
}

bool lacks_key_file(const KeySource& key) {
  return key.scheme() == KeySource::Scheme::file && key.location().starts_with('/') &&
         ::access(key.location().c_str(), F_OK) != 0 && errno == ENOENT;
}

void forget_key_file(const KeySource& key) { ::unlink(key.location().c_str()); }

void warn_if_repeating(const KeySource& key) {
  if (repeats_itself(key))
    warn("the bytes of the key file " + key.location() +
         " repeat, so anybody may guess the key; make another key and remove this slot");
}

}  // namespace coffer::tools

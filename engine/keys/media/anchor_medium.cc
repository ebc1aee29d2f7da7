#include "keys/media/anchor_medium.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/files.h"
#include "keys/uri_parameters.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kFileScheme = "file://";
constexpr std::size_t kUriBytesMax = 1024;

Error bad_uri() {
  return {ErrorCode::usage, "an anchor is a file or a TPM's counter",
          "file:///media/usb/coffer.anchor, or tpm2:device=/dev/tpmrm0?nv=0x01500021"};
}

Error not_there() {
  return {ErrorCode::key_unavailable, "the store's anchor is missing", Advice::bring_anchor_medium};
}

Error failed(Literal text, const std::string& path) {
  return Error(ErrorCode::io, text).with_errno(errno).about(Subject::Kind::file, path);
}

}  // namespace

Result<AnchorMedium> AnchorMedium::parse(std::string_view uri) {
  if (uri.size() > kUriBytesMax) return Error(ErrorCode::limit, "the anchor's URI is too long");
  AnchorMedium medium(uri);
  if (uri.starts_with("tpm2:")) {
    medium.counter_ = COFFER_TRY(TpmNvIndex::parse(uri));
    return medium;
  }
  if (!uri.starts_with(kFileScheme) || !is_uri_text(uri)) return bad_uri();
  medium.path_ = uri.substr(kFileScheme.size());
  const bool is_plain = medium.path_.find_first_of("?#%") == std::string::npos;
  if (!medium.path_.starts_with('/') || medium.path_.ends_with('/') || !is_plain) return bad_uri();
  return medium;
}

Result<Bytes> AnchorMedium::read() const {
  const FileDescriptor file(
      ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!file.ok()) {
    if (errno == ENOENT || errno == ENOTDIR) return not_there().about(Subject::Kind::file, path_);
    return failed("the store's anchor cannot be read", path_);
  }
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return failed("the store's anchor cannot be read", path_);
  if (!S_ISREG(status.st_mode) || status.st_size > static_cast<off_t>(kFileBytesMax))
    return Error(ErrorCode::corrupt, "the file at the anchor's place is not an anchor")
        .about(Subject::Kind::file, path_);
  Bytes content(static_cast<std::size_t>(status.st_size));
  COFFER_TRY(read_fully(file.get(), content, 0));
  return content;
}

Result<bool> AnchorMedium::exists() const {
  struct stat status {};
  if (::lstat(path_.c_str(), &status) == 0) return true;
  if (errno == ENOENT) return false;
  return failed("the place for the anchor cannot be examined", path_);
}

Result<void> AnchorMedium::replace(ByteView content) const {
  auto replaced = replace_whole(path_, content);
  if (replaced) return {};
  return Error(ErrorCode::io, "the anchor cannot be written")
      .with_errno(replaced.error().os_errno())
      .about(Subject::Kind::file, path_);
}

Result<void> AnchorMedium::remove() const {
  if (::unlink(path_.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
  return failed("the anchor's file cannot be removed", path_);
}

Result<std::uint64_t> AnchorMedium::make_counter() const {
  auto known = counter_->read_counter();
  if (known || known.error().code() != ErrorCode::not_found) return known;
  return counter_->create_counter();
}

Result<std::uint64_t> AnchorMedium::value() const {
  auto known = counter_->read_counter();
  if (!known && known.error().code() == ErrorCode::not_found) return not_there();
  return known;
}

Result<std::uint64_t> AnchorMedium::raise() const { return counter_->increment(); }

}  // namespace coffer::keys

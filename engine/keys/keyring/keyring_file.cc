#include "keys/keyring/keyring_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/check.h"
#include "base/private_file.h"
#include "crypto/hash.h"
#include "crypto/random.h"

namespace coffer::keys {

bool are_equal(const Copies& copies) { return copies[0] && copies[1] && *copies[0] == *copies[1]; }

bool is_any_whole(const Copies& copies) { return copies[0].ok() || copies[1].ok(); }

Error damaged_keyring() {
  return {ErrorCode::corrupt, "the keyring file is damaged", "restore it from a copy"};
}

Result<KeyringFile> KeyringFile::create(const std::string& path) {
  FileDescriptor file(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.ok())
    return Error(ErrorCode::io, "the keyring file cannot be created").with_errno(errno);
  return KeyringFile(std::move(file));
}

Result<KeyringFile> KeyringFile::open(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!file.ok()) {
    if (errno == ENOENT)
      return Error(ErrorCode::corrupt, "the store's keyring file is missing",
                   "without it nothing can be opened: restore it from a copy");
    if (errno == EACCES || errno == EPERM || errno == EROFS)
      return Error(ErrorCode::io, "the keyring file cannot be opened for writing",
                   "run as the owner of the store, on a file system that can be written")
          .with_errno(errno);
    return Error(ErrorCode::io, "the keyring file cannot be opened").with_errno(errno);
  }
  struct stat status {};
  if (fstat(file.get(), &status) != 0)
    return Error(ErrorCode::io, "the keyring file cannot be read").with_errno(errno);
  COFFER_TRY(check_private_file(status, "keyring"));
  return KeyringFile(std::move(file));
}

Result<Bytes> KeyringFile::read_frame(format::FramePlace place) const {
  Bytes bytes(place.bytes);
  COFFER_TRY(read_fully(file_.get(), bytes, place.offset));
  const format::Frame frame = COFFER_TRY(format::decode_frame(bytes));
  if (crypto::hash({}, frame.payload) != frame.checksum) return damaged_keyring();
  return Bytes(frame.payload.begin(), frame.payload.end());
}

Copies KeyringFile::read(const Part& part) const {
  return {read_frame(part[0]), read_frame(part[1])};
}

Result<void> KeyringFile::write_frame(format::FramePlace place, ByteView payload) const {
  const Bytes bytes = format::encode_frame(payload, crypto::hash({}, payload), place.bytes);
  COFFER_CHECK(bytes.size() == place.bytes);
  COFFER_TRY(write_fully(file_.get(), bytes, place.offset));
  if (::fdatasync(file_.get()) != 0)
    return Error(ErrorCode::io, "the keyring cannot be synced").with_errno(errno);
  return {};
}

Result<void> KeyringFile::write(const Part& part, ByteView payload) const {
  COFFER_TRY(write_frame(part[0], payload));
  return write_frame(part[1], payload);
}

Result<void> KeyringFile::make_equal(const Part& part, ByteView payload) const {
  for (const format::FramePlace& place : part) {
    const auto held = read_frame(place);
    if (held && std::equal(held->begin(), held->end(), payload.begin(), payload.end())) continue;
    COFFER_TRY(write_frame(place, payload));
  }
  return {};
}

// Power cut: a place is whole, partly overwritten (its checksum fails, so no reader uses it) or
// overwritten; the next open overwrites it again.
Result<void> KeyringFile::erase(const Part& part) const {
  for (const format::FramePlace& place : part) {
    Bytes noise(place.bytes);
    crypto::system_random().fill(noise);
    COFFER_TRY(write_fully(file_.get(), noise, place.offset));
  }
  if (::fdatasync(file_.get()) != 0)
    return Error(ErrorCode::io, "the old epoch key could not be erased",
                 "the next open tries again")
        .with_errno(errno);
  return {};
}

}  // namespace coffer::keys

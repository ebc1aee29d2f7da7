#include "storage/lmdb_error.h"

#include <lmdb.h>

#include <cerrno>

namespace coffer::storage {

Error lmdb_error(int code) {
  switch (code) {
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_BAD_TXN:
      return {ErrorCode::corrupt, "the data file is damaged",
              "restore it from a backup; a copy of what is there may help to save the rest"};
    case MDB_VERSION_MISMATCH:
      return {ErrorCode::too_new, "the data file was written by another version of the format"};
    case MDB_READERS_FULL:
      return {ErrorCode::busy, "too many readers have the store open",
              "try again when some have finished"};
    case MDB_MAP_FULL:
      return {ErrorCode::limit, "the data file cannot grow any further",
              "free address space (ulimit -v), or sweep and compact the store"};
    case MDB_TXN_FULL:
      return {ErrorCode::limit, "the transaction changes too much at once",
              "split it into smaller ones"};
    case MDB_PANIC: return {ErrorCode::failed, "the store needs to be opened again"};
    case ENOENT: return Error(ErrorCode::no_store, "there is no store here", Advice::make_store);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return Error(ErrorCode::io, "no space left for the store; nothing was changed",
                   "free some space and try again")
          .with_errno(code);
    case EROFS:
    case EACCES:
    case EPERM:
      return Error(ErrorCode::io, "the store's files cannot be opened for writing",
                   "run as the owner of the store, on a file system that can be written")
          .with_errno(code);
    default: break;
  }
  // LMDB also reports a short write (the disk has just become full) as EIO.
  if (code == EIO)
    return Error(ErrorCode::io, "the disk refused a read or a write of the store",
                 "check whether the disk is full, over quota or failing; then try again")
        .with_errno(code);
  if (code > 0)
    return Error(ErrorCode::io, "the store could not be read or written").with_errno(code);
  return {ErrorCode::failed, "the storage layer failed"};
}

}  // namespace coffer::storage

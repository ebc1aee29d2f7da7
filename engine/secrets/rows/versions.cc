// Each state that forbids a read has an error of its own.
#include "secrets/rows/versions.h"

#include "secrets/rows/heads.h"

namespace coffer::secrets {

Error no_such_secret() {
  return {ErrorCode::not_found, "there is no such secret", Advice::see_secrets};
}

Error no_such_version(std::uint64_t version) {
  return Error(ErrorCode::not_found, "there is no such version", Advice::see_history)
      .with_number(version);
}

Error absent(const Reading& reading, const format::PathHash& hash, std::string_view path,
             std::uint64_t version) {
  const auto newest = reading.find(hash, 0);
  if (!newest) return newest.error();
  if (!*newest) {
    const auto head = head_of(reading, hash, path, *newest);
    if (!head) return head.error();
    return version == 0 || !*head ? no_such_secret() : no_such_version(version);
  }
  if (auto checked = reading.authenticate(hash, **newest); !checked) return checked.error();
  const auto whole =
      reading.each_version(hash, 0, [](const Located&) -> Result<bool> { return true; });
  return whole ? no_such_version(version) : whole.error();
}

Result<void> check_state(const Reading& reading, const Located& located, Deleted deleted) {
  const format::VersionHeader& header = located.record.header;
  const bool reclaimed = (header.flags & format::kFlagReclaimed) != 0;
  const bool has_end = header.expires_at_ms != 0;
  const bool has_deletion = header.deletion_at_ms != 0 && deleted == Deleted::refuse;
  if (header.is_destroyed() && !reclaimed)
    return Error(ErrorCode::destroyed, "this version was destroyed", Advice::see_history)
        .with_number(located.version);
  if (reclaimed || (has_end && header.expires_at_ms <= reading.now_ms())) {
    reading.note_end_seen(header.expires_at_ms);
    return Error(ErrorCode::expired, "this version has expired", "put a new one")
        .with_number(located.version);
  }
  if (has_deletion && header.deletion_at_ms <= reading.now_ms()) {
    reading.note_end_seen(header.deletion_at_ms);
    return Error(ErrorCode::deleted, "this version is deleted", Advice::undelete)
        .with_number(located.version)
        .with_clock_behind(reading.clock_is_behind() && header.deletion_at_ms > reading.clock_ms());
  }
  // The store's time stands still while the clock is behind, perhaps for years: this must not give
  // a version with an end a longer life.
  if ((has_end || has_deletion) && reading.clock_is_behind())
    return Error(has_end ? ErrorCode::expired : ErrorCode::deleted,
                 "the clock is behind the store's time, so this version counts as past its end",
                 Advice::accept_clock)
        .with_number(located.version)
        .with_clock_behind();
  return {};
}

VersionInfo info_of(const Located& located) {
  const format::VersionHeader& header = located.record.header;
  VersionInfo info;
  info.version = located.version;
  info.created_at_ms = header.created_at_ms;
  info.deletion_at_ms = header.deletion_at_ms;
  info.expires_at_ms = header.expires_at_ms;
  info.destroyed = header.is_destroyed();
  return info;
}

}  // namespace coffer::secrets

// Reading: versions, history, metadata. What a state forbids is an error of its own.
#include <algorithm>
#include <cstring>

#include "format/value_access.h"
#include "secrets/engine_state.h"

namespace coffer::secrets {

using storage::Table;

Error no_such_secret() {
  return {ErrorCode::not_found, "there is no such secret", Advice::see_secrets};
}

Error no_such_version(std::uint64_t version) {
  return Error{ErrorCode::not_found, "there is no such version", Advice::see_history}.with_number(
      version);
}

Error lost(Literal what) { return {ErrorCode::corrupt, what, Advice::verify_and_restore}; }

namespace {

Error newest_is_lost() { return lost("a secret has lost its newest version"); }

}  // namespace

std::int64_t View::Impl::now_ms() const {
  if (now == 0) {
    now = engine.now_ms(*root);
    clock_is_behind = engine.clock_behind_ms(now) > kClockBehindMaxMs;
  }
  return now;
}

Result<void> View::Impl::check_clock() const {
  (void)now_ms();
  if (!clock_is_behind) return {};
  return Error{ErrorCode::failed, "the clock is behind the store's time; nothing was changed",
               Advice::accept_clock};
}

std::int64_t View::now_ms() const { return impl_->now_ms(); }

Result<std::optional<View::Impl::Located>> View::Impl::find(const format::PathHash& hash,
                                                            std::uint64_t version) const {
  Located located;
  if (!COFFER_TRY(find_into(hash, version, located))) return std::optional<Located>();
  return std::optional<Located>(located);
}

Result<bool> View::Impl::find_into(const format::PathHash& hash, std::uint64_t version,
                                   Located& located) const {
  if (version != 0) {
    const auto bytes = COFFER_TRY(txn.get(Table::history, format::history_key(hash, version)));
    if (!bytes) return false;
    located.version = version;
    COFFER_TRY(format::decode_version(*bytes, located.record));
    return true;
  }
  // The newest: the first key of the hash. Readers keep their cursor, writers open one.
  storage::Cursor opened;
  storage::Cursor* cursor = &opened;
  if (reader != nullptr) {
    cursor = COFFER_TRY(reader->history_cursor());
  } else {
    opened = COFFER_TRY(storage::Cursor::open(txn, Table::history));
  }
  if (!COFFER_TRY(cursor->seek(hash))) return false;
  const ByteView key = cursor->key();
  if (key.size() != format::kHistoryKeyBytes ||
      std::memcmp(key.data(), hash.data(), hash.size()) != 0)
    return false;
  located.version = format::version_of_history_key(key);
  if (located.version == 0) return false;  // Only the head: no version yet.
  COFFER_TRY(format::decode_version(cursor->value(), located.record));
  if ((located.record.header.flags & format::kFlagSuperseded) != 0) return newest_is_lost();
  return true;
}

Result<void> View::Impl::each_version(
    const format::PathHash& hash, std::uint64_t from,
    const std::function<Result<bool>(const Located&)>& visit) const {
  storage::Cursor cursor = COFFER_TRY(storage::Cursor::open(txn, Table::history));
  const format::HistoryKey start = format::history_key(hash, from == 0 ? ~std::uint64_t{0} : from);
  std::uint64_t found = 0;
  std::uint64_t expected = 0;
  for (bool more = COFFER_TRY(cursor.seek(start)); more; more = COFFER_TRY(cursor.next())) {
    const ByteView key = cursor.key();
    if (key.size() != format::kHistoryKeyBytes ||
        std::memcmp(key.data(), hash.data(), hash.size()) != 0)
      break;
    const std::uint64_t version = format::version_of_history_key(key);
    if (version == 0) break;
    const auto record = COFFER_TRY(format::decode_version(cursor.value()));
    const bool is_superseded = (record.header.flags & format::kFlagSuperseded) != 0;
    if (from == 0 && is_superseded != (found != 0)) return newest_is_lost();
    if (found == 0) expected = std::uint64_t{1} + record.header.older_versions;
    ++found;
    if (!COFFER_TRY(visit({version, record}))) return {};
  }
  if (from == 0 && found != expected) return lost("a secret has lost versions, or has too many");
  return {};
}

Result<std::optional<format::Head>> View::Impl::find_head(const format::PathHash& hash) const {
  const auto sealed = COFFER_TRY(txn.get(Table::history, format::history_key(hash, 0)));
  if (!sealed) return std::optional<format::Head>();
  const SecretBytes plain = COFFER_TRY(cipher().open_small(format::Domain::head, hash, *sealed));
  return std::optional<format::Head>(COFFER_TRY(format::decode_head(plain.bytes())));
}

Result<std::optional<format::Head>> View::Impl::head_of(
    const format::PathHash& hash, std::string_view path,
    const std::optional<Located>& newest) const {
  std::uint64_t revision = 0;
  if (newest) {
    COFFER_TRY(authenticate(hash, *newest));
    revision = newest->record.header.head_revision;
  } else if (const auto name = COFFER_TRY(find_name(path))) {
    if (name->head_revision == 0) return lost("a secret has lost its versions");
    revision = name->head_revision;
  }
  auto head = COFFER_TRY(find_head(hash));
  if (!head && revision == 0) return head;
  if (!head) return lost("a secret has lost its metadata");
  if (head->path != path) return lost("a secret's metadata belongs to another secret");
  if (head->metadata.revision != revision)
    return lost("a secret's metadata is not what it had last");
  return head;
}

Result<std::optional<format::Head>> View::Impl::head_of(const format::PathHash& hash,
                                                        std::string_view path) const {
  return head_of(hash, path, COFFER_TRY(find(hash, 0)));
}

Error View::Impl::absent(const format::PathHash& hash, std::string_view path,
                         std::uint64_t version) const {
  const auto newest = find(hash, 0);
  if (!newest) return newest.error();
  if (!*newest) {
    const auto head = head_of(hash, path, *newest);
    if (!head) return head.error();
    return version == 0 || !*head ? no_such_secret() : no_such_version(version);
  }
  if (auto checked = authenticate(hash, **newest); !checked) return checked.error();
  const auto whole = each_version(hash, 0, [](const Located&) -> Result<bool> { return true; });
  return whole ? no_such_version(version) : whole.error();
}

Result<void> View::Impl::fetch_large_value(const format::PathHash& hash, Located& located) const {
  const auto bytes = COFFER_TRY(txn.get(Table::values, format::history_key(hash, located.version)));
  if (!bytes || bytes->size() != located.record.bytes_apart)
    return Error{ErrorCode::corrupt, "a version has lost its value, or has another's",
                 Advice::verify_and_restore}
        .with_number(located.version);
  located.record.ciphertext = *bytes;
  return {};
}

Result<void> View::Impl::authenticate(const format::PathHash& hash, const Located& located) const {
  const WrappingKey key = COFFER_TRY(wrapping_key(hash));
  return cipher().check_header(hash, located.version, located.record, key);
}

Result<void> View::Impl::check_state(const Located& located, Deleted deleted) const {
  const format::VersionHeader& header = located.record.header;
  const bool reclaimed = (header.flags & format::kFlagReclaimed) != 0;
  const bool has_end = header.expires_at_ms != 0;
  const bool has_deletion = header.deletion_at_ms != 0 && deleted == Deleted::refuse;
  if (header.is_destroyed() && !reclaimed)
    return Error{ErrorCode::destroyed, "this version was destroyed", Advice::see_history}
        .with_number(located.version);
  if (reclaimed || (has_end && header.expires_at_ms <= now_ms())) {
    expired_seen_ms = std::max(expired_seen_ms, header.expires_at_ms);
    return Error{ErrorCode::expired, "this version has expired", "put a new one"}.with_number(
        located.version);
  }
  if (has_deletion && header.deletion_at_ms <= now_ms()) {
    expired_seen_ms = std::max(expired_seen_ms, header.deletion_at_ms);
    return Error{ErrorCode::deleted, "this version is deleted", Advice::undelete}
        .with_number(located.version)
        .with_clock_behind(clock_is_behind && header.deletion_at_ms > engine.clock->now_ms());
  }
  // Time stands still while the clock is behind, perhaps for years: what has an end must not
  // be had for longer by that.
  if ((has_end || has_deletion) && clock_is_behind)
    return Error{has_end ? ErrorCode::expired : ErrorCode::deleted,
                 "the clock is behind the store's time, so this version counts as gone by",
                 Advice::accept_clock}
        .with_number(located.version)
        .with_clock_behind();
  return {};
}

VersionInfo info_of(const View::Impl::Located& located) {
  const format::VersionHeader& header = located.record.header;
  VersionInfo info;
  info.version = located.version;
  info.created_at_ms = header.created_at_ms;
  info.deletion_at_ms = header.deletion_at_ms;
  info.expires_at_ms = header.expires_at_ms;
  info.destroyed = header.is_destroyed();
  return info;
}

void View::Impl::note_get(std::string_view path, std::uint64_t version,
                          const Result<Secret>& secret) const {
  if (!audit_reads) return;
  reads.push_back({format::Action::read, std::string(path), secret ? secret->info.version : version,
                   secret ? 0U : static_cast<std::uint32_t>(secret.error().code())});
}

Result<Secret> View::get(std::string_view path, std::uint64_t version, Deleted deleted) const {
  auto secret = read_value(path, version, nullptr, deleted);
  impl_->note_get(path, version, secret);
  return secret;
}

Result<Secret> View::get_managed(std::string_view path, std::uint64_t version) const {
  std::uint32_t flags = 0;
  auto secret = read_value(path, version, &flags);
  // What an earlier engine wrote has no flag: its head tells.
  if (secret && (flags & format::kFlagManaged) == 0 && !COFFER_TRY(is_managed(path)))
    secret = Error{ErrorCode::usage, "this coordinate names no secret that configs manage"};
  impl_->note_get(path, version, secret);
  return secret;
}

Result<Secret> View::read_value(std::string_view path, std::uint64_t version, std::uint32_t* flags,
                                Deleted deleted) const {
  if (path.size() > format::kPathBytesMax) return no_such_secret();
  format::ValueContext context(impl_->cipher().store(), format::Kind::secret, path);
  const format::PathHash hash = impl_->cipher().hash(context);
  impl_->keys->expect(hash);
  Impl::Located located;
  if (!COFFER_TRY(impl_->find_into(hash, version, located)))
    return impl_->absent(hash, path, version);
  if (auto state = impl_->check_state(located, deleted); !state) {
    COFFER_TRY(impl_->authenticate(hash, located));
    return std::move(state).error();
  }
  if (flags != nullptr) *flags = located.record.header.flags;
  COFFER_TRY(impl_->fetch_value(hash, located));
  const WrappingKey wrapper = COFFER_TRY(impl_->wrapping_key(hash));
  Cipher::Opened opened = COFFER_TRY(
      impl_->cipher().open_version(context, hash, located.version, located.record, wrapper));
  if (opened.form > 1) return Error{ErrorCode::too_new, "this value has an unknown form"};
  Secret secret;
  secret.path = path;
  secret.info = info_of(located);
  secret.value = ValueAccess::make(static_cast<Value::Form>(opened.form), std::move(opened.value));
  return secret;
}

Result<VersionInfo> View::version_info(std::string_view path, std::uint64_t version) const {
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const auto located = COFFER_TRY(impl_->find(hash, version));
  if (!located) return impl_->absent(hash, path, version);
  COFFER_TRY(impl_->authenticate(hash, *located));
  return info_of(*located);
}

Result<std::vector<VersionInfo>> View::history(std::string_view path) const {
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  std::vector<VersionInfo> versions;
  COFFER_TRY(impl_->each_version(hash, 0, [&](const Impl::Located& located) -> Result<bool> {
    COFFER_TRY(impl_->authenticate(hash, located));
    versions.push_back(info_of(located));
    return true;
  }));
  if (versions.empty() && !COFFER_TRY(exists(path))) return no_such_secret();
  return versions;
}

Result<bool> View::exists(std::string_view path) const {
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const auto newest = COFFER_TRY(impl_->find(hash, 0));
  return newest || COFFER_TRY(impl_->head_of(hash, path, newest));
}

Result<Metadata> View::metadata(std::string_view path) const {
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const auto newest = COFFER_TRY(impl_->find(hash, 0));
  const auto name = COFFER_TRY(impl_->find_name(path));
  if (name) return impl_->metadata_of(path, hash, *name, newest);
  if (newest || COFFER_TRY(impl_->head_of(hash, path, newest)))
    return lost("a secret has lost its name");
  return no_such_secret();
}

Result<bool> View::is_managed(std::string_view path) const {
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const auto newest = COFFER_TRY(impl_->find(hash, 0));
  const auto head = COFFER_TRY(impl_->head_of(hash, path, newest));
  if (!head) return newest ? Result<bool>(false) : no_such_secret();
  return head->metadata.managed;
}

// The head comes last of what has its hash: only then is it known whose versions they were.
Result<void> View::each_managed_version(
    const std::function<Result<void>(const ManagedVersion&)>& visit) const {
  std::vector<ManagedVersion> versions;
  format::PathHash at{};
  storage::Cursor cursor = COFFER_TRY(storage::Cursor::open(impl_->txn, Table::history));
  for (bool more = COFFER_TRY(cursor.first()); more; more = COFFER_TRY(cursor.next())) {
    const ByteView key = cursor.key();
    if (key.size() != format::kHistoryKeyBytes)
      return Error{ErrorCode::corrupt, "the history is damaged", Advice::verify_store};
    if (std::memcmp(key.data(), at.data(), at.size()) != 0) versions.clear();
    std::memcpy(at.data(), key.data(), at.size());
    const std::uint64_t version = format::version_of_history_key(key);
    if (version != 0) {
      const auto record = COFFER_TRY(format::decode_version(cursor.value()));
      const Impl::Located located{version, record};
      versions.push_back(
          {"", info_of(located), versions.empty(), located.record.header.unreachable_at_ms});
      continue;
    }
    const SecretBytes plain =
        COFFER_TRY(impl_->cipher().open_small(format::Domain::head, at, cursor.value()));
    const format::Head head = COFFER_TRY(format::decode_head(plain.bytes()));
    if (!head.metadata.managed) continue;
    for (ManagedVersion& each : versions) {
      if (each.info.destroyed) continue;
      each.path = head.path;
      COFFER_TRY(visit(each));
    }
  }
  return {};
}

Result<Metadata> View::Impl::metadata_of(std::string_view path, const format::PathHash& hash,
                                         const format::Name& name,
                                         const std::optional<Located>& newest) const {
  Metadata metadata;
  // A name that speaks of a head alone is from before the first version.
  if (newest && name.head_revision != 0) return lost("a secret's name is not the one it had last");
  if (auto head = COFFER_TRY(head_of(hash, path, newest))) metadata = std::move(head->metadata);
  metadata.created_at_ms = name.created_at_ms;
  const std::int64_t written =
      newest ? newest->record.header.created_at_ms : metadata.created_at_ms;
  metadata.updated_at_ms = std::max(metadata.updated_at_ms, written);
  return metadata;
}

}  // namespace coffer::secrets

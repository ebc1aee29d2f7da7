// Reads versions, history and metadata.
#include <algorithm>
#include <cstring>

#include "format/value_access.h"
#include "secrets/rows/heads.h"
#include "secrets/rows/name_index.h"
#include "secrets/rows/versions.h"

namespace coffer::secrets {

using storage::Table;

namespace {

// Records the read if the store audits reads.
void note_get(const Reading& reading, std::string_view path, std::uint64_t version,
              const Result<Secret>& secret) {
  if (secret) {
    reading.note_get(path, secret->info.version, std::nullopt);
  } else {
    reading.note_get(path, version, secret.error().code());
  }
}

}  // namespace

std::int64_t View::now_ms() const { return reading_->now_ms(); }

Result<Secret> View::get(std::string_view path, std::uint64_t version, Deleted deleted) const {
  auto secret = read_value(path, version, nullptr, deleted);
  note_get(*reading_, path, version, secret);
  return secret;
}

Result<Secret> View::get_managed(std::string_view path, std::uint64_t version) const {
  std::uint32_t flags = 0;
  auto secret = read_value(path, version, &flags);
  // A version written by an earlier engine has no flag: its head says whether it is managed.
  if (secret && (flags & format::kFlagManaged) == 0 && !COFFER_TRY(is_managed(path)))
    secret = Error(ErrorCode::usage, "this coordinate does not name a config's secret");
  note_get(*reading_, path, version, secret);
  return secret;
}

Result<Secret> View::read_value(std::string_view path, std::uint64_t version, std::uint32_t* flags,
                                Deleted deleted) const {
  if (path.size() > format::kPathBytesMax) return no_such_secret();
  format::ValueContext context(reading_->cipher().store(), format::Kind::secret, path);
  const format::PathHash hash = reading_->cipher().hash(context);
  reading_->prefetch_key(hash);
  Located located;
  if (!COFFER_TRY(reading_->find_into(hash, version, located)))
    return absent(*reading_, hash, path, version);
  if (auto state = check_state(*reading_, located, deleted); !state) {
    COFFER_TRY(reading_->authenticate(hash, located));
    return std::move(state).error();
  }
  if (flags != nullptr) *flags = located.record.header.flags;
  COFFER_TRY(reading_->fetch_value(hash, located));
  const WrappingKey wrapper = COFFER_TRY(reading_->wrapping_key(hash));
  Cipher::Opened opened = COFFER_TRY(
      reading_->cipher().open_version(context, hash, located.version, located.record, wrapper));
  if (opened.form > 1) return Error(ErrorCode::too_new, "this value has an unknown form");
  Secret secret;
  secret.path = path;
  secret.info = info_of(located);
  secret.value = ValueAccess::make(static_cast<Value::Form>(opened.form), std::move(opened.value));
  return secret;
}

Result<VersionInfo> View::version_info(std::string_view path, std::uint64_t version) const {
  const format::PathHash hash = reading_->cipher().hash(format::Kind::secret, path);
  const auto located = COFFER_TRY(reading_->find(hash, version));
  if (!located) return absent(*reading_, hash, path, version);
  COFFER_TRY(reading_->authenticate(hash, *located));
  return info_of(*located);
}

Result<std::vector<VersionInfo>> View::history(std::string_view path) const {
  const format::PathHash hash = reading_->cipher().hash(format::Kind::secret, path);
  std::vector<VersionInfo> versions;
  COFFER_TRY(reading_->each_version(hash, 0, [&](const Located& located) -> Result<bool> {
    COFFER_TRY(reading_->authenticate(hash, located));
    versions.push_back(info_of(located));
    return true;
  }));
  if (versions.empty() && !COFFER_TRY(exists(path))) return no_such_secret();
  return versions;
}

Result<bool> View::exists(std::string_view path) const {
  const format::PathHash hash = reading_->cipher().hash(format::Kind::secret, path);
  const auto newest = COFFER_TRY(reading_->find(hash, 0));
  return newest || COFFER_TRY(head_of(*reading_, hash, path, newest));
}

Result<Metadata> View::metadata(std::string_view path) const {
  const format::PathHash hash = reading_->cipher().hash(format::Kind::secret, path);
  const auto newest = COFFER_TRY(reading_->find(hash, 0));
  const auto name = COFFER_TRY(find_name(*reading_, path));
  if (name) return metadata_of(*reading_, path, hash, *name, newest);
  if (newest || COFFER_TRY(head_of(*reading_, hash, path, newest)))
    return lost("a secret's name is missing");
  return no_such_secret();
}

Result<bool> View::is_managed(std::string_view path) const {
  const format::PathHash hash = reading_->cipher().hash(format::Kind::secret, path);
  const auto newest = COFFER_TRY(reading_->find(hash, 0));
  const auto head = COFFER_TRY(head_of(*reading_, hash, path, newest));
  if (!head) return newest ? Result<bool>(false) : no_such_secret();
  return head->metadata.managed;
}

// A hash's head follows its versions, and only the head says whether the versions are managed.
Result<void> View::each_managed_version(
    const std::function<Result<void>(const ManagedVersion&)>& visit) const {
  std::vector<ManagedVersion> versions;
  format::PathHash at{};
  records::Rows cursor = COFFER_TRY(reading_->rows(Table::history));
  for (bool more = COFFER_TRY(cursor.first()); more; more = COFFER_TRY(cursor.next())) {
    const ByteView key = cursor.key();
    if (key.size() != format::kHistoryKeyBytes)
      return Error(ErrorCode::corrupt, "the history is damaged", Advice::verify_store);
    if (std::memcmp(key.data(), at.data(), at.size()) != 0) versions.clear();
    std::memcpy(at.data(), key.data(), at.size());
    const std::uint64_t version = format::version_of_history_key(key);
    if (version != 0) {
      const auto record = COFFER_TRY(format::decode_version(cursor.value()));
      const Located located{version, record};
      versions.push_back(
          {"", info_of(located), versions.empty(), located.record.header.unreachable_at_ms});
      continue;
    }
    const SecretBytes plain =
        COFFER_TRY(reading_->cipher().open_small(format::Domain::head, at, cursor.value()));
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

Result<const Policy*> View::policy() const { return reading_->policy(); }

Result<Policy> View::stored_policy() const {
  const auto stored = COFFER_TRY(reading_->stored_policy());
  return stored ? stored->policy : Policy();
}

const Actor& View::actor() const { return reading_->actor(); }

void View::note_denied(format::Action action, std::string_view name) const {
  reading_->note_denied(action, name);
}

}  // namespace coffer::secrets

// The C interface over the C++ one: versions, codes, bytes; a store made, opened, checked, closed.
#include "api/c/c_handles.h"
#include "base/check.h"

using namespace coffer::c_api;  // NOLINT(google-build-using-namespace): this file is its door.

namespace {

using coffer::Actor;
using coffer::Error;
using coffer::ErrorCode;
using coffer::Result;
using coffer::Store;

static_assert(COFFER_TOO_NEW == static_cast<int>(ErrorCode::too_new));
static_assert(COFFER_ANCHOR_GIVE_UP == static_cast<int>(coffer::AnchorDoubt::give_up));
static_assert(COFFER_CIPHER_AES_256_GCM == static_cast<int>(coffer::ValueCipher::aes_256_gcm));

Result<coffer::CreateOptions> create_options_of(const coffer_create_options& given) {
  coffer::CreateOptions options;
  options.epoch_home = text_of(given.epoch_home);
  if (given.value_bytes_max != 0) options.value_bytes_max = given.value_bytes_max;
  options.max_versions = given.max_versions;
  if (given.cipher < COFFER_CIPHER_DEFAULT || given.cipher > COFFER_CIPHER_AES_256_GCM)
    return Error(ErrorCode::usage, "there is no such cipher");
  if (given.cipher != COFFER_CIPHER_DEFAULT)
    options.cipher = static_cast<coffer::ValueCipher>(given.cipher);
  return options;
}

Result<coffer::OpenOptions> open_options_of(const coffer_open_options& given) {
  coffer::OpenOptions options;
  options.actor = COFFER_TRY(actor_of(given.identity));
  options.anchor = text_of(given.anchor_uri);
  options.min_sequence = given.min_sequence;
  if (given.anchor_doubt < COFFER_ANCHOR_REFUSE || given.anchor_doubt > COFFER_ANCHOR_GIVE_UP)
    return Error(ErrorCode::usage, "there is no such answer to a doubt about the anchor");
  options.anchor_doubt = static_cast<coffer::AnchorDoubt>(given.anchor_doubt);
  return options;
}

// A new label changes no right: user, groups and purpose change only if the identity names a user.
Result<Actor> changed(const Actor& before, const coffer_identity* identity) {
  const coffer_identity given = COFFER_TRY(sized(identity));
  Actor actor = COFFER_TRY(actor_of(identity));
  if (given.user != nullptr) return actor;
  if (given.group_count != 0 || given.for_use != 0)
    return Error(ErrorCode::usage, "an identity without a user has groups, or is for use",
                 "name the user; \"\" means no particular user");
  actor.user = before.user;
  actor.groups = before.groups;
  actor.purpose = before.purpose;
  return actor;
}

coffer_store_status to_c(const coffer::Status& status) {
  coffer_store_status out = {};
  out.epoch = status.epoch;
  out.sequence = status.sequence;
  out.record_count = status.record_count;
  out.secret_count = status.secret_count;
  out.config_count = status.config_count;
  out.slot_count = static_cast<std::uint64_t>(status.slot_count);
  out.file_bytes = status.file_bytes;
  out.map_bytes = status.map_bytes;
  out.pending_shred_buckets = status.pending_shred_buckets;
  out.buckets_to_rotate = status.buckets_to_rotate;
  out.oldest_reader_lag = status.oldest_reader_lag;
  out.clock_behind_ms = status.clock_behind_ms;
  out.memory_bytes = status.memory_bytes;
  out.memory_locked_bytes = status.memory_locked_bytes;
  copy_text(out.store_id, status.store_id);
  copy_text(out.erase, status.erase);
  copy_text(out.anchor, status.anchor);
  return out;
}

}  // namespace

const char* coffer_version(void) { return COFFER_VERSION; }
unsigned coffer_abi_version(void) { return COFFER_ABI_VERSION; }

const char* coffer_code_name(coffer_code code) {
  if (code == COFFER_OK) return "ok";
  return coffer::code_name(static_cast<ErrorCode>(code)).data();  // Literals: NUL-terminated.
}

const void* coffer_bytes_data(const coffer_bytes* bytes) {
  return bytes == nullptr ? nullptr : bytes->bytes.data();
}

std::size_t coffer_bytes_size(const coffer_bytes* bytes) {
  if (bytes == nullptr) return 0;
  COFFER_CHECK(!bytes->bytes.empty());
  return bytes->bytes.size() - 1;
}

coffer_bytes* coffer_bytes_copy(const void* data, std::size_t size) {
  if (data == nullptr && size > 0) return nullptr;
  try {
    return to_bytes(std::string_view(static_cast<const char*>(data), size));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void coffer_bytes_free(coffer_bytes* bytes) { delete bytes; }

coffer_code coffer_key_file_create(const char* path, coffer_error* error) {
  return run(error, given(path), [&] { return coffer::create_key_file(path); });
}

coffer_code coffer_create(const char* directory, const coffer_create_options* options,
                          coffer_error* error) {
  return run(error, given(directory), [&]() -> Result<void> {
    const auto all = COFFER_TRY(sized(options));
    return Store::create(directory, COFFER_TRY(parse_keys(all.key_uris, all.key_count)),
                         COFFER_TRY(create_options_of(all)));
  });
}

coffer_code coffer_open(const char* directory, const coffer_open_options* options,
                        coffer_store** store, coffer_error* error) {
  return run(error, given(directory, store), [&]() -> Result<void> {
    const auto all = COFFER_TRY(sized(options));
    coffer::OpenOptions how = COFFER_TRY(open_options_of(all));
    Actor actor = how.actor;
    // Before `new`: a return out of its initialiser would leave the memory behind.
    Store opened = COFFER_TRY(Store::open(
        directory, COFFER_TRY(parse_keys(all.key_uris, all.key_count)), std::move(how)));
    *store = new coffer_store{std::move(opened), std::move(actor)};
    return {};
  });
}

coffer_code coffer_as(coffer_store* store, const coffer_identity* identity, coffer_store** other,
                      coffer_error* error) {
  return on_store(store, error, given(identity, other), [&](Store& open) -> Result<void> {
    Actor actor = COFFER_TRY(changed(store->actor, identity));
    Store made = COFFER_TRY(open.as(actor));
    *other = new coffer_store{std::move(made), std::move(actor)};
    return {};
  });
}

void coffer_close(coffer_store* store) {
  const bool is_inside =
      store != nullptr && std::holds_alternative<coffer::Transaction*>(store->place);
  if (!is_inside) delete store;
}

coffer_code coffer_status(coffer_store* store, coffer_store_status* status, coffer_error* error) {
  return on_store(store, error, given(status), [&](Store& open) -> Result<void> {
    COFFER_TRY(check_report(status));
    hand_out(to_c(COFFER_TRY(open.status())), status);
    return {};
  });
}

coffer_code coffer_verify(coffer_store* store, std::uint64_t* records, coffer_bytes** problems,
                          coffer_error* error) {
  if (problems != nullptr) *problems = nullptr;
  return on_store(store, error, true, [&](Store& open) -> Result<void> {
    const coffer::VerifyReport found = COFFER_TRY(open.verify());
    if (records != nullptr) *records = found.records;
    if (found.problems.empty()) return {};
    if (problems != nullptr) *problems = to_names(found.problems);
    return Error(ErrorCode::corrupt, "the store is damaged").with_number(found.problems.size());
  });
}

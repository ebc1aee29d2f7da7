#include "api/c/c_handles.h"

#include "base/check.h"

namespace coffer::c_api {
namespace {

// No struct grows by more than this: a larger size is garbage.
constexpr std::size_t kGrowthMax = 4096;

}  // namespace

coffer_code report(const Error& error, coffer_error* out) {
  const auto code = static_cast<coffer_code>(error.code());
  COFFER_CHECK(code > COFFER_OK && code <= COFFER_TOO_NEW);
  if (out != nullptr) {
    *out = {};
    out->code = code;
    out->advice = static_cast<int>(error.advice());
    copy_text(out->message, describe(error));
    copy_text(out->hint, error.hint());
  }
  return code;
}

void report_no_memory(coffer_error* out) {
  if (out == nullptr) return;
  *out = {};
  out->code = COFFER_LIMIT;
  copy_text(out->message, "not enough memory; nothing was changed");
}

Error null_argument() { return {ErrorCode::usage, "a required argument is NULL"}; }

Error only_the_open_store() {
  return {ErrorCode::usage, "this call needs the open store, not a transaction or a snapshot"};
}

Error only_a_reader() {
  return {ErrorCode::usage, "a snapshot cannot do this; the store or a transaction can"};
}

Result<void> copy_sized(const void* given, void* known, std::size_t known_size) {
  if (given == nullptr) return {};
  std::size_t size = 0;
  COFFER_CHECK(known_size >= sizeof size);
  std::memcpy(&size, given, sizeof size);
  if (size < sizeof size || size > known_size + kGrowthMax)
    return Error(ErrorCode::usage, "an options struct does not give its size",
                 "make it with the macro of its type that ends in _INIT");
  const auto* bytes = static_cast<const std::uint8_t*>(given);
  if (std::any_of(bytes + std::min(size, known_size), bytes + size, [](auto b) { return b != 0; }))
    return Error(ErrorCode::usage, "an options struct sets members that this version does not know",
                 "use a newer version of the library");
  std::memcpy(known, given, std::min(size, known_size));
  return {};
}

void hand_out_sized(const void* known, std::size_t known_size, void* out) {
  std::size_t size = 0;
  std::memcpy(&size, out, sizeof size);
  COFFER_CHECK(size >= sizeof size && known_size >= sizeof size);
  std::memcpy(static_cast<std::uint8_t*>(out) + sizeof size,
              static_cast<const std::uint8_t*>(known) + sizeof size,
              std::min(size, known_size) - sizeof size);
}

Result<std::vector<std::string>> texts_of(const char* const* texts, std::size_t count) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < count; ++i) {
    if (texts == nullptr || texts[i] == nullptr) return null_argument();
    all.emplace_back(texts[i]);
  }
  return all;
}

Result<std::vector<KeySource>> parse_keys(const char* const* uris, std::size_t count) {
  std::vector<KeySource> keys;
  for (const std::string& uri : COFFER_TRY(texts_of(uris, count)))
    keys.push_back(COFFER_TRY(KeySource::parse(uri)));
  return keys;
}

Result<Actor> actor_of(const coffer_identity* identity) {
  const coffer_identity given = COFFER_TRY(sized(identity));
  Actor actor;
  actor.actor = text_of(given.actor);
  actor.reason = text_of(given.reason);
  actor.correlation = text_of(given.correlation);
  actor.user = text_of(given.user);
  actor.groups = COFFER_TRY(texts_of(given.groups, given.group_count));
  actor.purpose = given.for_use != 0 ? Purpose::use : Purpose::reveal;
  return actor;
}

coffer_bytes* to_bytes(SecretBytes bytes) {
  bytes.push_back(0);
  return new coffer_bytes{std::move(bytes)};
}

coffer_bytes* to_bytes(std::string_view text) {
  SecretBytes bytes;
  bytes.reserve(text.size() + 1);
  bytes.append(text);
  return to_bytes(std::move(bytes));
}

coffer_bytes* to_names(const std::vector<std::string>& names) {
  SecretBytes text;
  for (const std::string& name : names) {
    text.append(name);
    text.push_back(0);
  }
  return to_bytes(std::move(text));
}

}  // namespace coffer::c_api

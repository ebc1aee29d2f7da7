// Any bytes as a version record: a decoded one encodes to the same bytes and means the same to the
// generated code; a changed header gives another context (F-41).
#include <coffer.pb.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "tests/vectors/recode.h"

namespace {

using namespace coffer;
using namespace coffer::format;

void check_fields(const VersionRecord& record, const proto::VersionRecord& message) {
  const VersionHeader& header = record.header;
  COFFER_CHECK(message.algorithm() == static_cast<std::uint32_t>(header.algorithm));
  COFFER_CHECK(message.created_at_ms() == header.created_at_ms);
  COFFER_CHECK(message.deletion_at_ms() == header.deletion_at_ms);
  COFFER_CHECK(message.expires_at_ms() == header.expires_at_ms);
  COFFER_CHECK(message.unreachable_at_ms() == header.unreachable_at_ms);
  COFFER_CHECK(message.flags() == header.flags);
  COFFER_CHECK(message.wrapped_dek() == as_text(record.wrapped_dek));
  COFFER_CHECK(message.ciphertext() == as_text(record.ciphertext));
  COFFER_CHECK(message.bytes_apart() == record.bytes_apart);
  COFFER_CHECK(message.head_revision() == header.head_revision);
  COFFER_CHECK(message.older_versions() == header.older_versions);
  if ((header.flags & kFlagDestroyed) == 0)
    COFFER_CHECK(message.value_tag() == as_text(header.value_tag));
}

void check_context(const VersionHeader& header) {
  VersionHeader other = header;
  other.expires_at_ms ^= 1;
  COFFER_CHECK(dek_context({}, {}, 1, 1, header) != dek_context({}, {}, 1, 1, other));
  other = header;
  other.flags ^= kFlagReclaimed;
  COFFER_CHECK(dek_context({}, {}, 1, 1, header) != dek_context({}, {}, 1, 1, other));
  other = header;
  other.head_revision ^= 1;
  COFFER_CHECK(dek_context({}, {}, 1, 1, header) != dek_context({}, {}, 1, 1, other));
  other = header;
  other.older_versions ^= 1;
  COFFER_CHECK(dek_context({}, {}, 1, 1, header) != dek_context({}, {}, 1, 1, other));
  COFFER_CHECK(dek_context({}, {}, 1, 1, header) == dek_context({}, {}, 1, 1, header));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const auto record = decode_version(bytes);
  if (!record) {
    const ErrorCode code = record.error().code();
    COFFER_CHECK(code == ErrorCode::corrupt || code == ErrorCode::too_new);
    return 0;
  }
  const auto again = test::recode_version(bytes);
  COFFER_CHECK(again.ok() && std::equal(again->begin(), again->end(), bytes.begin(), bytes.end()));
  proto::VersionRecord message;
  COFFER_CHECK(message.ParseFromArray(data, static_cast<int>(size)));
  COFFER_CHECK(message.SerializeAsString() == as_text(bytes));
  check_fields(*record, message);
  check_context(record->header);
  return 0;
}

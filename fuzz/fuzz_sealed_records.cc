// Any bytes as one of the small records (the first byte chooses): a decoded one encodes to the same
// bytes, and the generated code reads and writes it in the same way.
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "base/check.h"
#include "tests/vectors/proto_recode.h"
#include "tests/vectors/recode.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coffer;
  constexpr std::string_view kRecords[] = {
      "head",           "name",        "reference",    "settings",
      "root",           "bucket",      "audit_record", "audit_checkpoint",
      "anchor_setting", "anchor_mark", "leaves",       "policy"};
  if (size == 0) return 0;
  const std::string_view record = kRecords[data[0] % std::size(kRecords)];
  const ByteView bytes(data + 1, size - 1);
  const auto again = format::test::recode(record, bytes);
  if (!again) {
    const ErrorCode code = again.error().code();
    COFFER_CHECK(code == ErrorCode::corrupt || code == ErrorCode::too_new);
    return 0;
  }
  COFFER_CHECK(std::equal(again->begin(), again->end(), bytes.begin(), bytes.end()));
  COFFER_CHECK(format::test::proto_recode(record, as_text(bytes)) == as_text(bytes));
  return 0;
}

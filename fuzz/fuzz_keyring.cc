// Any bytes as a frame of the keyring file or one of its parts (the first byte chooses): a decoded
// one encodes to the same bytes, also with the generated code.
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "base/check.h"
#include "tests/vectors/proto_recode.h"
#include "tests/vectors/recode.h"

namespace {

using namespace coffer;

void check(std::string_view record, ByteView bytes) {
  const auto again = format::test::recode(record, bytes);
  if (!again) {
    const ErrorCode code = again.error().code();
    COFFER_CHECK(code == ErrorCode::corrupt || code == ErrorCode::too_new);
    return;
  }
  COFFER_CHECK(std::equal(again->begin(), again->end(), bytes.begin(), bytes.end()));
  if (record != "frame")
    COFFER_CHECK(format::test::proto_recode(record, as_text(bytes)) == as_text(bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kRecords[] = {"frame", "keyring_header", "epoch", "master"};
  if (size == 0) return 0;
  const std::string_view record = kRecords[data[0] % std::size(kRecords)];
  const ByteView bytes(data + 1, size - 1);
  check(record, bytes);
  // Reads the frame's payload as each part.
  const auto frame = format::decode_frame(bytes);
  if (record == "frame" && frame.ok())
    for (const std::string_view part : {kRecords[1], kRecords[2], kRecords[3]})
      check(part, frame->payload);
  return 0;
}

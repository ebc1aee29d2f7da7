// Any bytes as a data file: the verifier gives an answer and never reads outside them.
//
// With COFFER_FUZZ_LMDB (fuzzing, not replay) each accepted file is also opened with LMDB, read and
// written, so that the fuzzer finds gaps in the rules. Input of odd length is a list of edits to a
// healthy file, four bytes each.
#include <cstddef>
#include <cstdint>

#include "storage/pages/page_verifier.h"

#ifdef COFFER_FUZZ_LMDB
#include "tests/unit/storage/page_image.h"

namespace {

using coffer::Bytes;
namespace test = coffer::storage::test;

const Bytes& healthy() {
  static const Bytes file = [] {
    test::TemporaryDirectory directory;
    {
      const test::Lmdb lmdb(directory.path());
      test::Workload work(11);
      for (unsigned commit = 0; commit < 10; ++commit) work.commit(lmdb, 8, 9000);
    }
    return test::read_file(directory.data());
  }();
  return file;
}

// An edit: page, place in the page (12 bits), width (2 bits), whether to invert, and a number.
Bytes edited(const std::uint8_t* data, std::size_t size) {
  Bytes bytes = healthy();
  const std::size_t pages = bytes.size() / 4096;
  for (; size >= 4; data += 4, size -= 4) {
    const std::size_t at = data[0] % pages * 4096 + (data[1] | (data[2] & 0x0f) << 8);
    const std::size_t width = std::size_t{1} << (data[2] >> 6);
    const std::uint64_t number = (data[2] & 0x20) != 0 ? ~std::uint64_t{data[3]} : data[3];
    if (at + width <= bytes.size()) std::memcpy(&bytes[at], &number, width);
  }
  return bytes;
}

void use(coffer::ByteView file) {
  static const test::TemporaryDirectory directory;
  test::write_file(directory.data(), file);
  test::use_everything(directory.path(), std::size_t{16} << 20);
}

}  // namespace
#endif

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using coffer::storage::verify_pages;
  [[maybe_unused]] const auto report = verify_pages(coffer::ByteView(data, size));
#ifdef COFFER_FUZZ_LMDB
  if (report.ok()) use({data, size});
  if (size % 2 != 0 && size < 400) {
    const Bytes bytes = edited(data, size);
    if (verify_pages(coffer::ByteView(bytes)).ok()) use(bytes);
  }
#endif
  return 0;
}

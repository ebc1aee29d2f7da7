// Any bytes at all as a data file: the verifier answers, and never reads outside them.
//
// With COFFER_FUZZ_LMDB defined (fuzzing, not replay) what it lets in is also opened with
// LMDB, read and written, so that the fuzzer looks for what the rules forgot. Input of odd
// length is taken as a recipe: edits of a healthy file, four bytes each.
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

// Page, place in the page (12 bits), width (2 bits) and whether to invert, number.
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

// What a power cut between the two copies of a keyring's part leaves is mended at open.
#include <catch2/catch.hpp>

#include "format/keyring_records.h"
#include "tests/scratch.h"

namespace coffer::repair_test {
namespace {

Bytes place_of(const Bytes& file, format::FramePlace place) {
  const auto begin = file.begin() + static_cast<std::ptrdiff_t>(place.offset);
  return {begin, begin + static_cast<std::ptrdiff_t>(place.bytes)};
}

void put_place(Bytes& file, format::FramePlace place, const Bytes& bytes) {
  std::copy(bytes.begin(), bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(place.offset));
}

TEST_CASE("a slot table of which one copy is older is made whole by opening the store") {
  const test::ScratchStore scratch;
  const std::string second = scratch.directory.in("second.key");
  REQUIRE(create_key_file(second).ok());
  Bytes with_two;
  {
    Store store = scratch.open();
    const int slot = store.keys().add(KeySource::file(second)).value();
    with_two = test::read_whole_file(scratch.file("keyring"));
    REQUIRE(store.keys().remove(slot).ok());
  }
  // As if the power had gone after the first of the removal's two writes.
  Bytes torn = test::read_whole_file(scratch.file("keyring"));
  put_place(torn, format::master_place(1), place_of(with_two, format::master_place(1)));
  test::write_whole_file(scratch.file("keyring"), torn);
  REQUIRE(scratch.try_open().ok());
  const Bytes mended = test::read_whole_file(scratch.file("keyring"));
  CHECK(place_of(mended, format::master_place(0)) == place_of(mended, format::master_place(1)));
  CHECK_FALSE(Store::open(scratch.path(), KeySource::file(second)).ok());
}

}  // namespace
}  // namespace coffer::repair_test

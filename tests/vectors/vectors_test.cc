// Runs every vector through its decoder: each is a record with one defect, or with none.
#include "tests/vectors/recode.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "configs/documents.h"
#include "tests/vectors/proto_recode.h"
#include "tests/vectors/vector_file.h"

namespace vectors_test {

namespace {

using coffer::Bytes;
using coffer::ByteView;
using coffer::Result;
using coffer::format::test::read_vector;
using coffer::format::test::VectorFile;

namespace fs = std::filesystem;

Result<Bytes> recode_any(const std::string& record, ByteView bytes) {
  if (record != "config_record") return coffer::format::test::recode(record, bytes);
  const auto config = COFFER_TRY(coffer::configs::decode_config(bytes));
  return coffer::format::test::bytes_of(coffer::configs::encode_config(config));
}

std::string outcome_of(const Result<Bytes>& result) {
  return result ? "ok" : std::string(coffer::code_name(result.error().code()));
}

bool is_message(const std::string& record) { return record != "frame" && record != "leaf_keys"; }

std::vector<fs::path> all_vectors() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(COFFER_SOURCE_DIR) / "tests" /
                                                            "vectors" / "cases")) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  }
  return paths;
}

}  // namespace

TEST_CASE("every vector decodes as it says, and what decodes encodes to the same bytes") {
  std::map<std::string, std::map<std::string, int>> seen;
  for (const fs::path& path : all_vectors()) {
    const VectorFile vector = read_vector(path);
    INFO(path.parent_path().filename() / path.stem());
    REQUIRE(vector.ok);
    const std::string& record = vector.head.at("record");
    const std::string& expect = vector.head.at("expect");
    CHECK(record == path.parent_path().filename());
    const auto result = recode_any(record, vector.bytes);
    CHECK(outcome_of(result) == expect);
    if (result) CHECK(*result == vector.bytes);
    ++seen[record][expect];
  }
  CHECK(seen.size() == 19);
  for (const auto& [record, outcomes] : seen) {
    INFO(record);
    CHECK(outcomes.contains("ok"));
    CHECK(outcomes.contains("corrupt"));
  }
}

TEST_CASE("the generated code takes every vector that decodes, to the same bytes") {
  int compared = 0;
  for (const fs::path& path : all_vectors()) {
    const VectorFile vector = read_vector(path);
    if (vector.head.at("expect") != "ok" || !is_message(vector.head.at("record"))) continue;
    INFO(path);
    const std::string text(vector.bytes.begin(), vector.bytes.end());
    CHECK(coffer::format::test::proto_recode(vector.head.at("record"), text) == text);
    ++compared;
  }
  CHECK(compared >= 20);
}

TEST_CASE("every cut of a good vector is refused, or is a good record itself") {
  // F-10 for every length: a decoder neither reads past the end nor guesses.
  for (const fs::path& path : all_vectors()) {
    const VectorFile vector = read_vector(path);
    if (vector.head.at("expect") != "ok" || !is_message(vector.head.at("record"))) continue;
    INFO(path);
    for (std::size_t size = 0; size < vector.bytes.size(); ++size) {
      const ByteView cut = ByteView(vector.bytes).first(size);
      const auto result = recode_any(vector.head.at("record"), cut);
      if (result && !std::equal(cut.begin(), cut.end(), result->begin(), result->end()))
        FAIL_CHECK("cut to " << size << " bytes it decodes to other bytes");
    }
  }
}

}  // namespace vectors_test

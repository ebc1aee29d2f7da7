// The shape of the tree: no folder with more files than a reader takes in at once, and no verb that
// the table of verbs forgets.
#include <catch2/catch.hpp>
#include <map>
#include <regex>

#include "tests/house/source_files.h"

namespace folders_test {

namespace {

using Counts = std::map<std::string, std::size_t>;
using Names = std::multiset<std::string>;

constexpr std::size_t kFilesMax = 26;

// Headers and sources that stand in a folder itself; data is not counted.
Counts files_by_folder(const std::vector<house::SourceFile>& files) {
  Counts counts;
  for (const house::SourceFile& file : files) ++counts[file.path.substr(0, file.path.rfind('/'))];
  return counts;
}

Names all_matches(std::string_view text, const std::regex& pattern) {
  Names names;
  const std::cregex_iterator end;
  for (std::cregex_iterator at(text.data(), text.data() + text.size(), pattern); at != end; ++at)
    names.insert((*at)[1]);
  return names;
}

}  // namespace

TEST_CASE("files are counted by the folder that they stand in") {
  CHECK(files_by_folder({{"a/b/x.cc", ""}, {"a/b/x.h", ""}, {"a/y.cc", ""}}) ==
        Counts{{"a/b", 2}, {"a", 1}});
}

TEST_CASE("no folder has more files than a reader takes in at once") {
  const auto counts = files_by_folder(
      house::source_files({"engine", "format", "tools", "tests", "bench", "fuzz"}, {".h", ".cc"}));
  REQUIRE(counts.size() > 20);
  for (const auto& [folder, count] : counts) {
    INFO(folder << ": " << count);
    // Public headers are one folder for those who include them.
    CHECK((count <= kFilesMax || folder == "engine/include/coffer"));
  }
}

TEST_CASE("the engine and its format know no product") {
  static const std::regex kProduct(R"(\b(vdk|dataos|iomete|datalayer|cloud-kernel)\b)",
                                   std::regex::icase);
  const auto files = house::source_files({"engine", "format"}, {".h", ".cc", ".md", ".proto"});
  REQUIRE(files.size() > 100);
  for (const house::SourceFile& file : files) {
    INFO(file.path);
    CHECK_FALSE(std::regex_search(file.text, kProduct));
  }
}

TEST_CASE("the table of verbs names every row, and each once") {
  static const std::regex kRow(R"(constinit const Verb k(\w+)Verb\b)");
  static const std::regex kName(R"(\bV\((\w+)\))");
  Names rows;
  Names listed;
  for (const house::SourceFile& file : house::source_files({"tools"}, {".cc"})) {
    rows.merge(all_matches(file.text, kRow));
    if (file.path == "tools/verbs/table.cc") listed = all_matches(file.text, kName);
  }
  REQUIRE(rows.size() > 50);
  CHECK(rows == listed);
}

}  // namespace folders_test

// What is read as YAML passes through the memory of yaml-cpp and of the standard library: the
// command leaves nothing of it there.
#include <catch2/catch.hpp>
#include <memory>

#include "tests/memory_search.h"
#include "tools/exchange/yaml/yaml.h"

namespace coffer::test::wiped_memory_test {
namespace {

// A document of the ways in which a value may stand, each with the mark.
SecretBytes document_of(const SecretBytes& mark) {
  SecretBytes text;
  const auto add = [&](std::string_view before, std::string_view after) {
    text.append(before);
    text.append(mark.text());
    text.append(after);
  };
  add("plain: ", "\n");
  add("double: \"a\\t", "\"\n");
  add("single: 'it''s ", "'\n");
  add("literal: |\n  ", "\n");
  add("folded: >\n  ", "\n  and more\n");
  add("flow: {list: [1, ", ", x], ");
  add("", ": key}\n");
  return text;
}

}  // namespace

TEST_CASE("a mark in ordinary memory is found while it is there, and not when it was freed") {
  const SecretBytes mark = new_mark();
  CHECK(count_in_memory(mark) == 0);
  auto kept = std::make_unique<std::string>("padding that is longer than the mark ");
  kept->append(mark.text());
  CHECK(count_in_memory(mark) == 1);
  kept.reset();
  CHECK(count_in_memory(mark) == 0);
  auto block = std::make_unique<char[]>(std::size_t{1} << 20);  // One of its own mapping.
  std::memcpy(block.get() + 5000, mark.data(), mark.size());
  CHECK(count_in_memory(mark) == 1);
  block.reset();
  CHECK(count_in_memory(mark) == 0);
}

TEST_CASE("nothing of a YAML document is left in the process's memory") {
  const SecretBytes mark = new_mark();
  {
    const SecretBytes text = document_of(mark);
    const auto json = tools::json_from_yaml(text.text(), "x.yaml");
    REQUIRE(json.ok());
    REQUIRE(json->text().find(mark.text()) != std::string_view::npos);
  }
  CHECK(count_in_memory(mark) == 0);
  {
    SecretBytes text = document_of(mark);
    text.append("wrong: *none\n");
    REQUIRE_FALSE(tools::json_from_yaml(text.text(), "x.yaml").ok());
  }
  CHECK(count_in_memory(mark) == 0);
}

}  // namespace coffer::test::wiped_memory_test

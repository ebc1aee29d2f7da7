// The rules of the page verifier, one by one: a healthy file, one place spoiled, the answer.
#include <catch2/catch.hpp>
#include <functional>
#include <vector>

#include "storage/pages/page_verifier.h"
#include "tests/unit/storage/page_image.h"

namespace coffer::storage::page_rules_test {
namespace {

using test::PageImage;
using test::sample;

constexpr std::size_t kPage = PageImage::kPage;

struct Case {
  const char* name;
  const char* text;
  std::function<void(PageImage&)> spoil;
  ErrorCode code = ErrorCode::corrupt;
};

void require_each_refused(const std::vector<Case>& cases) {
  const PageImage healthy = sample();
  const auto accepted = verify_pages(healthy.view());
  REQUIRE(accepted.ok());
  for (const Case& each : cases) {
    PageImage image = healthy;
    each.spoil(image);
    const auto report = verify_pages(image.view());
    INFO(each.name);
    REQUIRE_FALSE(report.ok());
    INFO(describe(report.error()));
    CHECK(report.error().code() == each.code);
    CHECK(report.error().text() == each.text);
    CHECK(report.error().number().has_value());
  }
}

}  // namespace

TEST_CASE("a damaged meta page is refused, whichever of the two it is") {
  require_each_refused({
      {"nothing", "the data file is too short", [](PageImage& i) { i.bytes().clear(); }},
      {"half a meta page", "the data file is too short",
       [](PageImage& i) { i.bytes().resize(151); }},
      {"one page", "the data file is too short",
       [](PageImage& i) { i.bytes().resize(kPage * 2 - 1); }},
      {"flags 0", "not a meta page", [](PageImage& i) { i.set<std::uint16_t>(10, 9); }},
      {"flags 1", "not a meta page", [](PageImage& i) { i.set<std::uint16_t>(kPage + 10, 0); }},
      {"number", "not a meta page", [](PageImage& i) { i.set<std::uint64_t>(kPage, 0); }},
      {"magic", "not an LMDB data file", [](PageImage& i) { i.bytes()[i.older_meta() + 17] ^= 1; }},
      {"version 0", "a meta page without a version",
       [](PageImage& i) { i.set<std::uint32_t>(i.older_meta() + 20, 0); }},
      {"version 2", "written by a newer LMDB",
       [](PageImage& i) { i.set<std::uint32_t>(i.older_meta() + 20, 2); }, ErrorCode::too_new},
      {"page size 0", "a page size that LMDB cannot use",
       [](PageImage& i) { i.set<std::uint32_t>(40, 0); }},
      {"page size 2048", "a page size that LMDB cannot use",
       [](PageImage& i) { i.set<std::uint32_t>(40, 2048); }},
      {"page size 6144", "a page size that LMDB cannot use",
       [](PageImage& i) { i.set<std::uint32_t>(40, 6144); }},
      {"page size 65536", "a page size that LMDB cannot use",
       [](PageImage& i) { i.set<std::uint32_t>(40, 65536); }},
      {"two page sizes", "the meta pages differ in page size",
       [](PageImage& i) { i.set<std::uint32_t>(kPage + 40, 8192); }},
      {"odd on page 0", "a transaction on the wrong meta page",
       [](PageImage& i) { i.set<std::uint64_t>(144, 99); }},
      {"even on page 1", "a transaction on the wrong meta page",
       [](PageImage& i) { i.set<std::uint64_t>(kPage + 144, 100); }},
      {"huge", "an impossible transaction number",
       [](PageImage& i) { i.set<std::uint64_t>(i.meta() + 151, 0x40); }},
      {"last page 0", "an impossible last page",
       [](PageImage& i) { i.set<std::uint64_t>(i.meta() + 136, 0); }},
      {"last page huge", "an impossible last page",
       [](PageImage& i) { i.set<std::uint64_t>(i.meta() + 136, ~std::uint64_t{0} / 4096); }},
      {"last page past all free ones", "the data file is cut short",
       [](PageImage& i) { i.bytes()[i.meta() + 137] ^= 4; }},
      {"map too small", "an impossible map size",
       [](PageImage& i) { i.set<std::uint64_t>(i.meta() + 32, 4096); }},
      {"map huge", "an impossible map size",
       [](PageImage& i) { i.set<std::uint64_t>(i.meta() + 32, ~std::uint64_t{0}); }},
  });
}

TEST_CASE("a tree that contradicts its record is refused") {
  std::vector<Case> cases{
      {"DUPSORT in main", "a tree with flags that a store never has",
       [](PageImage& i) { i.set<std::uint16_t>(i.main_record() + 4, 4); }},
      {"DUPSORT in the free list", "a tree with flags that a store never has",
       [](PageImage& i) { i.set<std::uint16_t>(i.free_record() + 4, 0x0c); }},
      {"free list without integer keys", "a tree with flags that a store never has",
       [](PageImage& i) { i.set<std::uint16_t>(i.free_record() + 4, 0); }},
      {"pad", "a tree with flags that a store never has",
       [](PageImage& i) { i.set<std::uint32_t>(i.table("tall"), 8); }},
      {"depth 0", "an impossible depth",
       [](PageImage& i) { i.set<std::uint16_t>(i.table("tall") + 6, 0); }},
      {"depth 33", "an impossible depth",
       [](PageImage& i) { i.set<std::uint16_t>(i.table("tall") + 6, 33); }},
      {"one level more", "a page of the wrong kind",
       [](PageImage& i) { ++i.bytes()[i.table("tall") + 6]; }},
      {"one level less", "a page of the wrong kind",
       [](PageImage& i) { --i.bytes()[i.table("tall") + 6]; }},
      {"root is a meta page", "a page outside the file",
       [](PageImage& i) { i.set<std::uint64_t>(i.table("tall") + 40, 1); }},
      {"root past the end", "a page outside the file",
       [](PageImage& i) { i.set<std::uint64_t>(i.table("tall") + 40, i.bytes().size() / kPage); }},
      {"root of another table", "a page that is reached twice",
       [](PageImage& i) {
         i.set(i.table("tall") + 40, i.get<std::uint64_t>(i.table("flat") + 40));
         i.set<std::uint16_t>(i.table("tall") + 6, 1);
       }},
      {"root of its own main", "a page that is reached twice",
       [](PageImage& i) {
         i.set(i.table("flat") + 40, i.get<std::uint64_t>(i.main_record() + 40));
       }},
      {"no root, but entries", "an empty tree with counts above zero",
       [](PageImage& i) { i.set<std::uint64_t>(i.table("flat") + 40, ~std::uint64_t{0}); }},
      {"record of a wrong size", "a table with a damaged record",
       [](PageImage& i) { i.set<std::uint32_t>(i.table_node("flat"), 47); }},
  };
  for (std::size_t field = 8; field <= 32; field += 8) {
    cases.push_back({"a count", "a tree whose counts are wrong",
                     [field](PageImage& i) { ++i.bytes()[i.table("tall") + field]; }});
    cases.push_back({"a count of the free list", "a tree whose counts are wrong",
                     [field](PageImage& i) { ++i.bytes()[i.free_record() + field]; }});
  }
  for (const int flag : {0x02, 0x04, 0x08, 0x10, 0x20, 0x40}) {
    cases.push_back({"a flag", "a tree with flags that a store never has", [flag](PageImage& i) {
                       i.set(i.table("flat") + 4, static_cast<std::uint16_t>(flag));
                     }});
  }
  require_each_refused(cases);
}

TEST_CASE("a page that is not what its place asks for is refused") {
  const auto leaf = [](const PageImage& i) { return i.leaf(i.table("tall")); };
  const auto branch = [](const PageImage& i) { return i.root(i.table("tall")); };
  std::vector<Case> cases{
      {"number", "a page in the wrong place", [=](PageImage& i) { ++i.bytes()[leaf(i)]; }},
      {"lower below the header", "a page with impossible bounds",
       [=](PageImage& i) { i.set<std::uint16_t>(leaf(i) + 12, 14); }},
      {"lower odd", "a page with impossible bounds",
       [=](PageImage& i) { ++i.bytes()[leaf(i) + 12]; }},
      {"upper odd", "a page with impossible bounds",
       [=](PageImage& i) { ++i.bytes()[leaf(i) + 14]; }},
      {"lower above upper", "a page with impossible bounds",
       [=](PageImage& i) { i.set<std::uint16_t>(leaf(i) + 12, 4096); }},
      {"upper past the page", "a page with impossible bounds",
       [=](PageImage& i) { i.set<std::uint16_t>(leaf(i) + 14, 4098); }},
      {"leaf without nodes", "a page with too few nodes",
       [=](PageImage& i) { i.set<std::uint16_t>(leaf(i) + 12, 16); }},
      {"branch with one node", "a page with too few nodes",
       [=](PageImage& i) { i.set<std::uint16_t>(branch(i) + 12, 18); }},
      {"child twice", "a page that is reached twice",
       [=](PageImage& i) {
         i.set(i.node(branch(i), 1), i.get<std::uint32_t>(i.node(branch(i), 0)));
       }},
      {"child is its parent", "a page that is reached twice",
       [=](PageImage& i) {
         i.set<std::uint32_t>(i.node(branch(i), 0), static_cast<std::uint32_t>(branch(i) / kPage));
       }},
      {"child past the end", "a page outside the file",
       [=](PageImage& i) { i.set<std::uint16_t>(i.node(branch(i), 0) + 4, 1); }},
  };
  for (const int flags : {0x00, 0x03, 0x04, 0x06, 0x08, 0x12, 0x22, 0x42, 0x4002, 0x8002}) {
    cases.push_back({"flags", "a page of the wrong kind", [=](PageImage& i) {
                       i.set(leaf(i) + 10, static_cast<std::uint16_t>(flags));
                     }});
  }
  require_each_refused(cases);
}

TEST_CASE("a node outside its page, over another, or out of order is refused") {
  const auto leaf = [](const PageImage& i) { return i.leaf(i.table("tall")); };
  const auto branch = [](const PageImage& i) { return i.root(i.table("tall")); };
  require_each_refused({
      {"odd", "a node outside its page",
       [=](PageImage& i) { ++i.bytes()[PageImage::pointer(leaf(i), 0)]; }},
      {"in the pointers", "a node outside its page",
       [=](PageImage& i) { i.set<std::uint16_t>(PageImage::pointer(leaf(i), 0), 16); }},
      {"header across the end", "a node outside its page",
       [=](PageImage& i) { i.set<std::uint16_t>(PageImage::pointer(leaf(i), 0), 4090); }},
      {"two in one place", "two nodes in one place",
       [=](PageImage& i) {
         i.set(PageImage::pointer(leaf(i), 1),
               i.get<std::uint16_t>(PageImage::pointer(leaf(i), 0)));
       }},
      {"key of 512", "a key that is too long",
       [=](PageImage& i) { i.set<std::uint16_t>(i.node(branch(i), 0) + 6, 512); }},
      {"key of 0", "an empty key",
       [=](PageImage& i) {
         const std::size_t node = i.node(leaf(i), 0);
         i.set<std::uint32_t>(node, i.get<std::uint32_t>(node) + 500);
         i.set<std::uint16_t>(node + 6, 0);
       }},
      {"value of 4 GiB", "a node that is too large",
       [=](PageImage& i) { i.set<std::uint32_t>(i.node(leaf(i), 0), ~std::uint32_t{0}); }},
      {"value that LMDB would have put elsewhere", "a node that is too large",
       [=](PageImage& i) { i.set<std::uint32_t>(i.node(leaf(i), 0), 2038 - 508 + 1); }},
      {"value too short for its place", "a page with gaps",
       [=](PageImage& i) { i.set<std::uint32_t>(i.node(leaf(i), 0), 290); }},
      {"upper too low", "a page with gaps",
       [=](PageImage& i) {
         i.set<std::uint16_t>(leaf(i) + 14, i.get<std::uint16_t>(leaf(i) + 14) - 2);
       }},
      {"leaf keys swapped", "keys out of order",
       [=](PageImage& i) {
         const std::size_t at = PageImage::pointer(leaf(i), 0);
         const auto first = i.get<std::uint16_t>(at);
         i.set(at, i.get<std::uint16_t>(at + 2));
         i.set<std::uint16_t>(at + 2, first);
       }},
      {"branch keys swapped", "keys out of order",
       [=](PageImage& i) {
         std::size_t page = branch(i);
         if (i.nodes(page) < 3) page = i.child(i.node(page, 0));
         const std::size_t at = PageImage::pointer(page, 1);
         const auto first = i.get<std::uint16_t>(at);
         i.set(at, i.get<std::uint16_t>(at + 2));
         i.set<std::uint16_t>(at + 2, first);
       }},
      {"children swapped", "keys out of order",
       [=](PageImage& i) {
         const std::size_t page = branch(i);
         const auto first = i.get<std::uint32_t>(i.node(page, 0));
         i.set(i.node(page, 0), i.get<std::uint32_t>(i.node(page, 1)));
         i.set<std::uint32_t>(i.node(page, 1), first);
       }},
      {"last key above its parent's", "keys out of order",
       [=](PageImage& i) {
         const unsigned last = i.nodes(leaf(i)) - 1;
         i.set<std::uint8_t>(i.node(leaf(i), last) + 8, 0xff);
       }},
  });
}

TEST_CASE("a value of a foreign kind or in a damaged run is refused") {
  const auto leaf = [](const PageImage& i) { return i.leaf(i.table("flat")); };
  const auto big = [=](const PageImage& i) { return i.big_node(leaf(i)); };
  const auto run = [=](const PageImage& i) { return i.child(i.value(big(i))); };
  require_each_refused({
      {"duplicates", "a node with flags that a store never has",
       [=](PageImage& i) { i.set<std::uint16_t>(i.node(leaf(i), 1) + 4, 4); }},
      {"a table within a table", "a node with flags that a store never has",
       [=](PageImage& i) { i.set<std::uint16_t>(i.node(leaf(i), 1) + 4, 2); }},
      {"a table of duplicates in main", "a node with flags that a store never has",
       [=](PageImage& i) { i.set<std::uint16_t>(i.table_node("flat") + 4, 6); }},
      {"run in the meta pages", "an overflow run outside the file",
       [=](PageImage& i) { i.set<std::uint64_t>(i.value(big(i)), 1); }},
      {"run past the end", "an overflow run outside the file",
       [=](PageImage& i) { i.set<std::uint64_t>(i.value(big(i)), i.bytes().size() / kPage); }},
      {"run is a leaf", "an overflow run without its header",
       [=](PageImage& i) { i.set<std::uint64_t>(i.value(big(i)), leaf(i) / kPage); }},
      {"run with another's number", "an overflow run without its header",
       [=](PageImage& i) { ++i.bytes()[run(i)]; }},
      {"run of no page", "an overflow run of a wrong length",
       [=](PageImage& i) { i.set<std::uint32_t>(run(i) + 12, 0); }},
      {"run one page short", "an overflow run of a wrong length",
       [=](PageImage& i) { --i.bytes()[run(i) + 12]; }},
      {"run to past the end", "an overflow run of a wrong length",
       [=](PageImage& i) { i.set<std::uint32_t>(run(i) + 12, ~std::uint32_t{0}); }},
      {"run used twice", "a page that is reached twice",
       [=](PageImage& i) {
         const std::size_t other = i.node(leaf(i), 2);
         i.set(i.value(other), i.get<std::uint64_t>(i.value(big(i))));
       }},
      {"run over its neighbour", "a page that is reached twice",
       [=](PageImage& i) {
         const std::size_t first = std::min(run(i), i.child(i.value(i.node(leaf(i), 2))));
         i.set<std::uint32_t>(first + 12,
                              static_cast<std::uint32_t>(i.bytes().size() / kPage - first / kPage));
       }},
  });
}

TEST_CASE("a free list that would hand out a page in use is refused") {
  const auto leaf = [](const PageImage& i) { return i.leaf(i.free_record()); };
  const auto node = [=](const PageImage& i) { return i.node(leaf(i), 0); };
  const auto ids = [=](const PageImage& i) { return i.value(node(i)); };
  REQUIRE(sample().get<std::uint64_t>(ids(sample())) >= 2);
  REQUIRE(sample().nodes(leaf(sample())) >= 2);
  require_each_refused({
      {"transaction 0", "a free-list record of an impossible transaction",
       [=](PageImage& i) { i.set<std::uint64_t>(node(i) + 8, 0); }},
      {"transaction to come", "a free-list record of an impossible transaction",
       [=](PageImage& i) {
         const std::size_t last = i.node(leaf(i), i.nodes(leaf(i)) - 1);
         i.set(last + 8, i.get<std::uint64_t>(i.meta() + 144) + 1);
       }},
      {"key that is no number", "a free-list key that is not a number",
       [=](PageImage& i) {
         i.set<std::uint16_t>(node(i) + 6, 16);
         i.set<std::uint32_t>(node(i), i.get<std::uint32_t>(node(i)) - 8);
       }},
      {"torn", "a torn free-list record",
       [=](PageImage& i) { i.set<std::uint32_t>(node(i), i.get<std::uint32_t>(node(i)) - 1); }},
      {"count too large", "a free-list record of a wrong length",
       [=](PageImage& i) { ++i.bytes()[ids(i)]; }},
      {"count huge", "a free-list record of a wrong length",
       [=](PageImage& i) { i.set<std::uint64_t>(ids(i), ~std::uint64_t{0}); }},
      {"not falling", "an impossible free page",
       [=](PageImage& i) { i.set(ids(i) + 16, i.get<std::uint64_t>(ids(i) + 8)); }},
      {"a meta page", "an impossible free page",
       [=](PageImage& i) { i.set<std::uint64_t>(ids(i) + 8 * i.get<std::uint64_t>(ids(i)), 1); }},
      {"past the last page", "an impossible free page",
       [=](PageImage& i) { i.set(ids(i) + 8, i.get<std::uint64_t>(i.meta() + 136) + 1); }},
      {"free in two records", "a page that is free and reached elsewhere",
       [=](PageImage& i) {
         const std::size_t other = i.value(i.node(leaf(i), 1));
         i.set<std::uint64_t>(other, 1);
         i.set(other + 8, i.get<std::uint64_t>(ids(i) + 8));
       }},
      {"in use by a table", "a page that is free and reached elsewhere",
       [=](PageImage& i) {
         i.set<std::uint64_t>(ids(i), 1);
         i.set<std::uint64_t>(ids(i) + 8, i.root(i.table("tall")) / kPage);
       }},
      {"in use by the free list", "a page that is free and reached elsewhere",
       [=](PageImage& i) {
         i.set<std::uint64_t>(ids(i), 1);
         i.set<std::uint64_t>(ids(i) + 8, leaf(i) / kPage);
       }},
  });
}

}  // namespace coffer::storage::page_rules_test

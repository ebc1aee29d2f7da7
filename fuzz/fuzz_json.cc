// Any bytes as JSON: a parsed document must be consistent, and nothing may crash, leak or hang.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "text/json.h"
#include "text/json_merge.h"

namespace {

using coffer::SecretBytes;
using coffer::json::Document;
using coffer::json::kNoNode;
using coffer::json::NodeId;
using coffer::json::Type;

// The last token of each child's pointer must lead to the child; so whole paths are right as well.
void check_pointers(const Document& document) {
  struct Place {
    NodeId node;
    coffer::json::Pointer pointer;
  };
  std::vector<Place> places{{0, {}}};
  std::size_t budget = 2000;
  while (!places.empty() && budget-- > 0) {
    const Place place = std::move(places.back());
    places.pop_back();
    const auto parsed = coffer::json::parse_pointer(coffer::json::print_pointer(place.pointer));
    COFFER_CHECK(parsed.ok() && *parsed == place.pointer);
    COFFER_CHECK(coffer::json::resolve(document, *parsed) == place.node);
    std::size_t index = 0;
    for (NodeId child = document.first_child(place.node); child != kNoNode;
         child = document.next_sibling(child), ++index) {
      COFFER_CHECK(child > place.node);
      auto pointer = place.pointer;
      if (document.type(place.node) == Type::object) {
        pointer.emplace_back(document.key(child));
        const auto key = Document::parse(document.raw_key(child));
        COFFER_CHECK(key.ok() && key->string(0) == document.key(child));
      } else {
        pointer.push_back(std::to_string(index));
      }
      places.push_back({child, std::move(pointer)});
    }
    COFFER_CHECK(index == document.child_count(place.node));
    if (document.type(place.node) == Type::string) {
      SecretBytes quoted;
      coffer::json::append_quoted(quoted, document.string(place.node));
      const auto again = Document::parse(std::move(quoted));
      COFFER_CHECK(again.ok() && again->string(0) == document.string(place.node));
    }
  }
}

void check_document(const Document& document) {
  const auto again = Document::parse(document.raw(0));
  COFFER_CHECK(again.ok() && again->raw(0) == document.raw(0));
  COFFER_CHECK(coffer::json::Splice(document).text().text() == document.text().text());
  check_pointers(document);
}

void check_merge(const Document& target, const Document& patch) {
  const auto merged = coffer::json::merge_patch(target, patch);
  COFFER_CHECK(merged.ok());
  // A merge at most adds the depths, so their sum limits the result.
  const auto outcome = Document::parse(merged->text(), {.depth = 256, .nodes = 4'000'000});
  COFFER_CHECK(outcome.ok());
  const auto twice = coffer::json::merge_patch(*outcome, patch);
  COFFER_CHECK(twice.ok() && twice->text() == merged->text());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto whole = Document::parse(text);
  if (whole.ok()) {
    check_document(*whole);
  } else {
    COFFER_CHECK(whole.error().number().has_value() && whole.error().subject() == nullptr);
  }
  // A NUL separates a document from its patch.
  const std::size_t parting = text.find('\0');
  if (parting == std::string_view::npos) return 0;
  const auto target = Document::parse(text.substr(0, parting));
  const auto patch = Document::parse(text.substr(parting + 1));
  if (target.ok() && patch.ok()) check_merge(*target, *patch);
  return 0;
}

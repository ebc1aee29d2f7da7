#include "tests/config_cases/case_file.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <regex>
#include <stdexcept>

#include "tests/scratch.h"

namespace coffer::test {
namespace {

constexpr char kTable[] = COFFER_SOURCE_DIR "/tests/config_cases/table";

// <name> or <name+1>, at the beginning of a text; its length, 0 where there is none.
std::size_t name_length(std::string_view text) {
  static const std::regex kName("^<[a-z][a-z0-9]*(\\+[0-9]+)?>");
  std::match_results<std::string_view::const_iterator> found;
  if (text.empty() || text[0] != '<') return 0;
  return std::regex_search(text.begin(), text.end(), found, kName)
             ? static_cast<std::size_t>(found.length())
             : 0;
}

std::size_t coordinate_length(std::string_view text) {
  static const std::regex kCoordinate(
      "^airbyte_workspace_[0-9a-f-]{36}_secret_[0-9a-f-]{36}_v[1-9][0-9]*");
  std::match_results<std::string_view::const_iterator> found;
  return std::regex_search(text.begin(), text.end(), found, kCoordinate)
             ? static_cast<std::size_t>(found.length())
             : 0;
}

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string made_text(const Node& node) {
  std::string out = node.word("head");
  const auto times = node.find("times")->number();
  for (std::int64_t i = 0; i < times; ++i) out += node.word("before");
  out += node.word("middle");
  for (std::int64_t i = 0; i < times; ++i) out += node.word("after");
  return out + node.word("tail");
}

}  // namespace

std::optional<Node> Node::find(std::string_view key) const {
  const json::NodeId found = document_->find(id_, key);
  if (found == json::kNoNode) return std::nullopt;
  return Node(*document_, found);
}

std::int64_t Node::number() const {
  std::int64_t number = 0;
  const std::string_view text = document_->raw(id_);
  must(std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc(), "number");
  return number;
}

std::vector<Node> Node::children() const {
  std::vector<Node> out;
  for (json::NodeId each = document_->first_child(id_); each != json::kNoNode;
       each = document_->next_sibling(each)) {
    out.emplace_back(*document_, each);
  }
  return out;
}

std::optional<std::string> Node::document(const std::string& name) const {
  if (const auto as_is = find(name)) return as_is->raw();
  if (const auto text = find(name + "_text")) return text->text();
  if (const auto made = find(name + "_made")) return made_text(*made);
  return std::nullopt;
}

std::string Node::word(std::string_view key, std::string otherwise) const {
  const auto found = find(key);
  return found ? found->text() : std::move(otherwise);
}

std::optional<std::string> Coordinates::known(std::string_view name) const {
  name = name.substr(1, name.size() - 2);
  const std::size_t plus = name.find('+');
  const auto found = bound_.find(name.substr(0, plus));
  if (found == bound_.end()) return std::nullopt;
  if (plus == std::string_view::npos) return found->second;
  const std::size_t version = found->second.rfind("_v") + 2;
  const std::uint64_t number =
      number_in(std::string_view(found->second).substr(version)) + number_in(name.substr(plus + 1));
  return found->second.substr(0, version) + std::to_string(number);
}

std::string Coordinates::fill(std::string_view text) const {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = name_length(text);
    if (length == 0) {
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    const auto coordinate = known(text.substr(0, length));
    if (!coordinate) throw std::runtime_error("no coordinate: " + std::string(text, 0, length));
    out += *coordinate;
    text.remove_prefix(length);
  }
  return out;
}

bool Coordinates::match(std::string_view expected, std::string_view actual) {
  while (!expected.empty()) {
    const std::size_t length = name_length(expected);
    if (length == 0) {
      if (actual.empty() || actual[0] != expected[0]) return false;
      expected.remove_prefix(1);
      actual.remove_prefix(1);
      continue;
    }
    const std::string_view name = expected.substr(0, length);
    const std::size_t stands = coordinate_length(actual);
    const std::string_view coordinate = actual.substr(0, stands);
    if (stands == 0) return false;
    if (const auto before = known(name)) {
      if (*before != coordinate) return false;
    } else {
      // Two names never stand for one coordinate.
      const bool taken = std::any_of(bound_.begin(), bound_.end(),
                                     [&](const auto& each) { return each.second == coordinate; });
      if (taken || name.find('+') != std::string_view::npos) return false;
      bound_.emplace(name.substr(1, name.size() - 2), coordinate);
    }
    expected.remove_prefix(length);
    actual.remove_prefix(stands);
  }
  return actual.empty();
}

std::vector<Node> CaseFile::cases() const { return Node(document, 0).find("cases")->children(); }

std::vector<CaseFile> load_case_files() {
  std::vector<CaseFile> out;
  for (const auto& entry : std::filesystem::directory_iterator(kTable)) {
    const Bytes bytes = read_whole_file(entry.path().string());
    auto document = json::Document::parse(as_text(bytes));
    if (!document.ok())
      throw std::runtime_error(entry.path().string() + ": " + describe(document.error()));
    out.push_back({entry.path().stem().string(), std::move(*document)});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

}  // namespace coffer::test

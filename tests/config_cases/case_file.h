// A case of the table: documents that go in, and what must come of each, as JSON.
//
// A file holds {"cases": [CASE...]}; a case {"name", "shows", "spec", "steps": [STEP...]}.
// A step's first member says what is done (see case_runner.h); the others how, and what must
// come of it. A document stands in the file as it is, and its exact text is taken: spaces and
// number text count. Where JSON cannot hold it, "NAME_text" gives it as a string, "NAME_made"
// as {"head", "before", "times", "middle", "after", "tail"}.
//
// Coordinates are minted at random, so a text names them: <a> stands for a coordinate and, the
// first time that it is expected, takes whatever one stands there; <a+1> is its base's next
// version.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/json.h"

namespace coffer::test {

/// One JSON node of a case file; keeps its document alive by reference only.
class Node {
 public:
  Node(const json::Document& document, json::NodeId id) : document_(&document), id_(id) {}

  std::optional<Node> find(std::string_view key) const;
  std::string_view key() const { return document_->key(id_); }
  /// The exact text.
  std::string raw() const { return std::string(document_->raw(id_)); }
  std::string text() const { return std::string(document_->string(id_)); }
  std::int64_t number() const;
  bool truth() const { return document_->boolean(id_); }
  std::vector<Node> children() const;
  json::Type type() const { return document_->type(id_); }

  /// A document given under a name in any of the three ways.
  std::optional<std::string> document(const std::string& name) const;
  std::string word(std::string_view key, std::string otherwise = {}) const;

 private:
  const json::Document* document_;
  json::NodeId id_;
};

/// What the names of a case stand for.
class Coordinates {
 public:
  /// The text with every name replaced. A name that stands for nothing yet is a broken case.
  std::string fill(std::string_view text) const;
  /// Whether the text is as expected; names met for the first time take what stands there.
  bool match(std::string_view expected, std::string_view actual);

 private:
  std::optional<std::string> known(std::string_view name) const;
  std::map<std::string, std::string, std::less<>> bound_;
};

struct CaseFile {
  std::string name;
  json::Document document;
  std::vector<Node> cases() const;
};

/// Every file of the table.
std::vector<CaseFile> load_case_files();

}  // namespace coffer::test

#include "configs/document/canonical.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer::configs {
namespace {

using json::Document;
using json::kNoNode;
using json::NodeId;
using json::Type;

class Canonical {
 public:
  Canonical(SecretBytes& out, const Document& document, const LeavesOut& leaves_out,
            std::size_t& budget)
      : out_(out), doc_(document), leaves_out_(leaves_out), budget_(budget) {}

  // Recurses as deep as the document, whose depth the parser limits.
  Result<void> append(NodeId node) {
    const std::size_t before = out_.size();
    switch (doc_.type(node)) {
      case Type::object: COFFER_TRY(append_object(node)); break;
      case Type::array: COFFER_TRY(append_array(node)); break;
      case Type::string: json::append_quoted(out_, doc_.string(node)); break;
      default: out_.append(doc_.raw(node)); break;
    }
    const std::size_t added = out_.size() - before;
    if (added > budget_)
      return Error(ErrorCode::limit, "the document's lists with secrets are too large to compare");
    budget_ -= added;
    return {};
  }

 private:
  Result<void> append_object(NodeId node) {
    std::vector<std::pair<std::string_view, NodeId>> members;
    for (NodeId each = doc_.first_child(node); each != kNoNode; each = doc_.next_sibling(each)) {
      if (!leaves_out_(each)) members.emplace_back(doc_.key(each), each);
    }
    std::sort(members.begin(), members.end());
    out_.append("{");
    for (const auto& [key, member] : members) {
      json::append_quoted(out_, key);
      out_.append(":");
      COFFER_TRY(append(member));
      out_.append(",");
    }
    out_.append("}");
    return {};
  }

  Result<void> append_array(NodeId node) {
    out_.append("[");
    for (NodeId each = doc_.first_child(node); each != kNoNode; each = doc_.next_sibling(each)) {
      if (leaves_out_(each)) continue;
      COFFER_TRY(append(each));
      out_.append(",");
    }
    out_.append("]");
    return {};
  }

  SecretBytes& out_;
  const Document& doc_;
  const LeavesOut& leaves_out_;
  std::size_t& budget_;
};

}  // namespace

Result<void> append_canonical(SecretBytes& out, const Document& document, NodeId node,
                              const LeavesOut& leaves_out, std::size_t& budget) {
  return Canonical(out, document, leaves_out, budget).append(node);
}

}  // namespace coffer::configs

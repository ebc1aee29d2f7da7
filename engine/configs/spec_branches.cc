#include "configs/spec_branches.h"

#include <string_view>
#include <unordered_map>
#include <utility>

#include "configs/place.h"

namespace coffer::configs {
namespace {

using json::kNoNode;
using json::NodeId;
using json::Type;

constexpr std::size_t kAdmitsDepthMax = 128;
constexpr std::size_t kDiscriminatorsMax = 64;
constexpr std::size_t kDiscriminatorDepthMax = 16;
constexpr std::size_t kDiscriminatorWorkMax = 1'000'000;

class BranchReader {
 public:
  BranchReader(const json::Document& document, std::vector<Schema>& schemas)
      : doc_(document), schemas_(schemas) {}

  Result<void> run(const std::unordered_set<SchemaId>& branches) {
    for (SchemaId id = 0; id < schemas_.size(); ++id) schema(id).admits = admitted(id, 0);
    for (SchemaId id = 0; id < schemas_.size(); ++id) {
      if (branches.count(id) != 0) COFFER_TRY(collect_discriminators(id, id, 0));
    }
    return {};
  }

 private:
  Schema& schema(SchemaId id) { return schemas_[id]; }
  const Schema& schema(SchemaId id) const { return schemas_[id]; }

  /// Too deep or going in circles: everything is admitted, which hides more, never less.
  TypeSet admitted(SchemaId id, std::size_t depth) {
    if (const auto found = admits_.find(id); found != admits_.end()) return found->second;
    if (depth == kAdmitsDepthMax) return kAnyType;
    admits_.emplace(id, kAnyType);
    const Schema& at = schema(id);
    TypeSet types = at.types;
    if (at.reference != kNoSchema) types &= admitted(at.reference, depth + 1);
    for (const SchemaId each : at.all_of) types &= admitted(each, depth + 1);
    return admits_[id] = types;
  }

  /// Looks through $ref and one level of allOf: deeper ones could multiply without end.
  Result<void> collect_discriminators(SchemaId into, SchemaId from, std::size_t depth) {
    if (depth == kDiscriminatorDepthMax) return {};
    for (const auto& [name, property] : schema(from).properties) {
      if (schema(into).discriminators.size() == kDiscriminatorsMax) return {};
      Discriminator found{name, allowed_values(schema(property).node), false};
      discriminator_work_ += 1 + found.allowed.size();
      if (discriminator_work_ > kDiscriminatorWorkMax) {
        return at_node(Error(ErrorCode::limit, "spec: its branches are too many to tell apart"),
                       doc_, schema(into).node);
      }
      // What is secret cannot tell branches apart: it is not there once it is stored.
      if (found.allowed.empty() || marks_secret(property)) continue;
      found.required = requires_member(schema(from).node, name);
      schema(into).choice_steps += found.allowed.size();
      schema(into).discriminators.push_back(std::move(found));
    }
    if (schema(from).reference != kNoSchema) {
      COFFER_TRY(collect_discriminators(into, schema(from).reference, depth + 1));
    }
    if (depth > 1 || schema(from).all_of.size() > kDiscriminatorsMax) return {};
    for (const SchemaId each : schema(from).all_of) {
      COFFER_TRY(collect_discriminators(into, each, depth + 1));
    }
    return {};
  }

  bool marks_secret(SchemaId id) const {
    const SchemaId reference = schema(id).reference;
    return schema(id).secret || (reference != kNoSchema && schema(reference).secret);
  }

  std::vector<NodeId> allowed_values(NodeId node) const {
    std::vector<NodeId> out;
    const NodeId constant = doc_.find(node, "const");
    if (constant != kNoNode) return {constant};
    const NodeId list = doc_.find(node, "enum");
    if (list == kNoNode) return out;
    for (NodeId each = doc_.first_child(list); each != kNoNode; each = doc_.next_sibling(each)) {
      out.push_back(each);
    }
    return out;
  }

  bool requires_member(NodeId node, std::string_view name) const {
    const NodeId list = doc_.find(node, "required");
    if (list == kNoNode || doc_.type(list) != Type::array) return false;
    for (NodeId each = doc_.first_child(list); each != kNoNode; each = doc_.next_sibling(each)) {
      if (doc_.type(each) == Type::string && doc_.string(each) == name) return true;
    }
    return false;
  }

  const json::Document& doc_;
  std::vector<Schema>& schemas_;
  std::unordered_map<SchemaId, TypeSet> admits_;
  std::size_t discriminator_work_ = 0;
};

}  // namespace

Result<void> describe_branches(const json::Document& document,
                               const std::unordered_set<SchemaId>& branches,
                               std::vector<Schema>& schemas) {
  return BranchReader(document, schemas).run(branches);
}

}  // namespace coffer::configs

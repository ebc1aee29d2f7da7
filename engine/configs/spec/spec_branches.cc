#include "configs/spec/spec_branches.h"

#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "configs/document/place.h"

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

  Result<void> run(const Branches& branches) {
    for (SchemaId id = 0; id < schemas_.size(); ++id) schema(id).admits = admitted(id, 0);
    for (SchemaId id = 0; id < schemas_.size(); ++id) {
      if (branches.all.count(id) != 0) COFFER_TRY(collect_discriminators(id, id, 0));
    }
    for (const SchemaId id : branches.all) {
      if (schema(id).discriminators.empty()) COFFER_TRY(collect_required(id, id, 0));
    }
    for (const auto& group : branches.one_of) COFFER_TRY(tell_apart_by_names(group));
    return {};
  }

 private:
  Schema& schema(SchemaId id) { return schemas_[id]; }
  const Schema& schema(SchemaId id) const { return schemas_[id]; }

  // If the references are too deep or circular, admits everything, which hides more, never less.
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

  // Follows $ref and one level of allOf; deeper levels could multiply without limit.
  Result<void> collect_discriminators(SchemaId into, SchemaId from, std::size_t depth) {
    if (depth == kDiscriminatorDepthMax) return {};
    for (const auto& [name, property] : schema(from).properties) {
      if (schema(into).discriminators.size() == kDiscriminatorsMax) return {};
      Discriminator found{name, allowed_values(schema(property).node), false};
      discriminator_work_ += 1 + found.allowed.size();
      if (discriminator_work_ > kDiscriminatorWorkMax) {
        return at_node(Error(ErrorCode::limit, "spec: it has too many branches to compare"), doc_,
                       schema(into).node);
      }
      // A secret cannot distinguish branches: the stored document does not contain it.
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

  Result<void> spend(std::size_t work, SchemaId id) {
    discriminator_work_ += work;
    if (discriminator_work_ <= kDiscriminatorWorkMax) return {};
    return at_node(Error(ErrorCode::limit, "spec: it has too many branches to compare"), doc_,
                   schema(id).node);
  }

  Result<void> collect_required(SchemaId into, SchemaId from, std::size_t depth) {
    if (depth == kDiscriminatorDepthMax) return {};
    const NodeId list = doc_.find(schema(from).node, "required");
    if (list != kNoNode && doc_.type(list) == Type::array) {
      for (NodeId each = doc_.first_child(list); each != kNoNode; each = doc_.next_sibling(each)) {
        COFFER_TRY(spend(1, into));
        if (schema(into).required.size() == kDiscriminatorsMax) return {};
        if (doc_.type(each) != Type::string) continue;
        schema(into).required.push_back(doc_.string(each));
        ++schema(into).choice_steps;
      }
    }
    if (schema(from).reference != kNoSchema)
      return collect_required(into, schema(from).reference, depth + 1);
    return {};
  }

  // Collects the members that a branch names. False if it may allow others too.
  Result<bool> collect_names(SchemaId id, std::set<std::string_view>& names, std::size_t depth) {
    const Schema& at = schema(id);
    if (depth == kDiscriminatorDepthMax || !at.patterns.empty() || !at.alternatives.empty() ||
        !at.conditionals.empty() || !at.dependents.empty() || !at.all_of.empty()) {
      return false;
    }
    for (const SchemaId other : at.other_properties) {
      const NodeId node = schema(other).node;
      if (doc_.type(node) != Type::boolean || doc_.boolean(node)) return false;
    }
    COFFER_TRY(spend(1 + at.properties.size(), id));
    for (const auto& property : at.properties) names.insert(property.first);
    if (at.reference == kNoSchema) return true;
    return collect_names(at.reference, names, depth + 1);
  }

  // For branches without discriminators: a value with a member of another branch is not of this
  // one.
  Result<void> tell_apart_by_names(const std::vector<SchemaId>& group) {
    if (group.size() > kDiscriminatorsMax) return {};
    std::vector<std::set<std::string_view>> names(group.size());
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (!schema(group[i]).discriminators.empty()) return {};
      if (!COFFER_TRY(collect_names(group[i], names[i], 0))) return {};
    }
    for (std::size_t i = 0; i < group.size(); ++i) {
      std::set<std::string_view> others;
      for (std::size_t j = 0; j < group.size(); ++j) {
        if (j == i) continue;
        COFFER_TRY(spend(1 + names[j].size(), group[i]));
        others.insert(names[j].begin(), names[j].end());
      }
      for (const std::string_view name : names[i]) others.erase(name);
      if (others.size() > kDiscriminatorsMax) continue;
      schema(group[i]).of_others.assign(others.begin(), others.end());
      schema(group[i]).choice_steps += others.size();
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
    for (NodeId each = doc_.first_child(list); each != kNoNode; each = doc_.next_sibling(each))
      out.push_back(each);
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

Result<void> describe_branches(const json::Document& document, const Branches& branches,
                               std::vector<Schema>& schemas) {
  return BranchReader(document, schemas).run(branches);
}

}  // namespace coffer::configs

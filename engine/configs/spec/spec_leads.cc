#include "configs/spec/spec_leads.h"

#include <algorithm>

#include "base/check.h"

namespace coffer::configs {
namespace {

// Works upwards from the secrets, so that circular references end.
class Leads {
 public:
  explicit Leads(std::vector<Schema>& schemas)
      : schemas_(schemas), users_(schemas.size()), leads_(schemas.size()) {
    for (SchemaId id = 0; id < schemas_.size(); ++id) note_parts(id);
  }

  bool run() {
    for (SchemaId id = 0; id < schemas_.size(); ++id) {
      if (schemas_[id].secret) reach(id);
    }
    while (!open_.empty()) {
      const SchemaId id = open_.back();
      open_.pop_back();
      for (const SchemaId user : users_[id]) reach(user);
    }
    for (Schema& schema : schemas_) describe(schema);
    COFFER_CHECK(!schemas_.empty());
    return leads_[0];
  }

 private:
  void reach(SchemaId id) {
    if (leads_[id]) return;
    leads_[id] = true;
    open_.push_back(id);
  }

  void note_parts(SchemaId id) {
    const Schema& schema = schemas_[id];
    const auto note = [&](SchemaId part) {
      if (part == kNoSchema) return;
      COFFER_CHECK(part < users_.size());
      users_[part].push_back(id);
    };
    const auto note_all = [&](const std::vector<SchemaId>& parts) {
      std::for_each(parts.begin(), parts.end(), note);
    };
    note(schema.reference);
    note_all(schema.all_of);
    for (const auto& branches : schema.alternatives) note_all(branches);
    for (const Conditional& each : schema.conditionals) {
      note(each.condition);
      note(each.then);
      note(each.otherwise);
    }
    for (const auto& each : schema.dependents) note(each.second);
    for (const auto& each : schema.properties) note(each.second);
    for (const auto& each : schema.patterns) note(each.second);
    note_all(schema.other_properties);
    note_all(schema.prefix_items);
    note_all(schema.other_items);
    note_all(schema.every_item);
  }

  void describe(Schema& schema) const {
    const auto leads = [this](SchemaId id) { return static_cast<bool>(leads_[id]); };
    const auto any = [&](const std::vector<SchemaId>& ids) {
      return std::any_of(ids.begin(), ids.end(), leads);
    };
    const auto any_named = [&](const auto& named) {
      return std::any_of(named.begin(), named.end(),
                         [&](const auto& each) { return leads(each.second); });
    };
    schema.members_lead =
        any_named(schema.properties) || any_named(schema.patterns) || any(schema.other_properties);
    schema.elements_lead =
        any(schema.prefix_items) || any(schema.other_items) || any(schema.every_item);
  }

  std::vector<Schema>& schemas_;
  std::vector<std::vector<SchemaId>>
      users_;  // By schema: the ones that apply it, at a value or below.
  std::vector<bool> leads_;
  std::vector<SchemaId> open_;
};

}  // namespace

bool describe_leads(std::vector<Schema>& schemas) { return Leads(schemas).run(); }

}  // namespace coffer::configs

#include "api/c/c_json.h"

#include <array>
#include <charconv>
#include <utility>

#include "engine/text/json.h"
#include "engine/text/printable.h"

namespace coffer::c_api {
namespace {

using json::Document;
using json::NodeId;
using json::quoted;
using json::Type;

constexpr std::array kProfiles = {std::pair{NameProfile::core, std::string_view("core")},
                                  std::pair{NameProfile::vdk, std::string_view("vdk")},
                                  std::pair{NameProfile::dataos, std::string_view("dataos")}};

std::string print_profile(NameProfile profile) {
  for (const auto& [value, name] : kProfiles)
    if (value == profile) return quoted(name);
  return quoted("");
}

Error wrong_type(std::string_view name) {
  return text::about_if_printable(
      Error{ErrorCode::usage, "a member has a value of the wrong type or range"},
      Subject::Kind::name, name);
}

Error unknown_member(std::string_view name) {
  return text::about_if_printable(
      Error{ErrorCode::usage, "there is no such member", "see coffer.h for those there are"},
      Subject::Kind::name, name);
}

/// The members of one object, each read as what it must be.
class Members {
 public:
  explicit Members(const Document& document, NodeId object = 0)
      : document_(document), object_(object) {}

  template <typename Visit>
  Result<void> each(const Visit& visit) const {
    if (document_.type(object_) != Type::object)
      return Error{ErrorCode::usage, "this JSON text is no object"};
    for (NodeId member = document_.first_child(object_); member != json::kNoNode;
         member = document_.next_sibling(member))
      COFFER_TRY(visit(document_.key(member), member));
    return {};
  }

  template <typename Number>
  Result<Number> number(NodeId member) const {
    const std::string_view text = document_.raw(member);
    Number value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end) return wrong_type(document_.key(member));
    return value;
  }
  Result<bool> boolean(NodeId member) const {
    if (document_.type(member) != Type::boolean) return wrong_type(document_.key(member));
    return document_.boolean(member);
  }
  Result<std::string> text(NodeId member) const {
    if (document_.type(member) != Type::string) return wrong_type("a text");
    return std::string(document_.string(member));
  }
  Result<NameProfile> profile(NodeId member) const {
    const std::string name = COFFER_TRY(text(member));
    for (const auto& [value, known] : kProfiles)
      if (known == name) return value;
    return Error{ErrorCode::usage, "there is no such name profile", "one of core, vdk, dataos"};
  }
  Result<std::vector<NodeId>> elements(NodeId member) const {
    if (document_.type(member) != Type::array) return wrong_type(document_.key(member));
    std::vector<NodeId> found;
    for (NodeId element = document_.first_child(member); element != json::kNoNode;
         element = document_.next_sibling(element))
      found.push_back(element);
    return found;
  }

 private:
  const Document& document_;
  NodeId object_;
};

Result<void> read_metadata_member(const Document& document, std::string_view name, NodeId member,
                                  MetadataChange& change) {
  const Members read(document);
  if (name == "max_versions") {
    change.max_versions = COFFER_TRY(read.number<std::uint32_t>(member));
  } else if (name == "cas_required") {
    change.cas_required = COFFER_TRY(read.boolean(member));
  } else if (name == "delete_version_after_ms") {
    change.delete_version_after_ms = COFFER_TRY(read.number<std::int64_t>(member));
  } else if (name == "kind") {
    change.kind = COFFER_TRY(read.text(member));
  } else if (name == "description") {
    change.description = COFFER_TRY(read.text(member));
  } else if (name == "owner") {
    change.owner = COFFER_TRY(read.text(member));
  } else if (name == "tags") {
    change.tags.emplace();
    for (const NodeId tag : COFFER_TRY(read.elements(member)))
      change.tags->push_back(COFFER_TRY(read.text(tag)));
  } else if (name == "custom_metadata" || name == "custom") {
    change.custom.emplace();
    return Members(document, member).each([&](std::string_view key, NodeId value) -> Result<void> {
      change.custom->emplace(key, COFFER_TRY(read.text(value)));
      return {};
    });
  } else {
    return unknown_member(name);
  }
  return {};
}

Result<ScopeSettings> read_scope(const Document& document, NodeId object) {
  ScopeSettings scope;
  const Members read(document, object);
  COFFER_TRY(read.each([&](std::string_view name, NodeId member) -> Result<void> {
    if (name == "prefix") {
      scope.prefix = COFFER_TRY(read.text(member));
    } else if (name == "value_bytes_max") {
      scope.value_bytes_max = COFFER_TRY(read.number<std::uint64_t>(member));
    } else if (name == "names") {
      scope.names = COFFER_TRY(read.profile(member));
    } else {
      return unknown_member(name);
    }
    return {};
  }));
  return scope;
}

}  // namespace

std::string print_metadata(const Metadata& metadata) {
  std::string out = "{\"max_versions\":" + std::to_string(metadata.max_versions);
  out += ",\"cas_required\":" + std::string(metadata.cas_required ? "true" : "false");
  out += ",\"delete_version_after_ms\":" + std::to_string(metadata.delete_version_after_ms);
  out += ",\"kind\":" + quoted(metadata.kind);
  out += ",\"description\":" + quoted(metadata.description);
  out += ",\"owner\":" + quoted(metadata.owner) + ",\"tags\":[";
  for (const std::string& tag : metadata.tags)
    out += (&tag == metadata.tags.data() ? "" : ",") + quoted(tag);
  out += "],\"custom_metadata\":{";
  for (const auto& [key, value] : metadata.custom)
    out += (key == metadata.custom.begin()->first ? "" : ",") + quoted(key) + ":" + quoted(value);
  out += "},\"created_at_ms\":" + std::to_string(metadata.created_at_ms);
  out += ",\"updated_at_ms\":" + std::to_string(metadata.updated_at_ms);
  out += ",\"marked_by\":" + quoted(metadata.marked_by);
  out += std::string(",\"marks_doubted\":") + (metadata.marks_doubted ? "true" : "false");
  return out + ",\"revision\":" + std::to_string(metadata.revision) + "}";
}

Result<MetadataChange> parse_metadata(std::string_view text) {
  const Document document = COFFER_TRY(Document::parse(text));
  MetadataChange change;
  COFFER_TRY(Members(document).each([&](std::string_view name, NodeId member) {
    return read_metadata_member(document, name, member, change);
  }));
  return change;
}

std::string print_settings(const StoreSettings& settings) {
  std::string out = "{\"max_versions\":";
  out += settings.max_versions == 0 ? "null" : std::to_string(settings.max_versions);
  out += ",\"cas_required\":" + std::string(settings.cas_required ? "true" : "false");
  out += ",\"delete_version_after_ms\":" + std::to_string(settings.delete_version_after_ms);
  out += ",\"value_bytes_max\":" + std::to_string(settings.value_bytes_max);
  out += ",\"names\":" + print_profile(settings.names) + ",\"scopes\":[";
  for (const ScopeSettings& scope : settings.scopes) {
    out += (&scope == settings.scopes.data() ? "{" : ",{");
    out += "\"prefix\":" + quoted(scope.prefix);
    if (scope.value_bytes_max)
      out += ",\"value_bytes_max\":" + std::to_string(*scope.value_bytes_max);
    if (scope.names) out += ",\"names\":" + print_profile(*scope.names);
    out += "}";
  }
  out += "],\"audit_reads\":" + std::string(settings.audit_reads ? "true" : "false");
  out += ",\"audit_keep_ms\":" + std::to_string(settings.audit_keep_ms);
  return out + ",\"audit_keep_records\":" + std::to_string(settings.audit_keep_records) + "}";
}

Result<void> apply_settings(std::string_view text, StoreSettings& settings) {
  const Document document = COFFER_TRY(Document::parse(text));
  const Members read(document);
  return read.each([&](std::string_view name, NodeId member) -> Result<void> {
    if (name == "max_versions") {
      const bool is_unset = document.type(member) == json::Type::null;
      settings.max_versions = is_unset ? 0 : COFFER_TRY(read.number<std::uint32_t>(member));
    } else if (name == "cas_required") {
      settings.cas_required = COFFER_TRY(read.boolean(member));
    } else if (name == "delete_version_after_ms") {
      settings.delete_version_after_ms = COFFER_TRY(read.number<std::int64_t>(member));
    } else if (name == "value_bytes_max") {
      settings.value_bytes_max = COFFER_TRY(read.number<std::uint64_t>(member));
    } else if (name == "names") {
      settings.names = COFFER_TRY(read.profile(member));
    } else if (name == "audit_reads") {
      settings.audit_reads = COFFER_TRY(read.boolean(member));
    } else if (name == "audit_keep_ms") {
      settings.audit_keep_ms = COFFER_TRY(read.number<std::int64_t>(member));
    } else if (name == "audit_keep_records") {
      settings.audit_keep_records = COFFER_TRY(read.number<std::uint64_t>(member));
    } else if (name == "scopes") {
      settings.scopes.clear();
      for (const NodeId scope : COFFER_TRY(read.elements(member)))
        settings.scopes.push_back(COFFER_TRY(read_scope(document, scope)));
    } else {
      return unknown_member(name);
    }
    return {};
  });
}

namespace {

std::string member(const char* name, std::string_view value) {
  return std::string(",\"") + name + "\":" + quoted(value);
}
std::string member(const char* name, std::uint64_t value) {
  return std::string(",\"") + name + "\":" + std::to_string(value);
}
std::string member_ms(const char* name, std::int64_t value) {
  return std::string(",\"") + name + "\":" + std::to_string(value);
}

// "[a,b]" of what `print` makes of each.
template <typename Items, typename Print>
std::string array(const Items& items, const Print& print) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1) out += ",";
    out += print(item);
  }
  return out + "]";
}

std::string print_record(const AuditRecord& record) {
  std::string out = "{\"number\":" + std::to_string(record.number);
  out += member("sequence", record.sequence) + member_ms("at_ms", record.at_ms);
  out += member("uid", std::uint64_t{record.uid}) + member("pid", std::uint64_t{record.pid});
  out += member("program", record.program) + member("actor", record.actor);
  out += member("user", record.user);
  out += member("reason", record.reason) + member("correlation", record.correlation);
  out += member("outcome", record.allowed ? "allowed" : code_name(record.code));
  out += ",\"items\":" + array(record.items, [](const AuditItem& item) {
           return "{\"action\":" + quoted(item.action) + member("path", item.path) +
                  member("version", item.version) +
                  (item.count > 1 ? member("count", item.count) : std::string()) + "}";
         });
  return out + "}";
}

std::string print_change(const Change& change) {
  return "{\"revision\":" + std::to_string(change.revision) +
         member("index", std::uint64_t{change.index}) + member_ms("at_ms", change.at_ms) +
         member("path", change.path) + member("version", change.version) +
         member("what", change.what) + "}";
}

std::string print_listed(const ListedSecret& listed) {
  std::string out = "{\"path\":" + quoted(listed.path);
  if (listed.folder) return out + ",\"folder\":true}";
  const Metadata& metadata = listed.metadata;
  out += member("state", state_name(listed.state)) + member("version", listed.newest.version);
  out += member_ms("created_at_ms", metadata.created_at_ms);
  out += member_ms("updated_at_ms", metadata.updated_at_ms);
  out += member_ms("deletion_at_ms", listed.newest.deletion_at_ms);
  out += member_ms("expires_at_ms", listed.newest.expires_at_ms);
  out += member("kind", metadata.kind) + member("description", metadata.description);
  out += member("owner", metadata.owner);
  out += ",\"tags\":" + array(metadata.tags, [](const std::string& tag) { return quoted(tag); });
  std::string custom;
  for (const auto& [key, value] : metadata.custom)
    custom += (custom.empty() ? "" : ",") + quoted(key) + ":" + quoted(value);
  return out + ",\"custom_metadata\":{" + custom + "}}";
}

std::string print_reference(const ReferenceInfo& each) {
  return "{\"path\":" + quoted(each.target) + member("version", each.version) +
         member("user_kind", each.user_kind) + member("user", each.user) + "}";
}

// Without the bracket that ends it.
std::string print_slot(const KeySlotInfo& slot) {
  return "{\"slot\":" + std::to_string(slot.slot) + member("provider", slot.provider) +
         member("uri", slot.uri) + member("key_id", slot.key_id);
}

}  // namespace

std::string print_records(const std::vector<AuditRecord>& records) {
  return array(records, print_record);
}

std::string print_changes(const std::vector<Change>& changes) {
  return array(changes, print_change);
}

std::string print_listing(const std::vector<ListedSecret>& listing) {
  return array(listing, print_listed);
}

std::string print_references(const std::vector<ReferenceInfo>& references) {
  return array(references, print_reference);
}

std::string print_slots(const std::vector<KeySlotInfo>& slots) {
  return array(slots, [](const KeySlotInfo& slot) {
    return print_slot(slot) + member_ms("created_at_ms", slot.created_at_ms) +
           member_ms("last_used_at_ms", slot.last_used_at_ms) + "}";
  });
}

std::string print_rewrapped(const std::vector<RewrappedSlot>& slots) {
  return array(slots, [](const RewrappedSlot& each) {
    return print_slot(each.slot) + member("key_id_before", each.key_id_before) +
           ",\"skipped\":" + (each.skipped ? "true" : "false") +
           member("code", each.error ? code_name(each.error->code()) : "ok") + "}";
  });
}

}  // namespace coffer::c_api

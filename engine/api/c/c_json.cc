#include "api/c/c_json.h"

#include <algorithm>
#include <array>
#include <utility>

#include "text/json_reader.h"
#include "text/json_writer.h"

namespace coffer::c_api {
namespace {

using json::PlainWriter;
using json::Reader;

constexpr std::array<std::string_view, 3> kWhiteSpace = {"allowed", "not_alone", "forbidden"};

void append_rule(PlainWriter& json, const NameRule& rule) {
  const auto white_space = static_cast<std::size_t>(rule.white_space);
  json.open('{').key("characters").string(rule.characters).key("ends").string(rule.ends);
  json.key("bytes_min").number(rule.bytes_min).key("bytes_max").number(rule.bytes_max);
  json.key("white_space").string(kWhiteSpace.at(white_space)).close('}');
}

void append_rules(PlainWriter& json, const NameRules& rules) {
  if (rules == NameRules{}) {
    json.null();
    return;
  }
  append_rule(json.open('{').key("components"), rules.components);
  append_rule(json.key("fields"), rules.fields);
  json.close('}');
}

Reader reader_of(const json::Document& document, std::string_view source) {
  return {document, {.name = source, .hint = "coffer.h lists the members"}};
}

Result<WhiteSpace> read_white_space(const Reader& member) {
  const std::string word = COFFER_TRY(member.string());
  const auto known = std::find(kWhiteSpace.begin(), kWhiteSpace.end(), word);
  if (known == kWhiteSpace.end())
    return member.refuse(Error(ErrorCode::usage, "must be `allowed`, `not_alone` or `forbidden`"));
  return static_cast<WhiteSpace>(known - kWhiteSpace.begin());
}

// Reads the rule for one kind of name.
Reader::Take into_rule(NameRule& rule) {
  return [&rule](const Reader& object) -> Result<void> {
    const auto white_space = [&rule](const Reader& member) -> Result<void> {
      rule.white_space = COFFER_TRY(read_white_space(member));
      return {};
    };
    return object.members({{"characters", into(rule.characters, &Reader::string)},
                           {"ends", into(rule.ends, &Reader::string)},
                           {"bytes_min", into(rule.bytes_min, &Reader::number_as<std::uint32_t>)},
                           {"bytes_max", into(rule.bytes_max, &Reader::number_as<std::uint32_t>)},
                           {"white_space", white_space}});
  };
}

// Reads the rules for names; null means rules that allow any name.
template <typename Field>
Reader::Take into_rules(Field& field) {
  return [&field](const Reader& member) -> Result<void> {
    NameRules rules;
    if (!member.is_null())
      COFFER_TRY(member.members(
          {{"components", into_rule(rules.components)}, {"fields", into_rule(rules.fields)}}));
    field = std::move(rules);
    return {};
  };
}

Result<ScopeSettings> read_scope(const Reader& object) {
  ScopeSettings scope;
  COFFER_TRY(object.members({{"prefix", into(scope.prefix, &Reader::string)},
                             {"value_bytes_max", into(scope.value_bytes_max, &Reader::number)},
                             {"names", into_rules(scope.names)}}));
  return scope;
}

}  // namespace

std::string print_metadata(const Metadata& metadata) {
  PlainWriter json;
  json.open('{').key("max_versions").number(metadata.max_versions);
  json.key("cas_required").boolean(metadata.cas_required);
  json.key("delete_version_after_ms").number(metadata.delete_version_after_ms);
  json.key("kind").string(metadata.kind).key("description").string(metadata.description);
  json.key("owner").string(metadata.owner).key("tags").strings(metadata.tags);
  json.key("custom_metadata").texts_by_name(metadata.custom);
  json.key("created_at_ms").number(metadata.created_at_ms);
  json.key("updated_at_ms").number(metadata.updated_at_ms);
  json.key("marked_by").string(metadata.marked_by);
  json.key("marks_doubted").boolean(metadata.marks_doubted);
  return json.key("revision").number(metadata.revision).close('}').take();
}

Result<MetadataChange> parse_metadata(std::string_view text) {
  const json::Document document = COFFER_TRY(json::Document::parse(text));
  MetadataChange change;
  const auto custom = into(change.custom, &Reader::strings_by_name);
  COFFER_TRY(
      reader_of(document, "metadata")
          .members({{"max_versions", into(change.max_versions, &Reader::number_as<std::uint32_t>)},
                    {"cas_required", into(change.cas_required, &Reader::boolean)},
                    {"delete_version_after_ms",
                     into(change.delete_version_after_ms, &Reader::number_as<std::int64_t>)},
                    {"kind", into(change.kind, &Reader::string)},
                    {"description", into(change.description, &Reader::string)},
                    {"owner", into(change.owner, &Reader::string)},
                    {"tags", into(change.tags, &Reader::strings)},
                    {"custom_metadata", custom},
                    {"custom", custom}}));
  return change;
}

std::string print_settings(const StoreSettings& settings) {
  PlainWriter json;
  json.open('{').key("max_versions");
  settings.max_versions == 0 ? json.null() : json.number(settings.max_versions);
  json.key("cas_required").boolean(settings.cas_required);
  json.key("delete_version_after_ms").number(settings.delete_version_after_ms);
  json.key("value_bytes_max").number(settings.value_bytes_max);
  append_rules(json.key("names"), settings.names);
  json.key("scopes").open('[');
  for (const ScopeSettings& scope : settings.scopes) {
    json.open('{').key("prefix").string(scope.prefix);
    if (scope.value_bytes_max) json.key("value_bytes_max").number(*scope.value_bytes_max);
    if (scope.names) append_rules(json.key("names"), *scope.names);
    json.close('}');
  }
  json.close(']').key("audit_reads").boolean(settings.audit_reads);
  json.key("audit_keep_ms").number(settings.audit_keep_ms);
  return json.key("audit_keep_records").number(settings.audit_keep_records).close('}').take();
}

Result<void> apply_settings(std::string_view text, StoreSettings& settings) {
  const json::Document document = COFFER_TRY(json::Document::parse(text));
  const auto max_versions = [&settings](const Reader& member) -> Result<void> {
    settings.max_versions = member.is_null() ? 0 : COFFER_TRY(member.number_as<std::uint32_t>());
    return {};
  };
  const auto scopes = [&settings](const Reader& list) -> Result<void> {
    settings.scopes.clear();
    return list.each_element([&settings](const Reader& object) -> Result<void> {
      settings.scopes.push_back(COFFER_TRY(read_scope(object)));
      return {};
    });
  };
  return reader_of(document, "settings")
      .members({{"max_versions", max_versions},
                {"cas_required", into(settings.cas_required, &Reader::boolean)},
                {"delete_version_after_ms",
                 into(settings.delete_version_after_ms, &Reader::number_as<std::int64_t>)},
                {"value_bytes_max", into(settings.value_bytes_max, &Reader::number)},
                {"names", into_rules(settings.names)},
                {"scopes", scopes},
                {"audit_reads", into(settings.audit_reads, &Reader::boolean)},
                {"audit_keep_ms", into(settings.audit_keep_ms, &Reader::number_as<std::int64_t>)},
                {"audit_keep_records", into(settings.audit_keep_records, &Reader::number)}});
}

namespace {

// An array; `append` writes each element.
template <typename Items, typename Append>
std::string array_of(const Items& items, const Append& append) {
  PlainWriter json;
  json.open('[');
  for (const auto& item : items) append(json, item);
  return json.close(']').take();
}

void append_record(PlainWriter& json, const AuditRecord& record) {
  json.open('{').key("number").number(record.number).key("sequence").number(record.sequence);
  json.key("at_ms").number(record.at_ms).key("uid").number(record.uid);
  json.key("pid").number(record.pid).key("program").string(record.program);
  json.key("actor").string(record.actor).key("user").string(record.user);
  json.key("reason").string(record.reason).key("correlation").string(record.correlation);
  json.key("outcome").string(record.allowed ? "allowed" : code_name(record.code));
  json.key("items").open('[');
  for (const AuditItem& item : record.items) {
    json.open('{').key("action").string(item.action).key("path").string(item.path);
    json.key("version").number(item.version);
    if (item.count > 1) json.key("count").number(item.count);
    json.close('}');
  }
  json.close(']').close('}');
}

void append_change(PlainWriter& json, const Change& change) {
  json.open('{').key("revision").number(change.revision).key("index").number(change.index);
  json.key("at_ms").number(change.at_ms).key("path").string(change.path);
  json.key("version").number(change.version).key("what").string(change.what).close('}');
}

void append_listed(PlainWriter& json, const ListedSecret& listed) {
  json.open('{').key("path").string(listed.path);
  if (listed.folder) {
    json.key("folder").boolean(true).close('}');
    return;
  }
  const Metadata& metadata = listed.metadata;
  json.key("state").string(state_name(listed.state)).key("version").number(listed.newest.version);
  json.key("created_at_ms").number(metadata.created_at_ms);
  json.key("updated_at_ms").number(metadata.updated_at_ms);
  json.key("deletion_at_ms").number(listed.newest.deletion_at_ms);
  json.key("expires_at_ms").number(listed.newest.expires_at_ms);
  json.key("kind").string(metadata.kind).key("description").string(metadata.description);
  json.key("owner").string(metadata.owner).key("tags").strings(metadata.tags);
  json.key("custom_metadata").texts_by_name(metadata.custom).close('}');
}

void append_reference(PlainWriter& json, const ReferenceInfo& each) {
  json.open('{').key("path").string(each.target).key("version").number(each.version);
  json.key("user_kind").string(each.user_kind).key("user").string(each.user).close('}');
}

void open_slot(PlainWriter& json, const KeySlotInfo& slot) {
  json.open('{').key("slot").number(slot.slot).key("provider").string(slot.provider);
  json.key("uri").string(slot.uri).key("key_id").string(slot.key_id);
}

void append_slot(PlainWriter& json, const KeySlotInfo& slot) {
  open_slot(json, slot);
  json.key("created_at_ms").number(slot.created_at_ms);
  json.key("last_used_at_ms").number(slot.last_used_at_ms).close('}');
}

void append_rewrapped(PlainWriter& json, const RewrappedSlot& each) {
  open_slot(json, each.slot);
  json.key("key_id_before").string(each.key_id_before).key("skipped").boolean(each.skipped);
  json.key("code").string(each.error ? code_name(each.error->code()) : "ok").close('}');
}

}  // namespace

std::string print_records(const std::vector<AuditRecord>& records) {
  return array_of(records, append_record);
}

std::string print_changes(const std::vector<Change>& changes) {
  return array_of(changes, append_change);
}

std::string print_listing(const std::vector<ListedSecret>& listing) {
  return array_of(listing, append_listed);
}

std::string print_references(const std::vector<ReferenceInfo>& references) {
  return array_of(references, append_reference);
}

std::string print_slots(const std::vector<KeySlotInfo>& slots) {
  return array_of(slots, append_slot);
}

std::string print_rewrapped(const std::vector<RewrappedSlot>& slots) {
  return array_of(slots, append_rewrapped);
}

}  // namespace coffer::c_api
